"""The checks' own tests: a copy of the project is broken in one place, and a check has to say so."""

import re
import shutil
import tempfile
from pathlib import Path

MAIN, FUNCTION, SETTINGS, GATEWAY, KEY = (
    "infra/main.bicep", "infra/app/function.bicep", "infra/app/settings.bicep", "infra/app/gateway.bicep", "infra/app/session-key.bicep")
MCP, PRM = "infra/policies/mcp.xml", "infra/policies/protected-resource.xml"

# File, what stands there once, what is put there, what must be said.
BROKEN = [
    # Syntax.
    (MAIN, "module vault 'br", "module vault br", r"parse|expected string|pycep|tree-sitter"),
    (KEY, "    value: value\n", "    value: value value\n", r"session-key.bicep: line 20"),
    (FUNCTION, "skuName: 'FC1'", "skuName: 'FC1", r"has no end"),
    (SETTINGS, "name: 'appsettings'\n", "name: 'appsettings'\n  name: 'other'\n", r"name stands twice"),
    (SETTINGS, "union(base, ", "union(base, , ", r"cannot begin"),
    # Names.
    (MAIN, "var appName = 'func-mcp-${token}'", "var appName = 'func-mcp-${tokn}'", r"nothing is called tokn"),
    (MAIN, "var scopeName", "var scopeNam", r"nothing is called scopeName"),
    (MAIN, "output AZURE_LOCATION", "output AZURE_TENANT_ID", r"output AZURE_TENANT_ID stands twice"),
    (MAIN, "toLower(uniqueString(", "toLower(uniqString(", r"no function is called uniqString"),
    (MAIN, "toLower(replace(", "toLower(trim(", r"trim takes 1 to 1 arguments"),
    (MAIN, "'app/session-key.bicep'", "'app/session.bicep'", r"no app/session.bicep"),
    (MAIN, "    vaultName: vault.outputs.name\n", "", r"session-key.bicep needs vaultName"),
    (MAIN, "    vaultName: vault", "    vaultname: vault", r"takes no vaultname"),
    (MAIN, "sessionKey.outputs.uri", "sessionKey.outputs.url", r"sessionKey gives no url"),
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
    (KEY, "  parent: vault\n", "", r"has no parent"),
    (GATEWAY, "resource apiPolicy 'Microsoft.ApiManagement/service/apis/policies", "resource apiPolicy 'Microsoft.ApiManagement/service/policies",
     r"does not belong below"),
    (KEY, "secrets@2024-11-01", "secrets@2024-11", r"no type with a version"),
    (GATEWAY, "'../policies/mcp.xml'", "'../policies/mpc.xml'", r"no file ../policies/mpc.xml"),
    (KEY, "@onlyIfNotExists()", "@onlyIfNotThere()", r"unknown decorator"),
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
    (KEY, "secret.properties.secretUri", "secret.properties.uri", r"secret has no properties.uri"),
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
    ("infra/main.parameters.json", "\"vnetEnabled\"", "\"vnet\"", r"main.bicep has no parameter vnet"),
    ("infra/main.parameters.json", "${VNET_ENABLED}", "${MCP_VNET}", r"does not name MCP_VNET"),
    ("infra/main.parameters.json", "${VNET_ENABLED}", "${MCP_RUNTIME}", r"stands for two parameters"),
    ("infra/main.parameters.json", "    \"environmentName\": { \"value\": \"${AZURE_ENV_NAME}\" },\n", "", r"nothing for environmentName"),
    ("azure.yaml", "    host: function", "    hosts: function", r"'host' is a required property"),
    ("azure.yaml", "    project: .\n", "", r"azure.yaml: services/api"),
    ("azure.yaml", "    remoteBuild: false", "    language: python\n    remoteBuild: false", r"with a language"),
    ("azure.yaml", "  predeploy:", "  predploy:", r"predploy"),
    ("azure.yaml", "scripts/azd-check.ps1", "scripts/azd-chek.ps1", r"no script for pwsh"),
    ("azure.yaml", "dist/mcp-bridge.zip]", "dist/app]", r"deploys the package as it is"),
    ("host.json", "\"enableProxyingHttpRequest\"", "\"enableHttpProxyingRequest\"", r"enableHttpProxyingRequest"),
    ("host.json", "\"defaultAuthorizationLevel\": \"function\"", "\"defaultAuthorizationLevel\": \"anonymous\"", r"'function' was expected"),
    ("scripts/azd-check.ps1", "if (-not $env:AZURE_LOCATION) { exit 0 }", "if (-not $env:AZURE_LOCATION { exit 0 }", r"azd-check.ps1: line"),
    ("scripts/azd-endpoint.sh", "$(get MCP_GATEWAY_ENDPOINT)", "$(get MCP_APIM_ENDPOINT)", r"no output MCP_APIM_ENDPOINT"),
    # Security.
    (MAIN, "allowSharedKeyAccess: false", "allowSharedKeyAccess: true", r"no shared keys"),
    (MAIN, "disableLocalAuth: true", "disableLocalAuth: false", r"connection string alone"),
    (FUNCTION, "name: 'scm'\n        allow: false", "name: 'scm'\n        allow: true", r"deployments with a password"),
    (FUNCTION, "alwaysOn: false", "alwaysOn: true", r"refuses alwaysOn"),
    (FUNCTION, "'azd-service-name'", "'azd-service'", r"azd finds no app"),
    (SETTINGS, "var builtin = empty(builtinScope) ? {} : {", "var builtin = empty(runtimeName) ? {} : {", r"opens the host"),
    (SETTINGS, "var base = {\n", "var base = {\n  FUNCTIONS_WORKER_RUNTIME: 'custom'\n", r"not for Flex Consumption"),
    (KEY, "@onlyIfNotExists()\n", "", r"would overwrite"),
    (MAIN, "output MCP_AUTHENTICATION string = authentication", "output MCP_AUTHENTICATION string = '${authentication}${sessionKeySeed1}'", r"gives keys away"),
]
COPIED = ("infra", "azure.yaml", "host.json", "scripts")


def one(root, checks, case):
    file, old, new, said = case
    with tempfile.TemporaryDirectory() as place:
        place = Path(place)
        for name in COPIED:
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
