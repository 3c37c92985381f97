metadata description = 'API Management in front of the app. Clients authenticate with Entra ID, by the MCP authorization specification; the gateway authenticates to the app with a key of the host.'

@description('Name of the API Management service.')
param serviceName string

@description('Name of the function app.')
param appName string

@description('Tenant whose tokens are accepted.')
param tenantId string

@description('Client id of the application registration.')
param clientId string

@description('Identifier URI, with which the names of scopes begin.')
param identifierUri string

@description('Name of the only scope.')
param scopeName string

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: serviceName
}

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

// The default key of the host opens only the routes. The master key would open the administration too.
resource hostKey 'Microsoft.ApiManagement/service/namedValues@2024-05-01' = {
  parent: service
  name: 'mcp-host-key'
  properties: {
    displayName: 'mcp-host-key'
    secret: true
    value: listKeys('${app.id}/host/default', '2024-11-01').functionKeys.default
  }
}

var values = {
  'mcp-tenant-id': tenantId
  'mcp-client-id': clientId
  'mcp-authority': '${environment().authentication.loginEndpoint}${tenantId}/v2.0'
  'mcp-scope-name': scopeName
  'mcp-scope': '${identifierUri}/${scopeName}'
  'mcp-gateway-url': service.properties.gatewayUrl
}

// Bicep must know what a loop runs over before the deployment starts. The values include the address of the gateway, so the names have a list of their own.
var valueNames = [
  'mcp-tenant-id'
  'mcp-client-id'
  'mcp-authority'
  'mcp-scope-name'
  'mcp-scope'
  'mcp-gateway-url'
]

resource namedValues 'Microsoft.ApiManagement/service/namedValues@2024-05-01' = [
  for name in valueNames: {
    parent: service
    name: name
    properties: {
      displayName: name
      secret: false
      value: values[name]
    }
  }
]

resource api 'Microsoft.ApiManagement/service/apis@2024-05-01' = {
  parent: service
  name: 'mcp'
  properties: {
    displayName: 'MCP server'
    description: 'Streamable HTTP of the Model Context Protocol.'
    path: '/'
    protocols: [
      'https'
    ]
    serviceUrl: 'https://${app.properties.defaultHostName}'
    subscriptionRequired: false
    type: 'http'
  }
}

resource apiPolicy 'Microsoft.ApiManagement/service/apis/policies@2024-05-01' = {
  parent: api
  name: 'policy'
  properties: {
    format: 'rawxml'
    value: loadTextContent('../policies/mcp.xml')
  }
  dependsOn: [
    hostKey
    namedValues
  ]
}

resource mcpOperations 'Microsoft.ApiManagement/service/apis/operations@2024-05-01' = [
  for method in ['GET', 'POST', 'DELETE']: {
    parent: api
    name: 'mcp-${toLower(method)}'
    properties: {
      displayName: 'MCP ${method}'
      method: method
      urlTemplate: '/mcp'
    }
  }
]

// A client that was given no address tries the one with the path of the server first (RFC 9728, section 3.1).
var metadataPaths = [
  '/.well-known/oauth-protected-resource'
  '/.well-known/oauth-protected-resource/mcp'
]

resource metadataOperations 'Microsoft.ApiManagement/service/apis/operations@2024-05-01' = [
  for (path, i) in metadataPaths: {
    parent: api
    name: 'protected-resource-${i}'
    properties: {
      displayName: 'Protected resource metadata ${i}'
      method: 'GET'
      urlTemplate: path
    }
  }
]

resource metadataPolicies 'Microsoft.ApiManagement/service/apis/operations/policies@2024-05-01' = [
  for i in range(0, 2): {
    parent: metadataOperations[i]
    name: 'policy'
    properties: {
      format: 'rawxml'
      value: loadTextContent('../policies/protected-resource.xml')
    }
    dependsOn: [
      namedValues
    ]
  }
]

@description('URL of the gateway, without a slash at the end.')
output url string = service.properties.gatewayUrl
