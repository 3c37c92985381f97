#!/bin/sh
# azd runs this hook before it provisions. It reports at once what would fail after minutes. MCP_SKIP_CHECKS=1 skips the checks.
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "azd-check: $1" >&2
    exit 1
}

[ "${MCP_SKIP_CHECKS:-}" = 1 ] && exit 0

scripts/azd-folder.sh || exit 1
scripts/azd-package.sh --check || exit 1

if ! command -v az >/dev/null 2>&1; then
    echo "azd-check: the Azure CLI (az) is not installed, so it was not checked whether Microsoft.App, which Flex Consumption needs, is registered." >&2
    exit 0
fi
set --
[ -z "${AZURE_SUBSCRIPTION_ID:-}" ] || set -- --subscription "$AZURE_SUBSCRIPTION_ID"
if ! state=$(az provider show --namespace Microsoft.App --query registrationState --output tsv --only-show-errors "$@" 2>/dev/null); then
    echo "azd-check: az failed, so it was not checked whether Microsoft.App is registered. If you are not signed in, run az login." >&2
    exit 0
fi
case "$state" in
    Registered) ;;
    Registering) fail "the registration of Microsoft.App is in progress. Wait a minute, then run azd again." ;;
    *) fail "Microsoft.App is not registered in this subscription. Run: az provider register --namespace Microsoft.App --wait $*" ;;
esac

[ -n "${AZURE_LOCATION:-}" ] || exit 0
regions=$(az functionapp list-flexconsumption-locations --query '[].name' --output tsv --only-show-errors "$@" 2>/dev/null) || exit 0
[ -n "$regions" ] || exit 0
# az prints names of regions with or without spaces and capital letters.
if ! printf '%s\n' "$regions" | tr -d ' ' | tr '[:upper:]' '[:lower:]' | grep -qxF "$AZURE_LOCATION"; then
    fail "the region $AZURE_LOCATION has no Flex Consumption. Run azd env set AZURE_LOCATION with one of these: $(printf '%s' "$regions" | tr '\n' ',')"
fi
