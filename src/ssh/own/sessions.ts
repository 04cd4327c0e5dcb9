import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { Server, utils, type Client, type ServerChannel, type Session } from 'ssh2';
import type { Clock } from '../../base';
import { quoted } from '../command';
import { hostAlias, hostKeyOfBlob } from '../hostKeys';
import { login } from '../login';
import { SshError } from '../problems';
import type { Target } from '../types';
import type { OwnSsh } from './program';

interface SessionsOptions {
  readonly own: OwnSsh;
  /** Arguments for one more session on the connection that stands. */
  readonly shared: readonly string[];
  /** Of this person alone. */
  readonly folder: string;
  readonly target: Target;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Commands and files of a connection that the person's own `ssh` holds, spoken to as to a server: a small server in
 * this process, on a socket in a private folder, hands each command and each channel for files to one more `ssh` on the
 * shared connection. So both are done by the same code as over ssh2.
 */
export class Sessions {
  readonly client: Client;
  readonly #server: Server;

  private constructor(client: Client, server: Server) {
    this.client = client;
    this.#server = server;
  }

  static async open(options: SessionsOptions): Promise<Sessions> {
    const { own, shared, folder, target, clock, signal } = options;
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = privateKey.export({ type: 'sec1', format: 'pem' });
    const parsed = utils.parseKey(key);
    const pin = parsed instanceof Error ? undefined : hostKeyOfBlob(parsed.getPublicSSH());
    if (pin === undefined) throw new SshError('protocol', 'A key for this process could not be made.');
    const server = new Server({ hostKeys: [key] }, (peer) => {
      peer.on('error', () => undefined);
      peer.on('authentication', (context) => {
        context.accept();
      });
      peer.on('session', (accept) => {
        serve(accept(), { own, clock }, [...shared, hostAlias(target.serverId)]);
      });
    });
    const place = path.join(folder, 's');
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(place, resolve);
    });
    try {
      const stream = await dialed(place);
      const method = { type: 'none', username: target.user } as const;
      const { client } = await login(
        { target, stream, pins: [pin], clock, signal },
        { methods: [{ label: 'ssh', method }], locked: [], beyond: [] },
      );
      return new Sessions(client, server);
    } finally {
      // One client is all there will be.
      server.close();
    }
  }

  close(): void {
    this.client.destroy();
    this.#server.close();
  }
}

function dialed(place: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(place);
    socket.once('error', reject);
    socket.once('connect', () => {
      resolve(socket);
    });
  });
}

function serve(
  session: Session,
  { own, clock }: Pick<SessionsOptions, 'own' | 'clock'>,
  args: readonly string[],
): void {
  let end: () => void = () => undefined;
  const begin = (
    words: readonly string[],
    accept: () => ServerChannel,
    reject: (() => void) | undefined,
  ): void => {
    const child = own.start(words);
    end = () => {
      child.kill();
    };
    void begun(child, clock).then((so) => {
      if (so.begun) joined(accept(), child, so.said);
      else reject?.();
    });
  };
  session.on('exec', (accept, reject, { command }) => {
    begin(['-T', ...args, ended(command)], accept, reject);
  });
  session.on('subsystem', (accept, reject, { name }) => {
    // Nothing comes before it is asked: `-v` says when it is through, and a channel for files has no error output.
    if (name === 'sftp') begin(['-v', '-T', '-s', ...args, 'sftp'], accept, reject);
    else reject();
  });
  session.on('signal', (accept) => {
    accept?.();
    end();
  });
}

/** A server far away has answered by then. */
const BEGUN_MS = 1_000;
/** A refusal is one line. */
const MANY_WORDS = 4096;

/**
 * Whether sshd let the session in: one that it refuses (MaxSessions) ends at once with a word of the shared connection.
 * @returns `said`: what it has said on its error output by now
 */
function begun(
  child: ChildProcessWithoutNullStreams,
  clock: Clock,
): Promise<{ readonly begun: boolean; readonly said: Buffer }> {
  return new Promise((resolve) => {
    const said: Buffer[] = [];
    const words = (): string => Buffer.concat(said).toString('latin1');
    const hear = (chunk: Buffer): void => {
      said.push(chunk);
      const so = words();
      if (so.length > MANY_WORDS || so.includes('master session id')) done(true);
    };
    const done = (isBegun: boolean): void => {
      cancel();
      child.stdout.removeListener('readable', look);
      child.stderr.removeListener('data', hear);
      child.stderr.pause();
      resolve({ begun: isBegun, said: Buffer.concat(said) });
    };
    const look = (): void => {
      if (child.stdout.readableLength > 0) done(true);
    };
    const cancel = clock.after(BEGUN_MS, () => {
      done(true);
    });
    child.stdout.on('readable', look);
    child.stderr.on('data', hear);
    for (const each of [child, child.stdin, child.stdout, child.stderr]) each.on('error', () => undefined);
    const over = Promise.all([once(child, 'exit'), once(child.stderr, 'end')]);
    over.then(
      () => {
        done(!/^mux_client\S* session request failed/m.test(words()));
      },
      () => {
        done(true);
      },
    );
  });
}

/**
 * Without a terminal ssh passes on no signals: on the server a guard sees the end of its input, and ends the command
 * with all its processes.
 */
function ended(command: string): string {
  const guard = [
    'exec 3<&0 </dev/null',
    `(while read -r _ <&3; do :; done; trap '' TERM; kill -TERM 0; sleep 1; kill -KILL 0) >/dev/null 2>&1 &`,
    'guard=$!; exec 3<&-',
    'sh -c "$1"; code=$?',
    'kill "$guard"; exit "$code"',
  ].join('\n');
  return `sh -c ${quoted(guard)} sh ${quoted(command)}`;
}

/** Joins a channel with a child, which has said something before. */
function joined(channel: ServerChannel, child: ChildProcessWithoutNullStreams, said: Buffer): void {
  channel.on('error', () => undefined);
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  if (said.length > 0) channel.stderr.write(said);
  child.stderr.pipe(channel.stderr, { end: false });
  const over = (code: number | null): void => {
    if (code !== null) channel.exit(code);
    channel.end();
    channel.close();
  };
  if (isClosed(child)) over(child.exitCode);
  else child.once('close', over);
  channel.once('close', () => child.kill());
}

/** Nothing comes any more: it has ended, and all of its output was taken. */
function isClosed({ exitCode, signalCode, stdout, stderr }: ChildProcessWithoutNullStreams): boolean {
  return (exitCode !== null || signalCode !== null) && stdout.readableEnded && stderr.readableEnded;
}
