"""The checks' own tests: a copy of the project is broken in one place, and a check has to say so."""

import re
import shutil
import tempfile
from pathlib import Path

MAIN, FUNCTION, SETTINGS, GATEWAY = ("infra/main.bicep", "infra/app/function.bicep", "infra/app/settings.bicep", "infra/app/gateway.bicep")
SECRET = "infra/app/secret.bicep"
PARAMETERS = "infra/main.parameters.json"
MCP, PRM = "infra/policies/mcp.xml", "infra/policies/protected-resource.xml"

# File, what stands there once, what is put there, what must be said.
BROKEN = [
    # Syntax.
    (MAIN, "module vault 'br", "module vault br", r"parse|expected string|pycep|tree-sitter"),
    (GATEWAY, "    path: '/'\n", "    path: '/' '/'\n", r"gateway.bicep: line 77"),
    (FUNCTION, "skuName: 'FC1'", "skuName: 'FC1", r"has no end"),
    (SETTINGS, "name: 'appsettings'\n", "name: 'appsettings'\n  name: 'other'\n", r"name stands twice"),
    (SETTINGS, "union(base, ", "union(base, , ", r"cannot begin"),
    # Names.
    (MAIN, "var appName = 'func-mcp-${token}'", "var appName = 'func-mcp-${tokn}'", r"nothing is called tokn"),
    (MAIN, "var scopeName", "var scopeNam", r"nothing is called scopeName"),
    (MAIN, "output AZURE_LOCATION", "output AZURE_TENANT_ID", r"output AZURE_TENANT_ID stands twice"),
    (MAIN, "toLower(uniqueString(", "toLower(uniqString(", r"no function is called uniqString"),
    (GATEWAY, "range(0, 2)", "range(2)", r"range takes 2 to 2 arguments"),
    (MAIN, "'app/entra.bicep'", "'app/entry.bicep'", r"no app/entry.bicep"),
    (MAIN, "    identityPrincipalId: identity.outputs.principalId\n", "", r"entra.bicep needs identityPrincipalId"),
    (MAIN, "    identityPrincipalId: identity", "    identityPrincipalid: identity", r"takes no identityPrincipalid"),
    (MAIN, "gatewayApi!.outputs.url", "gatewayApi!.outputs.uri", r"gatewayApi gives no uri"),
    (MAIN, "insights.outputs.connectionString", "insights.outputs.connection", r"insights gives no connection"),
    (MAIN, "clientId: entra!.outputs.clientId\n    identifierUri: entra!.outputs.identifierUri\n    scopeName",
     "clientId: entra.outputs.clientId\n    identifierUri: entra!.outputs.identifierUri\n    scopeName", r"write entra!"),
    (MAIN, "subnetId: vnetEnabled ? network!.outputs.appSubnetId : ''", "subnetId: network!.outputs.appSubnetId",
     r"network is not deployed with vnetEnabled False"),
    (MAIN, "var usesEntra = authentication != 'keys'", "var usesEntra = authentication == 'apim'",
     r"entra is not deployed with authentication builtin"),
    (MAIN, "output MCP_GATEWAY_NAME string = isGateway ?", "output MCP_GATEWAY_NAME string = usesEntra ?",
     r"gateway is not deployed with authentication builtin"),
    (MAIN, "module network 'app/network.bicep' = if (vnetEnabled)", "module network 'app/network.bicep' = if (empty(vault.outputs.name))",
     r"known too late"),
    (GATEWAY, "for name in valueNames:", "for name in values:", r"what service gives is known too late"),
    (FUNCTION, "param subnetId string", "param subnetId string\n\n@description('x')\nparam other string", r"param other is not used"),
    (MAIN, "param location string", "param location text", r"unknown type text"),
    (SETTINGS, "  parent: app\n", "", r"has no parent"),
    (GATEWAY, "resource apiPolicy 'Microsoft.ApiManagement/service/apis/policies", "resource apiPolicy 'Microsoft.ApiManagement/service/policies",
     r"does not belong below"),
    (SETTINGS, "sites/config@2024-11-01", "sites/config@2024-11", r"no type with a version"),
    (GATEWAY, "'../policies/mcp.xml'", "'../policies/mpc.xml'", r"no file ../policies/mpc.xml"),
    (MAIN, "@minValue(1)\n", "@leastValue(1)\n", r"unknown decorator"),
    (SECRET, "@onlyIfNotExists()\n", "@onlyIfNotExist()\n", r"unknown decorator"),
    (SECRET, "@onlyIfNotExists()\n", "@onlyIfNotExists(true)\n", r"takes no arguments"),
    (SECRET, "resource vault 'Microsoft", "@onlyIfNotExists()\nresource vault 'Microsoft", r"before vault, which exists"),
    (MAIN, "module stateSecret 'app", "@onlyIfNotExists()\nmodule stateSecret 'app", r"cannot stand before module stateSecret"),
    (MAIN, "param location string\n", "param location string\n\nvar other = newGuid()\n", r"in the default of a parameter only"),
    (MAIN, "  name: 'settings'", "  name: 'plan'", r"makes a deployment plan too"),
    (MAIN, "'app/network.bicep'", "'app/settings.bicep'", r"network.bicep: no module uses this file"),
    # Types.
    (MAIN, "    httpConcurrency: httpConcurrency\n", "    httpConcurrency: 'many'\n", r"function.httpConcurrency is int, not string"),
    (MAIN, "storage-account:0.33.0", "storage-account:0.34.0", r"no br/public:avm/res/storage/storage-account:0.34.0"),
    (MAIN, "    skuName: 'Standard_LRS'", "    sku: 'Standard_LRS'", r"takes no sku"),
    (MAIN, "    skuName: 'Standard_LRS'", "    skuName: 'Standard_LSR'", r"cannot be 'Standard_LSR'"),
    (MAIN, "    skuCapacity: 1", "    skuCapacity: '1'", r"gateway.skuCapacity is int, not string"),
    (MAIN, "service: 'blob'\n", "service: 'blob'\n        subnetId: 'x'\n", r"storage.privateEndpoints has no subnetId"),
    (MAIN, "service: 'blob'\n", "", r"storage.privateEndpoints needs service"),
    (MAIN, "roleDefinitionIdOrName: 'Storage Blob Data Owner'", "roleDefinitionIdOrName: 'Storage Blob Owner'", r"knows no role Storage Blob Owner"),
    (FUNCTION, "instanceMemoryMB: instanceMemoryMB\n  maximumInstanceCount", "instanceMemory: instanceMemoryMB\n  maximumInstanceCount",
     r"scaleAndConcurrency has no instanceMemory"),
    (FUNCTION, "instanceCount: alwaysReadyInstances", "instanceCount: 'one'", r"alwaysReady.instanceCount is int, not string"),
    (FUNCTION, "perInstanceConcurrency", "perInstanceConcurency", r"has no perInstanceConcurency"),
    ("infra/app/authentication.bicep", "requireAuthentication: enabled", "requireAuthentification: enabled", r"has no requireAuthentification"),
    ("infra/app/authentication.bicep", "enabled ? 'Return401'", "enabled ? 'Return402'", r"cannot be 'Return402'"),
    ("infra/app/entra.bicep", "requestedAccessTokenVersion: 2", "requestedAccessTokenVersion: 'v2'", r"is int, not string"),
    (GATEWAY, "method: method\n", "", r"needs method"),
    (GATEWAY, "app.properties.defaultHostName", "app.properties.hostName", r"app has no properties.hostName"),
    (SECRET, "    contentType: 'text/plain'\n", "    contentTyp: 'text/plain'\n", r"secret.properties has no contentTyp"),
    (SECRET, "vault.properties.vaultUri", "vault.properties.uri", r"vault has no properties.uri"),
    # Policies.
    (MCP, "</audiences>", "</audience>", r"mismatched tag"),
    (MCP, "{{mcp-client-id}}", "{{mcp-client}}", r"makes the named value mcp-client\b"),
    (MCP, "{{mcp-client-id}}", "{{mcp-client-id}", r"half a named value"),
    (GATEWAY, "  'mcp-scope'\n", "", r"makes the named value mcp-scope\b"),
    (MCP, "validate-azure-ad-token tenant-id", "validate-azure-ad-token tenant", r"has no attribute tenant|needs tenant-id"),
    (MCP, "<set-query-parameter", "<set-query-param", r"no policy is called set-query-param"),
    (MCP, " buffer-response=\"false\"", "", r"streams need"),
    (MCP, "timeout=\"240\"", "timeout=\"600\"", r"the time until the headers"),
    (MCP, "{{mcp-host-key}}", "{{mcp-client-id}}", r"named value that is a secret"),
    (GATEWAY, "secret: true", "secret: false", r"named value that is a secret"),
    (PRM, "<backend>\n        <base />\n    </backend>\n    ", "", r"the sections are"),
    (PRM, ").ToString())</set-body>", ".ToString())</set-body>", r"has no end|do not close"),
    (MCP, "    <backend>\n", "    <backend>\n        <set-status code=\"200\" /><validate-azure-ad-token tenant-id=\"x\" />\n",
     r"validate-azure-ad-token cannot stand in backend"),
    # The rest of the project.
    (PARAMETERS, "\"vnetEnabled\"", "\"vnet\"", r"main.bicep has no parameter vnet"),
    (PARAMETERS, "${VNET_ENABLED}", "${MCP_VNET}", r"does not name MCP_VNET"),
    (PARAMETERS, "${VNET_ENABLED}", "${MCP_RUNTIME_VERSION}", r"stands for two parameters"),
    (PARAMETERS, "${MCP_APP_SETTINGS=null}", "${MCP_APP_SETTINGS}", r"MCP_APP_SETTINGS is empty, azd refuses"),
    (PARAMETERS, "${MCP_APP_SETTINGS=null}", "${MCP_APP_SETTINGS={}}", r"a brace too many"),
    (PARAMETERS, "${MCP_AUTHENTICATION=keys}", "${MCP_AUTHENTICATION}", r"MCP_AUTHENTICATION is empty, azd passes ''"),
    (PARAMETERS, "${MCP_AUTHENTICATION=keys}", "${MCP_AUTHENTICATION=apim}", r"MCP_AUTHENTICATION is empty, azd passes 'apim'"),
    (PARAMETERS, "    \"environmentName\": { \"value\": \"${AZURE_ENV_NAME}\" },\n", "", r"nothing for environmentName"),
    (PARAMETERS, "    \"vnetEnabled\"",
     "    \"stateKey\": { \"value\": \"${MCP_STATE_KEY}\" },\n    \"vnetEnabled\"", r"stateKey is random"),
    (".gitignore", ".azure\n", "", r"no line .azure"),
    ("infra/overlays/node/README.md", "MCP_PACKAGE_ARGS=\"", "MCP_PACKAGE_ARGS \"", r"azd refuses `azd env set MCP_PACKAGE_ARGS"),
    ("azure.yaml", "azd: \">= 1.23.8\"", "azd: \">= 1.19.0\"", r"which needs 1.20.0"),
    ("azure.yaml", "    host: function", "    hosts: function", r"'host' is a required property"),
    ("azure.yaml", "    project: .\n", "", r"azure.yaml: services/api"),
    ("azure.yaml", "    remoteBuild: false", "    language: python\n    remoteBuild: false", r"with a language"),
    ("azure.yaml", "  predeploy:", "  predploy:", r"predploy"),
    ("azure.yaml", "scripts/azd-check.ps1", "scripts/azd-chek.ps1", r"no script for pwsh"),
    ("azure.yaml", "dist/mcp-bridge.zip]", "dist/app]", r"deploys the package as it is"),
    ("host.json", "\"enableProxyingHttpRequest\"", "\"enableHttpProxyingRequest\"", r"enableHttpProxyingRequest"),
    ("host.json", "\"defaultAuthorizationLevel\": \"function\"", "\"defaultAuthorizationLevel\": \"anonymous\"", r"'function' was expected"),
    ("scripts/azd-check.ps1", "if (-not $env:AZURE_LOCATION) { exit 0 }", "if (-not $env:AZURE_LOCATION { exit 0 }", r"azd-check.ps1: line"),
    ("scripts/package-in-container.ps1", "[Console]::Error.WriteLine(\"package", "Write-Error (\"package", r"Write-Error"),
    ("scripts/azd-endpoint.ps1", "    Assert-Program az 'knows the key'\n", "", r"az is started"),
    ("scripts/azd-endpoint.sh", "$(get MCP_GATEWAY_ENDPOINT)", "$(get MCP_APIM_ENDPOINT)", r"no output MCP_APIM_ENDPOINT"),
    ("local.settings.json.example", "FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_RUNTIME", r"FUNCTIONS_WORKER_RUNTIME is not custom"),
    (".gitignore", "/local.settings.json\n", "", r"git would track local.settings.json"),
    ("scripts/build", "cp local.settings.json.example local.settings.json", "true", r"does not make local.settings.json"),
    # Security.
    (MCP, "        <set-header name=\"x-api-key\" exists-action=\"delete\" />\n", "", r"a client's x-api-key is forwarded"),
    (MCP, "        <set-header name=\"Authorization\" exists-action=\"delete\" />\n", "", r"a client's Authorization is forwarded"),
    (MAIN, "allowSharedKeyAccess: false", "allowSharedKeyAccess: true", r"no shared keys"),
    (MAIN, "disableLocalAuth: true", "disableLocalAuth: false", r"connection string alone"),
    (FUNCTION, "name: 'scm'\n        allow: false", "name: 'scm'\n        allow: true", r"deployments with a password"),
    (FUNCTION, "alwaysOn: false", "alwaysOn: true", r"refuses alwaysOn"),
    (FUNCTION, "'azd-service-name'", "'azd-service'", r"azd finds no app"),
    (SETTINGS, "var builtin = empty(builtinScope) ? {} : {", "var builtin = empty(runtimeName) ? {} : {", r"opens the host"),
    (SETTINGS, "var base = {\n", "var base = {\n  FUNCTIONS_WORKER_RUNTIME: 'custom'\n", r"not for Flex Consumption"),
    (SETTINGS, "var base = {\n", "var base = {\n  MCP_BRIDGE_REPLY: 'json'\n", r"the bridge reads no MCP_BRIDGE_REPLY"),
    (SETTINGS, "  AzureWebJobsFeatureFlags: 'EnableMcpCustomHandlerPreview'\n", "", r"without the flag"),
    (SETTINGS, "var base = {\n", "var base = empty(builtinScope) ? {} : {\n", r"without the flag"),
    (MAIN, "@minValue(1)\n@maxValue(1000)", "@minValue(40)\n@maxValue(1000)", r"one instance"),
    (MAIN, "output MCP_AUTHENTICATION string = authentication", "output MCP_AUTHENTICATION string = '${authentication}${appSettings.key}'", r"gives keys away"),
    # Secrets.
    (MAIN, "    runtimeName: runtimeName\n", "    runtimeName: appSettings.runtime\n", r"function.bicep keeps the secret runtimeName in the clear"),
    (SETTINGS, "@secure()\n", "", r"settings.bicep keeps the secret further in the clear"),
    (SECRET, "@secure()\n", "", r"param value is random, but not secure"),
    (SECRET, "@onlyIfNotExists()\n", "", r"each deployment changes secret, because value is random"),
    (MAIN, "    skuCapacity: 1\n", "    skuCapacity: length(stateKey)\n", r"each deployment changes gateway, because stateKey is random"),
    (SETTINGS, "'@Microsoft.KeyVault(SecretUri=${stateKeyUri})'", "stateKeyUri", r"MCP_BRIDGE_STATE_KEY does not refer to a secret"),
    (SETTINGS, "'@Microsoft.KeyVault(SecretUri=${stateKeyUri})'", "'@Microsoft.KeyVault(SecretUri=${stateKeyUri}'",
     r"STATE_KEY does not refer to a secret"),
    (MAIN, "stateKeyUri: stateSecret.outputs.uri", "stateKeyUri: '${vault.outputs.uri}secrets/mcp-state-key'", r"may be set before its secret is there"),
    (SETTINGS, "  MCP_BRIDGE_STATE_KEY: '@Microsoft.KeyVault(SecretUri=${stateKeyUri})'\n", "", r"nothing sets MCP_BRIDGE_STATE_KEY"),
]
# bridge/app/flags.cpp names the variables that the bridge reads.
COPIED = ("infra", "azure.yaml", "host.json", "local.settings.json.example", ".gitignore", "scripts", "bridge/app/flags.cpp")


def one(root, checks, case):
    file, old, new, said = case
    with tempfile.TemporaryDirectory() as place:
        place = Path(place)
        for name in COPIED:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if (root / name).is_dir() else shutil.copy)(root / name, place / name)
        text = (place / file).read_text()
        if text.count(old) != 1:
            return [f"{old!r} stands {text.count(old)} times in {file}"]
        (place / file).write_text(text.replace(old, new))
        mistakes = []
        for check in checks:
            mistakes += check(place)
            if any(re.search(said, mistake) for mistake in mistakes):
                return []
        return [f"no check says /{said}/", *mistakes]


def run(root, checks):
    for case in BROKEN:
        yield f"broken: {case[0]}: {' '.join(case[2].split())[:60] or 'without ' + ' '.join(case[1].split())[:50]}", one(root, checks, case)
