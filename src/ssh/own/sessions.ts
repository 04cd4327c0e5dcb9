import { generateKeyPairSync } from 'node:crypto';
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
        serve(accept(), own, [...shared, hostAlias(target.serverId)]);
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

function serve(session: Session, own: OwnSsh, args: readonly string[]): void {
  let end: () => void = () => undefined;
  session.on('exec', (accept, _reject, { command }) => {
    end = joined(accept(), own, ['-T', ...args, ended(command)]);
  });
  session.on('subsystem', (accept, reject, { name }) => {
    if (name === 'sftp') end = joined(accept(), own, ['-T', '-s', ...args, 'sftp']);
    else reject();
  });
  session.on('signal', (accept) => {
    accept?.();
    end();
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

/** Joins a channel with a child; the returned function ends both. */
function joined(channel: ServerChannel, own: OwnSsh, args: readonly string[]): () => void {
  const child = own.start(args);
  for (const each of [channel, child, child.stdin, child.stdout, child.stderr])
    each.on('error', () => undefined);
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.once('close', (code) => {
    if (code !== null) channel.exit(code);
    channel.end();
    channel.close();
  });
  channel.once('close', () => child.kill());
  return () => {
    child.kill();
  };
}
