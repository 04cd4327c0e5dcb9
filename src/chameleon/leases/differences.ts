import type { Lease, Reservation } from '../../openstack';

/** One thing that is other than before: times are server time, ms since 1970. */
export type LeaseDifference =
  | { readonly what: 'name'; readonly before: string; readonly now: string }
  | { readonly what: 'start' | 'end'; readonly before: number; readonly now: number }
  | { readonly what: 'status'; readonly before: string; readonly now: string }
  | {
      readonly what: 'amount';
      readonly resourceType: string;
      readonly before: number;
      readonly now: number;
    };

/**
 * What an update changed, refused or not: updates are not atomic, so a refusal may have done the first half. The
 * word UPDATING counts for no change of state.
 */
export function leaseDifferences(before: Lease, now: Lease): readonly LeaseDifference[] {
  return [
    ...(before.name === now.name ? [] : [{ what: 'name' as const, before: before.name, now: now.name }]),
    ...(before.start === now.start ? [] : [{ what: 'start' as const, before: before.start, now: now.start }]),
    ...(before.end === now.end ? [] : [{ what: 'end' as const, before: before.end, now: now.end }]),
    ...(before.status === now.status || now.status === 'UPDATING'
      ? []
      : [{ what: 'status' as const, before: before.status, now: now.status }]),
    ...now.reservations.flatMap((reservation) => amountDifference(before, reservation)),
  ];
}

function amountDifference(before: Lease, now: Reservation): LeaseDifference[] {
  const old = before.reservations.find(({ id }) => id === now.id);
  const [was, is] = [amountOf(old), amountOf(now)];
  if (was === undefined || is === undefined || was === is) return [];
  return [{ what: 'amount', resourceType: now.resourceType, before: was, now: is }];
}

/** Hosts count by `max`, all else by `amount`. */
function amountOf(reservation: Reservation | undefined): number | undefined {
  return reservation?.amount ?? reservation?.max;
}
