import { isAbort } from '../base';
import { getServer, listServers, type Server, type Session } from '../openstack';

/** More would be a class whose servers all fail for the same reason: one tells it for all. */
const MOST_ASKED = 10;

type Fault = Server['fault'];
/** By the server's id and its last change, so that each is asked for once. */
const known = new WeakMap<Session, Map<string, Fault>>();

/**
 * The servers, those in ERROR with the reason. Nova's list leaves it out for a server that no host took (its record is
 * in no cell), which is the commonest one; the server's own record has it.
 */
export async function listServersWithFaults(session: Session, signal?: AbortSignal): Promise<Server[]> {
  const servers = await listServers(session, signal);
  const before = known.get(session);
  const now = new Map<string, Fault>();
  const silent = servers.filter(({ status, fault }) => status === 'ERROR' && fault === undefined);
  await Promise.all(
    silent.slice(0, MOST_ASKED).map(async (server) => {
      const key = keyOf(server);
      if (before?.has(key) === true) now.set(key, before.get(key));
      else await learn(session, server, now, signal);
    }),
  );
  known.set(session, now);
  return servers.map((server) => (server.fault === undefined ? withFault(server, now) : server));
}

async function learn(
  session: Session,
  server: Server,
  faults: Map<string, Fault>,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    faults.set(keyOf(server), (await getServer(session, server.id, signal)).fault);
  } catch (thrown) {
    // The list stands without it; the next one asks again.
    if (isAbort(thrown)) throw thrown;
  }
}

function withFault(server: Server, faults: ReadonlyMap<string, Fault>): Server {
  const fault = faults.get(keyOf(server));
  return fault === undefined ? server : { ...server, fault };
}

function keyOf({ id, updated }: Server): string {
  return `${id} ${updated}`;
}
