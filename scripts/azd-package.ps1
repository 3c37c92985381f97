# azd runs this hook before it deploys. It makes dist/mcp-bridge.zip in a container.
#
#   scripts/azd-package.ps1 [--check]
#
#   --check               only check whether this machine can make the package
#   MCP_PACKAGE_ARGS      arguments for scripts/package, separated by spaces: `--config my.json --add server`
#   MCP_PACKAGE_READY=1   make nothing: deploy the dist/mcp-bridge.zip that is there
$ErrorActionPreference = 'Stop'
Set-Location (Join-Path $PSScriptRoot '..')
$package = 'dist/mcp-bridge.zip'

if ($env:MCP_PACKAGE_READY -eq '1') {
    if (Test-Path $package -PathType Leaf) { exit 0 }
    [Console]::Error.WriteLine("azd-package: MCP_PACKAGE_READY is 1, but there is no $package. Copy it there, or run: azd env set MCP_PACKAGE_READY 0")
    exit 1
}

if ($args -contains '--check') {
    $tool = if ($env:CONTAINER_TOOL) { $env:CONTAINER_TOOL } else { 'docker' }
    if (Get-Command $tool -ErrorAction SilentlyContinue) {
        & $tool info *> $null
        if ($LASTEXITCODE -eq 0) { exit 0 }
    }
    [Console]::Error.WriteLine("azd-package: Windows needs a container to compile the package, and $tool is not installed or not running.")
    [Console]::Error.WriteLine('Start it, or name another tool with CONTAINER_TOOL. To deploy a dist/mcp-bridge.zip that was made on another machine, run:')
    [Console]::Error.WriteLine('azd env set MCP_PACKAGE_READY 1')
    exit 1
}

$arguments = @()
if ($env:MCP_PACKAGE_ARGS) { $arguments = $env:MCP_PACKAGE_ARGS.Split(' ', [StringSplitOptions]::RemoveEmptyEntries) }
& (Join-Path $PSScriptRoot 'package-in-container.ps1') @arguments
exit $LASTEXITCODE
