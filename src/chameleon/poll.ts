import type { Clock } from '../base';
import { inTransition, isDue } from './lifecycle';
import type { InventorySource } from './source';
import type { PartName, SiteInventory } from './types';

const VISIBLE_MS = 60_000;
const TRANSITION_MS = 5_000;
const HIDDEN_MS = 5 * 60_000;

/** Times the usual wait, after which a window that follows asks by itself: the leader's word does not come. */
const PATIENCE = 2.5;

/**
 * When the inventory is asked for: everything each minute while a view shows it; each 5 seconds only the lists of
 * what is changing; while hidden only the leases, each 5 minutes, for the timer. Of several windows one does all that;
 * the others ask only when nothing was heard of it for long.
 */
export class InventoryPoll {
  readonly #source: InventorySource;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  #visible = false;
  #leads: boolean;
  #wholeAt: number | undefined;
  /** When somebody last asked for anything, this window or another. */
  #heardAt: number;
  #cancel: () => void = () => undefined;
  readonly #stopListening: () => void;

  /** @param leads whether this window polls for all; so it is where it is the only one */
  constructor(source: InventorySource, clock: Clock, leads = true) {
    this.#source = source;
    this.#clock = clock;
    this.#leads = leads;
    this.#heardAt = clock.now();
    this.#schedule();
    // What an action has set going is looked at soon, too.
    this.#stopListening = source.onChange(() => {
      if (this.#leads && this.#visible && this.#untilWhole() > TRANSITION_MS) this.#schedule();
    });
  }

  /** Whether everything was asked for within the last minute. */
  get isCurrent(): boolean {
    return this.#untilWhole() > 0;
  }

  /** Told whenever views come or go; coming into sight asks at once if the last whole answer is a minute old. */
  setVisible(visible: boolean): void {
    if (visible === this.#visible) return;
    this.#visible = visible;
    if (visible && this.#leads && this.#untilWhole() <= 0) this.#run('whole');
    else this.#schedule();
  }

  /** Told when this window takes the lead or loses it; what the last leader asked for counts as asked. */
  setLeads(leads: boolean): void {
    if (leads === this.#leads) return;
    this.#leads = leads;
    if (leads && this.#visible && this.#untilWhole() <= 0) this.#run('whole');
    else this.#schedule();
  }

  /** Told when another window's answers were taken over; `wholeAt`: when it last asked for everything. */
  heard(wholeAt: number): void {
    this.#heardAt = this.#clock.now();
    this.#wholeAt = Math.max(this.#wholeAt ?? wholeAt, wholeAt);
    this.#schedule();
  }

  dispose(): void {
    this.#stop.abort();
    this.#stopListening();
    this.#cancel();
  }

  #untilWhole(): number {
    return this.#wholeAt === undefined ? 0 : this.#wholeAt + VISIBLE_MS - this.#clock.now();
  }

  #schedule(): void {
    this.#cancel();
    if (this.#stop.signal.aborted) return;
    if (!this.#leads) {
      const patience = PATIENCE * (this.#visible ? VISIBLE_MS : HIDDEN_MS);
      this.#cancel = this.#clock.after(Math.max(0, this.#heardAt + patience - this.#clock.now()), () => {
        this.#run(this.#visible ? 'whole' : 'leases');
      });
      return;
    }
    if (!this.#visible) {
      this.#cancel = this.#clock.after(HIDDEN_MS, () => {
        this.#run('leases');
      });
      return;
    }
    const whole = Math.max(this.#untilWhole(), 0);
    const moving = movingParts(this.#source.current.sites, this.#clock.now());
    const soon = moving.size > 0 && whole > TRANSITION_MS;
    this.#cancel = this.#clock.after(soon ? TRANSITION_MS : whole, () => {
      this.#run(soon ? moving : 'whole');
    });
  }

  #run(what: 'whole' | 'leases' | ReadonlyMap<string, readonly PartName[]>): void {
    this.#cancel();
    if (this.#stop.signal.aborted) return;
    this.#heardAt = this.#clock.now();
    if (what === 'whole') this.#wholeAt = this.#clock.now();
    this.#asked(what)
      .catch(() => undefined) // only a cancel rejects
      .finally(() => {
        this.#schedule();
      });
  }

  #asked(what: 'whole' | 'leases' | ReadonlyMap<string, readonly PartName[]>): Promise<unknown> {
    const { signal } = this.#stop;
    if (what === 'whole') return this.#source.refresh({ signal });
    if (what === 'leases') return this.#source.refresh({ parts: ['leases'], signal });
    return Promise.all([...what].map(([cloud, parts]) => this.#source.refresh({ cloud, parts, signal })));
  }
}

/** For each cloud the lists that hold something in transition. */
function movingParts(sites: readonly SiteInventory[], now: number): Map<string, readonly PartName[]> {
  const moving = new Map<string, readonly PartName[]>();
  for (const site of sites) {
    const serverTime = now + site.clockOffset;
    const leases = site.leases.some((lease) => inTransition(lease) || isDue(lease, serverTime));
    const servers = site.servers.some(inTransition);
    const parts: PartName[] = [
      ...(leases ? (['leases'] as const) : []),
      ...(servers || leases ? (['servers', 'floatingIps'] as const) : []),
      ...(site.volumes.some(inTransition) ? (['volumes'] as const) : []),
    ];
    if (parts.length > 0) moving.set(site.cloud, parts);
  }
  return moving;
}
