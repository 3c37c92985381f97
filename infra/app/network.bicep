metadata description = 'Virtual network with a subnet for the app and one for private endpoints, and the DNS zones of these.'

@description('Name of the virtual network.')
param name string

@description('Region.')
param location string

@description('Tags of all resources.')
param tags object

module network 'br/public:avm/res/network/virtual-network:0.10.1' = {
  name: 'virtual-network'
  params: {
    name: name
    location: location
    tags: tags
    addressPrefixes: [
      '10.0.0.0/16'
    ]
    subnets: [
      {
        name: 'app'
        addressPrefix: '10.0.1.0/24'
        // Flex Consumption runs on what runs container apps.
        delegation: 'Microsoft.App/environments'
      }
      {
        name: 'endpoints'
        addressPrefix: '10.0.2.0/24'
        privateEndpointNetworkPolicies: 'Disabled'
      }
    ]
  }
}

module blobZone 'br/public:avm/res/network/private-dns-zone:0.8.1' = {
  name: 'blob-zone'
  params: {
    name: 'privatelink.blob.${environment().suffixes.storage}'
    tags: tags
    virtualNetworkLinks: [
      {
        virtualNetworkResourceId: network.outputs.resourceId
        registrationEnabled: false
      }
    ]
  }
}

module vaultZone 'br/public:avm/res/network/private-dns-zone:0.8.1' = {
  name: 'vault-zone'
  params: {
    name: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
    tags: tags
    virtualNetworkLinks: [
      {
        virtualNetworkResourceId: network.outputs.resourceId
        registrationEnabled: false
      }
    ]
  }
}

@description('Subnet that the app is integrated with.')
output appSubnetId string = network.outputs.subnetResourceIds[0]

@description('Subnet of the private endpoints.')
output endpointsSubnetId string = network.outputs.subnetResourceIds[1]

@description('DNS zone of the private endpoint of the blobs.')
output blobZoneId string = blobZone.outputs.resourceId

@description('DNS zone of the private endpoint of the key vault.')
output vaultZoneId string = vaultZone.outputs.resourceId
