metadata description = 'All settings of the app. What is not named here is removed, so that nothing of another kind of authentication is left.'

@description('Name of the app.')
param appName string

@description('Client id of the identity that the app acts as.')
param identityClientId string

@description('Address of the blobs that the host keeps its own state in.')
param blobEndpoint string

@description('Connection string of Application Insights. It names the place and opens nothing.')
param insightsConnectionString string

@description('Address of the session key in the key vault.')
param sessionKeyUri string

@description('Name of the runtime.')
param runtimeName string

@description('Scope that clients of the built-in authentication ask for. Empty: no built-in authentication.')
param builtinScope string

@secure()
@description('Settings of the user. They win.')
param further object

var base = {
  AzureWebJobsStorage__blobServiceUri: blobEndpoint
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  MCP_BRIDGE_SESSION_KEY: '@Microsoft.KeyVault(SecretUri=${sessionKeyUri})'
}

// Under the runtime of a language the platform takes host.json's routes only with this flag.
var language = runtimeName == 'custom' ? {} : {
  AzureWebJobsFeatureFlags: 'EnableMcpCustomHandlerPreview'
}

// The platform has checked the token before the host sees the request, and clients have no key. host.json says function, for all other kinds.
var builtin = empty(builtinScope) ? {} : {
  AzureFunctionsJobHost__customHandler__http__defaultAuthorizationLevel: 'anonymous'
  AzureFunctionsJobHost__customHandler__http__routes__0__authorizationLevel: 'anonymous'
  WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES: builtinScope
  WEBSITE_AUTH_AAD_ALLOWED_TENANTS: tenant().tenantId
  OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: identityClientId
  MCP_BRIDGE_REPLIES: 'json'
}

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

resource settings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'appsettings'
  properties: union(base, language, builtin, further)
}
