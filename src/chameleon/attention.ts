import { isRunning, timeLeft } from './lifecycle';
import type {
  OwnedFloatingIp,
  OwnedLease,
  OwnedServer,
  OwnedVolume,
  Owner,
  PartName,
  SiteInventory,
} from './types';

/** What costs or blocks something without being of use, with the reason and what to do about it. */
export interface Attention {
  readonly kind:
    'idleFloatingIp' | 'detachedVolume' | 'serverInError' | 'emptyLease' | 'overdueServer' | 'endlessServer';
  readonly subject: { readonly kind: 'floatingIp' | 'volume' | 'server' | 'lease'; readonly id: string };
  readonly name: string;
  readonly owner: Owner;
  /** A few words for its row: `idle floating IP, taken 3 d ago`. */
  readonly reason: string;
  /** Full sentences: why it matters, and what to do. */
  readonly why: string;
  readonly action: 'release' | 'deleteVolume' | 'deleteServer' | 'endLease' | 'cleanUp';
}

export interface AttentionRules {
  /** Server time, ms since 1970. */
  readonly now: number;
  /** How long a server's lab takes, in hours; `undefined` for one of no lab. */
  expectedHours(server: OwnedServer): number | undefined;
  /** How many times that is too long; twice without it. */
  readonly overdueFactor?: number | undefined;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Who has just taken an address, a volume or a lease is about to use it. */
const GRACE_MS = 30 * MINUTE_MS;
/** A lab that takes so much longer than planned was left, not slow. */
const OVERDUE_FACTOR = 2;

/**
 * What of a site needs somebody's attention; each thing once, with its gravest reason. A part that was not read in
 * full accuses nobody: a lease is empty only where the servers are known.
 */
export function attention(site: SiteInventory, rules: AttentionRules): readonly Attention[] {
  const leases = new Map(site.leases.map((lease) => [lease.id, lease]));
  const known = joinsAreKnown(site);
  return [
    ...site.servers.flatMap((server) =>
      ofServer(server, known ? { lease: leases.get(server.leaseId ?? '') } : undefined, rules),
    ),
    ...emptyLeases(site, rules.now),
    ...site.floatingIps.flatMap((ip) => ofFloatingIp(ip, rules.now)),
    ...site.volumes.flatMap((volume) => ofVolume(volume, rules.now)),
  ];
}

/** @param known what it belongs to, where that can be told */
function ofServer(
  server: OwnedServer,
  known: { readonly lease: OwnedLease | undefined } | undefined,
  rules: AttentionRules,
): Attention[] {
  const about = {
    subject: { kind: 'server', id: server.id },
    name: server.name,
    owner: server.owner,
  } as const;
  if (server.status === 'ERROR')
    return [
      {
        ...about,
        kind: 'serverInError',
        reason: 'could not be built',
        why: `It never ran, but holds its place. ${server.fault === undefined ? '' : `${faultWords(server.fault.message)} `}Delete it, then launch again.`,
        action: 'deleteServer',
      },
    ];
  const ran = rules.now - (server.launchedAt ?? server.created);
  const isHeld = known === undefined || (known.lease !== undefined && isRunning(known.lease));
  if (ran > GRACE_MS && !isHeld)
    return [
      {
        ...about,
        kind: 'endlessServer',
        reason: `runs ${timeLeft(ran)}, and no lease will end it`,
        why: 'It belongs to no running lease, so it runs until somebody deletes it. Save what you need, then delete it.',
        action: 'cleanUp',
      },
    ];
  const hours = rules.expectedHours(server);
  if (
    hours === undefined ||
    server.status !== 'ACTIVE' ||
    ran <= hours * (rules.overdueFactor ?? OVERDUE_FACTOR) * HOUR_MS
  )
    return [];
  return [
    {
      ...about,
      kind: 'overdueServer',
      reason: `runs ${timeLeft(ran)}, its lab takes ${hours} h`,
      why: 'It runs much longer than its lab takes. If you are done, clean up: it costs the class until it is gone.',
      action: 'cleanUp',
    },
  ];
}

/**
 * Nova's fault with its likely cause: `No valid host` says nothing of it (`platform` 4.1).
 * @param message what Nova says
 */
export function faultWords(message: string): string {
  if (/No valid host was found/i.test(message))
    return 'No host took it: most often the reservation was not ACTIVE yet, another server uses it already, or its id was the lease’s.';
  if (/Exceeded max(imum)? (number of retries|scheduling attempts)/i.test(message))
    return 'Several hosts tried and failed: most often the node or the image has a fault.';
  if (/No fixed IP|IpAddressGeneration|no more (fixed )?IP/i.test(message))
    return 'Its network has no address left; use another network, or wait until somebody frees one.';
  if (/quota/i.test(message)) return 'The project’s quota is used up.';
  return `The site says: ${message}`;
}

/** What has compute in it; an address or a network alone is used otherwise. */
const COMPUTE = new Set(['physical:host', 'flavor:instance', 'virtual:instance']);

function emptyLeases(site: SiteInventory, now: number): Attention[] {
  if (!joinsAreKnown(site)) return [];
  const used = new Set(site.servers.map((server) => server.leaseId));
  return site.leases
    .filter((lease: OwnedLease) => isRunning(lease) && now - lease.start > GRACE_MS && !used.has(lease.id))
    .filter((lease) => lease.reservations.some(({ resourceType }) => COMPUTE.has(resourceType)))
    .map((lease): Attention => ({
      kind: 'emptyLease',
      subject: { kind: 'lease', id: lease.id },
      name: lease.name,
      owner: lease.owner,
      reason: `nothing runs on it, for ${timeLeft(now - lease.start)}`,
      // `platform` 5: a mail after 6 hours, deleted after 9.
      why: 'It is paid for whether it is used or not, and the site deletes leases that stay empty for hours. Launch something, or end it.',
      action: 'endLease',
    }));
}

function ofFloatingIp(ip: OwnedFloatingIp, now: number): Attention[] {
  const reserved = ip.tags.some((tag) => tag.startsWith('reservation:'));
  const age = ip.created === undefined ? undefined : now - ip.created;
  if (ip.portId !== undefined || reserved || (age !== undefined && age < GRACE_MS)) return [];
  return [
    {
      kind: 'idleFloatingIp',
      subject: { kind: 'floatingIp', id: ip.id },
      name: ip.address,
      owner: ip.owner,
      reason: `idle floating IP${age === undefined ? '' : `, taken ${timeLeft(age)} ago`}`,
      why: 'The class shares few addresses, and this one is on no server. Release it.',
      action: 'release',
    },
  ];
}

function ofVolume(volume: OwnedVolume, now: number): Attention[] {
  const about = {
    subject: { kind: 'volume', id: volume.id },
    name: volume.name,
    owner: volume.owner,
  } as const;
  if (volume.status.startsWith('error'))
    return [
      {
        ...about,
        kind: 'detachedVolume',
        reason: 'volume in error',
        why: 'It cannot be used any more, and still counts. Delete it.',
        action: 'deleteVolume',
      },
    ];
  if (volume.status !== 'available' || volume.attachments.length > 0 || now - volume.created < GRACE_MS)
    return [];
  return [
    {
      ...about,
      kind: 'detachedVolume',
      reason: `volume of ${volume.sizeGb} GB in no server, made ${timeLeft(now - volume.created)} ago`,
      why: 'It outlives leases and servers and fills the class’s quota. Keep it if you go on with it; else delete it.',
      action: 'deleteVolume',
    },
  ];
}

/** On bare metal a server meets its lease through hosts and allocations: without them nothing is said. */
function joinsAreKnown(site: SiteInventory): boolean {
  const fresh = (part: PartName): boolean => site.parts[part].state === 'fresh';
  const bareMetal = site.site.kind === 'baremetal' || site.site.kind === 'unknown';
  const hosts = !bareMetal || (fresh('hosts') && fresh('hostAllocations'));
  return fresh('leases') && fresh('servers') && hosts;
}
