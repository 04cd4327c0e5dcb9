import { Problem, systemClock, type Clock } from '../base';
import {
  InventoryPoll,
  InventorySource,
  type Inventory,
  type Myself,
  type Person,
  type SiteInventory,
} from '../chameleon';
import { Session, type CloudConfig, type SessionOptions } from '../openstack';
import { SharedInventory, type Meeting } from './sharedInventory';

/** A session of a cloud: by its own credential, or by the browser's session for all sites. */
export function sessionTo(
  cloud: CloudConfig,
  fetch: typeof globalThis.fetch,
  signIn: SessionOptions['signIn'],
  onLostAnswer: (service: string) => void = () => undefined,
  clock: Clock = systemClock,
): Session {
  const byOther = cloud.credential.kind === 'federated' && signIn !== undefined;
  return new Session(cloud, {
    fetch,
    clock,
    random: Math.random,
    onLostAnswer,
    ...(byOther ? { signIn } : {}),
  });
}

export interface SignedInParts {
  readonly clouds: readonly CloudConfig[];
  readonly me: Myself;
  readonly fetch: typeof globalThis.fetch;
  readonly signIn: SessionOptions['signIn'];
  readonly roster?: readonly Person[];
  /** Where the windows of this machine meet, and whether this one leads; each is for itself without it. */
  readonly meeting?: Meeting & { readonly leads: boolean };
  /** Sessions of before at which something may still be under way. */
  readonly older?: readonly Session[];
}

/**
 * The clouds that are signed in now: a session each, one inventory of all, asked for as the views are seen.
 * Immutable: another sign-in makes another one.
 */
export class SignedIn {
  readonly clouds: readonly CloudConfig[];
  readonly #sessions: ReadonlyMap<string, Session>;
  readonly #source: InventorySource;
  readonly #poll: InventoryPoll;
  readonly #shared: SharedInventory | undefined;
  readonly #older: readonly Session[];

  constructor({ clouds, me, fetch, signIn, roster = [], meeting, older = [] }: SignedInParts) {
    const clock = meeting?.clock ?? systemClock;
    this.clouds = clouds;
    this.#older = older;
    this.#sessions = new Map(
      clouds.map((cloud) => {
        const lost = (service: string): void => {
          // What the change did is shown, whatever became of the answer; a cancel is all that can come of it.
          void this.#source.refreshService(cloud.name, service).catch(() => undefined);
        };
        return [cloud.name, sessionTo(cloud, fetch, signIn, lost, clock)] as const;
      }),
    );
    this.#source = new InventorySource({
      clouds,
      session: (cloud) => this.session(cloud.name),
      clock,
      me,
      roster,
    });
    this.#poll = new InventoryPoll(this.#source, clock, meeting?.leads);
    if (meeting !== undefined)
      this.#shared = new SharedInventory(meeting, {
        clouds,
        source: this.#source,
        poll: this.#poll,
        leads: meeting.leads,
      });
  }

  get inventory(): Inventory {
    return this.#source.current;
  }

  /** @throws Problem if that cloud was signed out meanwhile */
  session(cloud: string): Session {
    const session = this.#sessions.get(cloud);
    if (session === undefined)
      throw new Problem('That site is not signed in any more.', { next: 'Sign in and try again.' });
    return session;
  }

  /** The first cloud of that site, if one is signed in. */
  sessionAt(siteName: string): Session | undefined {
    const site = this.inventory.sites.find((each) => each.site.name === siteName);
    return site === undefined ? undefined : this.#sessions.get(site.cloud);
  }

  site(cloud: string): SiteInventory {
    const site = this.inventory.sites.find((each) => each.cloud === cloud);
    if (site === undefined)
      throw new Problem('That site is not signed in any more.', { next: 'Sign in and try again.' });
    return site;
  }

  onChange(listen: (inventory: Inventory) => void): () => void {
    return this.#source.onChange(listen);
  }

  refresh: InventorySource['refresh'] = (options) => this.#source.refresh(options);

  /**
   * Knows what there is: by asking for everything, or from the window that leads, for what that tells in time.
   * @throws AbortError once it is signed out
   */
  async start(): Promise<void> {
    await this.#shared?.start();
    if (this.#shared === undefined || this.#shared.leads) {
      // What another window has asked for a moment ago is as good.
      if (!this.#poll.isCurrent) await this.#source.refresh();
      return;
    }
    const missing = await this.#shared.told();
    await Promise.all(missing.map(({ cloud, parts }) => this.#source.refresh({ cloud, parts })));
  }

  setVisible(visible: boolean): void {
    if (this.#shared === undefined) this.#poll.setVisible(visible);
    else this.#shared.setVisible(visible);
  }

  /** Told when this window takes the lead of several, and when it loses it. */
  setLeads(leads: boolean): void {
    this.#shared?.setLeads(leads);
  }

  /** Asks and shows nothing more; what people have begun at a site goes on. Resolves when nothing more is written. */
  async dispose(): Promise<void> {
    this.#poll.dispose();
    this.#source.dispose();
    await this.#shared?.dispose();
  }

  /**
   * Ends whatever is under way at the sites that are not among these.
   * @returns the sessions that go on
   */
  closeAllBut(staying: readonly CloudConfig[]): readonly Session[] {
    const kept = new Set(staying.map((cloud) => JSON.stringify(cloud)));
    const all = [...this.#older, ...this.#sessions.values()];
    const [goOn, over] = [true, false].map((stays) =>
      all.filter(({ config }) => kept.has(JSON.stringify(config)) === stays),
    );
    for (const each of over ?? []) each.close();
    return goOn ?? [];
  }
}
