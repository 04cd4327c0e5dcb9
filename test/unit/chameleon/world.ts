import {
  assemble,
  noParts,
  partsIn,
  peopleOf,
  siteByName,
  type Inventory,
  type PartName,
  type RawParts,
  type SiteReader,
} from '../../../src/chameleon';
import type {
  FloatingIp,
  Lease,
  Network,
  Port,
  Reservation,
  Router,
  Server,
  Volume,
  ZunContainer,
} from '../../../src/openstack';

/** The moment of these tests, ms since 1970. */
export const now = Date.UTC(2026, 5, 1, 16);
export const HOUR = 3_600_000;
export const ME = 'u-me';
export const OTHER = 'u-other';
export const PROJECT = 'p1';

export function reservation(of: Partial<Reservation> & Pick<Reservation, 'id'>): Reservation {
  return {
    resourceType: 'flavor:instance',
    status: 'active',
    amount: 1,
    min: undefined,
    max: undefined,
    flavorId: undefined,
    vcpus: undefined,
    memoryMb: undefined,
    resourceProperties: undefined,
    networkId: undefined,
    missingResources: false,
    ...of,
  };
}

export function lease(of: Partial<Lease> & Pick<Lease, 'id' | 'name'>): Lease {
  return {
    status: 'ACTIVE',
    userId: ME,
    projectId: PROJECT,
    start: now - 2 * HOUR,
    end: now + 4 * HOUR,
    created: now - 2 * HOUR,
    degraded: false,
    reservations: [reservation({ id: `r-${of.id}` })],
    events: [],
    ...of,
  };
}

export function server(of: Partial<Server> & Pick<Server, 'id' | 'name'>): Server {
  return {
    status: 'ACTIVE',
    taskState: undefined,
    vmState: 'active',
    powerState: 1,
    userId: ME,
    projectId: PROJECT,
    created: now - HOUR,
    updated: now - HOUR,
    launchedAt: now - HOUR,
    keyName: undefined,
    imageId: undefined,
    flavor: { originalName: 'm1.small', vcpus: 1, ramMb: 2048, diskGb: 20 },
    hypervisorHostname: undefined,
    fault: undefined,
    addresses: [],
    securityGroups: [],
    volumeIds: [],
    description: undefined,
    ...of,
  };
}

/** On a lease: its flavor is named for the reservation. */
export function onLease(id: string): Server['flavor'] {
  return { originalName: `reservation:r-${id}`, vcpus: 1, ramMb: 2048, diskGb: 20 };
}

export function floatingIp(of: Partial<FloatingIp> & Pick<FloatingIp, 'id'>): FloatingIp {
  return {
    address: '129.114.26.7',
    fixedAddress: undefined,
    portId: undefined,
    serverId: undefined,
    status: 'DOWN',
    networkId: 'public',
    description: '',
    tags: [],
    created: now - HOUR,
    ...of,
  };
}

export function port(of: Partial<Port> & Pick<Port, 'id'>): Port {
  return {
    name: '',
    networkId: 'n',
    deviceId: '',
    deviceOwner: '',
    status: 'ACTIVE',
    fixedIps: [],
    securityGroupIds: [],
    portSecurity: true,
    ...of,
  };
}

export function network(of: Partial<Network> & Pick<Network, 'id' | 'name'>): Network {
  return { status: 'ACTIVE', external: false, shared: false, subnetIds: [], projectId: PROJECT, ...of };
}

export function router(of: Partial<Router> & Pick<Router, 'id' | 'name'>): Router {
  return { status: 'ACTIVE', projectId: PROJECT, externalNetworkId: undefined, ...of };
}

export function volume(of: Partial<Volume> & Pick<Volume, 'id' | 'name'>): Volume {
  return {
    status: 'available',
    sizeGb: 2,
    type: 'ceph-ssd',
    userId: ME,
    description: '',
    bootable: false,
    attachments: [],
    created: now - HOUR,
    ...of,
  };
}

export function zunContainer(of: Partial<ZunContainer> & Pick<ZunContainer, 'id' | 'name'>): ZunContainer {
  return {
    status: 'Running',
    statusReason: undefined,
    image: 'python:3.12',
    userId: undefined,
    addresses: [],
    created: now - HOUR,
    ...of,
  };
}

/** The inventory of one site where ab1234 is signed in, made of these raw lists. */
export function inventoryOf(raw: Partial<RawParts>, site = 'KVM@TACC'): Inventory {
  const found = siteByName(site);
  if (found === undefined) throw new Error(`no site ${site}`);
  const facts = [
    {
      cloud: found.uid,
      site: found,
      as: {
        user: { id: ME, name: 'alexbaker' },
        project: { id: PROJECT, name: 'CHI-251409' },
        roles: ['member'],
      },
      signIn: undefined,
      clockOffset: 0,
      raw: { ...noParts, ...raw },
      parts: partsIn({ state: 'fresh', asOf: now, error: undefined }),
      askedAt: {},
    },
  ];
  return assemble(facts, now, peopleOf(facts, { netId: 'ab1234' }, []));
}

/**
 * A site where ab1234 is signed in, that answers at once with what it has at the moment.
 * @param asked told of each question
 */
export function siteReader(
  lists: () => Partial<RawParts>,
  asked: (part: PartName) => void = () => undefined,
): SiteReader {
  return {
    token: () =>
      Promise.resolve({
        id: 'the-token',
        expiresAt: 0,
        issuedAt: 0,
        user: { id: ME, name: 'alexbaker' },
        project: { id: PROJECT, name: 'CHI-251409' },
        roles: ['member'],
        restricted: false,
        catalog: [],
      }),
    offers: () => Promise.resolve(true),
    list: (part) => {
      asked(part);
      return Promise.resolve({ ...noParts, ...lists() }[part]);
    },
    clockOffset: 0,
  };
}
