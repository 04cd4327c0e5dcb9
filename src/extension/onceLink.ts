import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../base';

/** A browser that is started for it may take a while. */
const LIVES_MS = 60_000;

/**
 * An address of this machine that leads to a URL, once. What a program is told to open is seen by all users of the
 * machine in its list of processes: a token in it would be, too.
 */
export function onceLink(url: string, clock: Clock): Promise<string> {
  const path = `/${randomBytes(24).toString('base64url')}`;
  return new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      const isIt = request.method === 'GET' && request.url === path && server.listening;
      response.writeHead(isIt ? 303 : 404, {
        ...(isIt ? { Location: url } : {}),
        'Cache-Control': 'no-store',
        'Referrer-Policy': 'no-referrer',
        Connection: 'close',
      });
      response.end();
      if (!isIt) return;
      cancel();
      server.close();
    });
    const cancel = clock.after(LIVES_MS, () => server.close());
    server.unref();
    server.once('error', (error) => {
      cancel();
      reject(error);
    });
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    });
  });
}
