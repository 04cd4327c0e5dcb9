import * as v from 'valibot';
import { isAbort } from '../base';
import type { Session } from '../openstack';
import { timeLeft } from './lifecycle';

/** What will bite later with this sign-in, said at once: a full sentence, and what to do. */
export interface Trap {
  readonly kind: 'restricted' | 'memberOnly' | 'endsSoon';
  readonly what: string;
  readonly next: string;
}

/** A course lasts months: a credential that ends within a week is worth a word. */
const SOON_MS = 7 * 86_400_000;

const record = v.object({
  application_credential: v.object({ expires_at: v.nullish(v.string()) }),
});

/**
 * Looks at a sign-in that worked: may it reserve, may it read everything, how long does it live? What can't be read
 * is no trap. Two requests at most.
 * @param now server time, ms since 1970
 * @throws OpenStackError if the sign-in itself fails; AbortError
 */
export async function trapsOf(session: Session, now: number, signal?: AbortSignal): Promise<readonly Trap[]> {
  const { restricted, roles } = await session.token(signal);
  const end = await endOf(session, signal);
  return [
    ...(restricted === true ? [RESTRICTED] : []),
    ...(isMemberOnly(session, roles) ? [MEMBER_ONLY] : []),
    ...(end === undefined || end - now > SOON_MS ? [] : [endsSoon(end - now)]),
  ];
}

const RESTRICTED: Trap = {
  kind: 'restricted',
  what: 'This application credential may look, but not reserve: it was made without “Unrestricted”.',
  next: 'Sign in by the browser, or make another one with “Unrestricted” ticked.',
};

const MEMBER_ONLY: Trap = {
  kind: 'memberOnly',
  what: 'This application credential has the role “member” alone: some sites refuse to list servers with it.',
  next: 'If lists stay empty or are refused, make another one with all your roles (reader, too).',
};

function endsSoon(left: number): Trap {
  return {
    kind: 'endsSoon',
    what: `This application credential ends in ${timeLeft(left)}.`,
    next: 'Make one that lasts as long as the course, or sign in by the browser.',
  };
}

/** A person has no other role at some sites: it is the credential's fault only where it says so itself. */
function isMemberOnly(session: Session, roles: readonly string[]): boolean {
  return (
    session.config.credential.kind === 'applicationCredential' && roles.length === 1 && roles[0] === 'member'
  );
}

/** Only unrestricted credentials may read themselves: no answer is no trap. */
async function endOf(session: Session, signal: AbortSignal | undefined): Promise<number | undefined> {
  const { credential } = session.config;
  if (credential.kind !== 'applicationCredential') return undefined;
  try {
    const { user } = await session.token(signal);
    const answer = await session.raw({
      service: 'identity',
      method: 'GET',
      path: `/users/${encodeURIComponent(user.id)}/application_credentials/${encodeURIComponent(credential.id)}`,
      signal,
    });
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), record), answer.text);
    const text = parsed.success ? parsed.output.application_credential.expires_at : undefined;
    if (text === undefined || text === null) return undefined;
    const time = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
    return Number.isNaN(time) ? undefined : time;
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    return undefined;
  }
}
