import type {
  Attention,
  Inventory,
  Owned,
  OwnedFloatingIp,
  OwnedServer,
  OwnedVolume,
  SiteInventory,
} from '../../../chameleon';

/** A service of a lab that a server runs: MLflow, Ray, … */
export interface ServiceOnServer {
  readonly lab: string;
  readonly labTitle: string;
  readonly id: string;
  readonly name: string;
  readonly port: number;
  readonly path: string;
  readonly scheme?: 'http' | 'https' | undefined;
  /** Where its token is asked: the container of a Jupyter server, `''` for the host itself. */
  readonly token?: { readonly jupyter: string } | undefined;
  /** Whether something listens there; `undefined`: nobody is connected to ask. */
  readonly listens?: boolean | undefined;
  /** The variable that tells programs its address. */
  readonly env?: string | undefined;
}

/** Whether a resource is shown. What the services keep without a maker has a name alone. */
export type Shows = (
  site: SiteInventory,
  resource: Owned & { readonly userId?: string | undefined; readonly name?: string },
) => boolean;

/** How the rows of a site are put together: what lives in a lease under it, or by kind, or by person. */
export type Grouping = 'lease' | 'kind' | 'person';

export interface ResourcesInput {
  readonly inventory: Inventory;
  /** What to show of the whole project. */
  readonly shows: Shows;
  /** Whether rows say whose they are: where more than one person's are shown. */
  readonly showsOwner: (site: SiteInventory) => boolean;
  /** In words, for a site where not only mine is shown; `undefined` for mine. */
  readonly filter: (site: SiteInventory) => string | undefined;
  readonly grouping: Grouping;
  readonly attention: (site: SiteInventory) => readonly Attention[];
  readonly services: (server: OwnedServer, site: SiteInventory) => readonly ServiceOnServer[];
  /** Names of the clouds that are of the demo. */
  readonly demo: ReadonlySet<string>;
  /** This machine's time, ms since 1970. */
  readonly now: number;
}

/** One site, with what its rows ask for again and again. */
export interface At extends Omit<ResourcesInput, 'showsOwner'> {
  readonly site: SiteInventory;
  readonly serverTime: number;
  readonly showsOwner: boolean;
  readonly ipsOfServer: ReadonlyMap<string, readonly OwnedFloatingIp[]>;
  readonly volumesOfServer: ReadonlyMap<string, readonly OwnedVolume[]>;
  readonly leaseNames: ReadonlyMap<string, { readonly name: string; readonly end: number }>;
}

export function atSite(input: ResourcesInput, site: SiteInventory): At {
  return {
    ...input,
    site,
    serverTime: input.now + site.clockOffset,
    showsOwner: input.showsOwner(site),
    ipsOfServer: grouped(site.floatingIps.map((ip) => [ip.serverId, ip])),
    volumesOfServer: grouped(
      site.volumes.flatMap((volume) => volume.attachments.map((each) => [each.serverId, volume] as const)),
    ),
    leaseNames: new Map(site.leases.map((lease) => [lease.id, lease])),
  };
}

/** What has a key, in lists by it. */
export function grouped<T>(pairs: readonly (readonly [string | undefined, T])[]): Map<string, T[]> {
  const lists = new Map<string, T[]>();
  for (const [key, value] of pairs) {
    if (key === undefined) continue;
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [value]);
    else list.push(value);
  }
  return lists;
}

/** The last word of a row's context: what is not mine needs a name typed before it is touched. */
export function ownership(resource: Owned): 'mine' | 'other' {
  return resource.owner.kind === 'me' ? 'mine' : 'other';
}
