# Runs scripts/package in a container, for Windows. It accepts the arguments of scripts/package; paths must be inside the project and have
# forward slashes. It needs Docker Desktop, or the tool that $env:CONTAINER_TOOL names (podman).
$ErrorActionPreference = 'Stop'
Set-Location (Join-Path $PSScriptRoot '..')
$tool = if ($env:CONTAINER_TOOL) { $env:CONTAINER_TOOL } else { 'docker' }
if (-not (Get-Command $tool -ErrorAction SilentlyContinue)) {
    [Console]::Error.WriteLine("package-in-container: $tool is not installed. Install it, or name another tool with CONTAINER_TOOL.")
    [Console]::Error.WriteLine('If you have a bridge that was built elsewhere, run scripts/package with --binary instead, on Linux or in WSL.')
    exit 1
}
& $tool build --platform linux/amd64 --tag mcp-bridge-build --file .devcontainer/Dockerfile .
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
& $tool run --rm --platform linux/amd64 --env HOME=/tmp --env CCACHE_DIR=/project/build/ccache `
    --volume "${PWD}:/project" --volume mcp-bridge-build:/project/build `
    --workdir /project mcp-bridge-build scripts/package @args
exit $LASTEXITCODE
