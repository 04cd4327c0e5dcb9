import * as v from 'valibot';
import { belongsTo, me, personNamed, type Inventory, type Owned, type SiteInventory } from '../chameleon';
import { FILTERS_STATE, GROUPING_STATE } from './keys';
import type { Memory } from './memory';
import type { Grouping } from './rows/resources';

/** Whose things are shown of a site. A person is kept by the name they are known by: ids differ from site to site. */
export type Filter =
  | { readonly kind: 'mine' }
  | { readonly kind: 'everyone' }
  | { readonly kind: 'person'; readonly name: string };

const kept = v.record(
  v.string(),
  v.variant('kind', [
    v.object({ kind: v.literal('mine') }),
    v.object({ kind: v.literal('everyone') }),
    v.object({ kind: v.literal('person'), name: v.string() }),
  ]),
);
const grouping = v.picklist(['lease', 'kind', 'person']);

const MINE: Filter = { kind: 'mine' };

/** What the Resources view shows, site by site, and how it groups it; kept between sessions. */
export class Filters {
  readonly #memory: Memory;
  #raw: unknown;
  #read: Readonly<Record<string, Filter>> = {};

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  of(cloud: string): Filter {
    return this.#all()[cloud] ?? MINE;
  }

  async set(clouds: readonly string[], filter: Filter): Promise<void> {
    await this.#memory.update(FILTERS_STATE, {
      ...this.#all(),
      ...Object.fromEntries(clouds.map((cloud) => [cloud, filter])),
    });
  }

  /** Read once as long as it stays the same: at each draw hundreds of resources are held against it. */
  #all(): Readonly<Record<string, Filter>> {
    const raw: unknown = this.#memory.get<unknown>(FILTERS_STATE, undefined);
    if (raw !== this.#raw) {
      this.#raw = raw;
      const read = v.safeParse(kept, raw);
      this.#read = read.success ? read.output : {};
    }
    return this.#read;
  }

  get grouping(): Grouping {
    const read = v.safeParse(grouping, this.#memory.get<unknown>(GROUPING_STATE, undefined));
    return read.success ? read.output : 'lease';
  }

  async setGrouping(wanted: Grouping): Promise<void> {
    await this.#memory.update(GROUPING_STATE, wanted);
  }

  /** Whether a resource passes the filter of its site. */
  shows(
    inventory: Inventory,
    site: SiteInventory,
    resource: Owned & { readonly userId?: string | undefined; readonly name?: string },
  ): boolean {
    const filter = this.of(site.cloud);
    switch (filter.kind) {
      case 'everyone':
        return true;
      case 'mine':
        return resource.owner.kind === 'me' || belongsTo(inventory, site.site.name, resource, me(inventory));
      case 'person': {
        const person = personNamed(inventory, filter.name);
        return person !== undefined && belongsTo(inventory, site.site.name, resource, person);
      }
    }
  }

  /** The filter of a site in words, where it is not *mine*. */
  words(cloud: string): string | undefined {
    const filter = this.of(cloud);
    switch (filter.kind) {
      case 'mine':
        return undefined;
      case 'everyone':
        return 'everyone';
      case 'person':
        return filter.name;
    }
  }
}
