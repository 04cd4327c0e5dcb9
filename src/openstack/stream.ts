import { abortError, isAbort } from '../base';
import {
  brokenOffError,
  linked,
  timeoutError,
  unreachableError,
  type HttpRequest,
  type Outside,
} from './http';

export interface StreamRequest extends Omit<HttpRequest, 'body' | 'maxBytes'> {
  /** Read from once; `undefined` for a request without a body. */
  readonly body?: AsyncIterable<Uint8Array> | undefined;
}

export interface StreamAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** To be read to its end, or left by `break`, which closes the connection. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * One request whose body, or whose answer, is too long to be held: sent once, never repeated. The time limit is for
 * silence: it starts anew with each piece that goes or comes, and rests while the reader is busy.
 * @throws OpenStackError `unreachable` or `timeout`, AbortError; so does the reading of the answer
 */
export async function openStream(request: StreamRequest, outside: Outside): Promise<StreamAnswer> {
  const silence = new Silence(request, outside);
  try {
    silence.begin();
    const response = await outside.fetch(request.url, {
      method: request.method,
      headers: { ...request.headers },
      signal: silence.signal,
      redirect: 'manual',
      ...(request.body === undefined ? {} : { body: streamOf(request.body, silence), duplex: 'half' }),
    });
    silence.answered();
    return { status: response.status, headers: response.headers, body: pieces(response, silence) };
  } catch (thrown) {
    silence.end();
    throw silence.reasonOf(thrown);
  }
}

/** Sends the pieces as they are asked for. */
function streamOf(body: AsyncIterable<Uint8Array>, silence: Silence): ReadableStream<Uint8Array> {
  const source = body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      silence.rest();
      const next = await source.next();
      silence.begin();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await source.return?.();
    },
  });
}

async function* pieces(response: Response, silence: Silence): AsyncGenerator<Uint8Array> {
  const stream: ReadableStream<Uint8Array> | null = response.body;
  if (stream === null) {
    silence.end();
    return;
  }
  const reader = stream.getReader();
  try {
    for (;;) {
      silence.begin();
      const part = await reader.read();
      silence.rest();
      if (part.done) return;
      yield part.value;
    }
  } catch (thrown) {
    throw silence.reasonOf(thrown);
  } finally {
    silence.end();
    await reader.cancel().catch(() => undefined);
  }
}

/** Ends a request that nothing was heard of for too long, or that the person has cancelled. */
class Silence {
  readonly #request: StreamRequest;
  readonly #outside: Outside;
  readonly #controller = new AbortController();
  readonly #cancelled: AbortSignal;
  readonly #release: () => void;
  #late = false;
  #begun = false;
  #cancelTimer: () => void = () => undefined;

  constructor(request: StreamRequest, outside: Outside) {
    this.#request = request;
    this.#outside = outside;
    const { signal, release } = linked(request.signal, outside.closed);
    this.#cancelled = signal;
    this.#release = release;
    signal.addEventListener('abort', this.#onAbort, { once: true });
    if (signal.aborted) this.#controller.abort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  begin(): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#outside.clock.after(this.#outside.timeoutMs, () => {
      this.#late = true;
      this.#controller.abort();
    });
  }

  /** The answer has begun: a failure from here on is no service that can't be reached. */
  answered(): void {
    this.#begun = true;
  }

  rest(): void {
    this.#cancelTimer();
  }

  end(): void {
    this.#cancelTimer();
    this.#release();
  }

  reasonOf(thrown: unknown): unknown {
    if (this.#cancelled.aborted) return abortError();
    if (this.#late) return timeoutError(this.#request, this.#outside.timeoutMs);
    if (isAbort(thrown)) return thrown;
    return (this.#begun ? brokenOffError : unreachableError)(this.#request, thrown);
  }

  readonly #onAbort = (): void => {
    this.#controller.abort();
  };
}
