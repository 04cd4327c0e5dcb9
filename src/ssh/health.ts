import { ClientRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { abortError, isAbort, sentenceOf, type Clock } from '../base';
import { whenAborted } from './abort';
import { SshError } from './problems';
import type { Connection, ForwardSpec } from './types';

/** A UI that needs longer for its first bytes is not usable. */
const ANSWER_MS = 10_000;
/** Who waits for the other side to speak first is well once it took the connection. */
const TAKEN_MS = 3_000;

/** What the service behind a forward said. */
export type Health =
  | { readonly kind: 'well'; readonly latencyMs: number }
  | { readonly kind: 'ailing'; readonly what: string; readonly next: string | undefined }
  | { readonly kind: 'forbidden'; readonly what: string; readonly next: string | undefined }
  /** The connection itself broke: no word about the service. */
  | { readonly kind: 'gone' };

/** Asks the service for its page the way the browser will: same path, same `Host`, through the same connection. */
export async function askHealth(
  connection: Connection,
  spec: ForwardSpec,
  localPort: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<Health> {
  const limit = new AbortController();
  const forgetAbort = whenAborted(signal, () => {
    limit.abort();
  });
  let late = false;
  const cancel = clock.after(spec.speaks === 'any' ? TAKEN_MS : ANSWER_MS, () => {
    late = true;
    limit.abort();
  });
  const began = clock.now();
  try {
    if (signal.aborted) throw abortError();
    const channel = await connection.open(spec.remoteHost, spec.remotePort, limit.signal);
    const opened = clock.now() - began;
    const status = await statusOf(channel, spec, localPort, limit.signal).catch((thrown: unknown) => {
      // A database, say: it took the connection, and what it speaks is not ours to judge.
      if (spec.speaks === 'any' && (late || !limit.signal.aborted)) return undefined;
      throw thrown;
    });
    if (status === undefined) return { kind: 'well', latencyMs: opened };
    return judged(status, spec, clock.now() - began);
  } catch (thrown) {
    if (signal.aborted) throw abortError();
    if (late) return silent(spec);
    if (thrown instanceof SshError && thrown.kind === 'closed') return { kind: 'gone' };
    if (thrown instanceof SshError && thrown.kind === 'forwardRefused')
      return { kind: 'forbidden', what: thrown.message, next: thrown.next };
    if (thrown instanceof SshError) return { kind: 'ailing', what: thrown.message, next: thrown.next };
    if (isAbort(thrown)) throw thrown;
    return {
      kind: 'ailing',
      what: `${spec.name} does not speak HTTP on port ${spec.remotePort} (${sentenceOf(thrown)}).`,
      next: 'It may still be starting; its log on the server says more.',
    };
  } finally {
    cancel();
    forgetAbort();
  }
}

function statusOf(
  channel: Duplex,
  spec: ForwardSpec,
  localPort: number,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      channel.resume();
      channel.destroy();
    };
    // Not `http.request`: VS Code replaces it for its proxies, and would open a connection of its own.
    const asked = new ClientRequest({
      createConnection: () => (spec.speaks === 'https' ? overTls(channel, end) : asSocket(channel)),
      method: 'GET',
      path: spec.path,
      headers: { Host: `127.0.0.1:${localPort}`, Connection: 'close', Accept: 'text/html, */*' },
      signal,
    });
    asked.once('response', (response) => {
      resolve(response.statusCode ?? 0);
      response.on('error', () => undefined);
      end();
    });
    asked.on('error', (error) => {
      reject(error);
      end();
    });
    asked.end();
  });
}

/** Its certificate is its own maker's, as Argo CD's is: the way there is SSH, so no stranger can stand in it. */
function overTls(channel: Duplex, failed: () => void): Duplex {
  const secure = connectTls({ socket: asSocket(channel), rejectUnauthorized: false });
  secure.once('error', failed);
  return secure;
}

/** A channel is no `net.Socket`; HTTP needs only that these exist. */
function asSocket(channel: Duplex): Duplex {
  for (const name of ['setNoDelay', 'setKeepAlive', 'setTimeout', 'ref', 'unref'])
    if (!(name in channel)) Object.assign(channel, { [name]: () => channel });
  return channel;
}

function judged(status: number, spec: ForwardSpec, latencyMs: number): Health {
  if (spec.speaks === 'any') return { kind: 'well', latencyMs };
  // 401 is a login page's way to say that it is there.
  if (status < 400 || status === 401) return { kind: 'well', latencyMs };
  if (status === 403)
    return {
      kind: 'ailing',
      what: `${spec.name} refuses requests from here (403).`,
      next: 'It may allow only some host names: open it as 127.0.0.1, or start it with --allowed-hosts.',
    };
  if (status === 404)
    return {
      kind: 'ailing',
      what: `${spec.name} has no page ${spec.path} (404).`,
      next: `Something else may listen on port ${spec.remotePort} of the server.`,
    };
  return {
    kind: 'ailing',
    what: `${spec.name} answers with an error (${status}).`,
    next: 'It may still be starting; its log on the server says more.',
  };
}

function silent(spec: ForwardSpec): Health {
  return {
    kind: 'ailing',
    what: `${spec.name} accepts connections and does not answer.`,
    next: 'It may still be starting, or hang; its log on the server says more.',
  };
}
