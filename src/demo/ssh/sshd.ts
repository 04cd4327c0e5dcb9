import type { Duplex } from 'node:stream';
import { Server, utils, type AuthContext, type CipherAlgorithm, type Connection, type ParsedKey } from 'ssh2';
import { RunningProgram } from '../programs/program';
import { hostOf, USER, type Around, type Host } from '../shell/host';
import type { ProgramName, ServerRecord } from '../world/records';
import { serveSession } from './session';

/** All that this build of ssh2 has: `ssh` itself would rather take ChaCha20 (esbuild.config.mjs). */
const CIPHERS = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes256-ctr',
] satisfies CipherAlgorithm[];
/** As an Ubuntu 24.04 says hello. */
const IDENT = 'OpenSSH_9.6p1 Ubuntu-3ubuntu13.5';
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);

export interface SshdParts {
  readonly server: ServerRecord;
  readonly now: () => number;
  /** The floating IP that leads to it now. */
  readonly publicAddress: () => string | undefined;
  readonly around: Around;
  /** Brings a stream to another server of the network, as seen from this one; false: nobody is there. */
  readonly onward: (address: string, port: number, open: () => Duplex) => boolean;
}

/** One server's sshd with the machine behind it. It gets its connections handed over, so it works on any stream. */
export class Sshd {
  readonly host: Host;
  readonly #parts: SshdParts;
  readonly #running = new Map<ProgramName, RunningProgram>();
  readonly #connections = new Set<Connection>();
  #ssh: Server | undefined;
  #hostKey = '';

  constructor(parts: SshdParts) {
    this.#parts = parts;
    this.host = hostOf(parts.server, parts.now, parts.publicAddress, parts.around);
  }

  take(stream: Duplex): void {
    // ssh2 works on any stream here, its types ask for a socket.
    const ssh = this.#server();
    const inject: unknown = Reflect.get(ssh, 'injectSocket');
    if (typeof inject === 'function') Reflect.apply(inject, ssh, [stream]);
  }

  /** Ends all connections. */
  hangUp(): void {
    for (const connection of this.#connections) connection.end();
  }

  /** Made at the first connection, and anew when the server got another host key. */
  #server(): Server {
    const { privateKey } = this.#parts.server.hostKey;
    if (this.#ssh !== undefined && this.#hostKey === privateKey) return this.#ssh;
    this.#hostKey = privateKey;
    const ssh = new Server({ hostKeys: [privateKey], ident: IDENT, algorithms: { cipher: CIPHERS } });
    ssh.on('connection', (connection: Connection) => {
      this.#serve(connection);
    });
    this.#ssh = ssh;
    return ssh;
  }

  #serve(connection: Connection): void {
    this.#connections.add(connection);
    const gone = (): void => {
      this.#connections.delete(connection);
    };
    connection.on('close', gone);
    // A client that breaks off in the middle is nothing to tell anybody.
    connection.on('error', gone);
    connection.on('authentication', (context) => {
      this.#authenticate(context);
    });
    connection.on('session', (accept) => {
      serveSession(accept(), this.host);
    });
    connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
      const program = LOOPBACK.has(destIP) ? this.program(destPort) : undefined;
      if (program !== undefined) program.take(accept());
      else if (LOOPBACK.has(destIP) || !this.#parts.onward(destIP, destPort, accept)) reject();
    });
    connection.on('request', (accept, reject, name) => {
      // Keepalives want any answer; listening for a client is not imitated.
      if (name === 'tcpip-forward' || name === 'cancel-tcpip-forward') reject?.();
      else accept?.();
    });
  }

  #authenticate(context: AuthContext): void {
    if (context.method !== 'publickey' || context.username !== USER) {
      context.reject(['publickey']);
      return;
    }
    const key = this.#parts.server.authorizedKeys
      .map(parsed)
      .find((each) => each?.getPublicSSH().equals(context.key.data) === true);
    const proven =
      context.signature === undefined ||
      context.blob === undefined ||
      key?.verify(context.blob, context.signature, context.hashAlgo) === true;
    if (key !== undefined && proven) context.accept();
    else context.reject(['publickey']);
  }

  /** What listens on that port of the server. */
  program(port: number): RunningProgram | undefined {
    const name = this.#parts.server.programs.get(port);
    if (name === undefined) return undefined;
    const known = this.#running.get(name);
    if (known !== undefined) return known;
    const program = new RunningProgram(name, this.host);
    this.#running.set(name, program);
    return program;
  }
}

function parsed(publicKey: string): ParsedKey | undefined {
  const key = utils.parseKey(publicKey);
  return key instanceof Error ? undefined : key;
}
