import type { FloatingIp, Lease, Server, Volume } from '../openstack';
import type { Inventory, OwnedFloatingIp, OwnedLease, OwnedServer, SiteInventory } from './types';

const PASSING_LEASE = new Set(['CREATING', 'STARTING', 'UPDATING', 'TERMINATING', 'DELETING']);
const PASSING_SERVER = new Set([
  'BUILD',
  'REBUILD',
  'REBOOT',
  'HARD_REBOOT',
  'RESIZE',
  'REVERT_RESIZE',
  'MIGRATING',
]);
/** Blazar starts and ends leases by a poller: up to a minute late, so what is later than this is stuck. */
const LATE_MS = 2 * 60_000;

/** True for what is on its way to another state by itself: worth asking again in seconds. */
export function inTransition(resource: Lease | Server | FloatingIp | Volume): boolean {
  if ('reservations' in resource) return PASSING_LEASE.has(resource.status);
  if ('flavor' in resource) return PASSING_SERVER.has(resource.status) || resource.taskState !== undefined;
  // creating, attaching, deleting … but not error_deleting, which stays.
  return 'sizeGb' in resource && /^(?!error).*ing$|^reserved$/.test(resource.status);
}

/** True for a lease whose start or end has come and that is not there yet. @param serverTime ms since 1970 */
export function isDue(lease: Lease, serverTime: number): boolean {
  const since = (moment: number): boolean => serverTime >= moment && serverTime - moment < LATE_MS;
  return (
    (lease.status === 'PENDING' && since(lease.start)) || (lease.status === 'ACTIVE' && since(lease.end))
  );
}

/**
 * True while a lease holds resources that go at its end: ACTIVE, but also UPDATING, and ERROR with a reservation that
 * still runs (a refused extension leaves that).
 */
export function isRunning(lease: Lease): boolean {
  if (lease.status === 'ACTIVE' || lease.status === 'UPDATING') return true;
  return (
    lease.status === 'ERROR' && lease.reservations.some((reservation) => reservation.status === 'active')
  );
}

/**
 * The running lease of mine that ends next, by each site's own clock; `undefined` if I have none.
 * @param now this machine's time, ms since 1970
 */
export function leaseToEndNext(
  inventory: Inventory,
  now: number,
): { site: SiteInventory; lease: OwnedLease } | undefined {
  return inventory.sites
    .flatMap((site) => site.leases.map((lease) => ({ site, lease })))
    .filter(({ lease }) => lease.owner.kind === 'me' && isRunning(lease))
    .map((each) => ({ ...each, left: each.lease.end - (now + each.site.clockOffset) }))
    .filter(({ left }) => left > 0)
    .sort((a, b) => a.left - b.left)
    .map(({ site, lease }) => ({ site, lease }))[0];
}

/**
 * What is deleted with a lease: its servers with their disks, and the floating IPs that it reserved. An address that
 * is only bound to one of its servers stays.
 */
export function endsWithLease(
  site: SiteInventory,
  leaseId: string,
): { servers: OwnedServer[]; floatingIps: OwnedFloatingIp[] } {
  return {
    servers: site.servers.filter((server) => server.leaseId === leaseId),
    floatingIps: site.floatingIps.filter(
      (ip) => ip.leaseId === leaseId && ip.tags.some((tag) => tag.startsWith('reservation:')),
    ),
  };
}

const MINUTE_MS = 60_000;

/** A length of time in words: `3 d 4 h`, `2 h 14 m`, `14 m`, `45 s`; `0 s` for what is over. @param ms length */
export function timeLeft(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  const minutes = Math.floor(ms / MINUTE_MS);
  if (minutes < 60) return `${minutes} m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} m`;
  return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
