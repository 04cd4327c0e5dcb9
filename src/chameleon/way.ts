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
    site.floatingIps.find((ip) => ip.serverId === server.id)?.address ??
    server.addresses.find((address) => address.kind === 'floating' && address.version === 4)?.address
  );
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
      for (const gate of site.servers) {
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
