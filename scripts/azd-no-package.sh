#!/bin/sh
# azd runs this hook before it makes a package itself. That cannot work for this project (azure.yaml says why), so the hook fails.
echo "azd-no-package: azd cannot make the package of this project. Run: azd deploy api --from-package dist/mcp-bridge.zip" >&2
echo "azd up runs that command for you." >&2
exit 1
