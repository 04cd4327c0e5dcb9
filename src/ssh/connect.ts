import { Duplex } from 'node:stream';
import { abortError, type Clock } from '../base';
import { whenAborted } from './abort';
import { SshConnection } from './connection';
import { nodeFiles } from './files';
import { sameHostKey } from './hostKeys';
import type { KnownHosts } from './knownHosts';
import { login, shownKey } from './login';
import { offersOf } from './offers';
import { connectFailure, noWay, refused, SshError, timedOut } from './problems';
import { connectByOwn, shownToOwn, type OwnSsh } from './own';
import { jumpsOf } from './sshConfig';
import type { Connection, Dial, HostKey, HostKeyDecision, Keys, Target } from './types';

/** Milliseconds for a TCP connection: a packet that is lost thrice is sent again after 7 s. */
const DIAL_MS = 15_000;

/** What every connection of a window is made with. */
export interface ConnectOptions {
  /** The keys, or what finds those for a server. */
  readonly keys: Keys | ((target: Target) => Promise<Keys>);
  readonly knownHosts: KnownHosts;
  readonly decision: HostKeyDecision;
  readonly dial: Dial;
  readonly clock: Clock;
  /** For what ssh2 can't do; `undefined`: then it is said. */
  readonly own?: OwnSsh | undefined;
}

/** One connection of one's own, with its own connections to the hosts on the way; closing it closes them. */
export async function connect(
  target: Target,
  options: ConnectOptions & { readonly signal: AbortSignal },
): Promise<Connection> {
  const opened: SshConnection[] = [];
  const closeAll = (): void => {
    for (const each of opened.reverse()) each.close();
  };
  try {
    for (const hop of [...jumpsOf(target), target])
      opened.push(await establish(hop, opened.at(-1), options, options.signal));
  } catch (thrown) {
    closeAll();
    throw thrown;
  }
  const last = opened.at(-1);
  if (last === undefined) throw new SshError('protocol', 'There was nothing to connect to.');
  void last.closed.then(closeAll);
  return last;
}

/**
 * Connects and logs in, directly or through `jump`, meeting the host key by our rules. What ssh2 can't do (encryption
 * that it does not know, security keys, certificates) is done by the person's own `ssh`, by the same rules.
 */
export async function establish(
  target: Target,
  jump: SshConnection | undefined,
  options: ConnectOptions,
  signal: AbortSignal,
): Promise<SshConnection> {
  const { clock, knownHosts, own } = options;
  const reach = (): Promise<Duplex> => openStream(target, jump, options, signal);
  let pins: readonly HostKey[] = await knownHosts.pinned(target.serverId);
  if (pins.length === 0) {
    // The decision may take a person's time, longer than sshd waits for a login: look first, decide, then log in.
    const shown = await shownTo(target, await reach(), options, signal);
    pins = await firstContact(target, shown, options.decision, signal);
    for (const pin of pins) await knownHosts.pin(target.serverId, pin);
  }
  const keys = await keysFor(target, options);
  const offers = await offersOf(keys, target.user, nodeFiles, clock);
  try {
    const { client, hostKey } = await login({ target, stream: await reach(), pins, clock, signal }, offers);
    return new SshConnection(target, client, hostKey, clock);
  } catch (thrown) {
    const noKeyFits = thrown instanceof SshError && (thrown.kind === 'auth' || thrown.kind === 'noKey');
    if (own === undefined || !(isEncryption(thrown) || (noKeyFits && offers.beyond.length > 0))) throw thrown;
    return connectByOwn(target, pins, { own, knownHosts, keys, clock }, signal);
  }
}

/** The key that a server shows, without a login; by the person's own `ssh` where ssh2 can't talk to it. */
export async function shownTo(
  target: Target,
  stream: Duplex,
  options: ConnectOptions,
  signal: AbortSignal,
): Promise<HostKey> {
  const { clock, knownHosts, own } = options;
  try {
    return await shownKey({ target, stream, clock, signal });
  } catch (thrown) {
    if (own === undefined || !isEncryption(thrown)) throw thrown;
    return shownToOwn(target, { own, knownHosts, keys: await keysFor(target, options), clock }, signal);
  }
}

async function keysFor(target: Target, { keys }: ConnectOptions): Promise<Keys> {
  return typeof keys === 'function' ? keys(target) : keys;
}

function isEncryption(thrown: unknown): boolean {
  return thrown instanceof SshError && thrown.kind === 'encryption';
}

/** The keys to pin for a server that was never met. */
async function firstContact(
  target: Target,
  shown: HostKey,
  decision: HostKeyDecision,
  signal: AbortSignal,
): Promise<readonly HostKey[]> {
  const printed = await decision.consoleKeys(target, signal);
  if (signal.aborted) throw abortError();
  if (printed !== undefined) {
    if (printed.some((key) => sameHostKey(key, shown))) return printed;
    const same = printed.filter((key) => key.type === shown.type);
    throw new SshError(
      'hostKeyRejected',
      `What answers at ${target.address} is not ${target.name}: it shows ${shown.fingerprint}, ` +
        `its console printed ${(same.length > 0 ? same : printed).map((key) => key.fingerprint).join(', ')}.`,
      { next: 'Look whose floating IP that is (Resources, or Horizon → Network → Floating IPs).' },
    );
  }
  if (!(await decision.accept(target, shown)))
    throw new SshError('hostKeyRejected', `The host key of ${target.name} was not accepted.`, {
      next: `Compare ${shown.fingerprint} with the server’s console, then connect again.`,
    });
  if (signal.aborted) throw abortError();
  return [shown];
}

/** A stream to the SSH port, within a time. */
export async function openStream(
  target: Target,
  jump: Connection | undefined,
  options: Pick<ConnectOptions, 'dial' | 'clock'>,
  signal: AbortSignal,
): Promise<Duplex> {
  if (signal.aborted) throw abortError();
  const inner = new AbortController();
  const forgetAbort = whenAborted(signal, () => {
    inner.abort();
  });
  let late = false;
  const cancel = options.clock.after(DIAL_MS, () => {
    late = true;
    inner.abort();
  });
  try {
    const socket =
      jump === undefined
        ? await options.dial(target.address, target.port, inner.signal)
        : await jump.open(target.address, target.port, inner.signal);
    // The handshake listens from its first turn on; an error in between must not end the process.
    socket.on('error', () => undefined);
    return socket;
  } catch (thrown) {
    if (late) throw timedOut(target, thrown);
    if (jump !== undefined && thrown instanceof SshError) {
      if (thrown.kind === 'refused') throw refused(target, thrown);
      if (thrown.kind === 'timeout') throw timedOut(target, thrown);
      if (thrown.kind === 'unreachable') throw noWay(jump.target, target, thrown);
    }
    throw connectFailure(thrown, target);
  } finally {
    cancel();
    forgetAbort();
  }
}
