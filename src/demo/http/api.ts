import type { TokenRecord } from '../world/records';

export type ServiceName = 'keystone' | 'nova' | 'neutron' | 'blazar' | 'glance' | 'cinder' | 'swift';

/** A request as the services see it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  /** Parsed JSON; `undefined` without a body. To be parsed by a schema where it is used. */
  readonly body: unknown;
  /** As it was sent. */
  readonly bytes: Buffer;
  /** The valid token that came with it. */
  readonly token: TokenRecord | undefined;
  /** Where this service is reached, `http://127.0.0.1:PORT`, for links. */
  readonly base: string;
}

/** A request to a route that wants a token, and had one. */
export type SignedCall = Call & { readonly token: TokenRecord };

export interface Reply {
  readonly status: number;
  /** Sent as JSON; nothing is sent for `undefined`. */
  readonly body?: unknown;
  /** Sent instead of JSON. */
  readonly html?: string;
  /** Sent instead of JSON, with the type that `headers` names. */
  readonly bytes?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a service refuses, in its own words; the service's `fault` gives it the service's form. */
export class Fault extends Error {
  readonly status: number;
  /** Neutron's name of the error. */
  readonly type: string;

  constructor(status: number, message: string, type = '') {
    super(message);
    this.status = status;
    this.type = type;
  }
}

export interface Route {
  readonly method: string;
  /** `:name` matches one segment, `*name` all the rest; handed to `run` decoded, in order. */
  readonly path: string;
  readonly run: (call: Call, ...ids: string[]) => Reply;
}

/** One service of one site. */
export interface Api {
  readonly name: ServiceName;
  readonly routes: readonly Route[];
  fault(fault: Fault): Reply;
  /** Sent with every answer. */
  headers(call: Call): Readonly<Record<string, string>>;
}

/** A route for anyone. */
export function open(method: string, path: string, run: Route['run']): Route {
  return { method, path, run };
}

/** A route for who is signed in. */
export function signed(
  method: string,
  path: string,
  run: (call: SignedCall, ...ids: string[]) => Reply,
): Route {
  return {
    method,
    path,
    run: (call, ...ids) => {
      const { token } = call;
      if (token === undefined) throw new Fault(401, 'The request you have made requires authentication.');
      return run({ ...call, token }, ...ids);
    },
  };
}

/** What every service says to a missing, old or foreign token: keystone's middleware says it for them. */
export function unauthorized(base: string): Reply {
  return {
    status: 401,
    body: {
      error: {
        code: 401,
        title: 'Unauthorized',
        message: 'The request you have made requires authentication.',
      },
    },
    headers: { 'WWW-Authenticate': `Keystone uri="${base}"` },
  };
}

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

/** The item of a list with that id. @throws Fault 404 in the service's words */
export function wanted<T>(item: T | undefined, message: string, type?: string): T {
  if (item === undefined) throw new Fault(404, message, type);
  return item;
}

/**
 * A page of a list: what comes after `marker`, at most `limit`.
 * @returns the page, and the marker of the next one if there is more
 * @throws Fault 400 for a marker that is not in the list
 */
export function page<T extends { readonly id: string }>(
  items: readonly T[],
  query: URLSearchParams,
): { readonly items: readonly T[]; readonly next: string | undefined } {
  const marker = query.get('marker');
  const at = marker === null ? -1 : items.findIndex((item) => item.id === marker);
  if (marker !== null && at < 0) throw new Fault(400, `marker [${marker}] not found`);
  const limit = limitIn(query);
  const rest = items.slice(at + 1);
  const shown = limit === undefined ? rest : rest.slice(0, limit);
  return { items: shown, next: shown.length < rest.length ? shown.at(-1)?.id : undefined };
}

function limitIn(query: URLSearchParams): number | undefined {
  const text = query.get('limit');
  if (text === null) return undefined;
  if (!/^\d+$/.test(text)) throw new Fault(400, `limit must be an integer, not ${text}`);
  return Number(text) === 0 ? undefined : Number(text);
}

/** The same request for the page after `marker`. */
export function nextLink(call: Call, marker: string): { rel: string; href: string } {
  const query = new URLSearchParams(call.query);
  query.set('marker', marker);
  return { rel: 'next', href: `${call.base}${call.path}?${query.toString()}` };
}
