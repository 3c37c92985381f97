targetScope = 'subscription'

metadata description = 'mcp-bridge in front of a stdio MCP server, on Azure Functions with Flex Consumption. README.md beside this file lists the parameters.'

@minLength(1)
@maxLength(64)
@description('Name of the azd environment. The names of all resources are derived from it.')
param environmentName string

@minLength(1)
@description('Region of all resources. It must offer Flex Consumption; az functionapp list-flexconsumption-locations lists such regions.')
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
@description('Runtime in the image of an instance: custom for a binary, otherwise the runtime that the server needs.')
param runtimeName string = 'custom'

@description('Version of the runtime. By default the version in the variable runtimeVersions.')
param runtimeVersion string = ''

@allowed([
  512
  2048
  4096
])
@description('Memory of an instance, in MB; it also determines the CPU. The bridge and the server share it with the Functions host.')
param instanceMemoryMB int = 2048

@minValue(1)
@maxValue(1000)
@description('Largest number of instances. 1 suits servers with sessions, although a burst of requests can exceed the limit (azure-functions-host#11790).')
param maximumInstanceCount int = 100

@minValue(0)
@maxValue(20)
@description('Number of instances that run, and cost money, even without requests. With 0 the app scales down to none.')
param alwaysReadyInstances int = 0

@minValue(0)
@maxValue(1000)
@description('Requests that one instance serves at a time before the platform adds another instance. An open stream counts as one request. 0 for the default of the platform.')
param httpConcurrency int = 0

@description('Puts the app into a virtual network, and storage and key vault behind private endpoints.')
param vnetEnabled bool = false

@allowed([
  'keys'
  'builtin'
  'apim'
])
@description('How clients authenticate: with keys of the Functions host (keys), with Entra ID at App Service (builtin), or with Entra ID at API Management (apim).')
param authentication string = 'keys'

@description('For builtin and apim: client ids that may request tokens without further consent, separated by commas. By default Visual Studio Code.')
param preAuthorizedClientIds string = 'aebc6443-996d-45c2-90f0-388ff96faa56'

@description('Id in a service management database. Some tenants require it for every application registration.')
param serviceManagementReference string = ''

@allowed([
  'BasicV2'
  'StandardV2'
  'Developer'
  'Basic'
  'Standard'
])
@description('Tier of API Management. Consumption is not allowed, because it cuts long streams.')
param apimSku string = 'BasicV2'

@description('E-mail address to which API Management sends its notices.')
param apimPublisherEmail string = 'noreply@example.com'

@description('Name that API Management shows as the publisher.')
param apimPublisherName string = 'mcp-bridge'

@secure()
@description('Further settings of the app: options of the bridge (MCP_BRIDGE_...) and values for the names in bridge.json. They override the settings of this template.')
param appSettings object = {}

@description('Protects the key vault from being purged. After azd down, the name of the vault, and so of the environment, then stays in use for a week.')
param keyVaultPurgeProtection bool = false

@secure()
@description('Secret that seals the open questions of servers. It is random, and only the first deployment uses it. No variable sets it.')
param stateKey string = '${newGuid()}${newGuid()}'

@minValue(30)
@maxValue(730)
@description('Number of days that logs are kept.')
param logRetentionDays int = 30

// azd finds the app by a tag with this value, which is the name of the service in azure.yaml.
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
    // The connection string alone must not suffice to send data: only the identity may send.
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
    // The host keeps keys, leases and the package in blobs. Queues and tables serve triggers, which this app does not use.
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

// The first deployment makes the key, and it stays in the vault: with a new key, nobody could answer the questions that are open.
module stateSecret 'app/secret.bicep' = {
  name: 'state-key'
  scope: group
  params: {
    vaultName: vault.outputs.name
    name: 'mcp-state-key'
    value: stateKey
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

// While the host's level is anonymous (builtin), the host lets everybody in, so App Service must authenticate during all that time. This is why
// authentication is turned on before the settings are written, and turned off after them.
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
    stateKeyUri: stateSecret.outputs.uri
    builtinScope: isBuiltin ? '${entra!.outputs.identifierUri}/${scopeName}' : ''
    isGateway: isGateway
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
  // This module reads a key of the host, and the host creates its keys in the storage that its settings name.
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
