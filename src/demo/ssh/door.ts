import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

export const LOOPBACK = '127.0.0.1';

/** A port of loopback that stands for one of a server's in the world outside. */
export class Door {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #port = 0;

  /** @param visit what happens to who comes in; `undefined`: they are left standing, as behind a firewall that drops */
  constructor(visit: (() => ((socket: Socket) => void) | undefined) | undefined) {
    this.#server = createServer({ noDelay: true, allowHalfOpen: false }, (socket) => {
      this.#open.add(socket);
      socket.on('close', () => this.#open.delete(socket));
      // Who breaks off is nothing to tell anybody.
      socket.on('error', () => undefined);
      const take = visit?.();
      if (take === undefined) socket.resume();
      else take(socket);
    });
  }

  get port(): number {
    return this.#port;
  }

  async open(): Promise<void> {
    this.#server.listen(0, LOOPBACK);
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
  }

  /** Cuts those who are in. */
  hangUp(): void {
    for (const socket of this.#open) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.hangUp();
    await closed;
  }
}
