import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { abortError, type Clock } from '../../base';
import { whenAborted } from '../abort';
import { nodeFiles } from '../files';
import { hostAlias, parseHostKey } from '../hostKeys';
import type { KnownHosts } from '../knownHosts';
import { broken, SshError, timedOut } from '../problems';
import { sshConfig, terminalCommand } from '../sshConfig';
import type { HostKey, Keys, Target } from '../types';
import { OwnConnection } from './connection';
import { Sessions } from './sessions';
import type { OwnSsh } from './program';
import { saidBySsh } from './words';

/** Milliseconds until it is through: a security key may wait to be touched. */
const THROUGH_MS = 60_000;
const SHOWN_MS = 20_000;
/** What is kept of the words of a child. */
const MAX_WORDS = 16 * 1024;
const MARK = 'chameleon-labs-is-through';

/** What the person's own `ssh` is called with. */
export interface OwnOptions {
  readonly own: OwnSsh;
  readonly knownHosts: KnownHosts;
  readonly keys: Keys;
  readonly clock: Clock;
}

/**
 * The key that a server shows to the person's own `ssh`, for a server that ssh2 can't talk to. It is written into a
 * file of its own, and nothing is told about who asks.
 */
export async function shownToOwn(target: Target, options: OwnOptions, signal: AbortSignal): Promise<HostKey> {
  const { own } = options;
  const folder = await own.makeFolder();
  try {
    const seen = path.join(folder, 'seen');
    const args = await argumentsFor(target, folder, options);
    const child = own.start([
      ...['-o', 'StrictHostKeyChecking=accept-new', '-o', `UserKnownHostsFile=${seen}`],
      ...['-o', 'HashKnownHosts=no', '-o', 'PreferredAuthentications=none', '-o', 'BatchMode=yes'],
      ...args,
      'true',
    ]);
    const said = await ended(child, target, options.clock, SHOWN_MS, signal);
    const text = await readFile(seen, 'utf8').catch(() => '');
    const key = text
      .split('\n')
      .filter((line) => line.startsWith(`${hostAlias(target.serverId)} `))
      .map((line) => parseHostKey(line.slice(line.indexOf(' ') + 1)))
      .find((each) => each !== undefined);
    if (key === undefined) throw saidBySsh(said, target, 'none');
    return key;
  } finally {
    await own.removeFolder(folder);
  }
}

/** A connection by the person's own `ssh`, which meets the server by our pins alone. */
export async function connectByOwn(
  target: Target,
  pins: readonly HostKey[],
  options: OwnOptions,
  signal: AbortSignal,
): Promise<OwnConnection> {
  const { own, clock } = options;
  if (signal.aborted) throw abortError();
  const folder = await own.makeFolder();
  const pin = pins[0];
  let master: ChildProcessWithoutNullStreams | undefined;
  try {
    if (pin === undefined) throw new SshError('protocol', `${target.name} was never met.`);
    const args = await argumentsFor(target, folder, options);
    const control = path.join(folder, 'c');
    // It has no session: where sshd allows one alone (MaxSessions 1), that is for commands and files.
    master = own.hold([
      ...['-o', 'BatchMode=yes', '-o', 'ControlMaster=yes', '-o', `ControlPath=${control}`, '-N', '-T'],
      ...['-o', 'PermitLocalCommand=yes', '-o', `LocalCommand=echo ${MARK}`],
      ...args,
    ]);
    const words = keepWords(master);
    await through(master, words, target, pin, clock, signal);
    const shared = [
      ...['-F', configIn(folder), '-o', 'BatchMode=yes', '-o', 'ControlMaster=no'],
      // Without the shared connection it must not make one of its own: that would ask for the key again.
      ...['-o', `ControlPath=${control}`, '-o', 'ProxyCommand=false'],
    ];
    const sessions = await Sessions.open({ own, shared, folder, target, clock, signal });
    return new OwnConnection({ target, hostKey: pin, own, clock, master, words, shared, sessions, folder });
  } catch (thrown) {
    master?.kill();
    await own.removeFolder(folder);
    throw thrown;
  }
}

const configIn = (folder: string): string => path.join(folder, 'config');

/** Its arguments up to the name of the server, by a config with this server and those on the way. */
async function argumentsFor(
  target: Target,
  folder: string,
  { knownHosts, keys }: OwnOptions,
): Promise<string[]> {
  const config = configIn(folder);
  await nodeFiles.writeFile(config, sshConfig([target], { knownHostsFile: knownHosts.file, keys }));
  return terminalCommand(target, { configFile: config }).args;
}

/** The last words of a child. */
export interface Words {
  readonly text: string;
  /** Characters there were in all. */
  readonly total: number;
}

function keepWords(child: ChildProcessWithoutNullStreams): () => Words {
  let text = '';
  let total = 0;
  child.stderr.on('data', (chunk: Buffer) => {
    const more = chunk.toString('utf8');
    total += more.length;
    text = (text + more).slice(-MAX_WORDS);
  });
  return () => ({ text, total });
}

/** Resolves once the server has let it in. */
function through(
  child: ChildProcessWithoutNullStreams,
  words: () => Words,
  target: Target,
  pin: HostKey,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const onData = (chunk: Buffer): void => {
      text = (text + chunk.toString('latin1')).slice(-MAX_WORDS);
      if (text.includes(MARK)) done(resolve);
    };
    const onClose = (): void => {
      done(() => {
        reject(saidBySsh(words().text, target, pin.fingerprint));
      });
    };
    const onError = (error: Error): void => {
      done(() => {
        reject(noProgram(target, error));
      });
    };
    const forgetAbort = whenAborted(signal, () => {
      done(() => {
        reject(abortError());
      });
    });
    const cancel = clock.after(THROUGH_MS, () => {
      done(() => {
        reject(timedOut(target));
      });
    });
    const done = (settle: () => void): void => {
      cancel();
      forgetAbort();
      child.stdout.removeListener('data', onData);
      child.removeListener('close', onClose);
      child.removeListener('error', onError);
      child.on('error', () => undefined);
      // Nobody reads it any more, and it must not fill up.
      child.stdout.resume();
      settle();
    };
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', onData);
    child.once('close', onClose);
    child.once('error', onError);
  });
}

function ended(
  child: ChildProcessWithoutNullStreams,
  target: Target,
  clock: Clock,
  limitMs: number,
  signal: AbortSignal,
): Promise<string> {
  const words = keepWords(child);
  child.stdin.on('error', () => undefined);
  child.stdin.end();
  child.stdout.resume();
  return new Promise((resolve, reject) => {
    const done = (settle: () => void): void => {
      cancel();
      forgetAbort();
      settle();
    };
    const forgetAbort = whenAborted(signal, () => {
      child.kill();
      done(() => {
        reject(abortError());
      });
    });
    const cancel = clock.after(limitMs, () => {
      child.kill();
      done(() => {
        reject(timedOut(target));
      });
    });
    child.once('error', (error) => {
      done(() => {
        reject(noProgram(target, error));
      });
    });
    child.once('close', () => {
      done(() => {
        resolve(words().text);
      });
    });
  });
}

function noProgram(target: Target, cause: Error): SshError {
  return 'code' in cause && cause.code === 'ENOENT'
    ? new SshError('noKey', `${target.name} needs the ssh program, and there is none on this machine.`, {
        next: 'Install the OpenSSH client, then connect again.',
        cause,
      })
    : broken(target, cause);
}
