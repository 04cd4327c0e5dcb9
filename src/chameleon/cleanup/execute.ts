import { isAbort, Problem, sentenceOf, type Clock } from '../../base';
import {
  deleteFloatingIp,
  deleteImage,
  deleteNetwork,
  deleteObject,
  deleteObjectContainer,
  deletePort,
  deleteRouter,
  deleteServer,
  deleteVolume,
  deleteZunContainer,
  detachVolume,
  getLease,
  getServer,
  getVolume,
  listAllObjects,
  listFloatingIps,
  listNetworks,
  listPorts,
  listRouters,
  OpenStackError,
  removeRouterInterface,
  type Session,
} from '../../openstack';
import { deleteLease } from '../leases';
import { goneServer, goneVolume, settledVolume, type Waiting } from '../servers';
import { cleanUpKinds, type CleanUpItem } from './plan';

/** What came of one item. `notDone`: it was cancelled before its turn. */
export interface CleanUpResult {
  readonly item: CleanUpItem;
  readonly outcome: 'gone' | 'wasGone' | 'refused' | 'notDone';
  /** Why it is still there, with what to do; only with `refused`. */
  readonly why: string | undefined;
}

export interface CleanUp {
  readonly items: readonly CleanUpItem[];
  session(cloud: string): Session;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told after each item: how many are settled, of how many. */
  readonly progress: (done: number, total: number, item: CleanUpItem) => void;
  /** For tests; 5 s without it. */
  readonly pollMs?: number;
}

/**
 * Takes the items away: sites side by side, on a site kind after kind, in the order in which they stand on each other.
 * What refuses is told and does not stop the rest. Each thing is looked at once more before: what is not mine, or has
 * another name by now, is refused here. It can be run again at any time; a cancel leaves the rest as it is.
 * @returns one result an item, in their order; never throws
 */
export async function cleanUp(of: CleanUp): Promise<CleanUpResult[]> {
  const results = new Map<CleanUpItem, CleanUpResult>();
  const clouds = [...new Set(of.items.map(({ cloud }) => cloud))];
  await Promise.all(
    clouds.map(async (cloud) => {
      for (const kind of cleanUpKinds) {
        const items = of.items.filter((item) => item.cloud === cloud && item.kind === kind);
        await Promise.all(
          items.map(async (item) => {
            const result = await resultOf(of, item);
            results.set(item, result);
            of.progress(results.size, of.items.length, item);
          }),
        );
      }
    }),
  );
  return of.items.map((item) => results.get(item) ?? { item, outcome: 'notDone', why: undefined });
}

async function resultOf(of: CleanUp, item: CleanUpItem): Promise<CleanUpResult> {
  if (of.signal.aborted) return { item, outcome: 'notDone', why: undefined };
  try {
    await remove(of, item);
    return { item, outcome: 'gone', why: undefined };
  } catch (thrown) {
    if (isAbort(thrown)) return { item, outcome: 'notDone', why: undefined };
    if (thrown instanceof OpenStackError && thrown.kind === 'notFound')
      return { item, outcome: 'wasGone', why: undefined };
    return { item, outcome: 'refused', why: reasonOf(thrown, item) };
  }
}

function reasonOf(thrown: unknown, { kind }: CleanUpItem): string {
  if (thrown instanceof OpenStackError && thrown.kind === 'conflict') {
    if (kind === 'network')
      return 'Something is still on it: look which servers or ports, and run Clean Up again.';
    if (kind === 'router') return 'A network or a floating IP still needs it: run Clean Up again.';
  }
  return sentenceOf(thrown);
}

function remove(of: CleanUp, item: CleanUpItem): Promise<void> {
  const session = of.session(item.cloud);
  const { signal } = of;
  const waiting: Waiting = { session, clock: of.clock, signal, pollMs: of.pollMs };
  switch (item.kind) {
    case 'server':
      return removeServer(waiting, item);
    case 'volume':
      return removeVolume(waiting, item);
    case 'floatingIp':
      return removeFloatingIp(session, of, item);
    case 'router':
      return removeRouter(session, item, signal);
    case 'network':
      return removeNetwork(session, item, signal);
    case 'port':
      return deletePort(session, item.id, signal);
    case 'image':
      return deleteImage(session, item.id, signal);
    case 'zunContainer':
      return deleteZunContainer(session, item.id, signal);
    case 'objectContainer':
      return removeObjectContainer(session, item, signal);
    case 'lease':
      return removeLease(session, item, signal);
  }
}

async function removeServer(waiting: Waiting, { id, name }: CleanUpItem): Promise<void> {
  const { session, signal } = waiting;
  await stillMine(session, await getServer(session, id, signal), name, signal);
  await deleteServer(session, id, signal);
  await goneServer(waiting, id);
}

async function removeVolume(waiting: Waiting, { id, name }: CleanUpItem): Promise<void> {
  const { session, signal } = waiting;
  const volume = await getVolume(session, id, signal);
  await stillMine(session, volume, name, signal);
  for (const { serverId } of volume.attachments) {
    // A server of somebody else is not touched: the refusal of the deletion says that it is in use.
    const server = await getServer(session, serverId, signal);
    await stillMine(session, server, server.name, signal);
    await detachVolume(session, serverId, id, signal);
  }
  if (volume.attachments.length > 0) await settledVolume(waiting, id);
  await deleteVolume(session, id, signal);
  await goneVolume(waiting, id);
}

async function removeLease(session: Session, { id, name }: CleanUpItem, signal: AbortSignal): Promise<void> {
  const lease = await getLease(session, id, signal);
  await stillMine(session, lease, name, signal);
  await deleteLease(session, lease, { signal });
}

/** What was mine in the list is mine now. @throws Problem otherwise */
async function stillMine(
  session: Session,
  now: { readonly userId: string; readonly name: string },
  name: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { user } = await session.token(signal);
  if (now.userId !== user.id || now.name !== name)
    throw new Problem('It is somebody else’s, or was renamed meanwhile, so it was left alone.', {
      next: 'Refresh and look again.',
    });
}

/** An address that somebody has put on another server meanwhile is theirs now. */
async function removeFloatingIp(session: Session, of: CleanUp, { id }: CleanUpItem): Promise<void> {
  const ip = (await listFloatingIps(session, of.signal)).find((each) => each.id === id);
  if (ip === undefined) throw goneAlready('network');
  if (ip.portId !== undefined) {
    const meant = of.items.some((item) => item.kind === 'server' && item.id === ip.serverId);
    if (!meant)
      throw new Problem('It is on a server that was not chosen, so it was left alone.', {
        next: 'Choose that server too, or take the address off it first.',
      });
  }
  await deleteFloatingIp(session, id, of.signal);
}

async function removeRouter(session: Session, { id, name }: CleanUpItem, signal: AbortSignal): Promise<void> {
  const router = (await listRouters(session, signal)).find((each) => each.id === id);
  if (router === undefined) throw goneAlready('network');
  sameName(router.name, name);
  const ports = (await listPorts(session, signal)).filter(
    (port) => port.deviceId === id && port.deviceOwner.startsWith('network:router_interface'),
  );
  for (const port of ports) await removeRouterInterface(session, id, port.id, signal);
  await deleteRouter(session, id, signal);
}

async function removeNetwork(
  session: Session,
  { id, name }: CleanUpItem,
  signal: AbortSignal,
): Promise<void> {
  const network = (await listNetworks(session, signal)).find((each) => each.id === id);
  if (network === undefined) throw goneAlready('network');
  sameName(network.name, name);
  if (network.shared || network.external)
    throw new Problem('It is shared now, so it was left alone.', { next: 'Nothing is to be done.' });
  const unused = (await listPorts(session, signal)).filter(
    (port) => port.networkId === id && port.deviceId === '' && port.deviceOwner === '',
  );
  for (const port of unused) await deletePort(session, port.id, signal);
  await deleteNetwork(session, id, signal);
}

function sameName(now: string, before: string): void {
  if (now !== before)
    throw new Problem('It was renamed meanwhile, so it was left alone.', { next: 'Refresh and look again.' });
}

/** So many deletions of objects at once. */
const SIDE_BY_SIDE = 8;

async function removeObjectContainer(
  session: Session,
  { name }: CleanUpItem,
  signal: AbortSignal,
): Promise<void> {
  const left = (await listAllObjects(session, name, signal)).map((object) => object.name);
  const worker = async (): Promise<void> => {
    for (let object = left.pop(); object !== undefined; object = left.pop())
      await deleteObject(session, name, object, signal).catch(ignoreGone);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  await deleteObjectContainer(session, name, signal);
}

function ignoreGone(thrown: unknown): void {
  if (thrown instanceof OpenStackError && thrown.kind === 'notFound') return;
  throw thrown;
}

function goneAlready(service: string): OpenStackError {
  return new OpenStackError('It is gone already.', { kind: 'notFound', service });
}
