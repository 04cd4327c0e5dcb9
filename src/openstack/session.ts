import { abortError, isAbort, ownTurn, type Clock } from '../base';
import * as v from 'valibot';
import { badAnswer, parsed } from './border';
import { isAnswerLost, OpenStackError, refusalOf, serviceName } from './error';
import { send, type HttpAnswer, type Outside } from './http';
import { endpointOf, signIn, type SignedIn } from './keystone';
import { openStream, type StreamAnswer } from './stream';
import type { CloudConfig, RawAnswer, Token } from './types';

export interface SessionOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** `[0, 1)`. */
  readonly random: () => number;
  /** For one attempt, ms; 30 s without it. */
  readonly timeoutMs?: number;
  /**
   * How to come by a token where the cloud's own credential does not say it (a federated sign-in). What it throws as
   * `unauthorized` is final.
   */
  readonly signIn?: (config: CloudConfig, outside: Outside) => Promise<SignedIn>;
  /** Told the service of a change whose answer got lost: what is shown of it is to be read again. */
  readonly onLostAnswer?: (service: string) => void;
}

export interface RawRequest {
  /** A catalog type; `identity` is Keystone itself. */
  readonly service: string;
  readonly method: string;
  /** Below the service's root, beginning with `/`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A call whose body or answer is not held in memory. */
export interface StreamCall extends Omit<RawRequest, 'body' | 'maxBytes'> {
  /** Called once for each attempt: a refused token is renewed, and the body begins anew. */
  readonly body?: () => AsyncIterable<Uint8Array>;
}

const TIMEOUT_MS = 30_000;
/** 600 servers with all keys are about 2 MB. */
const MAX_BYTES = 32_000_000;
/** Characters of an answer that is read in a turn of the event loop of its own. */
const LONG = 100_000;
/** Renew when this much is left, or a quarter of a short life: a request must not outlive its token on the way. */
const RENEW_BEFORE_MS = 60_000;
/** How soon a renewal that failed is tried again while the old token still serves. */
const RENEW_AGAIN_MS = 15_000;
/** What this client is written against; python-chi uses the same (`platform` 4.1). */
const COMPUTE_VERSION = '2.61';

/**
 * One signed-in cloud. The token is fetched on first use, renewed before it ends, and once when a service refuses it;
 * a refused sign-in is final, so that a stale secret never locks an account.
 */
export class Session {
  readonly config: CloudConfig;
  readonly #outside: Outside;
  readonly #signInBy: (config: CloudConfig, outside: Outside) => Promise<SignedIn>;
  readonly #onLostAnswer: (service: string) => void;
  readonly #closed = new AbortController();
  /** Times are this machine's. */
  #token: { readonly value: Token; readonly renewAt: number; readonly endsAt: number } | undefined;
  #pending: Promise<Token> | undefined;
  #refused: OpenStackError | undefined;
  #computeVersion = COMPUTE_VERSION;
  #newestCompute: Promise<string> | undefined;
  #clockOffset = 0;

  constructor(config: CloudConfig, options: SessionOptions) {
    const { fetch, clock, random, timeoutMs = TIMEOUT_MS, signIn: signInBy = signIn, onLostAnswer } = options;
    this.config = config;
    this.#signInBy = signInBy;
    this.#onLostAnswer = onLostAnswer ?? (() => undefined);
    this.#outside = { fetch, clock, random, timeoutMs, closed: this.#closed.signal };
  }

  /** Ends everything under way, as a cancel does; nothing more is sent. For the sign-out. */
  close(): void {
    this.#token = undefined;
    this.#closed.abort();
  }

  /** Server time minus this machine's, ms, by the `Date` header of the last answer (whole seconds); 0 until known. */
  get clockOffset(): number {
    return this.#clockOffset;
  }

  /**
   * A token with some life left. While Keystone can't be reached one that has not ended yet serves on.
   * @throws OpenStackError `unauthorized` for good once the credential was refused; AbortError, also once it is closed
   */
  async token(signal?: AbortSignal): Promise<Token> {
    if (this.#closed.signal.aborted) throw abortError();
    if (this.#refused !== undefined) throw this.#refused;
    const held = this.#token;
    if (held !== undefined && this.#outside.clock.now() < held.renewAt) return held.value;
    // Shared by all who ask meanwhile, so it hangs on nobody's signal.
    this.#pending ??= this.#signIn().finally(() => {
      this.#pending = undefined;
    });
    try {
      return await orAborted(this.#pending, signal);
    } catch (thrown) {
      const now = this.#outside.clock.now();
      if (
        isAbort(thrown) ||
        this.#refused !== undefined ||
        held === undefined ||
        held !== this.#token ||
        now >= held.endsAt
      )
        throw thrown;
      this.#token = { ...held, renewAt: Math.min(now + RENEW_AGAIN_MS, held.endsAt) };
      return held.value;
    }
  }

  /** Whether the site has that service: one that is missing in the catalog is no error. */
  async offers(service: string, signal?: AbortSignal): Promise<boolean> {
    return endpointOf(await this.token(signal), service, this.config) !== undefined;
  }

  /**
   * Any call, judged by nobody: status and body are for the caller. A 401 is tried once more with a new token.
   * @throws OpenStackError `unreachable`, `timeout`, `unauthorized` (sign-in), `notFound` (no such service); AbortError
   */
  async raw(request: RawRequest): Promise<RawAnswer> {
    const answer = await this.#authorised(request);
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      text: answer.text,
      truncated: answer.truncated,
    };
  }

  /**
   * A call that must succeed with JSON (or with nothing, as a delete does).
   * @returns the parsed JSON; `undefined` for an empty answer
   * @throws OpenStackError with the service's own sentence
   */
  async json(request: RawRequest): Promise<unknown> {
    try {
      return await this.#json(request);
    } catch (thrown) {
      const changes = request.method !== 'GET' && request.method !== 'HEAD';
      if (changes && thrown instanceof OpenStackError && isAnswerLost(thrown))
        this.#onLostAnswer(request.service);
      throw thrown;
    }
  }

  async #json(request: RawRequest): Promise<unknown> {
    const answer = await this.#authorised(request);
    if (answer.status < 200 || answer.status > 299) throw refusalOf(request.service, answer);
    if (answer.truncated) throw badAnswer(request.service, 'it is too long');
    if (answer.text.trim() === '') return undefined;
    // Of a class it takes 20 ms, and several answers come at once.
    if (answer.text.length > LONG) await ownTurn();
    try {
      return JSON.parse(answer.text);
    } catch {
      throw badAnswer(request.service, 'it is not JSON');
    }
  }

  /**
   * A call that must succeed, piece by piece. A 401 is tried once more with a new token.
   * @throws OpenStackError with the service's own sentence; so does the reading of the answer
   */
  async stream(request: StreamCall): Promise<StreamAnswer> {
    const token = await this.token(request.signal);
    let answer = await this.#openStream(request, token);
    if (answer.status === 401) {
      if (this.#token?.value.id === token.id) this.#token = undefined;
      answer = await this.#openStream(request, await this.token(request.signal));
    }
    if (answer.status >= 200 && answer.status <= 299) return answer;
    throw refusalOf(request.service, { ...answer, text: await beginningOf(answer.body) });
  }

  #openStream(request: StreamCall, token: Token): Promise<StreamAnswer> {
    return openStream(
      {
        service: request.service,
        method: request.method,
        url: urlOf(this.#rootOf(request.service, token), request),
        headers: { 'X-Auth-Token': token.id, ...request.headers },
        body: request.body?.(),
        signal: request.signal,
      },
      this.#outside,
    );
  }

  #rootOf(service: string, token: Token): string {
    const root = endpointOf(token, service, this.config);
    if (root !== undefined) return root;
    throw new OpenStackError(`${this.config.region} has no ${serviceName(service)}.`, {
      kind: 'notFound',
      service,
      next: 'Use a site that offers it.',
    });
  }

  async #authorised(request: RawRequest): Promise<HttpAnswer> {
    const token = await this.token(request.signal);
    const answer = await this.#send(request, token);
    if (answer.status !== 401) return answer;
    // Revoked, or ended earlier than it said: one new token, one more try.
    if (this.#token?.value.id === token.id) this.#token = undefined;
    return this.#send(request, await this.token(request.signal));
  }

  /** An older site refuses our microversion: it is asked once what it has at most, and then for that. */
  async #send(request: RawRequest, token: Token): Promise<HttpAnswer> {
    const version = this.#computeVersion;
    const answer = await this.#sendOnce(request, token, version);
    if (answer.status !== 406 || request.service !== 'compute') return answer;
    this.#computeVersion = await this.#newestComputeVersion(token);
    return this.#computeVersion === version ? answer : this.#sendOnce(request, token, this.#computeVersion);
  }

  async #sendOnce(request: RawRequest, token: Token, computeVersion: string): Promise<HttpAnswer> {
    const root = this.#rootOf(request.service, token);
    const answer = await send(
      {
        service: request.service,
        method: request.method,
        url: urlOf(root, request),
        headers: {
          Accept: 'application/json',
          'X-Auth-Token': token.id,
          ...(request.service === 'compute' ? { 'OpenStack-API-Version': `compute ${computeVersion}` } : {}),
          ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...request.headers,
        },
        body: request.body === undefined ? undefined : JSON.stringify(request.body),
        maxBytes: request.maxBytes ?? MAX_BYTES,
        signal: request.signal,
      },
      this.#outside,
    );
    this.#readClock(answer.headers);
    return answer;
  }

  async #signIn(): Promise<Token> {
    try {
      const { token, headers } = await this.#signInBy(this.config, this.#outside);
      this.#readClock(headers);
      const now = this.#outside.clock.now();
      // The server's clock gave the end; this machine's may be wrong by hours.
      const life = Math.max(0, token.expiresAt - (now + this.#clockOffset));
      const endsAt = now + life;
      if (this.#closed.signal.aborted) throw abortError();
      this.#token = { value: token, renewAt: endsAt - Math.min(RENEW_BEFORE_MS, life / 4), endsAt };
      return token;
    } catch (thrown) {
      if (thrown instanceof OpenStackError && thrown.kind === 'unauthorized') this.#refused = thrown;
      throw thrown;
    }
  }

  /** What the site has at most; read once. Ours where it doesn't tell. */
  #newestComputeVersion(token: Token): Promise<string> {
    this.#newestCompute ??= this.#readComputeVersion(token).catch((thrown: unknown) => {
      this.#newestCompute = undefined;
      throw thrown;
    });
    return this.#newestCompute;
  }

  async #readComputeVersion(token: Token): Promise<string> {
    const root = endpointOf(token, 'compute', this.config) ?? '';
    const answer = await send(
      {
        service: 'compute',
        method: 'GET',
        // Catalogs of older sites end in the project's id, which is no version document.
        url: `${root.replace(/\/(v2\.1|v2)\/[^/]+$/, '/$1')}/`,
        headers: { Accept: 'application/json', 'X-Auth-Token': token.id },
        maxBytes: 100_000,
      },
      this.#outside,
    );
    return (answer.status === 200 ? versionIn(answer.text) : undefined) ?? COMPUTE_VERSION;
  }

  #readClock(headers: Headers): void {
    const text = headers.get('date');
    const time = text === null ? Number.NaN : Date.parse(text);
    if (!Number.isNaN(time)) this.#clockOffset = time - this.#outside.clock.now();
  }
}

const versionBody = v.object({ version: v.object({ version: v.string() }) });

function versionIn(text: string): string | undefined {
  try {
    const { version } = parsed(versionBody, JSON.parse(text), 'compute').version;
    return /^\d+\.\d+$/.test(version) ? version : undefined;
  } catch {
    return undefined;
  }
}

/** Enough of a refusal for its sentence. */
async function beginningOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    parts.push(part);
    size += part.byteLength;
    if (size > 10_000) break;
  }
  return Buffer.concat(parts).toString('utf8');
}

function urlOf(root: string, { path, query }: Pick<RawRequest, 'path' | 'query'>): string {
  const url = new URL(`${root}${path}`);
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.append(name, value);
  return url.toString();
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  if (signal.aborted) return Promise.reject(abortError());
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(abortError());
    };
    signal.addEventListener('abort', onAbort, { once: true });
    work
      .then(resolve, (thrown: unknown) => {
        reject(isAbort(thrown) ? abortError() : asError(thrown));
      })
      .finally(() => {
        signal.removeEventListener('abort', onAbort);
      });
  });
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
