import { setMaxListeners } from 'node:events';
import { abortError, isAbort, ownTurn, Problem, sentenceOf, type Clock } from '../base';
import type { CloudConfig } from '../openstack';
import type { CloudFacts, RawParts } from './assemble';
import { isAskedAt, noParts, partNames, partsIn, serviceOf, type SiteReader } from './reader';
import { siteOf } from './sites';
import type { PartName, PartState } from './types';

interface Flight {
  readonly done: Promise<void>;
  readonly controller: AbortController;
  waiting: number;
}

const LOADING: PartState = { state: 'loading', asOf: undefined, error: undefined };

/**
 * One cloud as it is read, part by part. Each part is asked for at most once at a time, whoever wants it, and fails
 * alone: its last good list stays, with its age and the reason.
 */
export class CloudReading {
  readonly #reader: SiteReader;
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #flights = new Map<PartName, Flight>();
  #facts: CloudFacts;
  #disposed = false;

  constructor(config: CloudConfig, reader: SiteReader, clock: Clock, changed: () => void) {
    this.#reader = reader;
    this.#clock = clock;
    this.#changed = changed;
    this.#facts = {
      cloud: config.name,
      site: siteOf(config),
      as: undefined,
      signIn: undefined,
      clockOffset: 0,
      raw: noParts,
      parts: partsIn(LOADING),
      askedAt: {},
    };
  }

  get facts(): CloudFacts {
    return this.#facts;
  }

  /** Reads these parts side by side; a call under way is joined. Rejects only when `signal` aborts. */
  async read(parts: readonly PartName[], signal?: AbortSignal): Promise<void> {
    await Promise.all(parts.map((part) => this.#joined(part, signal)));
  }

  /** As `read`, but what was asked before now does not count: for after an action. */
  async readAnew(parts: readonly PartName[], signal?: AbortSignal): Promise<void> {
    await Promise.all(
      parts.map(async (part) => {
        if (this.#flights.has(part)) await this.#joined(part, signal);
        await this.#joined(part, signal);
      }),
    );
  }

  /**
   * Takes over what another reading of the same cloud has asked for later than this one.
   * @returns whether anything was newer
   */
  adopt(other: CloudFacts): boolean {
    if (this.#disposed) return false;
    const mine = this.#facts;
    const newer = partNames.filter((part) => (other.askedAt[part] ?? -1) > (mine.askedAt[part] ?? -1));
    if (newer.length === 0) return false;
    let facts: CloudFacts = {
      ...mine,
      as: other.as ?? mine.as,
      signIn: other.signIn,
      clockOffset: other.clockOffset,
    };
    for (const part of newer) facts = withPart(facts, other, part);
    this.#facts = facts;
    return true;
  }

  /** Stops what is under way; nothing changes afterwards. */
  dispose(): void {
    this.#disposed = true;
    for (const flight of this.#flights.values()) flight.controller.abort();
    this.#flights.clear();
  }

  async #joined(part: PartName, signal: AbortSignal | undefined): Promise<void> {
    if (this.#disposed || signal?.aborted === true) throw abortError();
    const flight = this.#flights.get(part) ?? this.#started(part);
    flight.waiting += 1;
    try {
      await orAborted(flight.done, signal);
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0 && this.#flights.get(part) === flight) {
        this.#flights.delete(part);
        flight.controller.abort();
      }
    }
  }

  #started(part: PartName): Flight {
    const controller = new AbortController();
    const done = this.#readPart(part, controller.signal).finally(() => {
      if (this.#flights.get(part) === flight) this.#flights.delete(part);
    });
    const flight: Flight = { done, controller, waiting: 0 };
    this.#flights.set(part, flight);
    return flight;
  }

  async #readPart(part: PartName, signal: AbortSignal): Promise<void> {
    // An answer is true for some moment after its question: the question's time never makes it look too young.
    const askedAt = this.#clock.now();
    try {
      await this.#signIn(signal);
      const offered =
        isAskedAt(this.#facts.site.kind, part) && (await this.#reader.offers(serviceOf(part), signal));
      if (offered) await ownTurn();
      const values = offered ? await this.#reader.list(part, signal) : [];
      if (signal.aborted) return;
      const state: PartState = { state: offered ? 'fresh' : 'absent', asOf: askedAt, error: undefined };
      this.#put(part, state, askedAt, { ...this.#facts.raw, [part]: values });
    } catch (thrown) {
      if (!signal.aborted) this.#failed(part, askedAt, thrown);
    }
  }

  async #signIn(signal: AbortSignal): Promise<void> {
    try {
      const { user, project, roles } = await this.#reader.token(signal);
      this.#facts = { ...this.#facts, as: { user, project, roles }, signIn: undefined };
    } catch (thrown) {
      if (!signal.aborted) this.#facts = { ...this.#facts, signIn: reasonOf(thrown) };
      throw thrown;
    }
  }

  #failed(part: PartName, askedAt: number, thrown: unknown): void {
    const { asOf } = this.#facts.parts[part];
    const state: PartState = {
      state: asOf === undefined ? 'failed' : 'stale',
      asOf,
      error: reasonOf(thrown),
    };
    this.#put(part, state, askedAt, this.#facts.raw);
  }

  #put(part: PartName, state: PartState, askedAt: number, raw: RawParts): void {
    // Another window has asked later, and its answer is here already.
    if ((this.#facts.askedAt[part] ?? -1) > askedAt) return;
    this.#facts = {
      ...this.#facts,
      raw,
      parts: { ...this.#facts.parts, [part]: state },
      askedAt: { ...this.#facts.askedAt, [part]: askedAt },
      clockOffset: this.#reader.clockOffset,
    };
    this.#changed();
  }
}

/** A failure that another saw later than our last good answer leaves that answer in place. */
function withPart(mine: CloudFacts, other: CloudFacts, part: PartName): CloudFacts {
  const theirs = other.parts[part];
  const own = mine.parts[part];
  const keepsOwn = (own.asOf ?? -1) > (theirs.asOf ?? -1) && theirs.error !== undefined;
  return {
    ...mine,
    raw: keepsOwn ? mine.raw : { ...mine.raw, [part]: other.raw[part] },
    parts: {
      ...mine.parts,
      [part]: keepsOwn ? { state: 'stale', asOf: own.asOf, error: theirs.error } : theirs,
    },
    askedAt: { ...mine.askedAt, [part]: other.askedAt[part] },
  };
}

function reasonOf(thrown: unknown): { what: string; next: string | undefined } {
  if (thrown instanceof Problem) return { what: thrown.message, next: thrown.next };
  return { what: isAbort(thrown) ? 'The request was cut off.' : sentenceOf(thrown), next: undefined };
}

function orAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(abortError());
    };
    // One for each list of each site: more than ten is right.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}
