import { isAbort, Problem, sleep } from '../../base';
import {
  createKeyPair,
  createServer,
  isAnswerLost,
  isOverQuota,
  listServers,
  OpenStackError,
  type FloatingIp,
  type Server,
  type Session,
} from '../../openstack';
import { faultWords } from '../attention';
import { giveAddress } from './address';
import type { LaunchPlan } from './launchPlan';
import { openPort } from './openPort';
import { settledServer, type Waiting } from './waiting';

export interface Launching extends Waiting {
  readonly plan: LaunchPlan;
  /** Told where it stands, in words. */
  readonly say: (step: string) => void;
  /** Told once the site has taken the request: the server is in its list from then on. */
  readonly made?: () => void;
  /** One try to see an SSH server at an address, outside of the cloud's APIs; false while nothing answers. */
  readonly answersSsh: (address: string, signal: AbortSignal | undefined) => Promise<boolean>;
}

export interface Launched {
  readonly server: Server;
  readonly ip: FloatingIp | undefined;
  /** Whether SSH was seen to answer; `undefined` without a public address: it was not looked for. */
  readonly ssh: boolean | undefined;
  /** What did not come about beside the server itself, each with its next step. */
  readonly notes: readonly string[];
}

const MINUTE_MS = 60_000;
/** Bare metal is ACTIVE when its last boot begins: SSH may come 10 minutes later (`platform` 5). */
const SSH_WAIT_MS = 15 * MINUTE_MS;

/**
 * Launches a server and stays with it until SSH answers. A cancel leaves the server as it is: it goes on building.
 * @throws Problem with the likely cause where the site could not build it (the server is there, in ERROR)
 */
export async function launchServer(launching: Launching): Promise<Launched> {
  const { session, plan, say, signal } = launching;
  if (plan.importKeyPair !== undefined) {
    say(`importing the key ${plan.importKeyPair.name}`);
    await createKeyPair(session, plan.importKeyPair, signal);
  }
  say('asking for the server');
  const id = await requested(launching);
  launching.made?.();
  const server = await built(launching, id);
  const notes: string[] = [];
  for (const group of plan.groups) {
    say(`letting in ${group.name}`);
    await noted(notes, `Port ${group.port} could not be opened.`, () =>
      openPort(session, server, group, signal),
    );
  }
  const ip = plan.wish.floatingIp ? await addressed(launching, server, notes) : undefined;
  const ssh = ip === undefined ? undefined : await sshSeen(launching, ip.address);
  return { server, ip, ssh, notes };
}

/** Sent once; where the answer got lost the server is looked for instead of asking again. */
async function requested({ session, plan, clock, signal }: Launching): Promise<string> {
  const { user } = await session.token(signal);
  const askedAt = clock.now() + session.clockOffset - MINUTE_MS;
  try {
    return await createServer(session, plan.request, signal);
  } catch (thrown) {
    if (isAbort(thrown) || !(thrown instanceof OpenStackError)) throw thrown;
    const made = isAnswerLost(thrown)
      ? await foundAgain(session, plan.request.name, user.id, askedAt, signal)
      : undefined;
    if (made !== undefined) return made.id;
    throw refused(thrown);
  }
}

async function foundAgain(
  session: Session,
  name: string,
  userId: string,
  since: number,
  signal: AbortSignal | undefined,
): Promise<Server | undefined> {
  const servers = await listServers(session, signal).catch((thrown: unknown) => {
    if (isAbort(thrown)) throw thrown;
    return [];
  });
  return servers.find((each) => each.name === name && each.userId === userId && each.created >= since);
}

function refused(error: OpenStackError): Problem {
  if (/flavor/i.test(error.said ?? '') && (error.kind === 'badRequest' || error.kind === 'notFound'))
    return new Problem(
      'The site does not know the reserved flavor yet: that takes some seconds after the start.',
      {
        next: 'Launch again in half a minute.',
        cause: error,
      },
    );
  if (isOverQuota(error))
    return new Problem('The project’s quota is used up: it may have no more servers, memory or ports.', {
      next: 'Delete servers that nobody needs any more, or tell the course staff.',
      cause: error,
    });
  return new Problem(error.message, { next: error.next, cause: error });
}

async function built(launching: Launching, id: string): Promise<Server> {
  const { plan, say } = launching;
  const [least, most] = plan.usualMinutes;
  let told = '';
  const server = await settledServer(launching, id, ({ status, taskState }) => {
    const words = `${status === 'BUILD' ? (BUILDING[taskState ?? ''] ?? 'being built') : status.toLowerCase()} (usually ${least} to ${most} minutes)`;
    if (words !== told) say(words);
    told = words;
  });
  if (server.status === 'ACTIVE') return server;
  throw new Problem(
    `${server.name} could not be built. ${server.fault === undefined ? `Its state is ${server.status}.` : faultWords(server.fault.message)}`,
    { next: 'Delete it, see that the lease is active and free, and launch again.' },
  );
}

const BUILDING: Readonly<Record<string, string>> = {
  scheduling: 'looking for a host',
  networking: 'getting its network',
  block_device_mapping: 'getting its disk',
  spawning: 'being installed',
};

async function addressed(
  { session, plan, say, signal }: Launching,
  server: Server,
  notes: string[],
): Promise<FloatingIp | undefined> {
  say('getting a public address');
  return noted(notes, 'It has no public address.', () =>
    giveAddress({
      session,
      server,
      reservationIds: plan.reservationIds,
      description: plan.wish.name,
      signal,
    }),
  );
}

/** What fails beside the server does not undo it: it is told. */
async function noted<T>(notes: string[], what: string, run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    const next = thrown instanceof Problem ? (thrown.next ?? '') : '';
    notes.push(`${what} ${why} ${next}`.trim());
    return undefined;
  }
}

async function sshSeen(launching: Launching, address: string): Promise<boolean> {
  const { clock, signal, say, answersSsh, pollMs } = launching;
  const until = clock.now() + SSH_WAIT_MS;
  say(`waiting until SSH answers at ${address}`);
  for (;;) {
    if (await answersSsh(address, signal)) return true;
    if (clock.now() >= until) return false;
    await sleep(clock, pollMs ?? 5_000, signal);
  }
}
