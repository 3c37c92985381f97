# azd calls this before it provisions: what would fail late, after minutes, is said at once. MCP_SKIP_CHECKS=1 leaves it out.
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
    Write-Note 'the Azure CLI is not here, so it was not checked that the subscription knows Microsoft.App, which Flex Consumption needs.'
    exit 0
}
$subscription = @()
if ($env:AZURE_SUBSCRIPTION_ID) { $subscription = @('--subscription', $env:AZURE_SUBSCRIPTION_ID) }
$state = az provider show --namespace Microsoft.App --query registrationState --output tsv --only-show-errors @subscription 2>$null
if ($LASTEXITCODE -ne 0) {
    Write-Note 'az answered nothing (az login?), so it was not checked that the subscription knows Microsoft.App.'
    exit 0
}
if ($state -eq 'Registering') { Stop-Here 'Microsoft.App is being registered. Wait a minute, then run this again.' }
if ($state -ne 'Registered') {
    Stop-Here "Microsoft.App is not registered in this subscription. Run: az provider register --namespace Microsoft.App --wait $subscription"
}

if (-not $env:AZURE_LOCATION) { exit 0 }
$regions = az functionapp list-flexconsumption-locations --query '[].name' --output tsv --only-show-errors @subscription 2>$null
if ($LASTEXITCODE -ne 0 -or -not $regions) { exit 0 }
# az names regions with or without spaces and capitals.
$known = $regions | ForEach-Object { $_.Replace(' ', '').ToLowerInvariant() }
if ($known -notcontains $env:AZURE_LOCATION) {
    Stop-Here "$($env:AZURE_LOCATION) has no Flex Consumption. These have: $($regions -join ',')"
}
exit 0
