/** The demo's Cinder, as slow as a real one: what it was asked for is done when the test lets it, or comes to nothing. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { at, isObject, listAt, type Caller, type Json } from '../unit/demo/client';

export class SlowCinder {
  #before: ReadonlyMap<string, Json> | undefined;
  #refuses = false;
  readonly #server: http.Server;

  private constructor(
    private readonly caller: Caller,
    /** Where the demo has it. */
    readonly origin: string,
  ) {
    this.#server = http.createServer((request, response) => {
      this.#answer(request, response).catch((thrown: unknown) => {
        response.writeHead(502).end(String(thrown));
      });
    });
  }

  /** @param origin of the demo's Cinder */
  static async before(origin: string, caller: Caller): Promise<SlowCinder> {
    const slow = new SlowCinder(caller, origin);
    slow.#server.listen(0, '127.0.0.1');
    await once(slow.#server, 'listening');
    return slow;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** From now on all that is asked for is on its way. */
  async hold(): Promise<void> {
    const { body } = await this.caller('volumev3', '/volumes/detail');
    this.#refuses = false;
    this.#before = new Map(listAt(body, 'volumes').map((volume) => [String(volume['id']), volume]));
  }

  /** It is done. */
  release(): void {
    this.#before = undefined;
  }

  /** It comes to nothing. */
  refuse(): void {
    this.#refuses = true;
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const real = await fetch(`${this.origin}${url}`, {
      method,
      headers: headers as Record<string, string>,
      ...(parts.length === 0 ? {} : { body: Buffer.concat(parts) }),
    });
    const text = await real.text();
    const { status, body } = this.#as(method, url, real.status, text);
    response.writeHead(status, Object.fromEntries(plain(real.headers))).end(body);
  }

  #as(method: string, url: string, status: number, text: string): { status: number; body: string } {
    const id = /\/volumes\/([0-9a-f-]{36})$/.exec(url)?.[1];
    if (this.#before === undefined || method !== 'GET') return { status, body: text };
    if (id !== undefined) {
      const volume = this.#seen(id, status === 200 ? at(JSON.parse(text), 'volume') : undefined);
      return volume === undefined
        ? { status, body: text }
        : { status: 200, body: JSON.stringify({ volume }) };
    }
    if (!url.includes('/volumes/detail')) return { status, body: text };
    const real = new Map(listAt(JSON.parse(text), 'volumes').map((each) => [String(each['id']), each]));
    const ids = new Set([...this.#before.keys(), ...real.keys()]);
    const volumes = [...ids].map((each) => this.#seen(each, real.get(each)));
    return { status, body: JSON.stringify({ volumes: volumes.filter((each) => each !== undefined) }) };
  }

  /** As Cinder shows a volume on its way, or as it is after it came to nothing. */
  #seen(id: string, real: unknown): Json | undefined {
    const before = this.#before?.get(id);
    const [was, is] = [placeOf(before), placeOf(real)];
    if (was === is) return isObject(real) ? real : before;
    if (before === undefined)
      return { ...(isObject(real) ? real : {}), status: this.#refuses ? 'error' : 'creating' };
    if (is === 'gone') return { ...before, status: this.#refuses ? 'error_deleting' : 'deleting' };
    return this.#refuses ? before : { ...before, status: is === 'free' ? 'detaching' : 'attaching' };
  }
}

function placeOf(volume: unknown): 'gone' | 'free' | 'in' {
  if (!isObject(volume)) return 'gone';
  return listAt(volume, 'attachments').length === 0 ? 'free' : 'in';
}

/** Its length is another one. */
function plain(headers: Headers): [string, string][] {
  return [...headers].filter(
    ([name]) => !/^(content-length|content-encoding|transfer-encoding|connection)$/.test(name),
  );
}
