metadata description = 'App Service authentication with Entra ID, or none.'

@description('Name of the app.')
param appName string

@description('Whether every request needs a token.')
param enabled bool

@description('Tenant whose tokens are taken.')
param tenantId string = ''

@description('Client id of the application registration.')
param clientId string = ''

@description('Audience of the tokens, beside the client id.')
param identifierUri string = ''

@description('Client ids whose tokens are taken.')
param preAuthorizedClientIds array = []

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

var directory = {
  enabled: true
  registration: {
    clientId: clientId
    openIdIssuer: '${environment().authentication.loginEndpoint}${tenantId}/v2.0'
    // Names a setting that holds no secret but the identity, whose token stands in for one.
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
      // Tokens of users have no use here and are not kept.
      tokenStore: {
        enabled: false
      }
    }
  }
}
