import { ClientRequest, type IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { abortError, isAbort } from '../../base';
import { SshError, type Connection, type RunOptions, type Target } from '../../ssh';
import { environmentOf, fill, type Bindings } from '../bind';
import type { Json } from '../expression';
import type { Expectation, JsonText, Probe } from '../types';
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
  const options = {
    env: environmentOf(bindings),
    timeoutMs: probe.timeoutSeconds * 1000,
    maxBytes: MAX_OUTPUT_BYTES,
  };
  try {
    const { exit, stdout, stderr } = await commandOn(target, probe.run, options, world, signal);
    return { login: true, exit, stdout, stderr, json: jsonOrNull(stdout) };
  } catch (thrown) {
    const refused =
      thrown instanceof Unseen && thrown.cause instanceof SshError && thrown.cause.kind === 'auth';
    if (refused && names(expect, 'login'))
      return { login: false, exit: null, stdout: '', stderr: '', json: null };
    throw thrown;
  }
}

/**
 * What a command printed on a host, whole, with its exit code. Values reach it as environment alone.
 * @throws Unseen
 */
export async function commandOn(
  target: Target,
  run: string,
  options: Pick<RunOptions, 'env' | 'timeoutMs' | 'maxBytes'>,
  world: ProbeWorld,
  signal: AbortSignal,
): Promise<{ readonly exit: number; readonly stdout: string; readonly stderr: string }> {
  if (world.connect === undefined)
    throw new Unseen('noKey', 'Without a key for the server, this cannot be seen from here.');
  try {
    const connection = await world.connect(target, signal);
    const { exit, stdout, stderr, truncated } = await connection.run(run, { ...options, signal });
    if (truncated) throw new Unseen('badAnswer', 'The command printed too much to judge.');
    if (exit === undefined)
      throw new SshError('closed', `The connection to ${target.name} broke.`, { next: 'Try again.' });
    return { exit, stdout, stderr };
  } catch (thrown) {
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
    return await pageOver(stream, probe.port, questionOf(probe, bindings), world, signal);
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

interface Question {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

function questionOf({ method, path, json, headers }: ForwardProbe, bindings: Bindings): Question {
  const body = json === undefined ? undefined : JSON.stringify(filled(json, bindings));
  const filledHeaders: Record<string, string> = {};
  for (const [key, value] of Object.entries(headers)) filledHeaders[key] = fill(value, bindings, 'plain');
  return {
    method,
    path: fill(path, bindings, 'url'),
    headers: {
      ...(body === undefined
        ? {}
        : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) }),
      ...filledHeaders,
    },
    body,
  };
}

/** JSON with the templates in its texts filled: a value stays inside its text. */
function filled(json: JsonText, bindings: Bindings): JsonText {
  if (typeof json === 'string') return fill(json, bindings, 'plain');
  if (json === null || typeof json !== 'object') return json;
  if (isList(json)) return json.map((item) => filled(item, bindings));
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, filled(value, bindings)]));
}

function isList(json: JsonText): json is readonly JsonText[] {
  return Array.isArray(json);
}

function pageOver(
  stream: Duplex,
  port: number,
  question: Question,
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
    const headers = { ...question.headers, Host: `127.0.0.1:${port}`, Connection: 'close' };
    // Not `http.request`: VS Code replaces it for its proxies, and would open a connection of its own.
    const { method, path, body } = question;
    const options = { method, path, headers, createConnection: () => stream };
    const asked = new ClientRequest(options, (response) => {
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
          resolve({
            status: response.statusCode ?? 0,
            headers: headersOf(response),
            body: jsonOrNull(text) ?? text,
            text,
          });
        });
      });
    });
    asked.on('error', (cause) => {
      fail(new Unseen('unreachable', `What listens on port ${port} of the server hung up.`, { cause }));
    });
    asked.end(body);
  });
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
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
    case 'encryption':
    case 'protocol':
      return new Unseen('unreachable', message, { cause: thrown });
  }
}

function jsonOrNull(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
