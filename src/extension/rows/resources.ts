import { isRunning, publicAddress, timeLeft, wayTo } from '../../chameleon';
import type {
  Inventory,
  Owned,
  OwnedFloatingIp,
  OwnedLease,
  OwnedServer,
  PartName,
  SiteInventory,
} from '../../chameleon';
import { row, type Row } from './row';
import { floatingIpLook, leaseLook, ownerWords, serverLook } from './states';
import { bothTimes, localTime } from './when';

/** A service of a lab that a server runs: MLflow, Ray, … */
export interface ServiceOnServer {
  readonly lab: string;
  readonly labTitle: string;
  readonly id: string;
  readonly name: string;
  readonly port: number;
  readonly path: string;
  readonly scheme?: 'http' | 'https' | undefined;
}

export interface ResourcesInput {
  readonly inventory: Inventory;
  /** What to show of the whole project. */
  readonly shows: (site: SiteInventory, resource: Owned & { userId?: string; name?: string }) => boolean;
  readonly showsOwner: boolean;
  readonly services: (server: OwnedServer, site: SiteInventory) => readonly ServiceOnServer[];
  /** Names of the clouds that are of the demo. */
  readonly demo: ReadonlySet<string>;
  /** This machine's time, ms since 1970. */
  readonly now: number;
}

interface At extends ResourcesInput {
  readonly site: SiteInventory;
  readonly serverTime: number;
}

/** The Resources view: site → leases → what was launched on them; what belongs to no lease under its own heading. */
export function resourceRows(input: ResourcesInput): readonly Row[] {
  return input.inventory.sites.map((site) =>
    siteRow({ ...input, site, serverTime: input.now + site.clockOffset }),
  );
}

/** What a lease-less server or an idle address adds to the view's badge. */
export function attentionCount(rows: readonly Row[]): number {
  return rows.reduce(
    (sum, each) =>
      sum + (each.tone === 'bad' && each.subject !== undefined ? 1 : 0) + attentionCount(each.children),
    0,
  );
}

const SHOWN_PARTS: readonly PartName[] = ['leases', 'servers', 'floatingIps'];

function siteRow(at: At): Row {
  const { site } = at;
  const trouble = siteTrouble(site, at.now);
  const children = siteChildren(at);
  const project = site.project?.name ?? '';
  const demo = at.demo.has(site.cloud) ? 'demo' : '';
  return row({
    id: `site:${site.cloud}`,
    label: site.site.name,
    description: [project, demo, trouble?.words]
      .filter((word) => word !== undefined && word !== '')
      .join(' · '),
    icon: trouble?.icon ?? 'cloud',
    tone: trouble?.tone,
    tooltip: siteTooltip(at),
    context: `site${trouble?.failed === true ? '.failed' : ''}`,
    fold: 'open',
    subject: { kind: 'site', cloud: site.cloud },
    children: children.length > 0 ? children : [emptyRow(at)],
  });
}

function siteTrouble(
  site: SiteInventory,
  now: number,
): { words: string; icon: string; tone: 'warning' | 'bad' | 'busy'; failed: boolean } | undefined {
  if (site.signIn !== undefined) return { words: 'sign-in failed', icon: 'error', tone: 'bad', failed: true };
  const states = SHOWN_PARTS.map((part) => site.parts[part]);
  const failed = states.find((state) => state.state === 'failed');
  if (failed !== undefined)
    return { words: 'does not answer in full', icon: 'warning', tone: 'bad', failed: true };
  const stale = states.filter((state) => state.state === 'stale');
  if (stale.length > 0) {
    const asOf = Math.min(...stale.map((state) => state.asOf ?? now));
    return {
      words: `not reachable · shown as of ${localTime(asOf, now)}`,
      icon: 'warning',
      tone: 'warning',
      failed: true,
    };
  }
  if (states.some((state) => state.state === 'loading'))
    return { words: 'asking …', icon: 'loading~spin', tone: 'busy', failed: false };
  return undefined;
}

function siteTooltip({ site, demo, serverTime }: At): string[] {
  const problems = SHOWN_PARTS.flatMap((part) => {
    const { error, asOf } = site.parts[part];
    if (error === undefined) return [];
    const age = asOf === undefined ? '' : ` Shown as of ${bothTimes(asOf)}.`;
    return [
      `${PART_WORDS[part] ?? part}: ${error.what}${age}`,
      ...(error.next === undefined ? [] : [error.next]),
    ];
  });
  return [
    `${site.site.name}${demo.has(site.cloud) ? ' (demo: nothing here is real)' : ''}`,
    ...(site.project === undefined ? [] : [`Project ${site.project.name}`]),
    ...(site.user === undefined ? [] : [`Signed in as ${site.user.name}`]),
    `Server time ${bothTimes(serverTime)}`,
    ...(site.signIn === undefined ? [] : [site.signIn.what, site.signIn.next ?? '']),
    ...new Set(problems),
  ].filter((line) => line !== '');
}

const PART_WORDS: Partial<Record<PartName, string>> = {
  leases: 'Leases',
  servers: 'Servers',
  floatingIps: 'Floating IPs',
};

/** Inside a site that has nothing to show: why, and what to do, in one line. */
function emptyRow({ site, showsOwner }: At): Row {
  const why =
    site.signIn ?? SHOWN_PARTS.map((part) => site.parts[part].error).find((error) => error !== undefined);
  const loading = SHOWN_PARTS.some((part) => site.parts[part].state === 'loading');
  const label = why?.what ?? (loading ? 'Asking the site …' : 'Nothing here');
  const hint = showsOwner
    ? 'no lease, server or floating IP'
    : 'nothing of yours; “everyone” shows the whole project';
  return row({
    id: `empty:${site.cloud}`,
    label,
    description: why === undefined ? (loading ? '' : hint) : (why.next ?? ''),
    icon: why === undefined ? 'info' : 'error',
    tone: why === undefined ? 'quiet' : 'bad',
    tooltip: [label, why?.next ?? ''].filter((line) => line !== ''),
    context: 'note',
  });
}

function siteChildren(at: At): Row[] {
  const { site } = at;
  const leases = site.leases.filter((lease) => at.shows(site, lease));
  const shownLeases = new Set(leases.map((lease) => lease.id));
  const servers = site.servers.filter((server) => at.shows(site, server));
  const loose = servers.filter((server) => server.leaseId === undefined || !shownLeases.has(server.leaseId));
  const shownServers = new Set(servers.map((server) => server.id));
  const addresses = site.floatingIps.filter(
    (ip) => at.shows(site, ip) && (ip.serverId === undefined || !shownServers.has(ip.serverId)),
  );
  const live = leases.filter((lease) => lease.status !== 'TERMINATED');
  const ended = leases.filter((lease) => lease.status === 'TERMINATED');
  return [
    ...live.sort((a, b) => a.end - b.end).map((lease) => leaseRow(at, lease, servers)),
    ...heading(
      at,
      'servers',
      'Servers without a lease',
      'vm',
      loose.map((server) => serverRow(at, server)),
    ),
    ...heading(
      at,
      'addresses',
      'Floating IPs',
      'globe',
      addresses.map((ip) => floatingIpRow(at, ip)),
    ),
    ...heading(
      at,
      'ended',
      'Ended leases',
      'history',
      ended.map((lease) => leaseRow(at, lease, servers)),
      'folded',
    ),
  ];
}

function heading(
  { site }: At,
  id: string,
  label: string,
  icon: string,
  children: readonly Row[],
  fold: 'open' | 'folded' = 'open',
): Row[] {
  if (children.length === 0) return [];
  return [
    row({
      id: `${id}:${site.cloud}`,
      label,
      description: String(children.length),
      icon,
      context: `heading.${id}`,
      fold,
      children,
    }),
  ];
}

function leaseRow(at: At, lease: OwnedLease, servers: readonly OwnedServer[]): Row {
  const look = leaseLook(lease);
  const running = isRunning(lease);
  const left = lease.end - at.serverTime;
  const soon =
    running && left <= 15 * 60_000 ? 'bad' : running && left <= 60 * 60_000 ? 'warning' : look.tone;
  return row({
    id: `lease:${at.site.cloud}:${lease.id}`,
    label: lease.name,
    description: leaseWords(at, lease, look.words, left),
    icon: look.icon,
    tone: soon,
    tooltip: leaseTooltip(lease, look.words, left),
    context: ['lease', running ? 'running' : lease.status.toLowerCase(), ownership(lease)].join('.'),
    subject: { kind: 'lease', cloud: at.site.cloud, id: lease.id },
    children: servers.filter((server) => server.leaseId === lease.id).map((server) => serverRow(at, server)),
  });
}

function leaseWords(at: At, lease: OwnedLease, words: string, left: number): string {
  const end = localTime(lease.end - at.site.clockOffset, at.now);
  const time = isRunning(lease)
    ? [left > 0 ? `${timeLeft(left)} left` : 'over', `ends ${end}`]
    : lease.status === 'PENDING'
      ? [`starts ${localTime(lease.start - at.site.clockOffset, at.now)}`]
      : [`ended ${end}`];
  return [words, ...time, ...(at.showsOwner ? [ownerWords(lease.owner)] : [])].join(' · ');
}

function leaseTooltip(lease: OwnedLease, words: string, left: number): string[] {
  return [
    `Lease ${lease.name}: ${words}`,
    lease.owner.why,
    `From ${bothTimes(lease.start)}`,
    `Until ${bothTimes(lease.end)}${left > 0 && isRunning(lease) ? `, ${timeLeft(left)} left` : ''}`,
    ...lease.reservations.map(
      (each) =>
        `Reserves ${each.amount ?? each.max ?? 1} × ${RESERVED[each.resourceType] ?? each.resourceType}`,
    ),
    ...(lease.status === 'ERROR'
      ? ['A lease in error cannot be extended; what runs in it runs until the old end.']
      : []),
  ];
}

const RESERVED: Readonly<Record<string, string>> = {
  'physical:host': 'bare-metal node',
  'flavor:instance': 'virtual machine',
  'virtual:floatingip': 'floating IP',
  network: 'network',
  device: 'device',
};

function serverRow(at: At, server: OwnedServer): Row {
  const look = serverLook(server);
  const services = at.services(server, at.site);
  const floating = publicAddress(at.site, server);
  const way = floating === undefined ? wayTo(at.site, server) : undefined;
  const reach = floating !== undefined ? 'public' : way !== undefined ? 'via' : 'inside';
  const lab = services[0]?.labTitle;
  return row({
    id: `server:${at.site.cloud}:${server.id}`,
    label: server.name,
    description: [
      look.words,
      floating ??
        (server.status !== 'ACTIVE'
          ? undefined
          : way === undefined
            ? 'no public address'
            : `via ${way.at(-2)?.server.name ?? ''}`),
      lab,
      at.showsOwner ? ownerWords(server.owner) : undefined,
    ]
      .filter((word) => word !== undefined)
      .join(' · '),
    icon: look.icon,
    tone: look.tone,
    tooltip: serverTooltip(at, server, look.words),
    context: ['server', server.status === 'ACTIVE' ? 'running' : 'notRunning', reach, ownership(server)].join(
      '.',
    ),
    subject: { kind: 'server', cloud: at.site.cloud, id: server.id },
    ...(server.status === 'ACTIVE' && reach !== 'inside' ? { click: 'chameleon.openTerminal' } : {}),
    children: services.map((service) => serviceRow(at, server, service)),
  });
}

function serverTooltip(at: At, server: OwnedServer, words: string): string[] {
  const lease = at.site.leases.find((each) => each.id === server.leaseId);
  return [
    `Server ${server.name}: ${words}`,
    server.owner.why,
    ...(lease === undefined
      ? ['It belongs to no lease: it runs, and costs, until somebody deletes it.']
      : [`Ends with the lease ${lease.name}, ${bothTimes(lease.end)}`]),
    ...server.addresses
      .filter((address) => address.version === 4)
      .map((address) => `${address.address} (${address.kind} address on ${address.network})`),
    ...(server.keyName === undefined ? [] : [`Key pair ${server.keyName}`]),
    ...(server.fault === undefined ? [] : [`The site says: ${server.fault.message}`]),
    `Made ${bothTimes(server.created)}`,
  ];
}

function serviceRow(at: At, server: OwnedServer, service: ServiceOnServer): Row {
  return row({
    id: `service:${at.site.cloud}:${server.id}:${service.lab}:${service.id}`,
    label: service.name,
    description: `:${service.port}`,
    spoken: `${service.name} on port ${service.port} of ${server.name}; opens in the browser through a forward`,
    icon: 'link-external',
    tooltip: [
      `${service.name} on ${server.name}, port ${service.port}`,
      'A click opens it in the browser, through a forward on 127.0.0.1.',
    ],
    context: 'service',
    subject: {
      kind: 'service',
      cloud: at.site.cloud,
      serverId: server.id,
      lab: service.lab,
      service: service.id,
    },
    click: 'chameleon.openService',
  });
}

function floatingIpRow(at: At, ip: OwnedFloatingIp): Row {
  const look = floatingIpLook(ip);
  return row({
    id: `ip:${at.site.cloud}:${ip.id}`,
    label: ip.address,
    description: [look.words, ...(at.showsOwner ? [ownerWords(ip.owner)] : [])].join(' · '),
    icon: look.icon,
    tone: look.tone,
    tooltip: [
      `Floating IP ${ip.address}: ${look.words}`,
      ip.owner.why,
      ...(ip.portId === undefined ? ['The class shares few of them: release it when it is not needed.'] : []),
    ],
    context: ['floatingIp', ip.portId === undefined ? 'idle' : 'used', ownership(ip)].join('.'),
    subject: { kind: 'floatingIp', cloud: at.site.cloud, id: ip.id },
  });
}

function ownership(resource: Owned): 'mine' | 'other' {
  return resource.owner.kind === 'me' ? 'mine' : 'other';
}
