import { isAbort, Problem, sleep, systemClock, type Clock } from '../../base';
import {
  deleteLease as deleteLeaseCall,
  getLease,
  isAnswerLost,
  OpenStackError,
  updateLease,
  type Lease,
  type Session,
} from '../../openstack';
import type { Site } from '../types';
import { leaseDifferences, type LeaseDifference } from './differences';
import { explainRefusal } from './refusals';

const MINUTE_MS = 60_000;
const FLAVOR_TYPES = new Set(['flavor:instance', 'virtual:instance']);

/**
 * The warning to confirm before a lease of flavors is extended, or `undefined` where there is no danger: Blazar
 * without support for it refuses with 409 and leaves the lease in ERROR.
 * @param seen names of the sites where extending such a lease was seen to work
 */
export function extensionCaution(site: Site, lease: Lease, seen: Iterable<string>): string | undefined {
  if (!lease.reservations.some((reservation) => FLAVOR_TYPES.has(reservation.resourceType))) return undefined;
  if ([...seen].includes(site.name)) return undefined;
  return (
    `Extending a lease of virtual machines was never seen to work at ${site.name}. ` +
    'If the site cannot do it, it refuses and may leave the lease marked ERROR; your servers keep running until the old end.'
  );
}

/** Which lease, and how to reach it. */
export interface LeaseAt {
  readonly session: Session;
  readonly lease: Lease;
  readonly signal?: AbortSignal;
}

/** `end` in server time, ms since 1970; Blazar cuts it to the minute. */
export interface NewEnd extends LeaseAt {
  readonly end: number;
}

/** `lease` is how the service has it now, also after a refusal; `differences` what is other than before. */
export interface ChangeOutcome {
  readonly outcome: 'changed' | 'refused';
  readonly lease: Lease;
  readonly what: string;
  readonly next: string | undefined;
  readonly differences: readonly LeaseDifference[];
  /** An address in the lease is what stands in the way: without it the nodes might be had for longer. */
  readonly byFloatingIp: boolean;
}

interface Change {
  readonly body: Parameters<typeof updateLease>[2];
  /** Whether a lease as read is what was wanted. */
  readonly isDone: (lease: Lease) => boolean;
  /** `was extended`, `was shortened`, … */
  readonly done: string;
}

/**
 * Moves a lease's end to a later time.
 * @throws AbortError on a cancel
 */
export async function extendLease({ end, ...at }: NewEnd): Promise<ChangeOutcome> {
  const wanted = Math.floor(end / MINUTE_MS) * MINUTE_MS;
  if (isOver(at.lease)) return ended(at.lease);
  if (wanted <= at.lease.end)
    return refused(
      at.lease,
      at.lease,
      'That is no later than the lease ends already.',
      'Choose a later time.',
    );
  return changed(at, {
    body: { end: wanted },
    isDone: (lease) => lease.end >= wanted && lease.status !== 'ERROR',
    done: 'was extended',
  });
}

/**
 * Moves a lease's end to an earlier time, which is always allowed (`platform` 3.6).
 * @throws AbortError on a cancel
 */
export async function shortenLease({ end, ...at }: NewEnd): Promise<ChangeOutcome> {
  const wanted = Math.floor(end / MINUTE_MS) * MINUTE_MS;
  if (isOver(at.lease)) return ended(at.lease);
  if (wanted >= at.lease.end)
    return refused(
      at.lease,
      at.lease,
      'That is no earlier than the lease ends already.',
      'Choose an earlier time.',
    );
  return changed(at, {
    body: { end: wanted },
    isDone: (lease) => lease.end <= wanted && lease.status !== 'ERROR',
    done: 'was shortened',
  });
}

/** Gives a lease another name; the only change that one which is over takes. @throws AbortError on a cancel */
export async function renameLease(at: LeaseAt & { readonly name: string }): Promise<ChangeOutcome> {
  const name = at.name.trim();
  if (name === '' || [...name].length > 80)
    return refused(at.lease, at.lease, 'A lease’s name has 1 to 80 characters.', 'Choose another name.');
  return changed(at, {
    body: { name },
    isDone: (lease) => lease.name === name,
    done: `is called ${name} now`,
  });
}

/**
 * Gives up the addresses that the lease reserved, so that they no longer stand in the way of an extension: one that
 * is taken refuses the whole (`platform` 3.6). Servers lose them.
 * @throws AbortError on a cancel
 */
export async function giveUpFloatingIps(at: LeaseAt): Promise<ChangeOutcome> {
  const ips = at.lease.reservations.filter((each) => each.resourceType === 'virtual:floatingip');
  return changed(at, {
    body: { reservations: ips.map(({ id }) => ({ id, amount: 0 })) },
    isDone: (lease) =>
      ips.every(({ id }) => (lease.reservations.find((each) => each.id === id)?.amount ?? 0) === 0),
    done: 'has no reserved floating IP any more',
  });
}

/**
 * One update, sent once. After any failure the lease is read again, because an update is not atomic: a refusal can
 * leave it in ERROR or half changed, and an answer that got lost may have been a success.
 */
async function changed(at: LeaseAt, change: Change): Promise<ChangeOutcome> {
  const { session, lease, signal } = at;
  try {
    const updated = await updateLease(session, lease.id, change.body, signal);
    // In the minute of its end Blazar takes a new one for a lease that is over, and starts nothing again.
    if (isOver(updated) && change.body.end !== undefined) return ended(updated);
    return success(lease, updated, `${lease.name} ${change.done}.`);
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    return afterFailure(at, change, thrown);
  }
}

async function afterFailure(at: LeaseAt, change: Change, thrown: unknown): Promise<ChangeOutcome> {
  const { session, lease, signal } = at;
  const reason = reasonOf(thrown);
  const byFloatingIp = thrown instanceof OpenStackError && /floating IPs? available/i.test(thrown.said ?? '');
  const now = await readAgain(session, lease, signal);
  if (now === undefined)
    return refused(
      lease,
      lease,
      `${reason.what} Whether the lease changed can't be told: it can't be read now.`,
      reason.next,
    );
  if (isOver(now) && change.body.end !== undefined) return ended(now);
  if (change.isDone(now))
    return success(lease, now, `${lease.name} ${change.done}, although the answer got lost.`);
  const hurt = now.status === 'ERROR' && lease.status !== 'ERROR';
  const what = hurt
    ? `${reason.what} The attempt left the lease marked ERROR; what runs in it keeps running until the old end.`
    : reason.what;
  return { ...refused(lease, now, what, reason.next), byFloatingIp };
}

/** By its reservations too: the answer to an update calls every lease UPDATING. */
function isOver({ status, reservations }: Lease): boolean {
  return (
    status === 'TERMINATED' ||
    (reservations.length > 0 && reservations.every((reservation) => reservation.status === 'deleted'))
  );
}

function ended(lease: Lease): ChangeOutcome {
  return refused(lease, lease, 'The lease has ended already.', 'Make a new lease.');
}

function reasonOf(thrown: unknown): { what: string; next: string | undefined } {
  if (thrown instanceof OpenStackError) return explainRefusal(thrown, 'change');
  if (thrown instanceof Problem) return { what: thrown.message, next: thrown.next };
  return { what: 'The site did not answer as expected.', next: 'Try again in a minute.' };
}

async function readAgain(
  session: Session,
  lease: Lease,
  signal: AbortSignal | undefined,
): Promise<Lease | undefined> {
  try {
    return await getLease(session, lease.id, signal);
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    return undefined;
  }
}

function success(before: Lease, now: Lease, what: string): ChangeOutcome {
  return {
    outcome: 'changed',
    lease: now,
    what,
    next: undefined,
    differences: leaseDifferences(before, now),
    byFloatingIp: false,
  };
}

function refused(before: Lease, now: Lease, what: string, next: string | undefined): ChangeOutcome {
  return {
    outcome: 'refused',
    lease: now,
    what,
    next,
    differences: leaseDifferences(before, now),
    byFloatingIp: false,
  };
}

/**
 * Ends a lease at the service's next tick (within a minute) and keeps its row as TERMINATED: the servers go with it.
 * Sent once; where the answer got lost the lease is read again.
 * @throws Problem with the refusal's meaning
 */
export async function endLeaseNow(session: Session, lease: Lease, signal?: AbortSignal): Promise<Lease> {
  try {
    return await updateLease(session, lease.id, { end: 'now' }, signal);
  } catch (thrown) {
    const now = isLost(thrown) ? await readAgain(session, lease, signal) : undefined;
    if (now !== undefined && (isOver(now) || now.end < lease.end)) return now;
    throw explanation(thrown);
  }
}

/** A lease that changes its state refuses everything: it is given this long, once. */
const SETTLING_MS = 20_000;

/**
 * Ends a lease at once and removes its row. One that is just changing its state is waited for and asked once more;
 * where the answer got lost it is looked whether the lease is gone.
 * @throws Problem with the refusal's meaning; AbortError
 */
export async function deleteLease(
  session: Session,
  lease: Lease,
  options: { readonly clock?: Clock; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { clock = systemClock, signal } = options;
  try {
    await deleteLeaseCall(session, lease.id, signal);
  } catch (thrown) {
    if (isLost(thrown) && (await isGone(session, lease, signal))) return;
    const settling = thrown instanceof OpenStackError && /Invalid lease status/i.test(thrown.said ?? '');
    if (!settling) throw explanation(thrown);
    await sleep(clock, SETTLING_MS, signal);
    await deleteLeaseCall(session, lease.id, signal).catch((again: unknown) => {
      throw explanation(again);
    });
  }
}

function isLost(thrown: unknown): boolean {
  return thrown instanceof OpenStackError && isAnswerLost(thrown);
}

async function isGone(session: Session, lease: Lease, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await getLease(session, lease.id, signal);
    return false;
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    return thrown instanceof OpenStackError && thrown.kind === 'notFound';
  }
}

function explanation(thrown: unknown): unknown {
  if (!(thrown instanceof OpenStackError)) return thrown;
  const { what, next } = explainRefusal(thrown, 'change');
  return new Problem(what, { next, cause: thrown });
}
