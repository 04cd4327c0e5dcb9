export type * from './types';
export {
  isAnswerLost,
  isOverQuota,
  OpenStackError,
  sentenceIn,
  serviceName,
  type OpenStackErrorKind,
} from './error';
export { parseBlazarDate } from './border';
export { scopeToken, type SignedIn } from './keystone';
export { type Outside } from './http';
export { Session, type RawRequest, type SessionOptions, type StreamCall } from './session';
export {
  consoleOutput,
  createKeyPair,
  deleteKeyPair,
  deleteServer,
  getServer,
  listFlavors,
  listKeyPairs,
  listServers,
} from './nova';
export {
  bindFloatingIp,
  createFloatingIp,
  deleteFloatingIp,
  listFloatingIps,
  listNetworks,
  listPorts,
  setPortSecurityGroups,
} from './neutron';
export { deleteNetwork, deletePort, deleteRouter, listRouters, removeRouterInterface } from './routers';
export { createSecurityGroup, createTcpRule, listSecurityGroups } from './securityGroups';
export {
  attachVolume,
  consoleUrl,
  createServer,
  detachVolume,
  rebootServer,
  rebuildServer,
  snapshotServer,
  startServer,
  stopServer,
  type ServerInterface,
  type ServerWish,
} from './servers';
export { createVolume, deleteVolume, getVolume, listVolumeTypes, listVolumes } from './cinder';
export {
  createObjectContainer,
  deleteObject,
  deleteObjectContainer,
  downloadObject,
  listAllObjects,
  listObjectContainers,
  listObjects,
  uploadObject,
  type Progress,
} from './swift';
export { deleteZunContainer, listZunContainers, zunContainerLogs } from './zun';
export {
  createLease,
  deleteLease,
  getLease,
  listHostAllocations,
  listHosts,
  listLeases,
  updateLease,
  type ReservationWish,
} from './blazar';
export { deleteImage, getImage, listImages } from './glance';
