/** The way to a server, which a test can hold and cut. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class Cable {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly #waiting: (() => void)[] = [];
  /** So many bytes still come from the server. */
  #left = Infinity;
  #isCut = false;
  #onHeld: () => void = () => undefined;

  private constructor(end: { readonly host: string; readonly port: number }) {
    this.#server = createServer({ noDelay: true }, (near) => {
      if (this.#isCut) {
        near.destroy();
        return;
      }
      const far = connect({ ...end, noDelay: true });
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#open.add(from);
        from.on('error', () => undefined);
        from.on('close', () => {
          this.#open.delete(from);
          to.destroy();
        });
      }
      near.on('data', (bytes) => far.write(bytes));
      far.on('data', (bytes: Buffer) => {
        this.#pass(near, bytes);
      });
    });
  }

  static async to(end: { readonly host: string; readonly port: number }): Promise<Cable> {
    const cable = new Cable(end);
    cable.#server.listen(0, '127.0.0.1');
    await once(cable.#server, 'listening');
    return cable;
  }

  get url(): string {
    return `tcp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on only so many bytes come from the server. Resolves when something waits. */
  hold(bytes: number): Promise<void> {
    this.#left = bytes;
    return new Promise((resolve) => {
      this.#onHeld = resolve;
    });
  }

  letGo(): void {
    this.#left = Infinity;
    for (const pass of this.#waiting.splice(0)) pass();
  }

  /** Who is on it is cut off, and who comes is, too. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#open) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
    this.letGo();
  }

  close(): void {
    this.#server.close();
    this.cut();
  }

  #pass(to: Socket, bytes: Buffer): void {
    const pass = (): void => {
      to.write(bytes);
    };
    if (this.#left <= 0) {
      this.#waiting.push(pass);
      this.#onHeld();
      return;
    }
    this.#left -= bytes.length;
    pass();
  }
}
