import { isAbort, Problem, sleep, type Clock } from '../../base';
import {
  getServer,
  getVolume,
  OpenStackError,
  type Server,
  type Session,
  type Volume,
} from '../../openstack';

/** Pending things are asked for alone, at this pace. */
const POLL_MS = 5_000;
/** Servers and volumes change in seconds; bare metal takes its 20 minutes. */
const GIVE_UP_MS = 40 * 60_000;

export interface Waiting {
  readonly session: Session;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** For tests and quick things; 5 s without it. */
  readonly pollMs?: number | undefined;
}

/**
 * Asks for a thing until it is as wanted. A call that fails on the way (a service restarts) is asked again.
 * @throws Problem after 40 minutes; OpenStackError `notFound` when it is gone; AbortError
 */
export async function awaited<T>(
  { clock, signal, pollMs }: Waiting,
  ask: () => Promise<T>,
  wanted: (value: T) => boolean,
  what: string,
): Promise<T> {
  const until = clock.now() + GIVE_UP_MS;
  for (;;) {
    const value = await ask().catch((thrown: unknown) => {
      if (isAbort(thrown) || !(thrown instanceof OpenStackError) || !isPassing(thrown)) throw thrown;
      return undefined;
    });
    if (value !== undefined && wanted(value)) return value;
    if (clock.now() >= until)
      throw new Problem(`${what} takes longer than 40 minutes.`, {
        next: 'Look at it in the Resources view; if it stays so, tell the course staff.',
      });
    await sleep(clock, pollMs ?? POLL_MS, signal);
  }
}

function isPassing({ kind }: OpenStackError): boolean {
  return kind === 'unreachable' || kind === 'timeout' || kind === 'serverFault' || kind === 'tooMany';
}

/** A server once nothing more is done to it, whatever came of it. @param seen told it at each look */
export function settledServer(
  waiting: Waiting,
  id: string,
  seen: (server: Server) => void = () => undefined,
): Promise<Server> {
  return awaited(
    waiting,
    async () => {
      const server = await getServer(waiting.session, id, waiting.signal);
      seen(server);
      return server;
    },
    ({ status, taskState }) =>
      taskState === undefined && !['BUILD', 'REBUILD', 'REBOOT', 'HARD_REBOOT'].includes(status),
    'The server',
  );
}

/** Resolves when a server is gone. @throws Problem when it will not go */
export async function goneServer(waiting: Waiting, id: string): Promise<void> {
  await awaited(
    waiting,
    () => getServer(waiting.session, id, waiting.signal).catch(undefinedIfGone),
    (server) => server === GONE || (server.status === 'ERROR' && server.taskState === undefined),
    'The deletion',
  ).then((server) => {
    if (server !== GONE)
      throw new Problem(`${server.name} could not be deleted: it is in error.`, {
        next: 'Try again; if it stays so, tell the course staff.',
      });
  });
}

/** A volume once nothing more is done to it. */
export function settledVolume(waiting: Waiting, id: string): Promise<Volume> {
  return awaited(
    waiting,
    () => getVolume(waiting.session, id, waiting.signal),
    ({ status }) => status === 'available' || status === 'in-use' || status.startsWith('error'),
    'The volume',
  );
}

/** Resolves when a volume is gone. @throws Problem when it will not go */
export async function goneVolume(waiting: Waiting, id: string): Promise<void> {
  const volume = await awaited(
    waiting,
    () => getVolume(waiting.session, id, waiting.signal).catch(undefinedIfGone),
    (each) => each === GONE || each.status !== 'deleting',
    'The deletion',
  );
  if (volume !== GONE)
    throw new Problem(
      `The volume ${volume.name} could not be deleted: it is ${volume.status.replace('_', ' ')}.`,
      {
        next: 'Try again; if it stays so, tell the course staff.',
      },
    );
}

const GONE = Symbol('gone');

function undefinedIfGone(thrown: unknown): typeof GONE {
  if (thrown instanceof OpenStackError && thrown.kind === 'notFound') return GONE;
  throw thrown;
}
