import { Server, utils, type Connection, type ParsedKey } from 'ssh2';
import { ed25519 } from '../ed25519';

/** What runs inside a server of the lab, where none does: an SSH server on its floating IP with scripted answers. */
export class Guest {
  readonly hostKey: string;
  /** Command to output; any other ends with 127. */
  readonly answers = new Map<string, string>();
  readonly #server: Server;
  readonly #open = new Set<Connection>();

  private constructor(server: Server, hostKey: string, accepted: ParsedKey) {
    this.hostKey = hostKey;
    this.#server = server;
    server.on('connection', (client) => {
      this.#serve(client, accepted);
    });
  }

  /** @param publicKey the only one that may log in, as `cc` */
  static async start(address: string, publicKey: string): Promise<Guest> {
    const pair = ed25519();
    const accepted = utils.parseKey(publicKey);
    if (accepted instanceof Error) throw accepted;
    const server = new Server({ hostKeys: [pair.private] });
    const guest = new Guest(server, pair.public, accepted);
    await guest.listen(address);
    return guest;
  }

  /** Again, after `stop`. */
  listen(address: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(22, address, () => {
        this.#server.removeListener('error', reject);
        resolve();
      });
    });
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    for (const client of this.#open) client.end();
    await closed;
  }

  #serve(client: Connection, accepted: ParsedKey): void {
    this.#open.add(client);
    client.on('error', () => undefined);
    client.on('close', () => this.#open.delete(client));
    client.on('authentication', (context) => {
      if (context.method !== 'publickey' || context.username !== 'cc') {
        context.reject(['publickey']);
        return;
      }
      const { key, signature, blob, hashAlgo } = context;
      const right = accepted.getPublicSSH().equals(key.data);
      if (!right) context.reject(['publickey']);
      else if (signature === undefined || blob === undefined || accepted.verify(blob, signature, hashAlgo))
        context.accept();
      else context.reject(['publickey']);
    });
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, { command }) => {
        const stream = acceptExec();
        // The client has a shell run it: the command itself is one quoted word of the line.
        const output = [...this.answers].find(([asked]) => command.includes(`'${asked}'`))?.[1];
        if (output === undefined) stream.stderr.write(`sh: ${command}: not found\n`);
        else stream.write(output);
        stream.exit(output === undefined ? 127 : 0);
        stream.end();
      });
    });
  }
}
