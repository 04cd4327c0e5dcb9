import type { Lease } from '../../openstack';
import { isRunning } from '../lifecycle';

/** Minutes before the end: a day for long leases, then an hour, a quarter, five minutes. */
export const defaultThresholds: readonly number[] = [1440, 60, 15, 5];

/** What was warned of already, by lease id: the end that was meant, and the smallest threshold shown (minutes). */
export type WarningState = Readonly<Record<string, { readonly end: number; readonly shown: number }>>;

const MINUTE_MS = 60_000;

/**
 * Whether a lease is to be warned of now. Each threshold is shown once for an end; when the end moves, all that lie
 * ahead again are armed again. Waking up past several of them shows only the last. A threshold that the lease is not
 * longer than (for a day or more: twice as long) is none, or it would warn at the start.
 * @param now server time, ms since 1970
 * @returns `due`: the threshold in minutes that was reached; `state`: what to keep for the next call
 */
export function warningsDue(
  lease: Lease,
  state: WarningState,
  now: number,
  thresholdsMinutes: readonly number[] = defaultThresholds,
): { due: number | undefined; state: WarningState } {
  const left = lease.end - now;
  if (!isRunning(lease) || left <= 0) return { due: undefined, state };
  const reached = thresholdsMinutes.filter(
    (minutes) => isArmedFor(lease, minutes) && left <= minutes * MINUTE_MS,
  );
  const due = reached.length === 0 ? undefined : Math.min(...reached);
  const before = state[lease.id];
  const shown = before?.end === lease.end ? before.shown : Number.POSITIVE_INFINITY;
  if (due === undefined || due >= shown) return { due: undefined, state };
  return { due, state: { ...state, [lease.id]: { end: lease.end, shown: due } } };
}

function isArmedFor(lease: Lease, minutes: number): boolean {
  const length = (lease.end - lease.start) / MINUTE_MS;
  return minutes >= 1440 ? length >= 2 * minutes : length > minutes;
}
