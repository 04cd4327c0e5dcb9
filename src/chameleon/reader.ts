import {
  listFloatingIps,
  listHostAllocations,
  listHosts,
  listImages,
  listKeyPairs,
  listLeases,
  listNetworks,
  listObjectContainers,
  listPorts,
  listRouters,
  listSecurityGroups,
  listVolumes,
  listZunContainers,
  type ServiceType,
  type Session,
  type Token,
} from '../openstack';
import type { RawParts } from './assemble';
import { listServersWithFaults } from './faults';
import type { PartName, PartState, PartValues, Site } from './types';

/** How one signed-in cloud is read: what the inventory needs of a `Session`, so that tests can script it. */
export interface SiteReader {
  token(signal?: AbortSignal): Promise<Token>;
  offers(service: ServiceType, signal?: AbortSignal): Promise<boolean>;
  /** The whole list, one call (or one a page). */
  list<P extends PartName>(part: P, signal?: AbortSignal): Promise<RawParts[P]>;
  readonly clockOffset: number;
}

type Lists = {
  readonly [P in PartName]: {
    readonly service: ServiceType;
    readonly list: (session: Session, signal?: AbortSignal) => Promise<RawParts[P]>;
  };
};

const lists: Lists = {
  leases: { service: 'reservation', list: listLeases },
  servers: { service: 'compute', list: listServersWithFaults },
  floatingIps: { service: 'network', list: listFloatingIps },
  ports: { service: 'network', list: listPorts },
  networks: { service: 'network', list: listNetworks },
  routers: { service: 'network', list: listRouters },
  securityGroups: { service: 'network', list: listSecurityGroups },
  images: { service: 'image', list: listImages },
  keyPairs: { service: 'compute', list: listKeyPairs },
  volumes: { service: 'volumev3', list: listVolumes },
  objectContainers: { service: 'object-store', list: listObjectContainers },
  zunContainers: { service: 'container', list: listZunContainers },
  hosts: { service: 'reservation', list: listHosts },
  hostAllocations: { service: 'reservation', list: listHostAllocations },
};

/** In the order in which they are asked for. */
export const partNames: readonly PartName[] = [
  'leases',
  'servers',
  'floatingIps',
  'ports',
  'networks',
  'routers',
  'securityGroups',
  'keyPairs',
  'volumes',
  'objectContainers',
  'zunContainers',
  'images',
  'hosts',
  'hostAllocations',
];

/** Every part with nothing in it. */
export const noParts = {
  leases: [],
  servers: [],
  floatingIps: [],
  ports: [],
  networks: [],
  routers: [],
  securityGroups: [],
  images: [],
  keyPairs: [],
  volumes: [],
  objectContainers: [],
  zunContainers: [],
  hosts: [],
  hostAllocations: [],
} as const satisfies PartValues;

/** Every part in one state. */
export function partsIn(state: PartState): Readonly<Record<PartName, PartState>> {
  return {
    leases: state,
    servers: state,
    floatingIps: state,
    ports: state,
    networks: state,
    routers: state,
    securityGroups: state,
    images: state,
    keyPairs: state,
    volumes: state,
    objectContainers: state,
    zunContainers: state,
    hosts: state,
    hostAllocations: state,
  };
}

/** The service that lists a part. */
export function serviceOf(part: PartName): ServiceType {
  return lists[part].service;
}

/** Hosts are for joining servers with leases on bare metal; a flavor says it elsewhere, so they are not asked for. */
export function isAskedAt(kind: Site['kind'], part: PartName): boolean {
  const needsHosts = kind === 'baremetal' || kind === 'unknown';
  return needsHosts || (part !== 'hosts' && part !== 'hostAllocations');
}

/** The real thing. */
export function readerOf(session: Session): SiteReader {
  return {
    token: (signal) => session.token(signal),
    offers: (service, signal) => session.offers(service, signal),
    list: (part, signal) => lists[part].list(session, signal),
    get clockOffset() {
      return session.clockOffset;
    },
  };
}
