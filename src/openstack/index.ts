export type * from './types';
export { OpenStackError, sentenceIn, serviceName, type OpenStackErrorKind } from './error';
export { parseBlazarDate } from './border';
export { Session, type RawRequest, type SessionOptions } from './session';
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
  listSecurityGroups,
  setPortSecurityGroups,
} from './neutron';
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
export { getImage, listImages } from './glance';
