extension microsoftGraphV1

metadata description = 'Application registration in Entra ID that clients ask for tokens for.'

@description('Name that finds the registration again in the next deployment.')
param uniqueName string

@description('Name that people see when they sign in.')
param displayName string

@description('Name of the one scope.')
param scopeName string

@description('Client ids that may ask for tokens without further consent.')
param preAuthorizedClientIds array

@description('Id in a service management database. Empty: none.')
param serviceManagementReference string

@description('Host whose built-in authentication signs users in. Empty: none.')
param signInHost string

@description('Principal id of the identity that stands in for a secret of the registration.')
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
  description: 'The identity of the function app in place of a client secret.'
  audiences: [
    'api://AzureADTokenExchange'
  ]
  issuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
  subject: identityPrincipalId
}

@description('Client id of the registration.')
output clientId string = application.appId

@description('What scopes begin with.')
output identifierUri string = identifierUri

@description('Object id of the principal in this tenant.')
output principalId string = principal.id
