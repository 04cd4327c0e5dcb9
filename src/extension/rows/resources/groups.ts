import { byText } from '../../../base';
import type { Owned } from '../../../chameleon';
import { row, type Row } from '../row';
import { attentionHeading } from './attention';
import { grouped, type At } from './input';
import { nothing, rank, shown, split, nameOf, YOURS, type Shown } from './shown';
import { leaseRow } from './leases';
import { serverRow } from './servers';
import {
  floatingIpRow,
  imageRow,
  keyPairRow,
  networkRow,
  objectContainerRow,
  routerRow,
  securityGroupRow,
  volumeRow,
  zunContainerRow,
} from './things';

/** All of a site that is shown, put together as wanted. */
export function siteRows(at: At): Row[] {
  switch (at.grouping) {
    case 'lease':
      return [...attentionHeading(at), ...byLease(at, shown(at)), ...ofTheSite(at)];
    case 'kind':
      return [...attentionHeading(at), ...byKind(at, shown(at)), ...ofTheSite(at)];
    case 'person':
      return [...attentionHeading(at), ...byPerson(at, shown(at)), ...ofTheSite(at)];
  }
}

/** What belongs together is together; what belongs to no lease has its own heading. */
function byLease(at: At, list: Shown): Row[] {
  const { leases, servers, floatingIps, volumes } = list;
  const shownLeases = new Set(leases.map((lease) => lease.id));
  const inLease = grouped(servers.map((server) => [server.leaseId, server]));
  const loose = servers.filter((server) => server.leaseId === undefined || !shownLeases.has(server.leaseId));
  const shownServers = new Set(servers.map((server) => server.id));
  const ips = floatingIps.filter((ip) => ip.serverId === undefined || !shownServers.has(ip.serverId));
  const ipsInLease = grouped(
    ips.filter((ip) => shownLeases.has(ip.leaseId ?? '')).map((ip) => [ip.leaseId, ip]),
  );
  const withContents = (lease: (typeof leases)[number]): Row =>
    leaseRow(at, lease, [
      ...(inLease.get(lease.id) ?? []).map((server) => () => serverRow(at, server)),
      ...(ipsInLease.get(lease.id) ?? []).map((ip) => () => floatingIpRow(at, ip)),
    ]);
  const live = leases.filter((lease) => lease.status !== 'TERMINATED').sort((a, b) => a.end - b.end);
  return [
    ...live.map(withContents),
    ...heading(at, 'servers', 'Servers without a lease', 'vm', loose, (server) => serverRow(at, server)),
    ...heading(
      at,
      'addresses',
      'Floating IPs',
      'globe',
      ips.filter((ip) => !shownLeases.has(ip.leaseId ?? '')),
      (ip) => floatingIpRow(at, ip),
    ),
    ...heading(
      at,
      'volumes',
      'Volumes',
      'database',
      volumes.filter((volume) => !volume.attachments.some((each) => shownServers.has(each.serverId))),
      (volume) => volumeRow(at, volume),
      // What is idle among them is said above already.
      'folded',
    ),
    ...lasting(at, list),
    ...heading(
      at,
      'ended',
      'Ended leases',
      'history',
      leases.filter((lease) => lease.status === 'TERMINATED'),
      withContents,
      'folded',
    ),
  ];
}

function byKind(at: At, list: Shown): Row[] {
  const { leases, servers, floatingIps, volumes } = list;
  const live = leases.filter((lease) => lease.status !== 'TERMINATED').sort((a, b) => a.end - b.end);
  const ended = leases.filter((lease) => lease.status === 'TERMINATED');
  const row = (lease: (typeof leases)[number]): Row => leaseRow(at, lease, []);
  return [
    ...heading(at, 'leases', 'Leases', 'calendar', live, row),
    ...heading(at, 'servers', 'Servers', 'vm', servers, (server) => serverRow(at, server, 'alone')),
    ...heading(at, 'addresses', 'Floating IPs', 'globe', floatingIps, (ip) => floatingIpRow(at, ip)),
    ...heading(at, 'volumes', 'Volumes', 'database', volumes, (volume) => volumeRow(at, volume)),
    ...lasting(at, list),
    ...heading(at, 'ended', 'Ended leases', 'history', ended, row, 'folded'),
  ];
}

/** A heading a person, with what is theirs by lease under it. */
function byPerson(at: At, all: Shown): Row[] {
  const parts = split(all);
  const names = [...parts.keys()].sort((a, b) => rank(a) - rank(b) || byText(a, b));
  return names.map((name) => {
    const list = parts.get(name) ?? nothing();
    const theirs: At = {
      ...at,
      shows: (site, resource) => nameOf(resource.owner) === name && at.shows(site, resource),
    };
    return row({
      id: `person:${at.site.cloud}:${name}`,
      label: name,
      description: countWords(list.leases.length),
      icon: name === YOURS ? 'account' : 'person',
      context: 'heading.person',
      fold: name === YOURS || names.length === 1 ? 'open' : 'folded',
      children: () => byLease(theirs, list).map((each) => under(each, name)),
    });
  });
}

/** Headings are the same for each person: their ids must not be. */
function under(each: Row, name: string): Row {
  return each.context.startsWith('heading.') ? { ...each, id: `${each.id}:${name}` } : each;
}

function countWords(leases: number): string {
  return leases === 0 ? 'no lease' : leases === 1 ? '1 lease' : `${leases} leases`;
}

/** What outlives leases: object store, edge containers, networks of the project's own. */
function lasting(at: At, { objectContainers, zunContainers, networks, routers }: Shown): Row[] {
  return [
    ...heading(at, 'zun', 'Containers at the edge', 'package', zunContainers, (each) =>
      zunContainerRow(at, each),
    ),
    ...heading(at, 'buckets', 'Object store', 'archive', objectContainers, (each) =>
      objectContainerRow(at, each),
    ),
    ...heading(
      at,
      'networks',
      'Networks and routers',
      'type-hierarchy',
      [
        ...networks.map((each) => () => networkRow(at, each)),
        ...routers.map((each) => () => routerRow(at, each)),
      ],
      (make) => make(),
      'folded',
    ),
  ];
}

/** What is nobody's, or mine by its kind: groups of the class, my key pairs, images that the project made. */
function ofTheSite(at: At): Row[] {
  const { site } = at;
  const sameName = grouped(site.securityGroups.map((group) => [group.name, group]));
  const images = site.images.filter(
    (image) => image.owner !== undefined && image.owner === site.project?.id && image.visibility !== 'public',
  );
  return [
    ...heading(
      at,
      'images',
      'Images of the project',
      'file-media',
      images.filter((image) => at.showsOwner || at.shows(site, { ...NOBODYS, name: image.name })),
      (image) => imageRow(at, image),
      'folded',
    ),
    // Bare metal has no security groups.
    ...heading(
      at,
      'groups',
      'Security groups',
      'shield',
      site.site.kind === 'kvm' || site.site.kind === 'unknown' ? site.securityGroups : [],
      (group) => securityGroupRow(at, group, sameName.get(group.name)?.length ?? 1),
      'folded',
    ),
    ...heading(at, 'keys', 'Your key pairs', 'key', site.keyPairs, (pair) => keyPairRow(at, pair), 'folded'),
  ];
}

const NOBODYS: Owned = { owner: { kind: 'unknown', why: '' }, leaseId: undefined };

function heading<T>(
  { site }: At,
  id: string,
  label: string,
  icon: string,
  things: readonly T[],
  rowOf: (thing: T) => Row,
  fold: 'open' | 'folded' = 'open',
): Row[] {
  if (things.length === 0) return [];
  return [
    row({
      id: `${id}:${site.cloud}`,
      label,
      description: String(things.length),
      icon,
      context: `heading.${id}`,
      fold,
      children: () => things.map(rowOf),
    }),
  ];
}
