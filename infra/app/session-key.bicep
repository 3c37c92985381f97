metadata description = 'The key that seals sessions, so that every instance can open them. It is made once.'

@description('Name of the key vault.')
param vaultName string

@secure()
@description('Value of the key, used only if the vault has no key yet.')
param value string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

// Every deployment brings another value. A later one must not replace the key, because that would end every open session.
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

@description('URI of the secret without a version, so that the app finds a new version within a day.')
output uri string = secret.properties.secretUri
