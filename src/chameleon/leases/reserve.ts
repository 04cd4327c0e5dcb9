import { isAbort, Problem, sleep, type Clock } from '../../base';
import {
  createLease,
  getLease,
  isAnswerLost,
  listLeases,
  OpenStackError,
  type Lease,
  type Session,
} from '../../openstack';
import type { LeasePlan } from './plan';
import { explainRefusal } from './refusals';

const MINUTE_MS = 60_000;
/** Blazar's poller starts leases up to a minute late. */
const POLL_MS = 5_000;
const GIVE_UP_MS = 5 * MINUTE_MS;

export interface Reserving {
  readonly session: Session;
  readonly plan: LeasePlan;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/**
 * Asks for a lease, once: a request whose answer got lost may have been taken, so the leases are looked through
 * instead of asking again.
 * @throws Problem with what the refusal means; AbortError on a cancel (whatever came of it)
 */
export async function reserveLease({ session, plan, clock, signal }: Reserving): Promise<Lease> {
  await checkMayReserve(session, signal);
  const { user } = await session.token(signal);
  const askedAt = clock.now() + session.clockOffset;
  try {
    return await createLease(session, plan.request, signal);
  } catch (thrown) {
    if (isAbort(thrown) || !(thrown instanceof OpenStackError)) throw thrown;
    if (isAnswerLost(thrown)) {
      const made = await foundAgain(session, plan, user.id, askedAt, signal);
      if (made !== undefined) return made;
    }
    const { what, next } = explainRefusal(thrown);
    throw new Problem(what, { next, cause: thrown });
  }
}

/**
 * Says at once what Blazar would answer with a bare 500: a restricted application credential may make no trust, and
 * so no lease. @throws Problem; OpenStackError if the sign-in fails; AbortError
 */
export async function checkMayReserve(session: Session, signal?: AbortSignal): Promise<void> {
  const { restricted } = await session.token(signal);
  if (restricted === true)
    throw new Problem('This application credential may not reserve: it was made without “Unrestricted”.', {
      next: 'Sign in by the browser, or with an application credential that has “Unrestricted” ticked.',
    });
}

/** Names may repeat (`platform` 3.4): it must be mine, of that end, and made since. */
async function foundAgain(
  session: Session,
  { request }: LeasePlan,
  userId: string,
  askedAt: number,
  signal: AbortSignal | undefined,
): Promise<Lease | undefined> {
  try {
    const leases = await listLeases(session, signal);
    return leases.find(
      (lease) =>
        lease.name === request.name &&
        lease.userId === userId &&
        lease.end === request.end &&
        lease.created >= askedAt - MINUTE_MS,
    );
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    return undefined;
  }
}

export interface Awaiting {
  readonly session: Session;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Told the lease at each look. */
  readonly seen?: (lease: Lease) => void;
}

/**
 * Looks every 5 s until the lease is ACTIVE or in ERROR; at once for one that starts later. After five minutes it
 * is given back as it is.
 * @throws OpenStackError when it can't be read; AbortError (the lease stays)
 */
export async function awaitActive({ session, lease, clock, signal, seen }: Awaiting): Promise<Lease> {
  const until = clock.now() + GIVE_UP_MS;
  let current = lease;
  while (isOnItsWay(current, clock.now() + session.clockOffset) && clock.now() < until) {
    await sleep(clock, POLL_MS, signal);
    current = await getLease(session, lease.id, signal);
    seen?.(current);
  }
  return current;
}

function isOnItsWay({ status, start }: Lease, now: number): boolean {
  if (status === 'CREATING' || status === 'STARTING') return true;
  return status === 'PENDING' && start <= now + MINUTE_MS;
}
