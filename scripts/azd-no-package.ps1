# azd runs this hook before it makes a package itself. That cannot work for this project (azure.yaml says why), so the hook fails.
[Console]::Error.WriteLine('azd-no-package: azd cannot make the package of this project. Run: azd deploy api --from-package dist/mcp-bridge.zip')
[Console]::Error.WriteLine('azd up runs that command for you.')
exit 1
