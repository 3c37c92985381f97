#!/bin/sh
# azd calls this before it provisions: what would fail late, after minutes, is said at once. MCP_SKIP_CHECKS=1 leaves it out.
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "azd-check: $1" >&2
    exit 1
}

[ "${MCP_SKIP_CHECKS:-}" = 1 ] && exit 0

scripts/azd-package.sh --check || exit 1

if ! command -v az >/dev/null 2>&1; then
    echo "azd-check: the Azure CLI is not here, so it was not checked that the subscription knows Microsoft.App, which Flex Consumption needs." >&2
    exit 0
fi
set --
[ -z "${AZURE_SUBSCRIPTION_ID:-}" ] || set -- --subscription "$AZURE_SUBSCRIPTION_ID"
if ! state=$(az provider show --namespace Microsoft.App --query registrationState --output tsv --only-show-errors "$@" 2>/dev/null); then
    echo "azd-check: az answered nothing (az login?), so it was not checked that the subscription knows Microsoft.App." >&2
    exit 0
fi
case "$state" in
    Registered) ;;
    Registering) fail "Microsoft.App is being registered. Wait a minute, then run this again." ;;
    *) fail "Microsoft.App is not registered in this subscription. Run: az provider register --namespace Microsoft.App --wait $*" ;;
esac

[ -n "${AZURE_LOCATION:-}" ] || exit 0
regions=$(az functionapp list-flexconsumption-locations --query '[].name' --output tsv --only-show-errors "$@" 2>/dev/null) || exit 0
[ -n "$regions" ] || exit 0
# az names regions with or without spaces and capitals.
if ! printf '%s\n' "$regions" | tr -d ' ' | tr '[:upper:]' '[:lower:]' | grep -qxF "$AZURE_LOCATION"; then
    fail "$AZURE_LOCATION has no Flex Consumption. These have: $(printf '%s' "$regions" | tr '\n' ',')"
fi
