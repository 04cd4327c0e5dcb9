import { isRunning } from '../lifecycle';
import { endsWithName, netIdIn } from '../names';
import { me } from '../people';
import { reservationIn } from '../joins';
import type { Inventory, OwnedFloatingIp, OwnedLease, OwnedVolume, Person, SiteInventory } from '../types';

/** In the order of deletion: what stands on something else goes before it. */
export const cleanUpKinds = [
  'zunContainer',
  'server',
  'floatingIp',
  'volume',
  'port',
  'router',
  'network',
  'image',
  'objectContainer',
  'lease',
] as const;
export type CleanUpKind = (typeof cleanUpKinds)[number];

/** One thing of mine that can be taken away. */
export interface CleanUpItem {
  readonly cloud: string;
  readonly site: string;
  readonly kind: CleanUpKind;
  /** A container of the object store has its name for an id. */
  readonly id: string;
  readonly name: string;
  /** In a few words what is lost with it. */
  readonly detail: string;
  /** Whether it is meant without being chosen: data that no lab asked to delete is not. */
  readonly ticked: boolean;
}

export interface CleanUpPlan {
  /** In the order of deletion, site by site. */
  readonly items: readonly CleanUpItem[];
  /** What is mine too but can't be chosen here, with the reason. */
  readonly kept: readonly { readonly site: string; readonly name: string; readonly why: string }[];
}

/** What is to go: all of mine, or what a lab made under these exact names (and what stands on its leases). */
export type CleanUpScope =
  | { readonly kind: 'allOfMine' }
  | { readonly kind: 'named'; readonly names: ReadonlySet<string>; readonly sites: readonly string[] };

/**
 * Everything of mine that can be taken away, over all services and sites. Only what is provably mine is in it: made by
 * my user id, or, where the site keeps no maker, named with my net ID. Shared networks, security groups and key pairs
 * are never in it, nor is a lease that somebody else's server runs on.
 */
export function planCleanUp(inventory: Inventory, scope: CleanUpScope): CleanUpPlan {
  const mine = me(inventory);
  const plans = inventory.sites
    .filter(({ site }) => scope.kind === 'allOfMine' || scope.sites.includes(site.name))
    .map((site) => sitePlan(site, scope, mine));
  return { items: plans.flatMap(({ items }) => items), kept: plans.flatMap(({ kept }) => kept) };
}

function sitePlan(site: SiteInventory, scope: CleanUpScope, mine: Person): CleanUpPlan {
  const named = (name: string): boolean => scope.kind === 'allOfMine' || scope.names.has(name);
  const isMine = (resource: { readonly owner: { readonly kind: string } }): boolean =>
    resource.owner.kind === 'me';
  const leases = site.leases.filter(
    (lease) => isMine(lease) && named(lease.name) && lease.status !== 'TERMINATED',
  );
  const leaseIds = new Set(leases.map(({ id }) => id));
  const servers = site.servers.filter(
    (server) => isMine(server) && (named(server.name) || leaseIds.has(server.leaseId ?? '')),
  );
  const serverIds = new Set(servers.map(({ id }) => id));
  const item = (
    kind: CleanUpKind,
    of: { readonly id: string; readonly name: string },
    detail: string,
    ticked = true,
  ): CleanUpItem => ({
    cloud: site.cloud,
    site: site.site.name,
    kind,
    id: of.id,
    name: of.name,
    detail,
    ticked,
  });
  const data = scope.kind === 'named';
  const { free, shared } = leasesByUse(site, leases);
  const { ours, others } = volumesByUse(
    site.volumes.filter((volume) => isMine(volume) && named(volume.name)),
    site,
  );
  const items = [
    ...site.zunContainers
      .filter((each) => isMine(each) && named(each.name))
      .map((each) => item('zunContainer', each, each.status.toLowerCase())),
    ...servers.map((server) => item('server', server, 'everything on its disk is lost')),
    ...site.floatingIps
      .filter((ip) => isFreed(ip, scope, serverIds, mine))
      .map((ip) => item('floatingIp', { id: ip.id, name: ip.address }, 'back to the pool')),
    ...ours.map((volume) => item('volume', volume, `${volume.sizeGb} GB of data are lost`, data)),
    ...site.ports
      .filter((port) => port.deviceId === '' && port.name !== '' && isNamedMine(port.name, mine))
      .filter((port) => named(port.name))
      .map((port) => item('port', port, 'a port of no server')),
    ...site.routers
      .filter((router) => isMine(router) && named(router.name))
      .map((router) => item('router', router, 'taken off its networks first')),
    ...site.networks
      .filter((network) => isMine(network) && !network.shared && !network.external && named(network.name))
      .map((network) => item('network', network, 'with its subnets')),
    ...site.images
      .filter((image) => image.owner === site.project?.id && image.visibility === 'private')
      .filter((image) => named(image.name) && isNamedMine(image.name, mine))
      .map((image) => item('image', image, 'a snapshot', data)),
    ...site.objectContainers
      .filter((container) => isMine(container) && named(container.name))
      .map((container) =>
        item(
          'objectContainer',
          { ...container, id: container.name },
          `${container.count} objects are lost`,
          data,
        ),
      ),
    ...free.map((lease) => item('lease', lease, 'ended, its hours are given back')),
  ];
  return {
    items,
    kept: [...shared, ...others].map((each) => ({ site: site.site.name, ...each })),
  };
}

function isNamedMine(name: string, { netId, usernames }: Person): boolean {
  return [netId, ...usernames].some((each) => each !== undefined && endsWithName(name, each));
}

/** An address that a lease reserved goes with the lease; one that is described as somebody else's is theirs. */
function isFreed(
  ip: OwnedFloatingIp,
  scope: CleanUpScope,
  serverIds: ReadonlySet<string>,
  mine: Person,
): boolean {
  if (ip.owner.kind !== 'me' || ip.tags.some((tag) => reservationIn(tag) !== undefined)) return false;
  const described = netIdIn(ip.description);
  if (described !== undefined && described !== mine.netId) return false;
  if (ip.serverId !== undefined) return serverIds.has(ip.serverId);
  return scope.kind === 'allOfMine' || [...scope.names].some((name) => ip.description.includes(name));
}

interface Kept {
  readonly name: string;
  readonly why: string;
}

/** Whoever ends a lease ends all servers on it, whosever they are. */
function leasesByUse(
  site: SiteInventory,
  leases: readonly OwnedLease[],
): { free: readonly OwnedLease[]; shared: readonly Kept[] } {
  const theirs = new Map(
    site.servers
      .filter((server) => server.owner.kind !== 'me' && server.leaseId !== undefined)
      .map((server) => [server.leaseId, server.name]),
  );
  return {
    free: leases.filter((lease) => !isRunning(lease) || !theirs.has(lease.id)),
    shared: leases
      .filter((lease) => isRunning(lease) && theirs.has(lease.id))
      .map((lease) => ({
        name: lease.name,
        why: `${theirs.get(lease.id) ?? 'A server'} of somebody else runs on it and would end with it.`,
      })),
  };
}

function volumesByUse(
  volumes: readonly OwnedVolume[],
  site: SiteInventory,
): { ours: readonly OwnedVolume[]; others: readonly Kept[] } {
  const foreign = new Map(
    site.servers.filter((server) => server.owner.kind !== 'me').map((server) => [server.id, server.name]),
  );
  const userOf = (volume: OwnedVolume): string | undefined =>
    volume.attachments.map((each) => foreign.get(each.serverId)).find((name) => name !== undefined);
  return {
    ours: volumes.filter((volume) => userOf(volume) === undefined),
    others: volumes.flatMap((volume) => {
      const name = userOf(volume);
      return name === undefined
        ? []
        : [{ name: volume.name, why: `It is in ${name}, which is somebody else’s.` }];
    }),
  };
}
