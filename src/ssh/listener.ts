import { createServer, type Server, type Socket } from 'node:net';
import { codeOf } from './problems';

/** What opens a listening socket; tests give their own. */
export type Listen = (port: number, onSocket: (socket: Socket) => void) => Promise<Listener>;
export interface Listener {
  readonly port: number;
  close(): void;
}

/** Ports tried after the wished one, before any free one is taken. */
const NEXT_PORTS = 20;
/** Ports below 1024 need rights that an editor does not have: 80 becomes 8080. */
const HIGHER = 8000;

/** Listens on 127.0.0.1 and nowhere else. Half-closed sockets stay open, as some clients read after they have sent all. */
export const listenOnLoopback: Listen = (port, onSocket) =>
  new Promise((resolve, reject) => {
    const server: Server = createServer(
      { allowHalfOpen: true, noDelay: true, pauseOnConnect: true },
      onSocket,
    );
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = server.address();
      server.removeListener('error', reject);
      // Running out of file handles while accepting is told as an error: the listener lives on.
      server.on('error', () => undefined);
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : port,
        close: () => server.close(),
      });
    });
  });

/** Listens on the wished port, else on the next one that is free. */
export async function listenNear(
  wished: number,
  listen: Listen,
  onSocket: (socket: Socket) => void,
): Promise<Listener> {
  let base = wished;
  for (let port = wished; port <= Math.min(base + NEXT_PORTS, 65_535); port += 1) {
    try {
      return await listen(port, onSocket);
    } catch (thrown) {
      const code = codeOf(thrown);
      if (code === 'EACCES' && port < 1024) {
        base = port + HIGHER;
        port = base - 1;
      } else if (code !== 'EADDRINUSE' && code !== 'EACCES') throw thrown;
    }
  }
  return listen(0, onSocket);
}
