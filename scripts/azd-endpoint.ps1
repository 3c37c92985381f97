# azd runs this hook after it has deployed. It prints the address of the server and how clients authenticate. It prints the key only with
# --show-key:
#   pwsh scripts/azd-endpoint.ps1 --show-key
$ErrorActionPreference = 'Stop'

# PowerShell reports a missing program with a stack of many lines.
function Assert-Program([string]$Name, [string]$Purpose) {
    if (Get-Command $Name -ErrorAction SilentlyContinue) { return }
    [Console]::Error.WriteLine("azd-endpoint: $Name, which $Purpose, is not installed.")
    exit 1
}

# azd passes the outputs of the deployment as variables. If a user runs this script, it asks azd for them.
$values = @{}
if ($env:SERVICE_API_NAME) {
    Get-ChildItem env: | ForEach-Object { $values[$_.Name] = $_.Value }
} else {
    Assert-Program azd 'knows the address'
    azd env get-values | ForEach-Object {
        if ($_ -match '^(\w+)="(.*)"$') { $values[$Matches[1]] = $Matches[2] }
    }
}
$app = $values['SERVICE_API_NAME']
if (-not $app) {
    [Console]::Error.WriteLine('azd-endpoint: nothing is provisioned in this azd environment. Run azd up, or choose another environment with azd env select.')
    exit 1
}

Write-Host ''
Write-Host "Function app:  $app"
Write-Host "MCP endpoint:  $($values['MCP_ENDPOINT'])"
switch ($values['MCP_AUTHENTICATION']) {
    'builtin' {
        Write-Host 'Clients sign in with Entra ID; there is no key.'
        exit 0
    }
    'apim' {
        Write-Host "API gateway:   $($values['MCP_GATEWAY_ENDPOINT'])"
        Write-Host 'Clients of the gateway sign in with Entra ID. Clients that call the function app directly need its key.'
    }
}
$query = @('--name', $app, '--resource-group', $values['AZURE_RESOURCE_GROUP'], '--query', 'functionKeys.default', '--output', 'tsv')
if ($args -contains '--show-key') {
    $subscription = $values['AZURE_SUBSCRIPTION_ID']
    Assert-Program az 'knows the key'
    $key = az functionapp keys list --subscription $subscription @query
    if ($LASTEXITCODE -ne 0) { exit 1 }
    Write-Host "Key:           $key"
    exit 0
}
Write-Host 'Clients send the key in the header x-functions-key, or as ?code= in the URL. This command prints it:'
Write-Host "  az functionapp keys list $query"
exit 0
