# scripts/package in a container, for Windows. Arguments are those of scripts/package, with paths inside the project and
# forward slashes. Needs Docker Desktop, or what $env:CONTAINER_TOOL names (podman).
$ErrorActionPreference = 'Stop'
Set-Location (Join-Path $PSScriptRoot '..')
$tool = if ($env:CONTAINER_TOOL) { $env:CONTAINER_TOOL } else { 'docker' }
if (-not (Get-Command $tool -ErrorAction SilentlyContinue)) {
    Write-Error "$tool is not installed. Install it, or name another with CONTAINER_TOOL."
}
& $tool build --platform linux/amd64 --tag mcp-bridge-build --file .devcontainer/Dockerfile .
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
& $tool run --rm --platform linux/amd64 --env HOME=/tmp --env CCACHE_DIR=/project/build/ccache `
    --volume "${PWD}:/project" --volume mcp-bridge-build:/project/build `
    --workdir /project mcp-bridge-build scripts/package @args
exit $LASTEXITCODE
