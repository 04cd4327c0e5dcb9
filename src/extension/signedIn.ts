import { Problem, systemClock } from '../base';
import {
  InventoryPoll,
  InventorySource,
  type Inventory,
  type Myself,
  type Person,
  type SiteInventory,
} from '../chameleon';
import { Session, type CloudConfig, type SessionOptions } from '../openstack';

/** A session of a cloud: by its own credential, or by the browser's session for all sites. */
export function sessionTo(
  cloud: CloudConfig,
  fetch: typeof globalThis.fetch,
  signIn: SessionOptions['signIn'],
): Session {
  const byOther = cloud.credential.kind === 'federated' && signIn !== undefined;
  return new Session(cloud, {
    fetch,
    clock: systemClock,
    random: Math.random,
    ...(byOther ? { signIn } : {}),
  });
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

  constructor(
    clouds: readonly CloudConfig[],
    me: Myself,
    fetch: typeof globalThis.fetch,
    signIn: SessionOptions['signIn'],
    roster: readonly Person[] = [],
  ) {
    this.clouds = clouds;
    this.#sessions = new Map(clouds.map((cloud) => [cloud.name, sessionTo(cloud, fetch, signIn)]));
    this.#source = new InventorySource({
      clouds,
      session: (cloud) => this.session(cloud.name),
      clock: systemClock,
      me,
      roster,
    });
    this.#poll = new InventoryPoll(this.#source, systemClock);
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

  setVisible(visible: boolean): void {
    this.#poll.setVisible(visible);
  }

  dispose(): void {
    this.#poll.dispose();
    this.#source.dispose();
  }
}
