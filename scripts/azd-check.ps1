# azd runs this hook before it provisions. It reports at once what would fail after minutes. MCP_SKIP_CHECKS=1 skips the checks.
$ErrorActionPreference = 'Stop'
Set-Location (Join-Path $PSScriptRoot '..')

function Stop-Here([string]$Message) {
    [Console]::Error.WriteLine("azd-check: $Message")
    exit 1
}

function Write-Note([string]$Message) {
    [Console]::Error.WriteLine("azd-check: $Message")
}

if ($env:MCP_SKIP_CHECKS -eq '1') { exit 0 }

& (Join-Path $PSScriptRoot 'azd-package.ps1') --check
if ($LASTEXITCODE -ne 0) { exit 1 }

if (-not (Get-Command az -ErrorAction SilentlyContinue)) {
    Write-Note 'the Azure CLI (az) is not installed, so it was not checked whether Microsoft.App, which Flex Consumption needs, is registered.'
    exit 0
}
$subscription = @()
if ($env:AZURE_SUBSCRIPTION_ID) { $subscription = @('--subscription', $env:AZURE_SUBSCRIPTION_ID) }
$state = az provider show --namespace Microsoft.App --query registrationState --output tsv --only-show-errors @subscription 2>$null
if ($LASTEXITCODE -ne 0) {
    Write-Note 'az failed, so it was not checked whether Microsoft.App is registered. If you are not signed in, run az login.'
    exit 0
}
if ($state -eq 'Registering') { Stop-Here 'the registration of Microsoft.App is in progress. Wait a minute, then run azd again.' }
if ($state -ne 'Registered') {
    Stop-Here "Microsoft.App is not registered in this subscription. Run: az provider register --namespace Microsoft.App --wait $subscription"
}

if (-not $env:AZURE_LOCATION) { exit 0 }
$regions = az functionapp list-flexconsumption-locations --query '[].name' --output tsv --only-show-errors @subscription 2>$null
if ($LASTEXITCODE -ne 0 -or -not $regions) { exit 0 }
# az prints names of regions with or without spaces and capital letters.
$known = $regions | ForEach-Object { $_.Replace(' ', '').ToLowerInvariant() }
if ($known -notcontains $env:AZURE_LOCATION) {
    Stop-Here "the region $($env:AZURE_LOCATION) has no Flex Consumption. Run azd env set AZURE_LOCATION with one of these: $($regions -join ',')"
}
exit 0
