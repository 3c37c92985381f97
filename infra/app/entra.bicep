extension microsoftGraphV1

metadata description = 'Application registration in Entra ID, for which clients request tokens.'

@description('Name by which the next deployment finds the registration.')
param uniqueName string

@description('Name that users see when they sign in.')
param displayName string

@description('Name of the only scope.')
param scopeName string

@description('Client ids that may request tokens without further consent.')
param preAuthorizedClientIds array

@description('Id in a service management database. Empty for none.')
param serviceManagementReference string

@description('Host name whose App Service authentication signs users in. Empty for none.')
param signInHost string

@description('Principal id of the identity that replaces a client secret of the registration.')
param identityPrincipalId string

var identifierUri = 'api://${uniqueName}-${uniqueString(subscription().id, uniqueName)}'
var scopeId = guid(uniqueName, scopeName)
var redirectUris = empty(signInHost) ? [] : ['https://${signInHost}/.auth/login/aad/callback']

resource application 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: uniqueName
  displayName: displayName
  serviceManagementReference: empty(serviceManagementReference) ? null : serviceManagementReference
  signInAudience: 'AzureADMyOrg'
  identifierUris: [
    identifierUri
  ]
  api: {
    // Version 2: the audience of a token is the client id, and the issuer ends in v2.0.
    requestedAccessTokenVersion: 2
    oauth2PermissionScopes: [
      {
        id: scopeId
        value: scopeName
        type: 'User'
        isEnabled: true
        adminConsentDisplayName: 'Use the MCP server'
        adminConsentDescription: 'Lets a client call the tools of the MCP server as the user who signed in.'
        userConsentDisplayName: 'Use the MCP server'
        userConsentDescription: 'Lets the client call the tools of the MCP server in your name.'
      }
    ]
    preAuthorizedApplications: [
      for id in preAuthorizedClientIds: {
        appId: id
        delegatedPermissionIds: [
          scopeId
        ]
      }
    ]
  }
  web: {
    redirectUris: redirectUris
    implicitGrantSettings: {
      enableAccessTokenIssuance: false
      enableIdTokenIssuance: true
    }
  }
}

resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: application.appId
}

resource credential 'Microsoft.Graph/applications/federatedIdentityCredentials@v1.0' = if (!empty(signInHost)) {
  name: '${application.uniqueName}/function-app-identity'
  description: 'The identity of the function app, in place of a client secret.'
  audiences: [
    'api://AzureADTokenExchange'
  ]
  issuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
  subject: identityPrincipalId
}

@description('Client id of the registration.')
output clientId string = application.appId

@description('Identifier URI, with which the names of scopes begin.')
output identifierUri string = identifierUri

@description('Object id of the service principal in this tenant.')
output principalId string = principal.id
