# azd calls this where it would make a package by itself, which for this project it cannot: azure.yaml says why.
[Console]::Error.WriteLine('The package is made already and has to be named. Run: azd deploy api --from-package dist/mcp-bridge.zip')
[Console]::Error.WriteLine('azd up does so by itself.')
exit 1
