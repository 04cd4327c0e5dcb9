import type { Clock } from '../base';
import { inTransition, isDue } from './lifecycle';
import type { InventorySource } from './source';
import type { PartName, SiteInventory } from './types';

const VISIBLE_MS = 60_000;
const TRANSITION_MS = 5_000;
const HIDDEN_MS = 5 * 60_000;

/**
 * When the inventory is asked for: everything each minute while a view shows it; each 5 seconds only the lists of
 * what is changing; while hidden only the leases, each 5 minutes, for the timer.
 */
export class InventoryPoll {
  readonly #source: InventorySource;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  #visible = false;
  #wholeAt: number | undefined;
  #cancel: () => void = () => undefined;

  constructor(source: InventorySource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
    this.#schedule();
  }

  /** Told whenever views come or go; coming into sight asks at once if the last whole answer is a minute old. */
  setVisible(visible: boolean): void {
    if (visible === this.#visible) return;
    this.#visible = visible;
    if (visible && this.#untilWhole() <= 0) this.refreshNow();
    else this.#schedule();
  }

  /** Asks for everything now, and counts the minute from here. */
  refreshNow(): void {
    this.#run('whole');
  }

  dispose(): void {
    this.#stop.abort();
    this.#cancel();
  }

  #untilWhole(): number {
    return this.#wholeAt === undefined ? 0 : this.#wholeAt + VISIBLE_MS - this.#clock.now();
  }

  #schedule(): void {
    this.#cancel();
    if (this.#stop.signal.aborted) return;
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
    ];
    if (parts.length > 0) moving.set(site.cloud, parts);
  }
  return moving;
}
