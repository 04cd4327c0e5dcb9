import { isAbort, Problem } from '../base';
import {
  deleteLease as deleteLeaseCall,
  getLease,
  OpenStackError,
  updateLease,
  type Lease,
  type Session,
} from '../openstack';
import { explainRefusal } from './refusals';
import type { Site } from './types';

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

/** `end` in server time, ms since 1970; Blazar cuts it to the minute. */
export interface Extension {
  readonly session: Session;
  readonly lease: Lease;
  readonly end: number;
  readonly signal?: AbortSignal;
}

/** `lease` is how the service has it now, also after a refusal. */
export interface ExtensionOutcome {
  readonly outcome: 'extended' | 'refused';
  readonly lease: Lease;
  readonly what: string;
  readonly next: string | undefined;
}

/**
 * Moves a lease's end to an absolute time. After any failure the lease is read again, because an update is not
 * atomic: a refusal can leave it in ERROR, and an answer that got lost may have been a success.
 * @throws AbortError on a cancel
 */
export async function extendLease({ session, lease, end, signal }: Extension): Promise<ExtensionOutcome> {
  const wanted = Math.floor(end / MINUTE_MS) * MINUTE_MS;
  if (isOver(lease)) return ended(lease);
  if (wanted <= lease.end)
    return refused(lease, 'That is no later than the lease ends already.', 'Choose a later time.');
  try {
    const updated = await updateLease(session, lease.id, { end: wanted }, signal);
    // In the minute of its end Blazar takes a new one for a lease that is over, and starts nothing again.
    if (isOver(updated)) return ended(updated);
    return { outcome: 'extended', lease: updated, what: `${lease.name} was extended.`, next: undefined };
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    return afterFailure({ session, lease, end: wanted, ...(signal === undefined ? {} : { signal }) }, thrown);
  }
}

async function afterFailure(
  { session, lease, end, signal }: Extension,
  thrown: unknown,
): Promise<ExtensionOutcome> {
  const reason = reasonOf(thrown);
  const now = await readAgain(session, lease, signal);
  if (now === undefined)
    return refused(
      lease,
      `${reason.what} Whether the lease changed can't be told: it can't be read now.`,
      reason.next,
    );
  if (isOver(now)) return ended(now);
  if (now.end >= end && now.status !== 'ERROR')
    return {
      outcome: 'extended',
      lease: now,
      what: `${lease.name} was extended, although the answer got lost.`,
      next: undefined,
    };
  if (now.status === 'ERROR' && lease.status !== 'ERROR')
    return refused(
      now,
      `${reason.what} The attempt left the lease marked ERROR; what runs in it keeps running until the old end.`,
      reason.next,
    );
  return refused(now, reason.what, reason.next);
}

/** By its reservations too: the answer to an update calls every lease UPDATING. */
function isOver({ status, reservations }: Lease): boolean {
  return (
    status === 'TERMINATED' ||
    (reservations.length > 0 && reservations.every((reservation) => reservation.status === 'deleted'))
  );
}

function ended(lease: Lease): ExtensionOutcome {
  return refused(lease, 'The lease has ended already.', 'Make a new lease.');
}

function reasonOf(thrown: unknown): { what: string; next: string | undefined } {
  if (thrown instanceof OpenStackError) return explainRefusal(thrown);
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

function refused(lease: Lease, what: string, next: string | undefined): ExtensionOutcome {
  return { outcome: 'refused', lease, what, next };
}

/**
 * Ends a lease at the service's next tick (within a minute) and keeps its row as TERMINATED: the servers go with it.
 * @throws Problem with the refusal's meaning
 */
export async function endLeaseNow(session: Session, lease: Lease, signal?: AbortSignal): Promise<Lease> {
  return explained(() => updateLease(session, lease.id, { end: 'now' }, signal));
}

/** Ends a lease at once and removes its row. @throws Problem with the refusal's meaning */
export async function deleteLease(session: Session, lease: Lease, signal?: AbortSignal): Promise<void> {
  await explained(() => deleteLeaseCall(session, lease.id, signal));
}

async function explained<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    if (!(thrown instanceof OpenStackError)) throw thrown;
    const { what, next } = explainRefusal(thrown);
    throw new Problem(what, { next, cause: thrown });
  }
}
