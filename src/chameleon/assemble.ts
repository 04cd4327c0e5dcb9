import type { FloatingIp, Lease, Server, Token } from '../openstack';
import { leaseJoin, serverOfFloatingIp } from './joins';
import { ownerOfFloatingIp, ownerOfMade, type Ownership } from './ownership';
import { learnPeople, type Myself, type Traces } from './people';
import type {
  Inventory,
  OwnedFloatingIp,
  OwnedLease,
  OwnedServer,
  PartName,
  PartState,
  PartValues,
  Person,
  Site,
  SiteInventory,
} from './types';

/** The lists as the services sent them, before owners and leases are resolved. */
export type RawParts = Omit<PartValues, 'leases' | 'servers' | 'floatingIps'> & {
  readonly leases: readonly Lease[];
  readonly servers: readonly Server[];
  readonly floatingIps: readonly FloatingIp[];
};

/** All that is known of one cloud at a moment. */
export interface CloudFacts {
  readonly cloud: string;
  readonly site: Site;
  readonly token: Token | undefined;
  readonly signIn: SiteInventory['signIn'];
  readonly clockOffset: number;
  readonly raw: RawParts;
  readonly parts: Readonly<Record<PartName, PartState>>;
}

/** The whole inventory of a moment: pure, from what each cloud has said so far. */
export function assemble(facts: readonly CloudFacts[], takenAt: number, myself: Myself): Inventory {
  const people = learnPeople(facts.map(tracesOf), myself);
  return { takenAt, people, sites: facts.map((each) => siteInventory(each, people)) };
}

function tracesOf({ site, token, raw }: CloudFacts): Traces {
  return {
    site: site.name,
    user: token?.user,
    made: [...raw.leases, ...raw.servers],
    mentioned: [
      ...raw.floatingIps.map((ip) => ip.description),
      ...raw.networks.map((network) => network.name),
    ],
  };
}

function siteInventory(facts: CloudFacts, people: readonly Person[]): SiteInventory {
  const { raw, token } = facts;
  const known: Ownership = { site: facts.site.name, myUserId: token?.user.id, people };
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
    project: token?.project,
    user: token?.user,
    roles: token?.roles ?? [],
    parts: facts.parts,
    signIn: facts.signIn,
    clockOffset: facts.clockOffset,
    leases,
    servers,
    floatingIps: ownedFloatingIps(facts, known, leases, servers),
  };
}

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
