import type { Server } from '../openstack';
import type { OwnedServer, Owner, SiteInventory } from './types';

/** One host on the way to a server, with the address at which the one before reaches it. */
export interface Hop {
  readonly server: OwnedServer;
  readonly address: string;
}

/** The public IPv4 address of a server. Neutron knows a new binding seconds to a minute before Nova does. */
export function publicAddress(
  site: Pick<SiteInventory, 'floatingIps'>,
  server: Pick<Server, 'id' | 'addresses'>,
): string | undefined {
  return (
    addressesByServer(site.floatingIps).get(server.id) ??
    server.addresses.find((address) => address.kind === 'floating' && address.version === 4)?.address
  );
}

/** A class has hundreds of both: each list is gone through once. */
const indexes = new WeakMap<SiteInventory['floatingIps'], ReadonlyMap<string, string>>();

function addressesByServer(ips: SiteInventory['floatingIps']): ReadonlyMap<string, string> {
  const known = indexes.get(ips);
  if (known !== undefined) return known;
  const index = new Map<string, string>();
  for (const { serverId, address } of ips)
    if (serverId !== undefined && !index.has(serverId)) index.set(serverId, address);
  indexes.set(ips, index);
  return index;
}

/**
 * The way to a server from outside, the server itself last: directly where it has a public address, else through
 * running servers of the same person that share a network with it (the fewest). `undefined`: there is none.
 */
export function wayTo(site: SiteInventory, server: OwnedServer): readonly Hop[] | undefined {
  const direct = publicAddress(site, server);
  if (direct !== undefined) return [{ server, address: direct }];
  // From the server outwards: each step ends at a neighbour, until one can be reached from outside.
  const seen = new Set([server.id]);
  let ways: Hop[][] = fixed(server)
    .map(({ address }) => [{ server, address }])
    .slice(0, 1);
  while (ways.length > 0) {
    const longer: Hop[][] = [];
    for (const way of ways) {
      const [nearest] = way;
      if (nearest === undefined) continue;
      for (const gate of serversLike(site.servers, server.owner)) {
        if (seen.has(gate.id) || gate.status !== 'ACTIVE' || !samePerson(gate.owner, server.owner)) continue;
        const shared = fixed(nearest.server).find(({ network }) =>
          fixed(gate).some((each) => each.network === network),
        );
        if (shared === undefined) continue;
        seen.add(gate.id);
        const rest = [{ ...nearest, address: shared.address }, ...way.slice(1)];
        const address = publicAddress(site, gate);
        if (address !== undefined) return [{ server: gate, address }, ...rest];
        longer.push([{ server: gate, address: fixed(gate)[0]?.address ?? '' }, ...rest]);
      }
    }
    ways = longer;
  }
  return undefined;
}

/**
 * The server that answers at a private address as `gate` sees it: many networks of a project may use the same
 * addresses, so only those that the gate is on count. `undefined`: none, or it can't be told.
 */
export function neighbourAt(site: SiteInventory, gateId: string, address: string): OwnedServer | undefined {
  const near = new Set(
    site.ports.filter((port) => port.deviceId === gateId).map(({ networkId }) => networkId),
  );
  const holders = new Set(
    site.ports
      .filter((port) => near.has(port.networkId) && port.fixedIps.some((ip) => ip.address === address))
      .map(({ deviceId }) => deviceId),
  );
  const byPort = site.servers.filter(({ id }) => holders.has(id));
  if (byPort.length > 0) return byPort.length === 1 ? byPort[0] : undefined;
  // A server whose ports are not listed yet: Nova names its networks.
  const listed = new Set(site.ports.map(({ deviceId }) => deviceId));
  const gate = site.servers.find(({ id }) => id === gateId);
  const networks = new Set(gate === undefined ? [] : fixed(gate).map(({ network }) => network));
  const byName = site.servers.filter(
    (server) =>
      gate !== undefined &&
      !listed.has(server.id) &&
      samePerson(gate.owner, server.owner) &&
      fixed(server).some((each) => each.address === address && networks.has(each.network)),
  );
  return byName.length === 1 ? byName[0] : undefined;
}

const byOwner = new WeakMap<SiteInventory['servers'], ReadonlyMap<string, readonly OwnedServer[]>>();

/** The servers of whom this owner may be, by each name of theirs. */
function serversLike(servers: SiteInventory['servers'], owner: Owner): ReadonlySet<OwnedServer> {
  const index = byOwner.get(servers) ?? ownerIndex(servers);
  byOwner.set(servers, index);
  return new Set(keysOf(owner).flatMap((key) => index.get(key) ?? []));
}

function ownerIndex(servers: SiteInventory['servers']): ReadonlyMap<string, readonly OwnedServer[]> {
  const index = new Map<string, OwnedServer[]>();
  for (const server of servers)
    for (const key of keysOf(server.owner)) {
      const list = index.get(key);
      if (list === undefined) index.set(key, [server]);
      else list.push(server);
    }
  return index;
}

function keysOf({ kind, netId, username, group }: Owner): string[] {
  switch (kind) {
    case 'me':
      return ['me'];
    case 'person':
      return [
        ...(netId === undefined ? [] : [`net ID ${netId}`]),
        ...(username === undefined ? [] : [`user ${username}`]),
      ];
    case 'group':
      return [`group ${group ?? ''}`];
    case 'shared':
    case 'unknown':
      return [];
  }
}

function fixed(server: Server): Server['addresses'] {
  return server.addresses.filter(({ kind, version }) => kind === 'fixed' && version === 4);
}

/** Only servers that carry the same person's keys are gates. */
function samePerson(one: Owner, other: Owner): boolean {
  if (one.kind !== other.kind) return false;
  if (one.kind === 'me') return true;
  if (one.kind === 'person')
    return (
      (one.netId !== undefined && one.netId === other.netId) ||
      (one.username !== undefined && one.username === other.username)
    );
  return one.kind === 'group' && one.group === other.group;
}
