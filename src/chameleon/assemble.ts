import type {
  FloatingIp,
  Lease,
  Network,
  ObjectContainer,
  Router,
  Server,
  Volume,
  ZunContainer,
} from '../openstack';
import { leaseJoin, serverOfFloatingIp } from './joins';
import { ownerOfFloatingIp, ownerOfMade, ownerOfNamed, ownershipOf, type Ownership } from './ownership';
import { learnPeople, type Myself, type Traces } from './people';
import type {
  Inventory,
  Owned,
  OwnedFloatingIp,
  OwnedLease,
  OwnedServer,
  Owner,
  PartName,
  PartState,
  PartValues,
  Person,
  Site,
  SiteInventory,
} from './types';

/** The lists as the services sent them, before owners and leases are resolved. */
export type RawParts = Omit<PartValues, keyof OwnedParts> & OwnedParts;

interface OwnedParts {
  readonly leases: readonly Lease[];
  readonly servers: readonly Server[];
  readonly floatingIps: readonly FloatingIp[];
  readonly networks: readonly Network[];
  readonly routers: readonly Router[];
  readonly volumes: readonly Volume[];
  readonly objectContainers: readonly ObjectContainer[];
  readonly zunContainers: readonly ZunContainer[];
}

/** Who is signed in, as the token says it; the token itself is in no inventory. */
export interface SignedInAs {
  readonly user: { readonly id: string; readonly name: string };
  readonly project: { readonly id: string; readonly name: string } | undefined;
  readonly roles: readonly string[];
}

/** All that is known of one cloud at a moment. */
export interface CloudFacts {
  readonly cloud: string;
  readonly site: Site;
  readonly as: SignedInAs | undefined;
  readonly signIn: SiteInventory['signIn'];
  readonly clockOffset: number;
  readonly raw: RawParts;
  readonly parts: Readonly<Record<PartName, PartState>>;
  /** When each part was asked for last, whatever came of it (this machine's time); none that never was. */
  readonly askedAt: Readonly<Partial<Record<PartName, number>>>;
}

/** Everybody who is known, from what each cloud has said so far. */
export function peopleOf(
  facts: readonly CloudFacts[],
  myself: Myself,
  roster: readonly Person[],
): readonly Person[] {
  return learnPeople(facts.map(tracesOf), myself, roster);
}

/** The whole inventory of a moment: pure, from what each cloud has said so far. */
export function assemble(
  facts: readonly CloudFacts[],
  takenAt: number,
  people: readonly Person[],
): Inventory {
  return { takenAt, people, sites: facts.map((each) => siteInventory(each, people)) };
}

function tracesOf({ site, as, raw }: CloudFacts): Traces {
  return {
    site: site.name,
    user: as?.user,
    made: [...raw.leases, ...raw.servers, ...raw.volumes],
    mentioned: [
      ...raw.floatingIps.map((ip) => ip.description),
      ...[...raw.networks, ...raw.routers, ...raw.objectContainers].map(({ name }) => name),
    ],
  };
}

function siteInventory(facts: CloudFacts, people: readonly Person[]): SiteInventory {
  const { raw, as } = facts;
  const known = ownershipOf(facts.site.name, as?.user.id, people);
  const join = leaseJoin({ leases: raw.leases, hosts: raw.hosts, allocations: raw.hostAllocations });
  const leases = raw.leases.map((lease): OwnedLease => ({
    ...lease,
    owner: ownerOfMade(lease, known),
    leaseId: lease.id,
  }));
  const servers = raw.servers.map((server): OwnedServer => ({
    ...server,
    owner: ownerOfMade(server, known),
    leaseId: join.ofServer(server),
  }));
  return {
    ...raw,
    cloud: facts.cloud,
    site: facts.site,
    project: as?.project,
    user: as?.user,
    roles: as?.roles ?? [],
    parts: facts.parts,
    signIn: facts.signIn,
    clockOffset: facts.clockOffset,
    leases,
    servers,
    floatingIps: ownedFloatingIps(facts, known, leases, servers),
    ...ownedByName(raw, known, as?.project?.id),
    volumes: raw.volumes.map((volume) => ({
      ...volume,
      owner: ownerOfMade(volume, known),
      // A volume outlives every lease.
      leaseId: undefined,
    })),
    zunContainers: raw.zunContainers.map((container) => ({
      ...container,
      owner:
        container.userId === undefined
          ? ownerOfNamed(container.name, known)
          : ownerOfMade({ name: container.name, userId: container.userId }, known),
      // The hint that it was launched with is never told.
      leaseId: undefined,
    })),
  };
}

/** What the services keep without a maker: it has its name alone. */
function ownedByName(
  raw: RawParts,
  known: Ownership,
  projectId: string | undefined,
): Pick<SiteInventory, 'networks' | 'routers' | 'objectContainers'> {
  const named = <T extends { readonly name: string }>(each: T): T & Owned => ({
    ...each,
    owner: ownerOfNamed(each.name, known),
    leaseId: undefined,
  });
  const ofProject = <T extends { readonly name: string; readonly projectId: string }>(each: T): T & Owned =>
    each.projectId === projectId ? named(each) : { ...each, owner: OF_ALL, leaseId: undefined };
  return {
    networks: raw.networks.map((each) =>
      each.shared || each.external ? { ...each, owner: OF_ALL, leaseId: undefined } : ofProject(each),
    ),
    routers: raw.routers.map(ofProject),
    objectContainers: raw.objectContainers.map(named),
  };
}

const OF_ALL: Owner = { kind: 'shared', why: 'It belongs to the site and is for everybody.' };

function ownedFloatingIps(
  { raw }: CloudFacts,
  known: Ownership,
  leases: readonly OwnedLease[],
  servers: readonly OwnedServer[],
): OwnedFloatingIp[] {
  const join = leaseJoin({ leases: raw.leases, hosts: [], allocations: [] });
  const ports = new Map(raw.ports.map((port) => [port.id, port]));
  const leaseById = new Map(leases.map((lease) => [lease.id, lease]));
  const serverById = new Map(servers.map((server) => [server.id, server]));
  return raw.floatingIps.map((ip) => {
    const serverId = serverOfFloatingIp(ip, ports);
    const server = serverById.get(serverId ?? '');
    const reservedBy = leaseById.get(join.reserving(ip) ?? '');
    return {
      ...ip,
      serverId,
      owner: ownerOfFloatingIp(ip, known, server, reservedBy),
      leaseId: reservedBy?.id ?? server?.leaseId,
    };
  });
}
