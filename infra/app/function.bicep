metadata description = 'The function app on a Flex Consumption plan.'

@description('Name of the app, which is also the first label of its host name.')
param name string

@description('Name of the plan.')
param planName string

@description('Region.')
param location string

@description('Tags of all resources.')
param tags object

@description('Name of the service in azure.yaml.')
param serviceName string

@description('Resource id of the identity that the app uses.')
param identityId string

@description('URI of the blob container that holds the package.')
param packageContainerUri string

@description('Name of the runtime.')
param runtimeName string

@description('Version of the runtime.')
param runtimeVersion string

@description('Memory of an instance, in MB.')
param instanceMemoryMB int

@description('Largest number of instances.')
param maximumInstanceCount int

@description('Number of instances that run even without requests.')
param alwaysReadyInstances int

@description('Requests that one instance serves at a time. 0 for the default of the platform.')
param httpConcurrency int

@description('Resource id of the subnet. Empty for no virtual network.')
param subnetId string

var alwaysReady = alwaysReadyInstances == 0 ? [] : [
  {
    name: 'http'
    instanceCount: alwaysReadyInstances
  }
]
var limits = {
  instanceMemoryMB: instanceMemoryMB
  maximumInstanceCount: maximumInstanceCount
  alwaysReady: alwaysReady
}
var concurrency = {
  triggers: {
    http: {
      perInstanceConcurrency: httpConcurrency
    }
  }
}

module plan 'br/public:avm/res/web/serverfarm:0.7.0' = {
  name: 'plan'
  params: {
    name: planName
    location: location
    tags: tags
    skuName: 'FC1'
    kind: 'functionapp'
    reserved: true
    zoneRedundant: false
  }
}

module app 'br/public:avm/res/web/site:0.24.0' = {
  name: 'app'
  params: {
    name: name
    location: location
    tags: union(tags, {
      'azd-service-name': serviceName
    })
    kind: 'functionapp,linux'
    serverFarmResourceId: plan.outputs.resourceId
    httpsOnly: true
    clientAffinityEnabled: false
    managedIdentities: {
      systemAssigned: false
      userAssignedResourceIds: [
        identityId
      ]
    }
    keyVaultAccessIdentityResourceId: identityId
    virtualNetworkSubnetResourceId: empty(subnetId) ? null : subnetId
    // Deployments authenticate with a token of Entra ID, never with a password.
    basicPublishingCredentialsPolicies: [
      {
        name: 'ftp'
        allow: false
      }
      {
        name: 'scm'
        allow: false
      }
    ]
    siteConfig: {
      alwaysOn: false
      minTlsVersion: '1.2'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUri
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: runtimeName
        version: runtimeVersion
      }
      scaleAndConcurrency: httpConcurrency == 0 ? limits : union(limits, concurrency)
    }
  }
}

@description('Name of the app.')
output name string = app.outputs.name

@description('Public host name of the app.')
output hostName string = app.outputs.defaultHostname
