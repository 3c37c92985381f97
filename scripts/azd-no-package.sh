#!/bin/sh
# azd calls this where it would make a package by itself, which for this project it cannot: azure.yaml says why.
echo "The package is made already and has to be named. Run: azd deploy api --from-package dist/mcp-bridge.zip" >&2
echo "azd up does so by itself." >&2
exit 1
