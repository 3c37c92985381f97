#!/bin/sh
# azd calls this before it deploys: makes dist/mcp-bridge.zip, here or in a container.
#
#   scripts/azd-package.sh [--check]
#
#   --check               only says whether a package could be made here
#   MCP_PACKAGE_ARGS      arguments for scripts/package, separated by spaces: `--config my.json --add server`
#   MCP_PACKAGE_READY=1   dist/mcp-bridge.zip is there already and is deployed as it is
set -eu
cd "$(dirname "$0")/.."
package=dist/mcp-bridge.zip

if [ "${MCP_PACKAGE_READY:-}" = 1 ]; then
    [ -f "$package" ] && exit 0
    echo "azd-package: MCP_PACKAGE_READY is 1, but there is no $package" >&2
    exit 1
fi

# scripts/package compiles on Debian 12 and 13; where a compiled bridge is given it runs on any Linux.
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
    echo "azd-package: the package is compiled on Debian 12 or 13, elsewhere in a container, and $tool is not here or not running." >&2
    echo "Start it, or name another tool with CONTAINER_TOOL, or open the devcontainer. Or take a dist/mcp-bridge.zip that was made" >&2
    echo "elsewhere: azd env set MCP_PACKAGE_READY 1" >&2
    exit 1
fi

# The arguments are separated by spaces.
# shellcheck disable=SC2086
if [ -n "$direct" ]; then
    exec scripts/package ${MCP_PACKAGE_ARGS:-}
else
    exec scripts/package-in-container ${MCP_PACKAGE_ARGS:-}
fi
