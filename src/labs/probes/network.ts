import type { Socket } from 'node:net';
import { abortError, isAbort, type Clock } from '../../base';
import { fill, type Bindings } from '../bind';
import type { Json } from '../expression';
import type { ProbeWorld } from '../world';
import { Unseen } from './unseen';

const CONNECT_MS = 10_000;
const BANNER_MS = 5_000;
const HTTP_MS = 15_000;
const MAX_BANNER = 256;
const MAX_BODY_BYTES = 4_000_000;

/**
 * `{ connected, banner }` of a port. A refused connection is an answer of the host; silence is not, since a network
 * in between may cause it too.
 * @throws Unseen `timeout`, `unreachable`
 */
export async function probeTcp(
  address: string,
  port: number,
  world: ProbeWorld,
  signal: AbortSignal,
): Promise<Json> {
  const limit = within(CONNECT_MS, world.clock, signal);
  let socket: Socket;
  try {
    socket = await world.dial(address, port, limit.signal);
  } catch (thrown) {
    if (signal.aborted) throw abortError();
    if (codeOf(thrown) === 'ECONNREFUSED') return { connected: false, banner: '' };
    if (limit.ended() || isAbort(thrown) || codeOf(thrown) === 'ETIMEDOUT')
      throw new Unseen('timeout', `Port ${port} of ${address} does not answer.`, { cause: thrown });
    throw new Unseen('unreachable', `${address} can't be reached from here.`, { cause: thrown });
  } finally {
    limit.dispose();
  }
  try {
    return { connected: true, banner: await bannerOf(socket, world.clock, signal) };
  } finally {
    socket.destroy();
  }
}

function bannerOf(socket: Socket, clock: Clock, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', onAbort);
      resolve(text);
    };
    const onAbort = (): void => {
      cancel();
      reject(abortError());
    };
    const cancel = clock.after(BANNER_MS, done);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('data', (bytes: Buffer) => {
      text = (text + bytes.toString('latin1')).slice(0, MAX_BANNER);
      if (text.includes('\n') || text.length === MAX_BANNER) done();
    });
    socket.on('close', done);
    socket.on('error', done);
  });
}

/**
 * `{ status, headers, body, text }` of a page; `body` is parsed where it is JSON; `status` 0: nothing listens there.
 * @throws Unseen
 */
export async function probeHttp(
  url: string,
  bindings: Bindings,
  addressOf: (host: string) => string,
  world: ProbeWorld,
  signal: AbortSignal,
): Promise<Json> {
  const withHosts = url.replace(/\{\{address\.(\w+)\}\}/g, (_, host: string) => addressOf(host));
  const target = fill(withHosts, bindings, 'url');
  const limit = within(HTTP_MS, world.clock, signal);
  try {
    const response = await world.fetch(target, { signal: limit.signal });
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.byteLength > MAX_BODY_BYTES)
      throw new Unseen('badAnswer', `The page at ${hostOf(target)} is too long to judge.`);
    const text = new TextDecoder().decode(bytes);
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: jsonOr(text),
      text,
    };
  } catch (thrown) {
    if (signal.aborted) throw abortError();
    if (thrown instanceof Unseen) throw thrown;
    if (limit.ended()) throw new Unseen('timeout', `${hostOf(target)} did not answer in time.`);
    // The host itself says so: that is an answer.
    if (codeOf(thrown) === 'ECONNREFUSED') return { status: 0, headers: {}, body: '', text: '' };
    throw new Unseen('unreachable', `${hostOf(target)} can't be reached from here.`, { cause: thrown });
  } finally {
    limit.dispose();
  }
}

function jsonOr(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the address';
}

/** A signal that ends with `signal`, or after `ms`. */
function within(
  ms: number,
  clock: Clock,
  signal: AbortSignal,
): { readonly signal: AbortSignal; ended(): boolean; dispose(): void } {
  const limit = new AbortController();
  const cancel = clock.after(ms, () => {
    limit.abort();
  });
  return {
    signal: AbortSignal.any([signal, limit.signal]),
    ended: () => limit.signal.aborted,
    dispose: cancel,
  };
}

function codeOf(thrown: unknown): string | undefined {
  for (let at = thrown; at instanceof Error; at = at.cause)
    if ('code' in at && typeof at.code === 'string') return at.code;
  return undefined;
}
