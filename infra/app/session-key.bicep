metadata description = 'The key that seals sessions, so that any instance can open one. Made once.'

@description('Name of the key vault.')
param vaultName string

@secure()
@description('Value where there is none yet.')
param value string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

// A deployment later brings another value and must not put it in: every open session would be lost.
@onlyIfNotExists()
resource secret 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'mcp-bridge-session-key'
  properties: {
    value: value
    contentType: 'text/plain; 64 hexadecimal digits'
    attributes: {
      enabled: true
    }
  }
}

@description('Address of the secret without a version, so that a new version is found by itself within a day.')
output uri string = secret.properties.secretUri
