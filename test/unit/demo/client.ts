import type { CredentialCloud } from '../../../src/openstack';

/** JSON as it came: looked into by `at` and `listAt`. */
export type Json = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export type Caller = (service: string, path: string, options?: CallOptions) => Promise<Answer>;

export interface CallOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Signs in as any client does, and gives calls by catalog type. */
export async function signIn({ authUrl, credential }: CredentialCloud): Promise<Caller> {
  const { id, secret } = credential;
  const answer = await ask(`${authUrl}/auth/tokens`, {
    method: 'POST',
    body: {
      auth: { identity: { methods: ['application_credential'], application_credential: { id, secret } } },
    },
  });
  const token = answer.headers.get('X-Subject-Token') ?? '';
  const urls = new Map(
    listAt(answer.body, 'token', 'catalog').map((entry) => [
      String(entry['type']),
      String(at(entry, 'endpoints', 0, 'url')),
    ]),
  );
  return (service, path, options = {}) =>
    ask(`${urls.get(service) ?? ''}${path}`, {
      ...options,
      headers: { 'X-Auth-Token': token, ...options.headers },
    });
}

/** One request; what is not JSON is given as text. */
export async function ask(url: string, { method = 'GET', body, headers }: CallOptions = {}): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: jsonOr(text) };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What is at that place; `undefined` if nothing is. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inside, key) => (typeof inside === 'object' && inside !== null ? Reflect.get(inside, key) : undefined),
    value,
  );
}

/** The objects of the list at that place. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): Json[] {
  const list = at(value, ...path);
  return Array.isArray(list) ? list.filter(isObject) : [];
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object of a list with that name. */
export function named(list: readonly Json[], name: string): Json {
  const found = list.find((each) => each['name'] === name);
  if (found === undefined) throw new Error(`nothing is named ${name}`);
  return found;
}
