import { attention, type Attention, type SiteInventory } from '../chameleon';
import type { App } from './app';

/** What was found is what is so: a reason counts in minutes at least. */
const KEPT_MS = 60_000;

/** What needs attention at each site, whosever it is: a whole class is looked through once for all who show or say it. */
export class Attentions {
  readonly #app: App;
  /** An inventory never changes: a newer one has sites of its own. */
  readonly #found = new WeakMap<SiteInventory, { readonly at: number; readonly all: readonly Attention[] }>();

  constructor(app: App) {
    this.#app = app;
  }

  /** Looks through all sites anew: what a lab expects, or the course, may be others by now. */
  look(): void {
    const now = Date.now();
    for (const site of this.#app.inventory.sites) this.#look(site, now);
  }

  of(site: SiteInventory): readonly Attention[] {
    const now = Date.now();
    const found = this.#found.get(site);
    return found !== undefined && now - found.at < KEPT_MS ? found.all : this.#look(site, now);
  }

  /** @param now this machine's time, ms since 1970 */
  #look(site: SiteInventory, now: number): readonly Attention[] {
    const { labs, course } = this.#app;
    const all = attention(site, {
      now: now + site.clockOffset,
      expectedHours: (server) => labs.expectedHoursOf(server) ?? course.hoursOfNoLab,
      overdueFactor: course.course?.overdue.factor,
    });
    this.#found.set(site, { at: now, all });
    return all;
  }
}
