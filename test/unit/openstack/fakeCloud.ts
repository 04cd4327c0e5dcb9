import { Session, type CloudConfig } from '../../../src/openstack';
import type { Clock } from '../../../src/base';

export const config: CloudConfig = {
  name: 'kvm',
  authUrl: 'https://kvm.example:5000/v3',
  region: 'KVM@TACC',
  interface: 'public',
  credential: { kind: 'applicationCredential', id: 'cred-1', secret: 'the-secret' },
};

export interface Sent {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: unknown;
  /** What is sent as a stream. */
  readonly raw: ReadableStream<Uint8Array> | undefined;
}

type Answering = (sent: Sent) => Response | Promise<Response>;

/** Time that stands still until it is moved; timers fire as it passes them. */
export class FakeClock implements Clock {
  #now = Date.UTC(2026, 5, 1, 12);
  #timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  get pending(): number {
    return this.#timers.length;
  }

  pass(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter((timer) => timer.at <= this.#now);
    this.#timers = this.#timers.filter((timer) => timer.at > this.#now);
    for (const timer of due) timer.run();
  }
}

/** A clock on which every wait is over at once: for retries. */
export class EagerClock extends FakeClock {
  readonly waits: number[] = [];

  override after(ms: number, run: () => void): () => void {
    // Time-outs of a request are long; only the short waits between attempts are let pass.
    if (ms >= 10_000) return super.after(ms, run);
    this.waits.push(ms);
    queueMicrotask(run);
    return () => undefined;
  }
}

export class FakeCloud {
  readonly sent: Sent[] = [];
  readonly #answer: Answering;
  signIns = 0;
  tokenLifeMs = 3_600_000;
  clock: FakeClock = new FakeClock();
  refuseSignIn: number | undefined;
  restricted = false;
  computeVersion = '2.95';

  constructor(answer: Answering = () => json({})) {
    this.#answer = answer;
  }

  session(): Session {
    return new Session(config, { fetch: this.fetch, clock: this.clock, random: () => 0.5 });
  }

  /** The calls that are no sign-in and no look for the version. */
  get calls(): Sent[] {
    return this.sent.filter(({ url }) => url.pathname !== '/v3/auth/tokens' && url.pathname !== '/v2.1/');
  }

  fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const text = typeof init?.body === 'string' ? init.body : undefined;
    const sent: Sent = {
      method: init?.method ?? 'GET',
      url,
      headers: new Headers(init?.headers),
      body: text === undefined ? undefined : JSON.parse(text),
      raw: init?.body instanceof ReadableStream ? init.body : undefined,
    };
    this.sent.push(sent);
    const signal = init?.signal;
    const answer = Promise.resolve(this.#route(sent));
    if (signal === undefined || signal === null) return answer;
    return Promise.race([
      answer,
      new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(new DOMException('aborted', 'AbortError'));
        });
      }),
    ]);
  };

  #route(sent: Sent): Response | Promise<Response> {
    if (sent.url.pathname === '/v3/auth/tokens') return this.#signIn();
    if (sent.url.pathname === '/v2.1/') return json({ version: { version: this.computeVersion } });
    if (minorOf(sent.headers.get('openstack-api-version')) > minorOf(`compute ${this.computeVersion}`))
      return json({ computeFault: { code: 406, message: 'Version is not supported by the API.' } }, 406);
    return this.#answer(sent);
  }

  #signIn(): Response {
    this.signIns += 1;
    if (this.refuseSignIn !== undefined)
      return json({ error: { code: this.refuseSignIn, message: 'No.' } }, this.refuseSignIn);
    const endpoint = (type: string, url: string, region = 'KVM@TACC', side = 'public') => ({
      type,
      name: type,
      endpoints: [{ interface: side, region, region_id: region, url }],
    });
    return json(
      {
        token: {
          expires_at: new Date(this.clock.now() + this.tokenLifeMs).toISOString(),
          user: { id: 'u1', name: 'ab1234' },
          project: { id: 'p1', name: 'CHI-251409' },
          roles: [{ name: 'member' }],
          application_credential: { restricted: this.restricted },
          catalog: [
            endpoint('compute', 'https://internal.example/v2.1', 'KVM@TACC', 'internal'),
            endpoint('compute', 'https://uc.example/v2.1', 'CHI@UC'),
            endpoint('compute', 'https://nova.example/v2.1'),
            endpoint('network', 'https://neutron.example'),
            endpoint('image', 'https://glance.example'),
            endpoint('reservation', 'https://blazar.example/v1'),
            endpoint('block-storage', 'https://cinder.example/v3/p1'),
            endpoint('object-store', 'https://swift.example/v1/AUTH_p1'),
            endpoint('container', 'https://zun.example/v1'),
          ],
        },
      },
      201,
      { 'x-subject-token': `token-${this.signIns}`, date: new Date(this.clock.now() + 5000).toUTCString() },
    );
  }
}

/** 61 of `compute 2.61`; 0 of anything else. */
function minorOf(version: string | null): number {
  return Number(/^compute 2\.(\d+)$/.exec(version ?? '')?.[1] ?? 0);
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  });
}
