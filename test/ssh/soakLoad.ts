/** How forwards are used during a soak: as browsers and clients do, well behaved and not. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const open = new Set<Socket>();
let most = 0;

/** The most sockets of our own that were open at once. */
export function mostUsed(): number {
  return most;
}

/** Short connections and big files, some torn down in the middle; all others must answer. How many there were. */
export async function load(ports: readonly number[]): Promise<number> {
  const [mlflow = 0, jupyter = 0] = ports;
  const many = Array.from({ length: 40 }, async (_, at) => {
    if (at % 10 === 0) return torn(mlflow, '/');
    if (at % 10 === 5) return torn(jupyter, '/api');
    if (at % 10 === 7) return halfClosed(mlflow);
    const status = await get(at % 3 === 0 ? jupyter : mlflow, at % 3 === 0 ? '/api' : '/version');
    if (status !== 200) throw new Error(`A forward that was up answered ${status}.`);
  });
  await Promise.all(many);
  return many.length;
}

/** Goes on asking while the forwards are cut, whatever comes of it, until told to end; then says how often it asked. */
export function useInTheDark(ports: readonly number[]): { end(): Promise<number> } {
  const [mlflow = 0, jupyter = 0] = ports;
  let asked = 0;
  let over = false;
  // A socket that stays open and says nothing, as a browser's spare ones.
  const idle = [mlflow, jupyter].map((port) => hold(connect(port, '127.0.0.1')));
  const one = async (port: number): Promise<void> => {
    while (!over) {
      asked += 1;
      const began = performance.now();
      await (asked % 4 === 0 ? torn(port, '/') : get(port, '/version')).catch(() => undefined);
      // Refused at once where nothing listens for a moment: no busy loop.
      if (performance.now() - began < 50) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const all = [one(mlflow), one(mlflow), one(jupyter)];
  return {
    end: async () => {
      over = true;
      await Promise.all(all);
      for (const socket of idle) socket.destroy();
      return asked;
    },
  };
}

/** The status of a GET over a connection of its own. */
export async function get(port: number, path: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    headers: { connection: 'close' },
    signal: AbortSignal.timeout(15_000),
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** Reset right after the question. */
async function torn(port: number, path: string): Promise<void> {
  const socket = hold(connect(port, '127.0.0.1'));
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  socket.resetAndDestroy();
}

/** Its own side ends with the question, and the answer must still come. */
async function halfClosed(port: number): Promise<void> {
  const socket = hold(connect({ port, host: '127.0.0.1', allowHalfOpen: true }));
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
  socket.end('GET /version HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n');
  await once(socket, 'end');
  socket.destroy();
  // A server may take the end of the question for the end of the talk; what it may not do is to answer half.
  if (answer !== '' && !answer.startsWith('HTTP/1.1 200'))
    throw new Error(`It answered ${answer.slice(0, 40)}`);
}

function hold(socket: Socket): Socket {
  open.add(socket);
  most = Math.max(most, open.size);
  socket.on('error', () => undefined);
  socket.on('close', () => open.delete(socket));
  return socket;
}
