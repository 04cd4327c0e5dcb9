import type { UnknownCause, Verdict } from '../types';
import type { CardCheck, CardRecord } from './record';
import { shortCode } from './digest';

/** A verdict as a person says it. */
export const verdictWords: Readonly<Record<Verdict, string>> = {
  passed: 'passed',
  'passed earlier': 'passed earlier',
  failed: 'failed',
  unknown: 'not checked',
  manual: 'to confirm by a person',
};

/** Why something is unknown, as a person says it. */
export const causeWords: Readonly<Record<UnknownCause, string>> = {
  notRun: 'not run',
  needs: 'an earlier check has to pass first',
  unreachable: 'not reachable',
  notAllowed: 'not allowed to look',
  noKey: 'no SSH key to look with',
  notSubject: "only the student's own account or machine can tell",
  badAnswer: 'the answer made no sense',
  timeout: 'no answer in time',
};

export interface StepCount {
  readonly id: string;
  readonly title: string;
  readonly passed: number;
  readonly failed: number;
  /** Not known, and what a person has to confirm. */
  readonly open: number;
  /** Clean-up that is not done yet: no failure while the lab is under way. */
  readonly toDo: number;
  readonly total: number;
}

/** What counts for a step: its checks that are not optional; a step of optional ones counts those that passed. */
export function stepCounts(record: CardRecord): StepCount[] {
  const listed = new Set(record.steps.map(({ id }) => id));
  const strays = [...new Set(record.checks.map(({ step }) => step))].filter((id) => !listed.has(id));
  return [...record.steps.map(({ id, title }) => ({ id, title })), ...strays.map((id) => ({ id, title: id }))]
    .map(({ id, title }) => ({
      id,
      title,
      ...countOf(
        record.checks.filter(({ step }) => step === id),
        record,
      ),
    }))
    .filter(({ total }) => total > 0);
}

/** The card in one number pair. */
export function countOf(checks: readonly CardCheck[], record: CardRecord): Omit<StepCount, 'id' | 'title'> {
  const counted = checks.filter((check) => !check.optional || isPassed(check));
  const passed = counted.filter(isPassed).length;
  const toDo = counted.filter((check) => isToDo(check, record)).length;
  const failed = counted.filter(({ verdict }) => verdict === 'failed').length - toDo;
  return { passed, failed, toDo, open: counted.length - passed - failed - toDo, total: counted.length };
}

/** Clean-up that is not done yet. */
export function isToDo({ verdict, step }: CardCheck, { steps }: CardRecord): boolean {
  return verdict === 'failed' && steps.some(({ id, cleanup }) => id === step && cleanup === true);
}

export function isPassed({ verdict }: { readonly verdict: Verdict }): boolean {
  return verdict === 'passed' || verdict === 'passed earlier';
}

/** `2026-11-24 16:05 CET (15:05 UTC)`; a zone that this machine does not know is shown as UTC alone. */
export function timeWords(time: number, zone: string): string {
  const utc = `${partsOf(time, 'UTC').clock} UTC`;
  try {
    const local = partsOf(time, zone);
    if (local.name === 'UTC') return `${local.day} ${utc}`;
    return `${local.day} ${local.clock} ${local.name} (${utc})`;
  } catch {
    return `${partsOf(time, 'UTC').day} ${utc}`;
  }
}

function partsOf(time: number, zone: string): { day: string; clock: string; name: string } {
  const partsFor = (locale: string): Map<string, string> =>
    new Map(
      formatFor(locale, zone)
        .formatToParts(time)
        .map(({ type, value }) => [type, value]),
    );
  const parts = partsFor('en-GB');
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  // British English has names for Europe (CET), American English for America (EST); else there is GMT+9.
  const names = [part('timeZoneName'), partsFor('en-US').get('timeZoneName') ?? ''];
  return {
    day: `${part('year')}-${part('month')}-${part('day')}`,
    clock: `${part('hour')}:${part('minute')}`,
    name: names.find((name) => !name.startsWith('GMT')) ?? part('timeZoneName'),
  };
}

function formatFor(locale: string, zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  });
}

/** Who the card is about: the net ID and what Chameleon calls them. */
export function subjectWords({ subject }: CardRecord): string {
  const names = [subject.netId, ...subject.usernames].filter((name) => name !== undefined);
  if (names.length > 0) return names.join(' · ');
  return Object.values(subject.userIds)[0] ?? 'nobody by name';
}

/** Who was signed in when the card was made, as Keystone says, once for each name. */
export function signedInWords({ sites }: CardRecord): string {
  const names = new Set(sites.map(({ signedIn }) => signedIn?.name).filter((name) => name !== undefined));
  return names.size === 0 ? 'not told' : [...names].join(', ');
}

export interface CardText {
  readonly heading: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  readonly steps: readonly {
    readonly title: string;
    readonly count: string;
    readonly checks: readonly string[];
  }[];
}

/** Everything that the picture says, and each check, as text: for screen readers, the HTML page and search. */
export function cardText(record: CardRecord): CardText {
  const all = countOf(record.checks, record);
  return {
    heading: `${record.lab.title}: ${all.passed} of ${all.total} checks passed`,
    facts: [
      { label: 'Lab', value: `${record.lab.title} (${record.lab.id}, edition ${record.lab.edition})` },
      { label: 'Student', value: subjectWords(record) },
      { label: 'Signed in, as Keystone says', value: signedInWords(record) },
      ...record.sites.map(({ name, project, serverTime }) => ({
        label: name,
        value: `project ${project?.name ?? 'unknown'}, server time ${timeWords(serverTime, 'UTC')}`,
      })),
      ...record.resources.map((resource) => ({
        label: resourceWords[resource.kind],
        value: `${resource.name} (${resource.id}), ${resource.status.toLowerCase()}, ${resource.site}`,
      })),
      { label: 'Taken', value: timeWords(record.takenAt, record.zone) },
      { label: 'Code', value: shortCode(record.digest) },
      { label: 'SHA-256', value: record.digest },
    ],
    steps: stepCounts(record).map(({ id, title, passed, total }) => ({
      title,
      count: `${passed} of ${total}`,
      checks: record.checks.filter(({ step }) => step === id).map((check) => checkWords(check, record)),
    })),
  };
}

export const resourceWords = { lease: 'Lease', server: 'Server', floatingIp: 'Floating IP' } as const;

function checkWords(check: CardCheck, record: CardRecord): string {
  const when = check.seenAt === undefined ? '' : `, seen ${timeWords(check.seenAt, record.zone)}`;
  const optional = check.optional ? ' (optional)' : '';
  const verdict = isToDo(check, record) ? 'to do' : verdictWords[check.verdict];
  return `${check.title}${optional}: ${verdict}${when}. ${check.reason}`.trim();
}
