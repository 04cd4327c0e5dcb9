import { Client, type ServerHostKeyAlgorithm } from 'ssh2';
import type { Duplex } from 'node:stream';
import { abortError, type Clock } from '../base';
import { whenAborted } from './abort';
import { hostKeyOfBlob } from './hostKeys';
import { isPinned } from './knownHosts';
import type { Offers } from './offers';
import { broken, connectFailure, SshError, timedOut } from './problems';
import type { HostKey, Target } from './types';

/** Milliseconds for the server to say who it is. */
const HANDSHAKE_MS = 15_000;
/** An agent may ask its person to touch or to unlock something. */
const AUTH_MS = 60_000;
/** A peer that is gone is known after (COUNT + 1) × this. */
const KEEPALIVE_MS = 4_000;
const KEEPALIVE_COUNT = 2;

const HOST_KEY_ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/** What a handshake is done with. */
export interface Attempt {
  readonly target: Target;
  readonly stream: Duplex;
  /** Keys that the server may show. */
  readonly pins: readonly HostKey[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The key that a server shows, without telling it anything: the connection ends before any login. */
export async function shownKey(attempt: Omit<Attempt, 'pins'>): Promise<HostKey> {
  const { client, seen } = prepare({ ...attempt, pins: [] });
  try {
    await handshake(client, { ...attempt, pins: [] }, { methods: [], locked: [], beyond: [] });
  } catch (thrown) {
    const key = seen();
    if (
      key !== undefined &&
      !(thrown instanceof SshError && thrown.kind === 'timeout') &&
      !attempt.signal.aborted
    )
      return key;
    throw thrown;
  }
  throw new SshError('protocol', `${attempt.target.name} went on without a host key.`);
}

/** Logs in over a stream; the server must show one of the pinned keys. */
export async function login(attempt: Attempt, offers: Offers): Promise<{ client: Client; hostKey: HostKey }> {
  const { client, seen } = prepare(attempt);
  try {
    await handshake(client, attempt, offers);
  } catch (thrown) {
    const key = seen();
    if (key !== undefined && !isPinned(attempt.pins, key)) throw changed(attempt, key);
    throw thrown;
  }
  const hostKey = seen();
  if (hostKey === undefined) throw new SshError('protocol', `${attempt.target.name} showed no host key.`);
  return { client, hostKey };
}

/** `what` of a host key that is not the pinned one; never passed over. */
function changed({ target, pins }: Attempt, key: HostKey): SshError {
  const before = pins.find((pin) => pin.type === key.type) ?? pins[0];
  return new SshError(
    'hostKeyChanged',
    `The host key of ${target.name} (${target.address}) is not the one it had: now ${key.fingerprint}, ` +
      `before ${before?.fingerprint ?? 'another'}. Nothing was sent to it.`,
    {
      next: 'Either the server was rebuilt, or something else answers at its address. Compare with its console in Horizon; if it was rebuilt, forget its key.',
    },
  );
}

const prepared = new WeakMap<Client, (key: Buffer) => boolean>();

function prepare(attempt: Attempt): { client: Client; seen: () => HostKey | undefined } {
  let key: HostKey | undefined;
  const client = new Client();
  prepared.set(client, (blob) => {
    key = hostKeyOfBlob(blob);
    return key !== undefined && isPinned(attempt.pins, key);
  });
  return { client, seen: () => key };
}

function handshake(client: Client, attempt: Attempt, offers: Offers): Promise<void> {
  const { target, clock, signal } = attempt;
  return new Promise((resolve, reject) => {
    let stage: 'handshake' | 'auth' = 'handshake';
    let next = 0;
    const late = (): void => {
      fail(
        stage === 'auth'
          ? new SshError('timeout', `${target.name} does not answer to the login.`, {
              next: 'Try again; if your key agent asks something, answer it first.',
            })
          : timedOut(target),
      );
    };
    const forgetAbort = whenAborted(signal, () => {
      fail(abortError());
    });
    let cancelTimer = clock.after(HANDSHAKE_MS, late);
    const done = (): void => {
      cancelTimer();
      forgetAbort();
      client.removeListener('close', onClose);
      client.removeListener('ready', onReady);
      client.removeListener('error', onError);
      // Later errors end in `close`, which the connection listens to.
      client.on('error', () => undefined);
    };
    const fail = (error: Error): void => {
      done();
      client.destroy();
      attempt.stream.destroy();
      reject(error);
    };
    const onClose = (): void => {
      fail(stage === 'auth' && next > 0 ? notAccepted(target, offers, next) : broken(target));
    };
    const onReady = (): void => {
      done();
      resolve();
    };
    const onError = (error: Error & { level?: string }): void => {
      if (error.level === 'agent') return; // The next key is tried.
      if (stage === 'auth' && offers.methods.length === 0) fail(noKey(target, offers));
      else if (stage === 'auth' && next > 0 && error.level !== 'client-socket')
        fail(notAccepted(target, offers, next, error));
      else if (error.level === 'client-socket') fail(connectFailure(error, target));
      // ssh2's own words for a peer that hangs up before it has said anything.
      else if (error.message.startsWith('Connection lost')) fail(broken(target, error));
      else if (stage === 'handshake' && /no matching/i.test(error.message))
        fail(otherEncryption(target, error));
      else
        fail(
          new SshError('protocol', `${target.name} and we do not understand each other: ${error.message}`, {
            next: 'Something else than an SSH server may answer at its address: look at its console in Horizon.',
            cause: error,
          }),
        );
    };
    if (signal.aborted) {
      fail(abortError());
      return;
    }
    client.on('error', onError);
    client.once('close', onClose);
    client.once('ready', onReady);
    client.once('handshake', () => {
      stage = 'auth';
      cancelTimer();
      cancelTimer = clock.after(AUTH_MS, late);
    });
    client.connect({
      sock: attempt.stream,
      username: target.user,
      readyTimeout: 0, // ours, by the clock
      keepaliveInterval: KEEPALIVE_MS,
      keepaliveCountMax: KEEPALIVE_COUNT,
      algorithms: {
        serverHostKey: hostKeyOrder(attempt.pins),
        // Node's own crypto is fastest with GCM; the wished order of ssh2 depends on a native module that we don't
        // ship. A server that allows nothing but ChaCha20 is reached by the person's own ssh.
        cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes256-ctr'],
      },
      hostVerifier: (key: Buffer) => prepared.get(client)?.(key) ?? false,
      authHandler: (_left, _partial, tryNext) => {
        const offer = offers.methods[next];
        next += 1;
        if (offer === undefined)
          fail(offers.methods.length === 0 ? noKey(target, offers) : notAccepted(target, offers, next - 1));
        else tryNext(offer.method);
      },
    });
  });
}

/** The types that are pinned first: else a server with several keys shows one that we can't compare. */
function hostKeyOrder(pins: readonly HostKey[]): ServerHostKeyAlgorithm[] {
  const types = new Set(pins.map((pin) => pin.type));
  const pinned = HOST_KEY_ALGORITHMS.filter((name) => types.has(name.startsWith('rsa-') ? 'ssh-rsa' : name));
  return [...pinned, ...HOST_KEY_ALGORITHMS.filter((name) => !pinned.includes(name))];
}

function noKey(target: Target, { locked, beyond }: Offers): SshError {
  if (beyond.length > 0)
    return new SshError('noKey', `Only your own ssh can use ${beyond.join(', ')} for ${target.name}.`, {
      next: 'Open a terminal or a remote window on it; for forwards and checks add a key file to your key pairs.',
    });
  return locked.length > 0
    ? new SshError(
        'noKey',
        `No key can be used for ${target.name}: ${locked.join(', ')} needs a passphrase.`,
        {
          next: `Add it to your agent once: ssh-add ~/.ssh/${locked[0] ?? 'KEY'}`,
        },
      )
    : new SshError('noKey', `There is no SSH key on this machine to log in to ${target.name} with.`, {
        next: 'Put the private key of the key pair that you launched the server with into ~/.ssh, or add it to your agent.',
      });
}

function otherEncryption(target: Target, cause: Error): SshError {
  return new SshError(
    'encryption',
    `${target.name} asks for encryption that forwards and checks do not know: ${cause.message}.`,
    { next: 'Open a terminal on it: your own ssh may know it.', cause },
  );
}

function notAccepted(
  target: Target,
  { methods, locked, beyond }: Offers,
  tried: number,
  cause?: unknown,
): SshError {
  const labels = [
    ...new Set(methods.slice(0, tried).map(({ label }) => label.split(/[\\/]/).at(-1) ?? label)),
  ];
  const hint = [
    ...(locked.length > 0 ? [` Not tried, as it needs a passphrase: ${locked.join(', ')}.`] : []),
    ...(beyond.length > 0 ? [` Not tried, as only your own ssh can use it: ${beyond.join(', ')}.`] : []),
  ].join('');
  return new SshError(
    'auth',
    `None of your keys is accepted for ${target.user} on ${target.name} (tried ${labels.join(', ')}).${hint}`,
    {
      next: 'The private key of the key pair that the server was launched with must be in ~/.ssh or in your agent; the key pair is shown in the server’s row.',
      cause,
    },
  );
}
