import { ClientRequest } from 'node:http';
import { Duplex } from 'node:stream';
import { abortError, isAbort } from '../../base';
import { SshError, type Connection, type Target } from '../../ssh';
import { fill, type Bindings } from '../bind';
import type { Json } from '../expression';
import type { Expectation, Probe } from '../types';
import type { ProbeWorld } from '../world';
import { names, Unseen } from './unseen';

type SshProbe = Extract<Probe, { kind: 'ssh' }>;
type ForwardProbe = Extract<Probe, { kind: 'forward' }>;
const MAX_OUTPUT_BYTES = 1_000_000;

/**
 * `{ login, exit, stdout, stderr, json }` of a command on a host. Values reach it as environment variables, never as
 * text of the command. `login: false` is only given to a check that asks about it.
 * @throws Unseen
 */
export async function probeSsh(
  probe: SshProbe,
  expect: readonly Expectation[],
  target: Target,
  bindings: Bindings,
  world: ProbeWorld,
  signal: AbortSignal,
): Promise<Json> {
  if (world.connect === undefined)
    throw new Unseen('noKey', 'Without a key for the server, this cannot be seen from here.');
  try {
    const connection = await world.connect(target, signal);
    const result = await connection.run(probe.run, {
      signal,
      timeoutMs: probe.timeoutSeconds * 1000,
      maxBytes: MAX_OUTPUT_BYTES,
      env: environmentOf(bindings),
    });
    if (result.exit === undefined) throw new Unseen('unreachable', 'The connection broke.');
    if (result.truncated) throw new Unseen('badAnswer', 'The command printed too much to judge.');
    return {
      login: true,
      exit: result.exit,
      stdout: result.stdout,
      stderr: result.stderr,
      json: jsonOrNull(result.stdout),
    };
  } catch (thrown) {
    if (thrown instanceof SshError && thrown.kind === 'auth' && names(expect, 'login'))
      return { login: false, exit: null, stdout: '', stderr: '', json: null };
    if (isAbort(thrown) && signal.aborted) throw thrown;
    throw unseen(thrown);
  }
}

const PAGE_MS = 15_000;

/**
 * `{ status, headers, body, text }` of a page on a host's own loopback, asked through its SSH connection.
 * @throws Unseen
 */
export async function probeForward(
  probe: ForwardProbe,
  target: Target,
  bindings: Bindings,
  world: ProbeWorld,
  signal: AbortSignal,
): Promise<Json> {
  if (world.connect === undefined)
    throw new Unseen('noKey', 'Without a key for the server, this cannot be seen from here.');
  try {
    const connection = await world.connect(target, signal);
    const stream = await opened(connection, probe.port, signal);
    if (stream === undefined) return { status: 0, headers: {}, body: '', text: '' };
    return await pageOver(stream, probe.port, fill(probe.path, bindings, 'url'), world, signal);
  } catch (thrown) {
    if (isAbort(thrown) && signal.aborted) throw thrown;
    throw unseen(thrown);
  }
}

/** A stream to the port; undefined where the server itself says that nothing listens there: that is an answer. */
async function opened(
  connection: Connection,
  port: number,
  signal: AbortSignal,
): Promise<Duplex | undefined> {
  try {
    const stream = await connection.open('127.0.0.1', port, signal);
    if (stream instanceof Duplex) return stream;
    throw new Unseen('badAnswer', 'The connection can’t carry a page.');
  } catch (thrown) {
    if (thrown instanceof SshError && thrown.kind === 'refused') return undefined;
    throw thrown;
  }
}

function pageOver(
  stream: Duplex,
  port: number,
  path: string,
  world: ProbeWorld,
  signal: AbortSignal,
): Promise<Json> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      cancel();
      signal.removeEventListener('abort', onAbort);
      stream.destroy();
      end();
    };
    const fail = (thrown: Error): void => {
      settle(() => {
        reject(thrown);
      });
    };
    const onAbort = (): void => {
      fail(abortError());
    };
    const cancel = world.clock.after(PAGE_MS, () => {
      fail(new Unseen('timeout', `Port ${port} of the server did not answer in time.`));
    });
    signal.addEventListener('abort', onAbort, { once: true });
    // MLflow and Jupyter refuse other names than these.
    const headers = { Host: `127.0.0.1:${port}`, Connection: 'close' };
    // Not `http.request`: VS Code replaces it for its proxies, and would open a connection of its own.
    const asked = new ClientRequest({ path, headers, createConnection: () => stream }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_OUTPUT_BYTES) fail(new Unseen('badAnswer', 'The page is too long to judge.'));
        else chunks.push(chunk);
      });
      response.on('error', () => {
        fail(new Unseen('unreachable', 'The page broke off.'));
      });
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        settle(() => {
          resolve({ status: response.statusCode ?? 0, headers: {}, body: jsonOrNull(text) ?? text, text });
        });
      });
    });
    asked.on('error', (cause) => {
      fail(new Unseen('unreachable', `What listens on port ${port} of the server hung up.`, { cause }));
    });
    asked.end();
  });
}

function unseen(thrown: unknown): unknown {
  if (!(thrown instanceof SshError)) return thrown;
  const { message, kind } = thrown;
  switch (kind) {
    case 'timeout':
      return new Unseen('timeout', message, { cause: thrown });
    case 'noKey':
    case 'auth':
      return new Unseen('noKey', message, { cause: thrown });
    case 'hostKeyChanged':
    case 'hostKeyRejected':
      return new Unseen('notAllowed', message, { cause: thrown });
    case 'unreachable':
    case 'refused':
    case 'closed':
    case 'forwardRefused':
    case 'protocol':
      return new Unseen('unreachable', message, { cause: thrown });
  }
}

function environmentOf({ param, name, saved, variant }: Bindings): Record<string, string> {
  const values: Record<string, string> = { ...param };
  for (const [key, value] of Object.entries(name)) values[`name_${key}`] = value;
  for (const [key, value] of Object.entries(saved))
    if (typeof value === 'string' || typeof value === 'number') values[`saved_${key}`] = String(value);
  for (const [key, value] of Object.entries(variant)) values[`variant_${key}`] = String(value);
  return values;
}

function jsonOrNull(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
