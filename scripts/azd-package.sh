#!/bin/sh
# azd runs this hook before it deploys. It makes dist/mcp-bridge.zip: directly on Debian 12 and 13, in a container on other systems.
#
#   scripts/azd-package.sh [--check]
#
#   --check               only check whether this machine can make the package
#   MCP_PACKAGE_ARGS      arguments for scripts/package, separated by spaces: `--config my.json --add server`
#   MCP_PACKAGE_READY=1   make nothing: deploy the dist/mcp-bridge.zip that is there
set -eu
cd "$(dirname "$0")/.."
package=dist/mcp-bridge.zip

if [ "${MCP_PACKAGE_READY:-}" = 1 ]; then
    scripts/azd-folder.sh || exit 1
    [ -f "$package" ] && exit 0
    echo "azd-package: MCP_PACKAGE_READY is 1, but there is no $package. Copy it there, or run: azd env set MCP_PACKAGE_READY 0" >&2
    exit 1
fi

# scripts/package compiles on Debian 12 and 13 only. With --binary it compiles nothing and runs on any Linux.
direct=''
if [ "$(uname -sm)" = 'Linux x86_64' ]; then
    case "${MCP_PACKAGE_ARGS:-}" in *--binary*) direct=yes ;; esac
    # shellcheck disable=SC1091
    system=$(. /etc/os-release 2>/dev/null && echo "${ID:-} ${VERSION_ID:-}") || system=''
    case "$system" in 'debian 12' | 'debian 13') direct=yes ;; esac
fi

if [ "${1:-}" = --check ]; then
    [ -z "$direct" ] || exit 0
    tool=${CONTAINER_TOOL:-docker}
    if command -v "$tool" >/dev/null 2>&1 && "$tool" info >/dev/null 2>&1; then exit 0; fi
    echo "azd-package: this system needs a container to compile the package, and $tool is not installed or not running." >&2
    echo "Start $tool, or name another tool with CONTAINER_TOOL, or open the devcontainer. To deploy a dist/mcp-bridge.zip that was made" >&2
    echo "on another machine, run: azd env set MCP_PACKAGE_READY 1" >&2
    exit 1
fi

scripts/azd-folder.sh || exit 1

# Spaces separate the arguments, so the variable is split.
# shellcheck disable=SC2086
if [ -n "$direct" ]; then
    exec scripts/package ${MCP_PACKAGE_ARGS:-}
else
    exec scripts/package-in-container ${MCP_PACKAGE_ARGS:-}
fi
