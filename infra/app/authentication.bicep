metadata description = 'App Service authentication with Entra ID, or none.'

@description('Name of the app.')
param appName string

@description('True if every request needs a token.')
param enabled bool

@description('Tenant whose tokens are accepted.')
param tenantId string = ''

@description('Client id of the application registration.')
param clientId string = ''

@description('Accepted audience of the tokens, beside the client id.')
param identifierUri string = ''

@description('Client ids whose tokens are accepted.')
param preAuthorizedClientIds array = []

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

var directory = {
  enabled: true
  registration: {
    clientId: clientId
    openIdIssuer: '${environment().authentication.loginEndpoint}${tenantId}/v2.0'
    // There is no client secret: this setting names the identity whose token replaces it.
    clientSecretSettingName: 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'
  }
  validation: {
    allowedAudiences: [
      clientId
      identifierUri
    ]
    defaultAuthorizationPolicy: {
      allowedApplications: union([clientId], preAuthorizedClientIds)
    }
  }
}

resource authentication 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: {
      enabled: enabled
      runtimeVersion: '~1'
    }
    globalValidation: {
      requireAuthentication: enabled
      unauthenticatedClientAction: enabled ? 'Return401' : 'AllowAnonymous'
    }
    httpSettings: {
      requireHttps: true
    }
    identityProviders: {
      azureActiveDirectory: enabled ? directory : {
        enabled: false
      }
    }
    login: {
      // The app does not use the tokens of users, so App Service does not store them.
      tokenStore: {
        enabled: false
      }
    }
  }
}
