import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { widen } from './window';

/**
 * Joins a socket and a channel: ends travel (a half-closed side can still be read), a slow reader holds back its
 * writer, and an error or the loss of one side ends the other. What the channel had sent is delivered before.
 */
export function splice(
  local: Socket,
  remote: Duplex,
  count: { readonly in: (bytes: number) => void; readonly out: (bytes: number) => void },
): void {
  local.on('data', (chunk: Buffer) => {
    count.out(chunk.length);
  });
  remote.on('data', (chunk: Buffer) => {
    count.in(chunk.length);
    widen(remote);
  });
  // Each error is followed by a `close`, at the latest by ours.
  local.on('error', () => local.destroy());
  remote.on('error', () => local.destroy());
  local.once('close', () => {
    // Nobody reads any more: what is still buffered must not keep the channel from closing.
    remote.unpipe();
    remote.resume();
    remote.destroy();
  });
  remote.once('close', () => {
    local.unpipe();
    local.resume();
    local.destroySoon();
  });
  local.pipe(remote);
  remote.pipe(local);
}
