/**
 * A relay in front of the real services, one port for each: it counts what is asked, spoils the answers of one service
 * as it is told, and can give again what was answered before. What Keystone says of the others' addresses leads
 * through it too.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CredentialCloud } from '../../src/openstack';

/** The lab's ports; lab/README.md. */
const PORTS = {
  keystone: 15000,
  nova: 18774,
  neutron: 19696,
  glance: 19292,
  blazar: 11234,
  cinder: 18776,
  swift: 18080,
} as const;
export type Service = keyof typeof PORTS;
const services = Object.keys(PORTS) as Service[];

/** How an answer is spoilt; each but `silent`, `html` and `error` lets the service do its work first. */
export type Fault =
  /** 500 in the words of a service. */
  | 'error'
  /** The page of a proxy, with 200. */
  | 'html'
  /** Never a byte. */
  | 'silent'
  /** Half of the answer, then the connection is cut. */
  | 'cut'
  /** Not a byte of the answer, and the connection is cut: the worst moment for a change. */
  | 'lost';

export interface Asked {
  readonly service: Service;
  readonly method: string;
  readonly path: string;
}

/** An answer of a service, and how long it took to give it, ms. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly tookMs: number;
}

export class Relay {
  readonly #servers = new Map<Service, Server>();
  readonly #asked: Asked[] = [];
  readonly #faults = new Map<Service, { readonly fault: Fault; readonly of: (asked: Asked) => boolean }>();
  #delayMs = 0;
  /** The last answer to each question. */
  readonly #answers = new Map<string, Answer>();
  #repeats = false;

  /** Everything that was asked since the start, in order. */
  get asked(): readonly Asked[] {
    return this.#asked;
  }

  async start(): Promise<void> {
    for (const service of services) {
      const server = createServer((incoming, answer) => {
        this.#take(service, incoming, answer).catch(() => answer.destroy());
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      this.#servers.set(service, server);
    }
  }

  stop(): void {
    for (const server of this.#servers.values()) {
      server.close();
      server.closeAllConnections();
    }
  }

  /** The same cloud by way of the relay. */
  through(cloud: CredentialCloud): CredentialCloud {
    return { ...cloud, authUrl: this.#redirected(cloud.authUrl) };
  }

  /** Spoils the answers of a service, all or some. */
  spoil(service: Service, fault: Fault, of: (asked: Asked) => boolean = () => true): void {
    this.#faults.set(service, { fault, of });
  }

  /** Everything is answered as it should be again. */
  mend(): void {
    this.#faults.clear();
  }

  /** What a far site adds to each answer, ms. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /**
   * From now on each question that was asked before is answered as it was then, after the time that it took then: as
   * by services that have machines of their own, if they were asked one after the other.
   */
  repeat(): void {
    this.#repeats = true;
  }

  async #answered(service: Service, incoming: IncomingMessage, sent: Buffer): Promise<Answer> {
    const question = `${service} ${incoming.method ?? ''} ${incoming.url ?? ''}`;
    const known = this.#answers.get(question);
    if (this.#repeats && known !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, known.tookMs));
      return known;
    }
    const began = performance.now();
    const answer = await passed(PORTS[service], incoming, sent);
    const whole = { ...answer, tookMs: performance.now() - began };
    this.#answers.set(question, whole);
    return whole;
  }

  async #take(service: Service, incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk as Uint8Array));
    const asked = { service, method: incoming.method ?? 'GET', path: incoming.url ?? '/' };
    this.#asked.push(asked);
    const set = this.#faults.get(service);
    const fault = set?.of(asked) === true ? set.fault : undefined;
    if (fault === 'silent') return;
    if (fault === 'error') {
      answer.writeHead(500, { 'content-type': 'application/json' });
      answer.end('{"error": {"code": 500, "message": "The server has either erred or is incapable."}}');
      return;
    }
    if (fault === 'html') {
      answer.writeHead(200, { 'content-type': 'text/html' });
      answer.end('<!doctype html><title>Log in</title><p>This network asks for a login first.</p>');
      return;
    }
    const { status, headers, body } = await this.#answered(service, incoming, Buffer.concat(chunks));
    if (this.#delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.#delayMs));
    if (fault === 'lost') {
      answer.destroy();
      return;
    }
    const text = isText(headers) ? Buffer.from(this.#redirected(body.toString())) : body;
    answer.writeHead(status, { ...headers, 'content-length': text.length });
    if (fault === undefined) {
      answer.end(text);
      return;
    }
    answer.write(text.subarray(0, Math.floor(text.length / 2)), () => answer.destroy());
  }

  /** Addresses of the services become the relay's. */
  #redirected(text: string): string {
    return services.reduce((all, service) => {
      const { port } = this.#servers.get(service)?.address() as AddressInfo;
      return all.replaceAll(`127.0.0.1:${PORTS[service]}`, `127.0.0.1:${port}`);
    }, text);
  }
}

function isText(headers: Readonly<Record<string, string>>): boolean {
  return headers['content-type']?.includes('json') ?? false;
}

/** By `fetch`, which bears with Blazar: it sends more than it announces after a deletion. */
async function passed(
  port: number,
  incoming: IncomingMessage,
  sent: Buffer,
): Promise<{ status: number; headers: Record<string, string>; body: Buffer }> {
  const response = await fetch(`http://127.0.0.1:${port}${incoming.url ?? '/'}`, {
    method: incoming.method ?? 'GET',
    headers: endToEnd(Object.entries(incoming.headers)),
    redirect: 'manual',
    ...(sent.length === 0 ? {} : { body: new Uint8Array(sent) }),
  });
  const body = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: endToEnd([...response.headers]), body };
}

/** What is not between two neighbours on the way. */
function endToEnd(headers: readonly (readonly [string, unknown])[]): Record<string, string> {
  const ofTheHop = new Set(['host', 'connection', 'transfer-encoding', 'keep-alive', 'content-length']);
  return Object.fromEntries(
    headers.flatMap(([name, value]) =>
      typeof value === 'string' && !ofTheHop.has(name) ? [[name, value] as const] : [],
    ),
  );
}
