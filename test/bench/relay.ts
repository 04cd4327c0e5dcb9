/** A TCP relay that adds a delay to each direction, as a server far away does. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** @param delayMs of one direction: the round trip takes twice that longer */
export async function relay(
  host: string,
  port: number,
  delayMs: number,
): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    const far = connect({ host, port, noDelay: true, allowHalfOpen: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => sockets.delete(from));
      later(from, to, delayMs);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** What comes goes on in order after the delay; more than fits a link of that length waits at its source. */
function later(from: Socket, to: Socket, delayMs: number): void {
  const most = 16 * 1024 * 1024;
  let held = 0;
  from.on('data', (chunk: Buffer) => {
    held += chunk.length;
    if (held > most) from.pause();
    setTimeout(() => {
      to.write(chunk, () => {
        held -= chunk.length;
        if (held < most) from.resume();
      });
    }, delayMs);
  });
  from.on('end', () => setTimeout(() => to.end(), delayMs));
}
