metadata description = 'Virtual network with a subnet for the app and a subnet for private endpoints, and the DNS zones of the private endpoints.'

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
        // Flex Consumption uses the infrastructure of Container Apps, so the subnet is delegated to that.
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

@description('Resource id of the subnet of the app.')
output appSubnetId string = network.outputs.subnetResourceIds[0]

@description('Resource id of the subnet of the private endpoints.')
output endpointsSubnetId string = network.outputs.subnetResourceIds[1]

@description('Resource id of the DNS zone for the private endpoint of the blobs.')
output blobZoneId string = blobZone.outputs.resourceId

@description('Resource id of the DNS zone for the private endpoint of the key vault.')
output vaultZoneId string = vaultZone.outputs.resourceId
