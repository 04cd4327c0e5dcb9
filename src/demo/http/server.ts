import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import { sleep, systemClock } from '../../base';
import type { TokenRecord } from '../world/records';
import { Fault, unauthorized, type Api, type Call, type Reply, type Route, type ServiceName } from './api';

const LOOPBACK = '127.0.0.1';
/** More than any request of a client of ours. */
const MAX_BODY_BYTES = 16_000_000;

export interface ServiceParts {
  readonly api: Api;
  readonly now: () => number;
  readonly tokenOf: (id: string) => TokenRecord | undefined;
  /** Where keystone is, for the `WWW-Authenticate` header. */
  readonly keystone: () => string;
  /** Before each request: what is due happens. */
  readonly before: () => void;
  /** After each request that may have changed the world, before its answer is sent. */
  readonly after: () => Promise<void>;
  readonly log: (request: {
    readonly method: string;
    readonly path: string;
    readonly status: number;
  }) => void;
}

/** One service behind a port of its own on loopback. It can be stopped, started again on the same port, made slow. */
export class ServiceServer {
  slowMs = 0;
  readonly #parts: ServiceParts;
  readonly #routes: readonly { readonly pattern: RegExp; readonly route: Route }[];
  #server: Server | undefined;
  #port = 0;
  readonly #closing = new AbortController();

  constructor(parts: ServiceParts) {
    this.#parts = parts;
    this.#routes = parts.api.routes.map((route) => ({ pattern: patternOf(route.path), route }));
  }

  get name(): ServiceName {
    return this.#parts.api.name;
  }

  /** `http://127.0.0.1:PORT`; the port stays the same over `stop` and `start`. */
  get base(): string {
    return `http://${LOOPBACK}:${this.#port}`;
  }

  async start(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer((request, response) => void this.#serve(request, response));
    this.#server = server;
    server.listen(this.#port, LOOPBACK);
    await once(server, 'listening');
    const address = server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
  }

  /** Connections are refused from now on, those under way are cut. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  /** As `stop`, for good: answers that wait (`slowMs`) are given up. */
  async dispose(): Promise<void> {
    this.#closing.abort();
    await this.stop();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await bodyOf(request);
      if (this.slowMs > 0) await sleep(systemClock, this.slowMs, this.#closing.signal);
      this.#parts.before();
      const call = this.#callOf(request, body);
      const reply = this.#answer(call);
      if (call.method !== 'GET') await this.#parts.after();
      this.#parts.log({ method: call.method, path: call.path, status: reply.status });
      this.#send(response, call, reply);
    } catch {
      // The client went away or the demo is stopping: there is nobody to answer.
      response.destroy();
    }
  }

  #callOf(request: IncomingMessage, bytes: Buffer): Call {
    const text = request.headers['content-type'] === 'application/octet-stream' ? '' : bytes.toString('utf8');
    const url = new URL(request.url ?? '/', this.base);
    const header = (name: string): string | undefined => {
      const value = request.headers[name.toLowerCase()];
      return typeof value === 'string' ? value : undefined;
    };
    const tokenId = header('X-Auth-Token');
    return {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      header,
      body: text === '' ? undefined : parsed(text),
      bytes,
      token: tokenId === undefined ? undefined : this.#parts.tokenOf(tokenId),
      base: this.base,
    };
  }

  #answer(call: Call): Reply {
    const { api } = this.#parts;
    try {
      for (const { pattern, route } of this.#routes) {
        const found = route.method === call.method ? pattern.exec(call.path) : null;
        if (found !== null) return route.run(call, ...found.slice(1).map(decodeURIComponent));
      }
      throw new Fault(404, 'The resource could not be found.', 'HTTPNotFound');
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
      return thrown.status === 401 && api.name !== 'keystone'
        ? unauthorized(this.#parts.keystone())
        : api.fault(thrown);
    }
  }

  #send(response: ServerResponse, call: Call, reply: Reply): void {
    const content =
      reply.bytes ?? Buffer.from(reply.html ?? (reply.body === undefined ? '' : JSON.stringify(reply.body)));
    response.sendDate = false;
    response.writeHead(reply.status, {
      ...(reply.status === 204
        ? {}
        : { 'Content-Type': reply.html === undefined ? 'application/json' : 'text/html; charset=UTF-8' }),
      ...(reply.status === 204 ? {} : { 'Content-Length': String(content.byteLength) }),
      Date: new Date(this.#parts.now()).toUTCString(),
      'x-openstack-request-id': `req-${randomUUID()}`,
      ...this.#parts.api.headers(call),
      ...reply.headers,
    });
    response.end(content);
  }
}

function patternOf(path: string): RegExp {
  const escaped = path
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/:[a-z]+/g, '([^/]+)')
    .replace(/\\\*[a-z]+/g, '(.+)');
  return new RegExp(`^${escaped}/?$`);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new RangeError('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What is not JSON becomes `null`, which no schema accepts. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
