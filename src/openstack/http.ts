import { setMaxListeners } from 'node:events';
import { abortError, isAbort, sleep, type Clock } from '../base';
import { OpenStackError, serviceName } from './error';

/** What a call needs of the outside world. */
export interface Outside {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** `[0, 1)`, for jitter. */
  readonly random: () => number;
  /** For one attempt, ms. Blazar's host list takes many seconds at a large site. */
  readonly timeoutMs: number;
  /** Aborts when the session is over: what is under way ends with it, and nothing more is sent. */
  readonly closed?: AbortSignal;
}

export interface HttpRequest {
  readonly service: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** More than this is not read. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly truncated: boolean;
}

/** Waits before the second and the third attempt, ms; each is multiplied by 0.5 to 1.5 so that windows don't march in step. */
const RETRY_WAITS_MS = [300, 1200];
const RETRIED_STATUS = new Set([502, 503, 504]);

/**
 * One request. What only reads is tried up to three times when the network or a proxy fails; what changes something
 * is sent once, since a lost answer may have been a success.
 * @throws OpenStackError `unreachable` or `timeout`; AbortError when `signal` aborts
 */
export async function send(request: HttpRequest, outside: Outside): Promise<HttpAnswer> {
  const { signal, release } = linked(request.signal, outside.closed);
  try {
    return await sendPatiently({ ...request, signal }, outside);
  } finally {
    release();
  }
}

/** One signal for several; `release` when nobody listens any more, or a session's own would keep all of them. */
export function linked(...signals: readonly (AbortSignal | undefined)[]): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const controller = new AbortController();
  const onAbort = (): void => {
    controller.abort();
  };
  for (const each of signals) {
    if (each === undefined) continue;
    if (each.aborted) onAbort();
    // One for each request that is under way: more than ten is right.
    setMaxListeners(0, each);
    each.addEventListener('abort', onAbort, { once: true });
  }
  return {
    signal: controller.signal,
    release: () => {
      for (const each of signals) each?.removeEventListener('abort', onAbort);
    },
  };
}

async function sendPatiently(request: HttpRequest, outside: Outside): Promise<HttpAnswer> {
  const repeatable = request.method === 'GET' || request.method === 'HEAD';
  for (let attempt = 0; ; attempt += 1) {
    const wait = repeatable ? RETRY_WAITS_MS[attempt] : undefined;
    try {
      const answer = await sendOnce(request, outside);
      if (wait === undefined || !RETRIED_STATUS.has(answer.status)) return answer;
    } catch (thrown) {
      // A service that was silent for the whole time-out is not asked again: the person has waited long enough.
      const again = thrown instanceof OpenStackError && thrown.kind === 'unreachable';
      if (wait === undefined || !again) throw thrown;
    }
    await sleep(outside.clock, wait * (0.5 + outside.random()), request.signal);
  }
}

async function sendOnce(request: HttpRequest, { fetch, clock, timeoutMs }: Outside): Promise<HttpAnswer> {
  const { signal } = request;
  if (cancelled(signal)) throw abortError();
  const controller = new AbortController();
  const timedOut = new AbortController();
  const cancelTimer = clock.after(timeoutMs, () => {
    timedOut.abort();
    controller.abort();
  });
  const onAbort = (): void => {
    controller.abort();
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  let begun = false;
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: { ...request.headers },
      signal: controller.signal,
      // A login page behind a redirect is never an API's answer (seen with mod_auth_openidc).
      redirect: 'manual',
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    begun = true;
    const { text, truncated } = await readText(response, request.maxBytes);
    return { status: response.status, headers: response.headers, text, truncated };
  } catch (thrown) {
    if (cancelled(signal)) throw abortError();
    if (timedOut.signal.aborted) throw timeoutError(request, timeoutMs);
    if (isAbort(thrown)) throw thrown;
    throw begun ? brokenOffError(request, thrown) : unreachableError(request, thrown);
  } finally {
    cancelTimer();
    signal?.removeEventListener('abort', onAbort);
  }
}

function cancelled(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** At most `maxBytes` of the body, so that a wrong address that streams for ever fills no memory. */
async function readText(response: Response, maxBytes: number): Promise<{ text: string; truncated: boolean }> {
  if (response.body === null) return { text: '', truncated: false };
  const body: ReadableStream<Uint8Array> = response.body;
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const part = await reader.read();
    if (part.done) break;
    chunks.push(part.value);
    size += part.value.byteLength;
    if (size > maxBytes) {
      await reader.cancel();
      break;
    }
  }
  const bytes = Buffer.concat(chunks);
  const truncated = size > maxBytes;
  return { text: bytes.subarray(0, truncated ? maxBytes : size).toString('utf8'), truncated };
}

/** Nothing came in time. */
export function timeoutError(request: Pick<HttpRequest, 'service'>, timeoutMs: number): OpenStackError {
  const name = serviceName(request.service);
  return new OpenStackError(`${name} did not answer within ${Math.round(timeoutMs / 1000)} s.`, {
    kind: 'timeout',
    service: request.service,
    next: 'Try again; if only this one is slow, the site may be under load.',
  });
}

/** No answer at all: no network, no such host, a connection that was cut. */
export function unreachableError(
  request: Pick<HttpRequest, 'service' | 'url'>,
  cause: unknown,
): OpenStackError {
  const name = serviceName(request.service);
  return new OpenStackError(`${name} can't be reached at ${hostOf(request.url)}${reasonIn(cause)}.`, {
    kind: 'unreachable',
    service: request.service,
    next: 'Check your network; the status page of the testbed says if the site is down.',
    cause,
  });
}

/** The answer had begun, and the rest never came: what was asked for may have been done. */
export function brokenOffError(request: Pick<HttpRequest, 'service'>, cause: unknown): OpenStackError {
  return new OpenStackError(
    `${serviceName(request.service)} broke off in the middle of its answer${reasonIn(cause)}.`,
    {
      kind: 'unreachable',
      service: request.service,
      next: 'Try again; if it stays so, look whether your network cuts long connections.',
      cause,
    },
  );
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an address that is none';
}

/** `fetch` hides the reason (`ECONNREFUSED`, a certificate, DNS) one or two causes deep. */
function reasonIn(thrown: unknown): string {
  for (let at = thrown; at instanceof Error; at = at.cause)
    if ('code' in at && typeof at.code === 'string') return ` (${at.code})`;
  return '';
}
