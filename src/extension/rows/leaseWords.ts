import {
  machineName,
  timeLeft,
  type LeaseCost,
  type LeaseDifference,
  type LeaseDraft,
  type SiteInventory,
  type Slot,
} from '../../chameleon';
import { localTime } from './when';

const MINUTE_MS = 60_000;

/** Leases in words: what one will be, what was changed, what ends with it. Times are local. */

/** `14:00 – 16:50 (2 h 50 m)`, `now – 16:50 (2 h 10 m)`. @param now this machine's time */
export function slotWords(slot: Slot, clockOffset: number, now: number): string {
  // As the site cuts it, or three hours from now would read 2 h 59 m.
  const from = slot.start === 'now' ? Math.floor((now + clockOffset) / MINUTE_MS) * MINUTE_MS : slot.start;
  const start = slot.start === 'now' ? 'now' : localTime(slot.start - clockOffset, now);
  return `${start} – ${localTime(slot.end - clockOffset, now)} (${timeLeft(slot.end - from)})`;
}

/** The whole lease in one sentence, short enough for its line. */
export function summary(draft: LeaseDraft, site: SiteInventory, slot: Slot, now: number): string {
  const address =
    draft.floatingIps === 0
      ? ''
      : `, with ${draft.floatingIps === 1 ? 'a floating IP' : `${draft.floatingIps} floating IPs`}`;
  return `${draft.amount} × ${machineName(draft.machine)} at ${site.site.name}${address}, ${slotWords(slot, site.clockOffset, now)}`;
}

/** `6 lease hours, 0.48 service units, $0.30`: what is not known of it is left out. */
export function costWords({ hours, units, dollars }: LeaseCost): string {
  const counted = (value: number, digits: number, one: string): string => {
    const rounded = Number(value.toFixed(digits));
    return `${rounded} ${one}${rounded === 1 ? '' : 's'}`;
  };
  return [
    counted(hours, 1, 'lease hour'),
    ...(units === undefined ? [] : [counted(units, 2, 'service unit')]),
    // Of less than a cent nobody needs to be told.
    ...(dollars === undefined || dollars < 0.005 ? [] : [`$${dollars.toFixed(2)}`]),
  ].join(', ');
}

/** What an update did to a lease, one short sentence a change. */
export function differenceWords(
  differences: readonly LeaseDifference[],
  clockOffset: number,
  now: number,
): string {
  return differences
    .map((each) => {
      switch (each.what) {
        case 'name':
          return `It is called ${each.now} now.`;
        case 'start':
        case 'end':
          return `Its ${each.what} moved from ${localTime(each.before - clockOffset, now)} to ${localTime(each.now - clockOffset, now)}.`;
        case 'status':
          return `Its state went from ${each.before} to ${each.now}.`;
        case 'amount':
          return `Its ${AMOUNTS[each.resourceType] ?? each.resourceType} went from ${each.before} to ${each.now}.`;
      }
    })
    .join(' ');
}

const AMOUNTS: Readonly<Record<string, string>> = {
  'physical:host': 'number of nodes',
  'flavor:instance': 'number of virtual machines',
  'virtual:floatingip': 'number of reserved floating IPs',
};
