import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Lab, ProbeWorld } from '../../src/labs';
import { inVariant } from '../../src/labs/variants';
import { targetOf } from '../../src/labs/probes/hosts';
import { namesOf } from '../../src/labs/bind';
import { SshError, type CommandResult, type Connection, type Target } from '../../src/ssh';
import type { Cloud } from './cloud';
import { withStatus, type Down, type PlainWorld } from './world';

/** What changes an answer on its way: the runner's mutations. `undefined` from `page`: it hangs up. */
export interface Tap {
  /** Of the lab's hosts only this one; of commands. */
  readonly host?: string;
  readonly command?: (result: CommandResult) => CommandResult;
  /** Called before a port is opened, to throw. */
  readonly opening?: () => void;
  readonly page?: (page: Page) => Page | undefined;
  readonly file?: (text: string) => string | undefined;
  readonly banner?: (banner: string) => string | null;
}
export interface Page {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The mark that tells a tapped question from the same one of another check. */
export const MARK = '#tapped';
/** Added to a port instead. */
export const MARKED_PORT = 1_000_000;

/** All of a plain world beside its clouds: hosts, pages, ports and files. */
export function hostsOf(
  world: PlainWorld,
  lab: Lab,
  cloud: Cloud,
  tap: Tap = {},
): Pick<ProbeWorld, 'connect' | 'dial' | 'fetch' | 'local'> {
  const hosts = new Hosts(world, lab, cloud, tap);
  return {
    connect: (target) => hosts.connect(target),
    dial: (address, port) => hosts.dial(address, port),
    fetch: (url) => hosts.fetch(url instanceof Request ? url.url : url.toString()),
    local: { home: '/home/me', readFile: (path) => hosts.readFile(path) },
  };
}

class Hosts {
  readonly #world: PlainWorld;
  readonly #lab: Lab;
  readonly #tap: Tap;
  /** The lab's host by the id of its server, and by its address. */
  readonly #byServer = new Map<string, string>();
  readonly #byAddress = new Map<string, string>();

  constructor(world: PlainWorld, lab: Lab, cloud: Cloud, tap: Tap) {
    this.#world = world;
    this.#tap = tap;
    const key = world.variant ?? Object.keys(lab.variants)[0];
    this.#lab = inVariant(lab, key);
    const variant = lab.variants[key ?? '']?.vars ?? {};
    const param = { ...defaultsOf(lab), ...world.parameters };
    const bindings = { param, name: namesOf(lab.names, param, variant), saved: {}, variant };
    for (const host of Object.keys(this.#lab.hosts))
      try {
        const target = targetOf(this.#lab, host, bindings, cloud.inventory);
        this.#byServer.set(target.serverId, host);
        this.#byAddress.set(target.address, host);
      } catch {
        // It is not there in this world.
      }
  }

  connect(target: Target): Promise<Connection> {
    const host = this.#byServer.get(target.serverId) ?? '';
    const down = this.#world.ssh?.[host]?.['*'];
    if (isDown(down)) return Promise.reject(failure(down));
    return Promise.resolve({
      target,
      hostKey: { type: 'ssh-ed25519', base64: 'AAAA', fingerprint: 'SHA256:x' },
      closed: new Promise<undefined>(() => undefined),
      close: () => undefined,
      run: (command, { env }) => this.#run(host, command, env),
      open: (_address, port) => this.#open(host, port),
    });
  }

  async #run(host: string, command: string, env: Readonly<Record<string, string>>): Promise<CommandResult> {
    await Promise.resolve();
    const marked = command.endsWith(MARK) || env['lab_notebook']?.endsWith(MARK) === true;
    const result =
      env['lab_notebook'] === undefined
        ? this.#said(host, command.replace(MARK, ''))
        : this.#notebook(host, env);
    if (isDown(result)) throw failure(result);
    const whole = typeof result === 'string' ? printed(result) : { ...printed(''), ...result };
    const { command: change, host: only = host } = this.#tap;
    return marked && only === host && change !== undefined ? change(whole) : whole;
  }

  #said(host: string, command: string): string | Partial<CommandResult> | Down {
    const wanted = squeezed(command);
    for (const [key, said] of Object.entries(this.#world.ssh?.[host] ?? {}))
      if (squeezed(key.startsWith('#') ? this.#runOf(key.slice(1)) : key) === wanted) return said;
    return { exit: 127, stderr: 'sh: 1: not found\n' };
  }

  #runOf(id: string): string {
    const check = this.#lab.steps.flatMap((step) => step.checks).find((each) => each.id === id);
    return check?.probe.kind === 'ssh' ? check.probe.run : '';
  }

  #notebook(host: string, env: Readonly<Record<string, string>>): string | Partial<CommandResult> {
    const path = (env['lab_notebook'] ?? '').replace(MARK, '');
    const container = env['lab_container'] ?? '';
    const key = container === '' ? path : `${container}:${path}`;
    const saved = this.#world.notebooks?.[host]?.[key] ?? this.#world.notebooks?.[host]?.[path];
    if (saved === undefined) return { exit: 44 };
    return typeof saved === 'string' ? saved : JSON.stringify(saved);
  }

  async #open(host: string, asked: number): Promise<Duplex> {
    await Promise.resolve();
    const marked = asked >= MARKED_PORT;
    const port = asked % MARKED_PORT;
    if (marked) this.#tap.opening?.();
    const pages = Object.entries(this.#world.pages?.[host] ?? {}).filter(([key]) =>
      key.startsWith(`${port} `),
    );
    if (pages.length === 0) throw new SshError('refused', 'Nothing listens.');
    return new PageStream((path) => {
      const whole = [`${port} ${path}`, `${port} GET ${path}`];
      const found =
        pages.find(([key]) => whole.includes(key)) ??
        pages.find(([key]) => key === `${port} ${path.replace(/\?.*/, '')}`);
      const page = pageOf(found?.[1]);
      return marked && this.#tap.page !== undefined ? this.#tap.page(page) : page;
    });
  }

  dial(address: string, marked: number): Promise<Socket> {
    const port = marked % MARKED_PORT;
    const host = this.#byAddress.get(address) ?? '';
    const said = this.#world.tcp?.[host]?.[port];
    if (typeof said === 'object' && said !== null) return Promise.reject(coded('ETIMEDOUT'));
    if (marked >= MARKED_PORT) this.#tap.opening?.();
    const banner =
      marked >= MARKED_PORT && this.#tap.banner && said !== undefined && said !== null
        ? this.#tap.banner(said)
        : said;
    if (banner === undefined || banner === null) return Promise.reject(coded('ECONNREFUSED'));
    return Promise.resolve(socketSaying(banner));
  }

  async fetch(asked: string): Promise<Response> {
    await Promise.resolve();
    const marked = asked.endsWith(MARK);
    const url = asked.replace(MARK, '');
    const known = this.#world.pages?.['http'] ?? {};
    const said = known[url] ?? known[url.replace(/\/$/, '')];
    if (marked) this.#tap.opening?.();
    const page = said === undefined ? undefined : pageOf(said);
    const tapped = marked && page !== undefined && this.#tap.page ? this.#tap.page(page) : page;
    if (tapped === undefined) throw new TypeError('fetch failed', { cause: coded('ECONNREFUSED') });
    return new Response(tapped.text, { status: tapped.status, headers: tapped.headers });
  }

  async readFile(asked: string): Promise<Uint8Array> {
    await Promise.resolve();
    const path = asked.replace(MARK, '');
    const files = Object.entries(this.#world.local ?? {});
    const found = files.find(([key]) => key === path || key.replace(/^~/, '/home/me') === path)?.[1];
    const isTapped = asked.endsWith(MARK) && this.#tap.file !== undefined && found !== undefined;
    const text = isTapped ? this.#tap.file?.(found) : found;
    if (text === undefined) throw coded('ENOENT');
    return Buffer.from(text);
  }
}

function defaultsOf(lab: Lab): Record<string, string> {
  return Object.fromEntries(
    Object.entries(lab.parameters).flatMap(([key, { default: value }]) =>
      value === undefined ? [] : [[key, value]],
    ),
  );
}

function squeezed(command: string): string {
  return command.replace(/\s+/g, ' ').trim();
}

function printed(stdout: string): CommandResult {
  return { exit: 0, stdout, stderr: '', truncated: false };
}

function isDown(value: unknown): value is Down {
  return value !== null && typeof value === 'object' && 'down' in value;
}

function failure({ down }: Down): SshError {
  return new SshError(down, 'Away.');
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function pageOf(said: unknown): Page {
  if (said === undefined)
    return { status: 404, text: 'Not Found', headers: { 'content-type': 'text/plain' } };
  const { status, body, headers } = withStatus(said) ? said : { status: 200, body: said, headers: undefined };
  const isText = typeof body === 'string';
  return {
    status,
    text: isText ? body : body === undefined ? '' : JSON.stringify(body),
    headers: { 'content-type': isText ? 'text/html; charset=utf-8' : 'application/json', ...headers },
  };
}

/** A connected socket that says that and hangs up. */
export function socketSaying(banner: string): Socket {
  const socket = new EventEmitter() as Socket;
  socket.destroy = () => socket;
  setImmediate(() => {
    if (banner !== '') socket.emit('data', Buffer.from(banner));
    socket.emit('close');
  });
  return socket;
}

/** A stream with an HTTP server of one page at its other end. */
class PageStream extends Duplex {
  readonly #answer: (asked: string) => Page | undefined;
  #request = '';
  #answered = false;

  constructor(answer: (asked: string) => Page | undefined) {
    super();
    this.#answer = answer;
  }

  override _read(): void {
    // Pushed when the request is whole.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#request += chunk.toString('utf8');
    done();
    const end = this.#request.indexOf('\r\n\r\n');
    if (end < 0 || this.#answered) return;
    const head = this.#request.slice(0, end);
    const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    if (Buffer.byteLength(this.#request.slice(end + 4)) < length) return;
    this.#answered = true;
    const [method = '', path = ''] = head.split(' ');
    const page = this.#answer(method === 'POST' ? `${method} ${path}` : path);
    if (page === undefined) {
      this.destroy();
      return;
    }
    const { status, text, headers } = page;
    const all = { ...headers, 'content-length': String(Buffer.byteLength(text)), connection: 'close' };
    const lines = Object.entries(all).map(([key, value]) => `${key}: ${value}\r\n`);
    this.push(`HTTP/1.1 ${status} X\r\n${lines.join('')}\r\n`);
    if (method !== 'HEAD') this.push(text);
    this.push(null);
  }
}
