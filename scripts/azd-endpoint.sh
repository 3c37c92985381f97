#!/bin/sh
# azd runs this hook after it has deployed. It prints the address of the server and how clients authenticate. It prints the key only with
# --show-key:
#   sh scripts/azd-endpoint.sh --show-key
set -eu

# azd passes the outputs of the deployment as variables. If a user runs this script, it asks azd for them.
if [ -z "${SERVICE_API_NAME:-}" ]; then
    values=$(azd env get-values) || exit 1
    get() { printf '%s\n' "$values" | sed -n "s/^$1=\"\\(.*\\)\"\$/\\1/p"; }
    SERVICE_API_NAME=$(get SERVICE_API_NAME)
    AZURE_RESOURCE_GROUP=$(get AZURE_RESOURCE_GROUP)
    AZURE_SUBSCRIPTION_ID=$(get AZURE_SUBSCRIPTION_ID)
    MCP_AUTHENTICATION=$(get MCP_AUTHENTICATION)
    MCP_ENDPOINT=$(get MCP_ENDPOINT)
    MCP_GATEWAY_ENDPOINT=$(get MCP_GATEWAY_ENDPOINT)
fi
if [ -z "${SERVICE_API_NAME:-}" ]; then
    echo "azd-endpoint: nothing is provisioned in this azd environment. Run azd up, or choose another environment with azd env select." >&2
    exit 1
fi

echo
echo "Function app:  $SERVICE_API_NAME"
echo "MCP endpoint:  $MCP_ENDPOINT"
case "${MCP_AUTHENTICATION:-keys}" in
    builtin)
        echo "Clients sign in with Entra ID; there is no key."
        exit 0
        ;;
    apim)
        echo "API gateway:   $MCP_GATEWAY_ENDPOINT"
        echo "Clients of the gateway sign in with Entra ID. Clients that call the function app directly need its key."
        ;;
esac
set -- "${1:-}" --name "$SERVICE_API_NAME" --resource-group "$AZURE_RESOURCE_GROUP" --query functionKeys.default --output tsv
if [ "$1" = --show-key ]; then
    shift
    printf 'Key:           '
    exec az functionapp keys list --subscription "$AZURE_SUBSCRIPTION_ID" "$@"
fi
shift
echo "Clients send the key in the header x-functions-key, or as ?code= in the URL. This command prints it:"
echo "  az functionapp keys list $*"
