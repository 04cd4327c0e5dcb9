import { isAbort, Problem } from '../../base';
import {
  bindFloatingIp,
  createFloatingIp,
  isAnswerLost,
  listFloatingIps,
  listNetworks,
  listPorts,
  OpenStackError,
  type FloatingIp,
  type Port,
  type Server,
  type Session,
} from '../../openstack';
import { reservationIn } from '../joins';

/**
 * Puts an address on the port of a server that can take it: of several networks only one that a router joins with the
 * outside will do, and Neutron tells which by refusing the others (`platform` 4.2).
 * @throws Problem when none takes it
 */
export async function bindToServer(
  session: Session,
  ip: Pick<FloatingIp, 'id' | 'address'>,
  server: Pick<Server, 'id' | 'name'>,
  signal?: AbortSignal,
): Promise<FloatingIp> {
  const ports = (await listPorts(session, signal)).filter(({ deviceId }) => deviceId === server.id);
  if (ports.length === 0)
    throw new Problem(`${server.name} is on no network yet.`, {
      next: 'Wait until it is built, then try again.',
    });
  let refusal: OpenStackError | undefined;
  for (const port of likelyFirst(ports)) {
    try {
      return await bindFloatingIp(session, ip.id, port.id, signal);
    } catch (thrown) {
      // 404: this port's network leads nowhere outside; 409: it has an address already.
      if (thrown instanceof OpenStackError && isAnswerLost(thrown)) {
        const now = await addressesNow(session, signal);
        const bound = now?.find(({ id, portId }) => id === ip.id && portId === port.id);
        if (bound !== undefined) return bound;
      }
      const another =
        thrown instanceof OpenStackError && (thrown.kind === 'notFound' || thrown.kind === 'conflict');
      if (!another) throw thrown;
      refusal = thrown;
    }
  }
  throw new Problem(`${ip.address} can't be put on ${server.name}.`, {
    next:
      refusal?.kind === 'conflict'
        ? 'It has a floating IP already, or the address was just taken: refresh and look.'
        : 'None of its networks has a router with a gateway. Launch it with sharednet1 as one of its networks.',
    cause: refusal,
  });
}

/** Where there is port security there is mostly the way out: the labs’ private networks go without. */
function likelyFirst(ports: readonly Port[]): readonly Port[] {
  return [...ports].sort((a, b) => Number(b.portSecurity) - Number(a.portSecurity));
}

export interface AddressWish {
  readonly session: Session;
  readonly server: Pick<Server, 'id' | 'name'>;
  /** The ids of the reservations of the server's lease. */
  readonly reservationIds: readonly string[];
  /** Written on an address that is newly taken, so that it tells whose it is. */
  readonly description: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gives a server a public address: one that its lease reserved if one is free, else a new one from the pool. One that
 * merely lies idle in the class's project may be somebody's, and is left alone.
 * @throws Problem when the pool is empty
 */
export async function giveAddress(wish: AddressWish): Promise<FloatingIp> {
  const { session, server, reservationIds, description, signal } = wish;
  const reserved = (await listFloatingIps(session, signal)).find(
    (ip) =>
      ip.portId === undefined && ip.tags.some((tag) => reservationIds.includes(reservationIn(tag) ?? '')),
  );
  const ip = reserved ?? (await allocateFloatingIp(session, description, signal));
  return bindToServer(session, ip, server, signal);
}

/**
 * Takes an address from the pool of the site's external network, once: where the answer got lost the address is looked
 * for instead of taking another. @throws Problem when none is left
 */
export async function allocateFloatingIp(
  session: Session,
  description: string,
  signal?: AbortSignal,
): Promise<FloatingIp> {
  const external = (await listNetworks(session, signal)).filter((network) => network.external);
  const network = external.find(({ name }) => name === 'public') ?? external[0];
  if (network === undefined)
    throw new Problem('This site has no network with public addresses.', { next: 'Use another site.' });
  const had = new Set((await listFloatingIps(session, signal)).map(({ id }) => id));
  try {
    return await createFloatingIp(session, network.id, { description }, signal);
  } catch (thrown) {
    if (!(thrown instanceof OpenStackError)) throw thrown;
    if (isAnswerLost(thrown)) {
      const now = await addressesNow(session, signal);
      // A classmate may have taken one in the same moment: what is said of it tells them apart.
      const taken = now?.find((ip) => !had.has(ip.id) && ip.description === description && isUntouched(ip));
      if (taken !== undefined) return taken;
      throw thrown;
    }
    if (thrown.kind !== 'conflict') throw thrown;
    throw new Problem('No floating IP is left: the pool, or the project’s quota, is used up.', {
      next: 'Release idle ones (Needs attention shows them), reserve one with the next lease, or reach the server through another one.',
      cause: thrown,
    });
  }
}

function isUntouched({ portId, tags }: FloatingIp): boolean {
  return portId === undefined && tags.every((tag) => reservationIn(tag) === undefined);
}

/** `undefined` where they can't be read now either. @throws AbortError */
async function addressesNow(
  session: Session,
  signal: AbortSignal | undefined,
): Promise<readonly FloatingIp[] | undefined> {
  try {
    return await listFloatingIps(session, signal);
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    return undefined;
  }
}
