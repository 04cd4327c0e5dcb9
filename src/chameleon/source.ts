import { ownTurn, type Clock } from '../base';
import type { CloudConfig, Session } from '../openstack';
import { assemble, peopleOf, type CloudFacts } from './assemble';
import { CloudReading } from './cloudReading';
import type { Myself } from './people';
import { partNames, readerOf, serviceOf, type SiteReader } from './reader';
import type { Inventory, PartName, Person } from './types';

/** Lists that hardly change and are long: without being named they are asked for again after this time only. */
const SLOW_PARTS: ReadonlySet<PartName> = new Set(['images', 'hosts']);
const SLOW_MS = 10 * 60_000;

/** `session` opens a cloud for real; `reader` is for tests that script the answers. */
export type SourceOptions = {
  readonly clouds: readonly CloudConfig[];
  readonly clock: Clock;
  readonly me?: Myself;
  /** The course's list of people. */
  readonly roster?: readonly Person[];
} & (
  | { readonly session: (cloud: CloudConfig) => Session }
  | { readonly reader: (cloud: CloudConfig) => SiteReader }
);

export interface RefreshOptions {
  /** `CloudConfig.name`; all clouds without it. */
  readonly cloud?: string;
  /** Only these, and newly asked for even if a call is under way (after an action). Without it: all that is due. */
  readonly parts?: readonly PartName[];
  readonly signal?: AbortSignal;
}

/**
 * The only one who lists resources. It asks the services of every cloud side by side and publishes a new immutable
 * `Inventory` after each answer, so that a slow or dead service delays nothing but itself.
 */
export class InventorySource {
  readonly #clouds: ReadonlyMap<string, CloudReading>;
  readonly #clock: Clock;
  readonly #me: Myself;
  readonly #roster: readonly Person[];
  readonly #listeners = new Set<(inventory: Inventory) => void>();
  #current: Inventory;
  /** Answers have come since `#current` was put together. */
  #isBehind = false;
  #told = true;
  #underWay: Promise<void> | undefined;
  #disposed = false;

  constructor(options: SourceOptions) {
    this.#clock = options.clock;
    this.#me = options.me ?? {};
    this.#roster = options.roster ?? [];
    this.#clouds = new Map(
      options.clouds.map((cloud) => {
        const reader = 'reader' in options ? options.reader(cloud) : readerOf(options.session(cloud));
        return [cloud.name, new CloudReading(cloud, reader, options.clock, () => this.#publish())] as const;
      }),
    );
    this.#current = this.#assembled();
  }

  /** While answers come in, as it was told last; after `refresh` and `adopt` with all of theirs. */
  get current(): Inventory {
    return this.#current;
  }

  /**
   * Asks again and resolves when all has answered or failed. A failed service rejects nothing: its part says why.
   * @throws AbortError when `signal` aborts; calls that nobody else waits for are cancelled then.
   */
  async refresh(options: RefreshOptions = {}): Promise<Inventory> {
    const { cloud, parts, signal } = options;
    const wanted = [...this.#clouds].filter(([name]) => cloud === undefined || name === cloud);
    await Promise.all(
      wanted.map(([, reading]) =>
        parts === undefined ? reading.read(this.#due(reading), signal) : reading.readAnew(parts, signal),
      ),
    );
    await this.#tellInTurns();
    return this.current;
  }

  /** Reads again what that service lists: a change there went out, and no answer came. */
  refreshService(cloud: string, service: string): Promise<Inventory> {
    return this.refresh({ cloud, parts: partNames.filter((part) => serviceOf(part) === service) });
  }

  /** What is known of each cloud, to be shared with other windows. */
  get facts(): readonly CloudFacts[] {
    return [...this.#clouds.values()].map((reading) => reading.facts);
  }

  /** Takes over what others have asked for later. @returns whether anything was newer */
  adopt(facts: readonly CloudFacts[]): boolean {
    const taken = facts.map((each) => this.#clouds.get(each.cloud)?.adopt(each) ?? false);
    if (!taken.includes(true)) return false;
    this.#publish();
    this.#catchUp();
    return true;
  }

  /** Calls `listen` with each new inventory; the returned function ends that. */
  onChange(listen: (inventory: Inventory) => void): () => void {
    this.#listeners.add(listen);
    return () => {
      this.#listeners.delete(listen);
    };
  }

  /** Stops what is under way and says nothing more. */
  dispose(): void {
    this.#disposed = true;
    this.#listeners.clear();
    for (const reading of this.#clouds.values()) reading.dispose();
  }

  #due(reading: CloudReading): PartName[] {
    const now = this.#clock.now();
    return partNames.filter((part) => {
      const { state, asOf } = reading.facts.parts[part];
      return !SLOW_PARTS.has(part) || state !== 'fresh' || asOf === undefined || now - asOf >= SLOW_MS;
    });
  }

  /** Answers that come together are put together once: a class takes tens of milliseconds each time. */
  #publish(): void {
    this.#isBehind = true;
    if (!this.#told) return;
    this.#told = false;
    void this.#tellInTurns();
  }

  /** A class is put together in turns of the event loop of their own, before that of those who listen. */
  async #tellInTurns(): Promise<void> {
    await (this.#underWay ??= this.#putTogether().finally(() => {
      this.#underWay = undefined;
    }));
    this.#tell();
  }

  async #putTogether(): Promise<void> {
    await ownTurn();
    while (this.#isBehind && !this.#disposed) {
      this.#isBehind = false;
      const { facts } = this;
      const before = this.#current;
      const people = peopleOf(facts, this.#me, this.#roster);
      await ownTurn();
      // Meanwhile it may have been put together at once, of newer answers.
      if (this.#current === before) this.#current = assemble(facts, this.#clock.now(), people);
      await ownTurn();
    }
  }

  #tell(): void {
    if (this.#told || this.#disposed) return;
    this.#catchUp();
    this.#told = true;
    for (const listen of [...this.#listeners]) listen(this.#current);
  }

  #catchUp(): void {
    if (!this.#isBehind || this.#disposed) return;
    this.#isBehind = false;
    this.#current = this.#assembled();
  }

  #assembled(): Inventory {
    const { facts } = this;
    return assemble(facts, this.#clock.now(), peopleOf(facts, this.#me, this.#roster));
  }
}
