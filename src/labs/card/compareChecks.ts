import type { CheckResult, LabCheck } from '../types';
import { clockTolerance, type Evidence } from './evidence';
import { resourceLineId } from './compareResources';
import type { CardCheck, CardLine, CardRecord } from './record';
import { causeWords, isPassed, timeWords, verdictWords } from './words';

/** Each check of the card against the same check run now, and each check of the lab that the card leaves out. */
export function checkLines(
  record: CardRecord,
  evidence: Evidence,
  resources: readonly CardLine[],
): CardLine[] {
  const isSameEdition = record.lab.id === evidence.lab.id && record.lab.edition === evidence.lab.edition;
  const all = evidence.lab.steps.flatMap(({ checks }) => checks);
  const known = new Map(all.map((check) => [check.id, check]));
  // Where nothing tells the variant, a check of one id may read as any of them has it.
  const asOnCard = ({ id, title, optional }: CardCheck): LabCheck | undefined =>
    all.find((check) => check.id === id && check.title === title && check.optional === optional) ??
    known.get(id);
  const now = new Map(evidence.run.checks.map((check) => [check.id, check]));
  const onCard = new Set(record.checks.map(({ id }) => id));
  const leftOut = [...known.values()].filter(({ id }) => isSameEdition && now.has(id) && !onCard.has(id));
  return [
    ...record.checks.map((check): CardLine => {
      const context = { record, resources, lab: asOnCard(check), now: now.get(check.id) };
      const judged = isSameEdition ? judge(check, context) : otherEdition;
      return { ...lineOf(check, record.zone), ...judged };
    }),
    ...leftOut.map((check): CardLine => ({
      id: check.id,
      kind: 'check',
      title: check.title,
      card: 'left out',
      now: 'contradicted',
      why: 'A card of this edition has this check; it was taken out.',
    })),
  ];
}

type Judgement = Pick<CardLine, 'now' | 'why'>;

const otherEdition: Judgement = {
  now: 'unknown',
  why: 'The card is of another lab or edition than the checks here.',
};

interface Context {
  readonly record: CardRecord;
  readonly resources: readonly CardLine[];
  readonly lab: LabCheck | undefined;
  readonly now: CheckResult | undefined;
}

function lineOf(check: CardCheck, zone: string): Pick<CardLine, 'id' | 'kind' | 'title' | 'card'> {
  const seen = check.seenAt === undefined ? '' : `, seen ${timeWords(check.seenAt, zone)}`;
  return { id: check.id, kind: 'check', title: check.title, card: `${verdictWords[check.verdict]}${seen}` };
}

function judge(check: CardCheck, context: Context): Judgement {
  if (context.lab === undefined)
    return { now: 'contradicted', why: 'The lab has no such check in this edition.' };
  if (context.lab.title !== check.title || context.lab.optional !== check.optional)
    return { now: 'contradicted', why: `In the lab this check reads: ${context.lab.title}.` };
  const tooEarly = seenBeforeItsResources(check, context.record);
  if (tooEarly !== undefined) return { now: 'contradicted', why: tooEarly };
  switch (check.verdict) {
    case 'unknown':
      return { now: 'unknown', why: 'The card claims nothing here.' };
    case 'manual':
      return { now: 'unknown', why: 'Only a person can confirm it.' };
    case 'failed':
      return judgeFailed(context.now);
    case 'passed':
    case 'passed earlier':
      return judgePassed(check, context.lab, context);
  }
}

/** What was seen on servers can't have been seen before the first of them was there. */
function seenBeforeItsResources(check: CardCheck, record: CardRecord): string | undefined {
  if (check.about !== 'host' || !isPassed(check) || check.seenAt === undefined) return undefined;
  const begun = record.resources
    .filter(({ kind }) => kind === 'server')
    .map(({ from }) => from)
    .filter((from) => from !== undefined);
  const first = Math.min(...begun);
  if (begun.length === 0 || check.seenAt + clockTolerance >= first) return undefined;
  return `It says to be seen before its server was made (${timeWords(first, record.zone)}).`;
}

function judgeFailed(now: CheckResult | undefined): Judgement {
  if (now?.verdict === 'failed') return { now: 'agreed', why: `It fails now as well. ${now.reason}` };
  if (now !== undefined && isPassed(now))
    return { now: 'gone', why: 'It failed when the card was made and passes now.' };
  return cantTell(now);
}

function judgePassed(check: CardCheck, lab: LabCheck, context: Context): Judgement {
  const { now, resources, record } = context;
  if (now === undefined) return cantTell(now);
  if (isPassed(now)) return { now: 'agreed', why: now.reason === '' ? 'It passes now.' : now.reason };
  if (now.verdict !== 'failed') return cantTell(now);
  if (lab.keep)
    return {
      now: 'unknown',
      why: `It can be seen only for a short time, so failing now says nothing. ${now.reason}`,
    };
  const state = worst(check, record, resources);
  switch (state) {
    case 'contradicted':
      return {
        now: 'contradicted',
        why: `It fails now, and what it was about is contradicted. ${now.reason}`,
      };
    case 'gone':
      return { now: 'gone', why: `What it was about is gone since. ${now.reason}` };
    case 'unknown':
      return { now: 'unknown', why: `It fails now, but what it was about can't be told. ${now.reason}` };
    case 'agreed':
      return {
        now: 'contradicted',
        why: `The card's resources are still there, and it fails now. ${now.reason} It may have been changed since.`,
      };
  }
}

/**
 * How the resources stand that a check was about: those of its site. A card without any resource there claims that
 * something passed on nothing: as the cloud has nothing either, that is a contradiction.
 */
function worst(check: CardCheck, record: CardRecord, resources: readonly CardLine[]): CardLine['now'] {
  const ids = new Set(
    record.resources
      .filter(({ site }) => check.site === undefined || site === check.site)
      .map(resourceLineId),
  );
  const states = resources.filter(({ id }) => ids.has(id)).map(({ now }) => now);
  const order = ['contradicted', 'unknown', 'gone'] as const;
  return order.find((state) => states.includes(state)) ?? 'agreed';
}

function cantTell(now: CheckResult | undefined): Judgement {
  if (now === undefined) return { now: 'unknown', why: 'It was not run again.' };
  const cause = now.cause === undefined ? '' : ` (${causeWords[now.cause]})`;
  return { now: 'unknown', why: `It can't be told now${cause}. ${now.reason}`.trim() };
}
