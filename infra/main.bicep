targetScope = 'subscription'

metadata description = 'mcp-bridge in front of a stdio MCP server on Azure Functions, Flex Consumption. README.md beside this file has the table of parameters.'

@minLength(1)
@maxLength(64)
@description('Name of the azd environment. The names of all resources are derived from it.')
param environmentName string

@minLength(1)
@description('Region of all resources. It must offer Flex Consumption: az functionapp list-flexconsumption-locations')
@metadata({
  azd: {
    type: 'location'
  }
})
param location string

@description('Name of the resource group. By default rg-<environment name>.')
param resourceGroupName string = ''

@allowed([
  'custom'
  'python'
  'node'
  'dotnet-isolated'
  'java'
])
@description('What the image of an instance holds: nothing but custom for a binary, else the runtime that the server needs.')
param runtimeName string = 'custom'

@description('Version of the runtime. By default 1.0 for custom, and for the others the version in the variable runtimeVersions.')
param runtimeVersion string = ''

@allowed([
  512
  2048
  4096
])
@description('Memory of an instance in MB; CPU comes with it. Bridge and server share it with the Functions host.')
param instanceMemoryMB int = 2048

@minValue(40)
@maxValue(1000)
@description('How many instances there may be. The platform takes 40 at least.')
param maximumInstanceCount int = 100

@minValue(0)
@maxValue(20)
@description('Instances that are kept running, and paid for, without requests. 0: down to none.')
param alwaysReadyInstances int = 0

@minValue(0)
@maxValue(1000)
@description('Requests that an instance takes at a time before another one is added. An open stream counts as one. 0: the default of the platform.')
param httpConcurrency int = 0

@description('Puts the app into a virtual network, and storage and key vault behind private endpoints.')
param vnetEnabled bool = false

@allowed([
  'keys'
  'builtin'
  'apim'
])
@description('Who lets clients in: the keys of the Functions host, App Service authentication (builtin), or API Management (apim), both with Entra ID.')
param authentication string = 'keys'

@description('Client ids, separated by commas, that may ask for tokens without further consent. By default Visual Studio Code. For builtin and apim.')
param preAuthorizedClientIds string = 'aebc6443-996d-45c2-90f0-388ff96faa56'

@description('Id in a service management database. Some tenants demand it of every application registration.')
param serviceManagementReference string = ''

@allowed([
  'BasicV2'
  'StandardV2'
  'Developer'
  'Basic'
  'Standard'
])
@description('Tier of API Management. Consumption is not among them: it cuts long streams.')
param apimSku string = 'BasicV2'

@description('Address that API Management sends its notices to.')
param apimPublisherEmail string = 'noreply@example.com'

@description('Name that API Management shows as the publisher.')
param apimPublisherName string = 'mcp-bridge'

@secure()
@description('Further settings of the app: options of the bridge (MCP_BRIDGE_...) and what the names in bridge.json ask for. They win over those made here.')
param appSettings object = {}

@description('Protects the key vault from purging. The name of the vault, and so of the environment, then stays taken for a week after azd down.')
param keyVaultPurgeProtection bool = false

@minValue(30)
@maxValue(730)
@description('How many days logs are kept.')
param logRetentionDays int = 30

@secure()
@description('First half of the session key, where there is none yet.')
param sessionKeySeed1 string = newGuid()

@secure()
@description('Second half of the session key, where there is none yet.')
param sessionKeySeed2 string = newGuid()

// azd looks for the app by this tag: it is the name of the service in azure.yaml.
var serviceName = 'api'
var tags = {
  'azd-env-name': environmentName
}
var token = toLower(uniqueString(subscription().id, environmentName, location))
var appName = 'func-mcp-${token}'
var packageContainer = 'package-${token}'
var runtimeVersions = {
  custom: '1.0'
  python: '3.12'
  node: '22'
  'dotnet-isolated': '10.0'
  java: '21'
}
var usesEntra = authentication != 'keys'
var isBuiltin = authentication == 'builtin'
var isGateway = authentication == 'apim'
var scopeName = 'user_impersonation'

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: empty(resourceGroupName) ? 'rg-${environmentName}' : resourceGroupName
  location: location
  tags: tags
}

module identity 'br/public:avm/res/managed-identity/user-assigned-identity:0.6.0' = {
  name: 'identity'
  scope: group
  params: {
    name: 'id-mcp-${token}'
    location: location
    tags: tags
  }
}

module logs 'br/public:avm/res/operational-insights/workspace:0.16.1' = {
  name: 'logs'
  scope: group
  params: {
    name: 'log-${token}'
    location: location
    tags: tags
    dataRetention: logRetentionDays
  }
}

module insights 'br/public:avm/res/insights/component:0.8.0' = {
  name: 'insights'
  scope: group
  params: {
    name: 'appi-${token}'
    location: location
    tags: tags
    workspaceResourceId: logs.outputs.resourceId
    retentionInDays: 30
    // Who knows the connection string alone can send nothing: only the identity may.
    disableLocalAuth: true
    roleAssignments: [
      {
        principalId: identity.outputs.principalId
        principalType: 'ServicePrincipal'
        roleDefinitionIdOrName: 'Monitoring Metrics Publisher'
      }
    ]
  }
}

module network 'app/network.bicep' = if (vnetEnabled) {
  name: 'network'
  scope: group
  params: {
    name: 'vnet-${token}'
    location: location
    tags: tags
  }
}

module storage 'br/public:avm/res/storage/storage-account:0.33.0' = {
  name: 'storage'
  scope: group
  params: {
    name: 'st${token}'
    location: location
    tags: tags
    skuName: 'Standard_LRS'
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: vnetEnabled ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: vnetEnabled ? 'Deny' : 'Allow'
    }
    blobServices: {
      containers: [
        {
          name: packageContainer
        }
      ]
    }
    privateEndpoints: vnetEnabled ? [
      {
        service: 'blob'
        subnetResourceId: network!.outputs.endpointsSubnetId
        privateDnsZoneGroup: {
          privateDnsZoneGroupConfigs: [
            {
              privateDnsZoneResourceId: network!.outputs.blobZoneId
            }
          ]
        }
      }
    ] : []
    // The host keeps keys, leases and the package in blobs. Queues and tables are for triggers that are not used here.
    roleAssignments: [
      {
        principalId: identity.outputs.principalId
        principalType: 'ServicePrincipal'
        roleDefinitionIdOrName: 'Storage Blob Data Owner'
      }
    ]
  }
}

module vault 'br/public:avm/res/key-vault/vault:0.14.0' = {
  name: 'vault'
  scope: group
  params: {
    name: 'kv-${token}'
    location: location
    tags: tags
    sku: 'standard'
    enableRbacAuthorization: true
    enableVaultForDeployment: false
    enableVaultForDiskEncryption: false
    enableVaultForTemplateDeployment: false
    enablePurgeProtection: keyVaultPurgeProtection
    softDeleteRetentionInDays: 7
    publicNetworkAccess: vnetEnabled ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: vnetEnabled ? 'Deny' : 'Allow'
    }
    privateEndpoints: vnetEnabled ? [
      {
        service: 'vault'
        subnetResourceId: network!.outputs.endpointsSubnetId
        privateDnsZoneGroup: {
          privateDnsZoneGroupConfigs: [
            {
              privateDnsZoneResourceId: network!.outputs.vaultZoneId
            }
          ]
        }
      }
    ] : []
    roleAssignments: [
      {
        principalId: identity.outputs.principalId
        principalType: 'ServicePrincipal'
        roleDefinitionIdOrName: 'Key Vault Secrets User'
      }
    ]
  }
}

module sessionKey 'app/session-key.bicep' = {
  name: 'session-key'
  scope: group
  params: {
    vaultName: vault.outputs.name
    value: toLower(replace('${sessionKeySeed1}${sessionKeySeed2}', '-', ''))
  }
}

module entra 'app/entra.bicep' = if (usesEntra) {
  name: 'entra'
  scope: group
  params: {
    uniqueName: '${appName}-mcp'
    displayName: 'MCP server ${environmentName}'
    scopeName: scopeName
    preAuthorizedClientIds: map(split(preAuthorizedClientIds, ','), id => trim(id))
    serviceManagementReference: serviceManagementReference
    signInHost: isBuiltin ? '${appName}.azurewebsites.net' : ''
    identityPrincipalId: identity.outputs.principalId
  }
}

module function 'app/function.bicep' = {
  name: 'function'
  scope: group
  params: {
    name: appName
    planName: 'plan-${token}'
    location: location
    tags: tags
    serviceName: serviceName
    identityId: identity.outputs.resourceId
    packageContainerUri: '${storage.outputs.primaryBlobEndpoint}${packageContainer}'
    runtimeName: runtimeName
    runtimeVersion: empty(runtimeVersion) ? runtimeVersions[runtimeName] : runtimeVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    httpConcurrency: httpConcurrency
    subnetId: vnetEnabled ? network!.outputs.appSubnetId : ''
  }
}

// The host lets everybody in while its level is anonymous (builtin). So the platform checks before that begins, and until after it has ended:
// authentication is turned on before the settings, and off after them.
module authenticationOn 'app/authentication.bicep' = if (isBuiltin) {
  name: 'authentication-on'
  scope: group
  params: {
    appName: function.outputs.name
    enabled: true
    tenantId: tenant().tenantId
    clientId: entra!.outputs.clientId
    identifierUri: entra!.outputs.identifierUri
    preAuthorizedClientIds: map(split(preAuthorizedClientIds, ','), id => trim(id))
  }
}

module settings 'app/settings.bicep' = {
  name: 'settings'
  scope: group
  params: {
    appName: function.outputs.name
    identityClientId: identity.outputs.clientId
    blobEndpoint: storage.outputs.primaryBlobEndpoint
    insightsConnectionString: insights.outputs.connectionString
    sessionKeyUri: sessionKey.outputs.uri
    runtimeName: runtimeName
    builtinScope: isBuiltin ? '${entra!.outputs.identifierUri}/${scopeName}' : ''
    further: appSettings
  }
  dependsOn: [
    authenticationOn
  ]
}

module authenticationOff 'app/authentication.bicep' = if (!isBuiltin) {
  name: 'authentication-off'
  scope: group
  params: {
    appName: function.outputs.name
    enabled: false
  }
  dependsOn: [
    settings
  ]
}

module gateway 'br/public:avm/res/api-management/service:0.15.0' = if (isGateway) {
  name: 'gateway'
  scope: group
  params: {
    name: 'apim-${token}'
    location: location
    tags: tags
    sku: apimSku
    skuCapacity: 1
    availabilityZones: []
    publisherEmail: apimPublisherEmail
    publisherName: apimPublisherName
  }
}

module gatewayApi 'app/gateway.bicep' = if (isGateway) {
  name: 'gateway-api'
  scope: group
  params: {
    serviceName: gateway!.outputs.name
    appName: function.outputs.name
    tenantId: tenant().tenantId
    clientId: entra!.outputs.clientId
    identifierUri: entra!.outputs.identifierUri
    scopeName: scopeName
  }
  // The key of the host is read here, and the host makes it where its settings say.
  dependsOn: [
    settings
  ]
}

output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_KEY_VAULT_NAME string = vault.outputs.name
output SERVICE_API_NAME string = function.outputs.name
output SERVICE_API_URI string = 'https://${function.outputs.hostName}'
output MCP_AUTHENTICATION string = authentication
output MCP_ENDPOINT string = 'https://${function.outputs.hostName}/mcp'
output MCP_GATEWAY_NAME string = isGateway ? gateway!.outputs.name : ''
output MCP_GATEWAY_ENDPOINT string = isGateway ? '${gatewayApi!.outputs.url}/mcp' : ''
output MCP_ENTRA_CLIENT_ID string = usesEntra ? entra!.outputs.clientId : ''
