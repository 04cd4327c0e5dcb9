import { randomUUID } from 'node:crypto';
import path from 'node:path';
import * as v from 'valibot';
import { systemClock } from '../base';
import {
  availabilityOf,
  slotNews,
  slotState,
  type LeaseDraft,
  type SiteInventory,
  type SlotWish,
} from '../chameleon';
import { reserveFrom } from './actions/reserve';
import type { App } from './app';
import { ask } from './ask';
import { localTime } from './rows/when';
import { SharedList } from './sharedList';

/** One list of allocations a site and five minutes, while something is watched there; none otherwise. */
export const WATCH_MS = 5 * 60_000;

const RESERVE = 'Reserve Now';
const STOP = 'Stop Watching';

const kept = v.object({
  id: v.string(),
  site: v.string(),
  nodeType: v.string(),
  amount: v.number(),
  hours: v.number(),
  name: v.string(),
  floatingIps: v.number(),
  rules: v.object({ startOnHour: v.optional(v.boolean()), endMinute: v.optional(v.number()) }),
  start: v.union([v.number(), v.literal('now')]),
});

/** “Tell me when a slot frees”: lives on over reloads; only the leading window asks and speaks. */
export class SlotWatch {
  readonly #app: App;
  readonly #shared: SharedList<SlotWish>;
  /** Of the demo, which begins anew with each window. */
  readonly #played = new SharedList<SlotWish>(undefined, kept);
  #told: ReadonlySet<string> = new Set();
  #cancel: () => void = () => undefined;
  #stopped = false;

  constructor(app: App) {
    this.#app = app;
    this.#shared = new SharedList(path.join(app.context.globalStorageUri.fsPath, 'watches.json'), kept);
  }

  /** What is watched for, by whichever window. */
  async wishes(): Promise<readonly SlotWish[]> {
    await this.#list.look();
    return this.#list.known;
  }

  get #list(): SharedList<SlotWish> {
    return this.#app.demo === undefined ? this.#shared : this.#played;
  }

  /** Goes on with what was watched before; called at sign-in. */
  resume(): void {
    this.#schedule(0);
  }

  /** Watches for the slot of a draft, and says how. */
  async add(site: SiteInventory, draft: LeaseDraft): Promise<void> {
    if (draft.machine.kind !== 'hosts') return;
    const { amount, hours, name, floatingIps, rules, start } = draft;
    const wish: SlotWish = {
      id: randomUUID(),
      site: site.site.name,
      nodeType: draft.machine.nodeType,
      amount,
      hours,
      name,
      floatingIps,
      rules,
      start,
    };
    await this.#list.change((before) => [...before, wish]);
    const when =
      start === 'now' ? 'as soon as one is free' : `for ${localTime(start - site.clockOffset, Date.now())}`;
    void ask.info(
      `Watching for ${amount} × ${wish.nodeType} at ${wish.site}, ${when}. The site is asked every ${WATCH_MS / 60_000} minutes, also after a reload.`,
    );
    this.#schedule(WATCH_MS);
  }

  async remove(id: string): Promise<void> {
    await this.#list.change((before) => before.filter((wish) => wish.id !== id));
  }

  dispose(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #schedule(wait: number): void {
    this.#cancel();
    if (this.#stopped || this.#app.signedIn === undefined) return;
    this.#cancel = systemClock.after(wait, () => {
      this.#look()
        .catch((thrown: unknown) => {
          this.#app.report(thrown, 'slot watch');
        })
        .finally(() => {
          this.#schedule(WATCH_MS);
        });
    });
  }

  /** Asks the sites that something is watched at, and tells what became free. */
  async #look(): Promise<void> {
    if (!this.#app.speaks || this.#app.signedIn === undefined) return;
    const wishes = await this.wishes();
    const watched = new Set(wishes.map(({ site }) => site));
    const sites = this.#app.inventory.sites.filter(({ site }) => watched.has(site.name));
    await Promise.all(
      sites.map(({ cloud, parts }) =>
        this.#app.refresh({
          cloud,
          parts: parts.hosts.asOf === undefined ? ['hosts', 'hostAllocations'] : ['hostAllocations'],
        }),
      ),
    );
    const news = slotNews(wishes, this.#told, (wish) => this.#stateOf(wish));
    this.#told = news.told;
    for (const wish of news.over) await this.remove(wish.id);
    for (const wish of news.free)
      this.#say(wish).catch((thrown: unknown) => {
        this.#app.report(thrown, 'slot watch');
      });
  }

  #stateOf(wish: SlotWish): ReturnType<typeof slotState> | undefined {
    const site = this.#app.inventory.sites.find((each) => each.site.name === wish.site);
    const types = site === undefined ? undefined : availabilityOf(site);
    if (site === undefined || types === undefined || site.parts.hostAllocations.state !== 'fresh')
      return undefined;
    return slotState(wish, types, Date.now() + site.clockOffset);
  }

  async #say(wish: SlotWish): Promise<void> {
    const pressed = await ask.info(
      `${wish.amount} × ${wish.nodeType} can be reserved at ${wish.site} now.`,
      RESERVE,
      STOP,
    );
    if (pressed === STOP) await this.remove(wish.id);
    if (pressed !== RESERVE) return;
    const { site, nodeType, ...rest } = wish;
    const template = { ...rest, site, title: undefined, machine: { kind: 'hosts' as const, nodeType } };
    if (await reserveFrom(this.#app, template, new AbortController().signal)) await this.remove(wish.id);
  }
}
