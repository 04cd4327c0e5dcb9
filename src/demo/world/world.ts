import type { Ids } from './ids';
import { nextEventTime, settle } from './lifecycle';
import type { Account, HostKeyPair, Named, SiteName } from './records';
import { SiteWorld } from './site';

export const siteNames = ['KVM@TACC', 'CHI@TACC'] as const satisfies readonly SiteName[];

/** Who can sign in. A net ID and a user name are two things: some labs name by one, some by the other. */
export const accounts: Readonly<Record<Account, { readonly netId: string; readonly username: string }>> = {
  student: { netId: 'ab1234', username: 'alexbaker' },
  ta: { netId: 'ta1001', username: 'ta' },
};

export interface WorldParts {
  /** Milliseconds since 1970, as the outside world has them. */
  readonly now: () => number;
  readonly ids: Ids;
  readonly makeHostKey: () => HostKeyPair;
}

/** All sites and one clock, which a test or a teacher can put forward. */
export class World {
  readonly sites: readonly SiteWorld[];
  readonly makeHostKey: () => HostKeyPair;
  readonly #now: () => number;
  #ahead = 0;

  constructor({ now, ids, makeHostKey }: WorldParts) {
    this.#now = now;
    this.makeHostKey = makeHostKey;
    this.sites = siteNames.map((name) => new SiteWorld(name, ids, now()));
  }

  /** The demo's time: what all its services say and go by. */
  now(): number {
    return this.#now() + this.#ahead;
  }

  site(name: SiteName): SiteWorld {
    const site = this.sites.find((each) => each.name === name);
    if (site === undefined) throw new RangeError(`no site ${name}`);
    return site;
  }

  /** The account's user at a site: another id at each. */
  userOf(site: SiteWorld, account: Account): Named {
    return site.user(accounts[account].username);
  }

  /** Puts the clock forward and lets happen what falls due. */
  putForward(ms: number): void {
    this.#ahead += ms;
    this.settle();
  }

  settle(): void {
    const now = this.now();
    for (const site of this.sites) settle(site, now);
  }

  /** Milliseconds until something happens by itself; `undefined`: nothing is planned. */
  untilNextEvent(): number | undefined {
    const times = this.sites.map(nextEventTime).filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.max(0, Math.min(...times) - this.now());
  }
}
