import { connect, type Socket } from 'node:net';
import { abortError } from '../base';
import { whenAborted } from './abort';
import { gathering } from './gather';
import type { Dial } from './types';

/** Where a host is really found: itself, or in the demo a port of 127.0.0.1. */
export type Reach = (host: string, port: number) => { readonly host: string; readonly port: number };

/** TCP as it is, by way of `reach`. */
export function dialBy(reach: Reach): Dial {
  return (host, port, signal) =>
    new Promise<Socket>((resolve, reject) => {
      if (signal.aborted) {
        reject(abortError());
        return;
      }
      const socket = connect({ ...reach(host, port), noDelay: true });
      const done = (): void => {
        forgetAbort();
        socket.removeListener('error', onError);
        socket.removeListener('connect', onConnect);
      };
      const onAbort = (): void => {
        done();
        // An error of a socket that nobody waits for is no news.
        socket.on('error', () => undefined);
        socket.destroy();
        reject(abortError());
      };
      const onError = (error: Error): void => {
        done();
        reject(error);
      };
      const onConnect = (): void => {
        done();
        resolve(gathering(socket));
      };
      const forgetAbort = whenAborted(signal, onAbort);
      socket.once('error', onError);
      socket.once('connect', onConnect);
    });
}
