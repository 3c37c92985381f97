metadata description = 'All settings of the app. A deployment removes every setting that is not named here, so that no setting of another kind of authentication remains.'

@description('Name of the app.')
param appName string

@description('Client id of the identity that the app uses.')
param identityClientId string

@description('URI of the blob service in which the host keeps its own state.')
param blobEndpoint string

@description('Connection string of Application Insights. It is only an address: writing needs the identity.')
param insightsConnectionString string

@description('URI, without a version, of the secret that seals the open questions of servers.')
param stateKeyUri string

@description('Scope that clients of App Service authentication request. Empty for no App Service authentication.')
param builtinScope string

@description('All requests come from the gateway, with its key.')
param isGateway bool

@secure()
@description('Settings of the user. They override the settings of the template.')
param further object

var base = {
  AzureWebJobsStorage__blobServiceUri: blobEndpoint
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  // With the runtime of a language, the platform accepts the routes of host.json only with this flag. Microsoft's tutorial sets it for every runtime.
  AzureWebJobsFeatureFlags: 'EnableMcpCustomHandlerPreview'
  // All instances have this key, so a client of MCP 2026-07-28 can answer a question of its server at any of them.
  MCP_BRIDGE_STATE_KEY: '@Microsoft.KeyVault(SecretUri=${stateKeyUri})'
}

// App Service checks the token before the host sees the request, and clients have no key, so the host must not ask for one.
// host.json has the level function, which all other kinds of authentication need.
var builtin = empty(builtinScope) ? {} : {
  AzureFunctionsJobHost__customHandler__http__defaultAuthorizationLevel: 'anonymous'
  AzureFunctionsJobHost__customHandler__http__routes__0__authorizationLevel: 'anonymous'
  WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES: builtinScope
  WEBSITE_AUTH_AAD_ALLOWED_TENANTS: tenant().tenantId
  OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: identityClientId
  MCP_BRIDGE_REPLIES: 'json'
}

// The key that all requests have tells no users apart.
var gateway = !isGateway ? {} : {
  MCP_BRIDGE_FUNCTIONS_KEYS: 'shared'
}

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

resource settings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'appsettings'
  properties: union(base, builtin, gateway, further)
}
