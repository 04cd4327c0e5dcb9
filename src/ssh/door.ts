import type { Duplex } from 'node:stream';
import { abortError, isAbort, type Clock } from '../base';
import { whenAborted } from './abort';
import type { Connections } from './connections';
import { openStream, type ConnectOptions } from './connect';
import { SshError } from './problems';
import { jumpsOf } from './sshConfig';
import type { Connection, HostKey, Target } from './types';

const BANNER_MS = 10_000;
const BANNER_BYTES = 8_192;

/** What a server shows to a stranger, as far as it was seen. */
export interface Door {
  /** Why the host before it was not reached. */
  readonly gate: Error | undefined;
  /** Why there is no TCP connection. */
  readonly tcp: Error | undefined;
  /** What it said first; `undefined` when it said nothing in time. */
  readonly banner: string | undefined;
  readonly hostKey: HostKey | undefined;
  /** Why it showed no host key. */
  readonly handshake: Error | undefined;
}

const CLOSED: Door = {
  gate: undefined,
  tcp: undefined,
  banner: undefined,
  hostKey: undefined,
  handshake: undefined,
};

/** Looks at a server's SSH port without logging in to it: nothing is told but what every stranger tells. */
export async function lookAtDoor(
  target: Target,
  options: Pick<ConnectOptions, 'dial' | 'clock'> & { readonly connections: Connections },
  signal: AbortSignal,
): Promise<Door> {
  const gateTarget = jumpsOf(target).at(-1);
  let gate: Connection | undefined;
  try {
    gate = gateTarget === undefined ? undefined : await options.connections.to(gateTarget, signal);
  } catch (thrown) {
    return { ...CLOSED, gate: errorOf(thrown, signal) };
  }
  const open = (): Promise<Duplex> => openStream(target, gate, options, signal);
  let stream: Duplex;
  try {
    stream = await open();
  } catch (thrown) {
    return { ...CLOSED, tcp: errorOf(thrown, signal) };
  }
  const banner = await firstLine(stream, options.clock, signal);
  if (banner?.startsWith('SSH-') !== true) return { ...CLOSED, banner };
  try {
    const hostKey = await options.connections.shown(target, await open(), signal);
    return { ...CLOSED, banner, hostKey };
  } catch (thrown) {
    return { ...CLOSED, banner, handshake: errorOf(thrown, signal) };
  }
}

function errorOf(thrown: unknown, signal: AbortSignal): Error {
  if (signal.aborted || (thrown instanceof Error && isAbort(thrown))) throw abortError();
  return thrown instanceof Error ? thrown : new SshError('protocol', String(thrown));
}

/** sshd may send lines of its own before its version; that is the line we wait for. */
function firstLine(stream: Duplex, clock: Clock, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let text = '';
    const done = (line: string | undefined): void => {
      cancel();
      forgetAbort();
      stream.destroy();
      resolve(line);
    };
    const cancel = clock.after(BANNER_MS, () => {
      done(text === '' ? undefined : text.slice(0, 200));
    });
    const forgetAbort = whenAborted(signal, () => {
      cancel();
      stream.destroy();
      reject(abortError());
    });
    stream.on('error', () => undefined);
    stream.once('close', () => {
      done(text === '' ? undefined : text.slice(0, 200));
    });
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const version = /^SSH-[^\r\n]*(?=\r?\n)/m.exec(text)?.[0];
      if (version !== undefined) done(version);
      else if (text.length > BANNER_BYTES) done(text.slice(0, 200));
    });
    stream.resume();
  });
}
