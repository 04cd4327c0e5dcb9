import * as v from 'valibot';
import { freeHosts } from '../world/leases';
import type { LeaseRecord, ReservationRecord } from '../world/records';
import type { SiteWorld } from '../world/site';
import { cutToMinute } from '../world/time';
import { Fault, type SignedCall } from './api';
import { checkHostSpan, dateOf, notEnoughHosts } from './blazarPlan';

const Change = v.object({
  name: v.optional(v.string()),
  start_date: v.optional(v.string()),
  end_date: v.optional(v.string()),
  reservations: v.optional(
    v.array(v.looseObject({ id: v.string(), min: v.optional(v.number()), max: v.optional(v.number()) })),
    [],
  ),
});
type Change = v.InferOutput<typeof Change>;

/**
 * `PUT /leases/{id}`: a new name, another end. Dates are absolute, `now` ends the lease at the next event.
 * @returns the status that the answer shows, where it is not the lease's own
 * @throws Fault in Blazar's words; a refused change of a flavor reservation leaves the lease in ERROR, as seen
 */
export function updateLease(
  site: SiteWorld,
  lease: LeaseRecord,
  call: SignedCall,
  now: number,
): 'UPDATING' | undefined {
  const read = v.safeParse(Change, call.body);
  if (!read.success) throw new Fault(400, 'The body is not a JSON object as it should be');
  const change = read.output;
  const end = newEnd(lease, change, now);
  checkReservations(site, lease, change);
  if (end !== undefined && end !== lease.end) moveEnd(site, lease, end, now);
  if (change.name !== undefined) lease.name = change.name;
  if (change.name === undefined && end === undefined) return undefined;
  lease.updated = now;
  return 'UPDATING';
}

function newEnd(lease: LeaseRecord, change: Change, now: number): number | undefined {
  const { start_date: startText, end_date: endText } = change;
  if (startText === undefined && endText === undefined) return undefined;
  if (lease.status === 'TERMINATED') throw new Fault(400, 'Terminated leases can only be renamed');
  if (startText !== undefined && dateOf(startText) !== lease.start)
    throw new Fault(400, 'Cannot modify the start date of already started leases');
  if (endText === undefined) return undefined;
  if (endText === 'now') return Math.max(now, lease.start);
  const end = dateOf(endText);
  if (end <= lease.start || end < cutToMinute(now))
    throw new Fault(400, 'End date must be later than current and start date');
  return end;
}

/** Amounts stay as they are in this world: all other nodes of a type are always wanted by somebody. */
function checkReservations(site: SiteWorld, lease: LeaseRecord, change: Change): void {
  for (const asked of change.reservations) {
    const reservation = lease.reservations.find((each) => each.id === asked.id);
    if (reservation === undefined)
      throw new Fault(400, 'Please enter valid reservation IDs. Invalid reservation IDs are: ' + asked.id);
    if (reservation.type !== 'physical:host') continue;
    const [min, max] = [asked.min ?? reservation.min, asked.max ?? reservation.max];
    if (min > reservation.hosts.length || max > site.hosts.length) throw notEnoughHosts();
    if (min < reservation.min || max < reservation.max)
      throw new Fault(409, 'Reducing the number of hosts cannot be updated');
  }
}

function moveEnd(site: SiteWorld, lease: LeaseRecord, end: number, now: number): void {
  for (const reservation of lease.reservations) checkEnd(site, lease, reservation, end, now);
  lease.end = end;
}

function checkEnd(
  site: SiteWorld,
  lease: LeaseRecord,
  reservation: ReservationRecord,
  end: number,
  now: number,
): void {
  switch (reservation.type) {
    case 'flavor:instance':
      if (site.flavorExtension || end <= lease.end) return;
      // Seen at Blazar 14: refused, and the lease is left in ERROR with its old end.
      lease.status = 'ERROR';
      lease.updated = now;
      throw new Fault(409, 'Flavor-based reservation update not yet supported');
    case 'physical:host': {
      if (end <= lease.end) return;
      checkHostSpan({ start: lease.start, end });
      // Somebody has booked the node next.
      const free = freeHosts(site, lease.start, end, lease);
      if (!reservation.hosts.every((host) => free.includes(host))) throw notEnoughHosts();
      return;
    }
    case 'virtual:floatingip':
      return;
  }
}
