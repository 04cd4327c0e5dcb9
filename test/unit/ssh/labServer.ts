import { spawn } from 'node:child_process';
import { createServer, connect, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { Server, utils, type Connection as ServerConnection, type ParsedKey, type Session } from 'ssh2';
import { parseHostKey, type HostKey } from '../../../src/ssh';
import { ed25519 } from '../../ed25519';

export interface KeyPair {
  readonly private: string;
  readonly public: string;
}

/** A new key pair. */
export function keyPair(type: 'ed25519' | 'rsa' | 'ecdsa' = 'ed25519'): KeyPair {
  if (type === 'rsa') return utils.generateKeyPairSync('rsa', { bits: 2048 });
  if (type === 'ecdsa') return utils.generateKeyPairSync('ecdsa', { bits: 256 });
  return ed25519();
}

/** The public part of a host's key pair as a client knows it. */
export function hostKeyOf(pair: KeyPair): HostKey {
  const key = parseHostKey(pair.public);
  if (key === undefined) throw new Error('no key');
  return key;
}

/** A small sshd in this process: commands run in a real `sh`, forwards are real TCP. */
export class LabServer {
  readonly port: number;
  readonly connections = new Set<ServerConnection>();
  readonly commands: string[] = [];
  readonly signals: string[] = [];
  /** Connections that were accepted, ever. */
  accepted = 0;
  logins = 0;
  openChannels = 0;
  #forwards = true;
  readonly #server: Server;
  readonly #channelsListeners = new Set<() => void>();

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(options: {
    readonly hostKeys: readonly KeyPair[];
    readonly accepts: readonly KeyPair[];
    readonly port?: number;
  }): Promise<LabServer> {
    const accepted = options.accepts.map((pair) => parsed(pair.public));
    const server = new Server({ hostKeys: options.hostKeys.map((pair) => pair.private) });
    await new Promise<void>((resolve) => {
      server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    const lab = new LabServer(server, (server.address() as AddressInfo).port);
    server.on('connection', (client) => {
      lab.#serve(client, accepted);
    });
    return lab;
  }

  /** As AllowTcpForwarding: without a listener ssh2 answers that it is prohibited. */
  set allowForwards(allowed: boolean) {
    this.#forwards = allowed;
    for (const client of this.connections) {
      client.removeAllListeners('tcpip');
      if (allowed) this.#forward(client);
    }
  }

  /** Ends the connections that stand; new ones are welcome. */
  drop(): void {
    for (const client of this.connections) client.end();
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    this.drop();
    await closed;
  }

  /** Resolves when no forwarded channel is open. */
  async idle(): Promise<void> {
    while (this.openChannels > 0)
      await new Promise<void>((resolve) => {
        this.#channelsListeners.add(resolve);
      });
  }

  #serve(client: ServerConnection, accepted: readonly ParsedKey[]): void {
    this.accepted += 1;
    this.connections.add(client);
    client.on('error', () => undefined);
    client.setMaxListeners(0);
    client.on('close', () => this.connections.delete(client));
    client.on('authentication', (context) => {
      if (context.method !== 'publickey') {
        context.reject(['publickey']);
        return;
      }
      const { key, signature, blob, hashAlgo } = context;
      const known = accepted.find((each) => each.getPublicSSH().equals(key.data));
      if (known === undefined) context.reject(['publickey']);
      else if (signature === undefined || blob === undefined) context.accept();
      else if (known.verify(blob, signature, hashAlgo)) context.accept();
      else context.reject(['publickey']);
    });
    client.on('ready', () => {
      this.logins += 1;
      client.on('session', (accept) => {
        this.#session(accept(), client);
      });
      if (this.#forwards) this.#forward(client);
    });
  }

  #forward(client: ServerConnection): void {
    client.on('tcpip', (accept, reject, info) => {
      const socket = connect({ host: info.destIP, port: info.destPort, allowHalfOpen: true });
      socket.once('error', () => {
        reject();
        socket.destroy();
      });
      socket.once('connect', () => {
        const channel = accept();
        this.openChannels += 1;
        channel.once('close', () => {
          this.openChannels -= 1;
          socket.destroy();
          for (const listen of this.#channelsListeners) listen();
          this.#channelsListeners.clear();
        });
        socket.on('error', () => channel.close());
        socket.once('close', () => channel.close());
        socket.pipe(channel).pipe(socket);
      });
    });
  }

  #session(session: Session, client: ServerConnection): void {
    session.on('exec', (accept, _reject, info) => {
      this.commands.push(info.command);
      const stream = accept();
      const child = spawn('sh', ['-c', info.command], { detached: true });
      const end = (signal: 'SIGKILL' | 'SIGTERM'): void => {
        if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
        try {
          process.kill(-child.pid, signal);
        } catch {
          // It has just ended.
        }
      };
      session.on('signal', (_accept, _rejectSignal, { name }) => {
        this.signals.push(name);
        end(name === 'KILL' ? 'SIGKILL' : 'SIGTERM');
      });
      child.stdout.pipe(stream, { end: false });
      child.stderr.pipe(stream.stderr, { end: false });
      stream.on('error', () => undefined);
      // Nothing is to outlive the tests: a broken connection tells its streams nothing.
      client.once('close', () => {
        end('SIGKILL');
      });
      child.once('close', (code, signal) => {
        if (code === null) stream.exit(signal?.replace('SIG', '') ?? 'TERM');
        else stream.exit(code);
        stream.end();
      });
    });
  }
}

/** A TCP way to a port that can be frozen: bytes stop, nothing is closed, as with a peer that lost its network. */
export class FreezableWay {
  readonly port: number;
  frozen = false;
  readonly #server: TcpServer;
  readonly #sockets = new Set<Socket>();

  private constructor(server: TcpServer, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async to(port: number): Promise<FreezableWay> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const way = new FreezableWay(server, (server.address() as AddressInfo).port);
    server.on('connection', (near) => {
      const far = connect({ host: '127.0.0.1', port });
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        way.#sockets.add(from);
        from.on('data', (chunk) => way.frozen || to.write(chunk));
        from.on('end', () => way.frozen || to.end());
        from.on('error', () => undefined);
      }
    });
    return way;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

function parsed(text: string): ParsedKey {
  const key = utils.parseKey(text);
  if (key instanceof Error) throw key;
  return key;
}
