import { isRunning, timeLeft, type OwnedLease } from '../../../chameleon';
import { row, type Row } from '../row';
import { leaseLook, ownerWords } from '../states';
import { bothTimes, localTime } from '../when';
import { ownership, type At } from './input';

/** A lease with what lives in it, which is made when the lease is opened. */
export function leaseRow(at: At, lease: OwnedLease, contents: readonly (() => Row)[]): Row {
  const look = leaseLook(lease);
  const running = isRunning(lease);
  const left = lease.end - at.serverTime;
  const soon =
    running && left <= 15 * 60_000 ? 'bad' : running && left <= 60 * 60_000 ? 'warning' : look.tone;
  return row({
    // The editor keeps a row folded that once had nothing under it: with its first server it is a new one.
    id: `lease:${at.site.cloud}:${lease.id}${contents.length === 0 ? ':empty' : ''}`,
    label: lease.name,
    description: leaseWords(at, lease, look.words, left),
    icon: look.icon,
    tone: soon,
    tooltip: leaseTooltip(lease, look.words, left),
    context: ['lease', running ? 'running' : lease.status.toLowerCase(), ownership(lease)].join('.'),
    subject: { kind: 'lease', cloud: at.site.cloud, id: lease.id },
    fold: contents.length === 0 ? 'leaf' : 'open',
    children: () => contents.map((make) => make()),
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
