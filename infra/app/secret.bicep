metadata description = 'A secret in the key vault that is made only once: later deployments leave it as it is.'

@description('Name of the key vault.')
param vaultName string

@description('Name of the secret.')
param name string

@secure()
@description('Value of the secret, if the vault has no secret of this name yet.')
param value string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

// The module of the vault could write a secret too, but it would write it again with each deployment. This resource names its parent, because older
// versions of Bicep ignore the decorator inside the declaration of a vault (Azure/bicep#18603).
@onlyIfNotExists()
resource secret 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: name
  properties: {
    contentType: 'text/plain'
    value: value
  }
}

// The address has no version, so the app gets the newest value. It is put together, so that it needs nothing of a secret that is left as it is.
@description('URI of the newest version of the secret.')
output uri string = '${vault.properties.vaultUri}secrets/${secret.name}'
