import type { Lab } from '../types';
import { checkLines } from './compareChecks';
import { personLine, projectLines } from './comparePeople';
import { resourceLines } from './compareResources';
import { checkDigest } from './digest';
import { clockTolerance, type Evidence } from './evidence';
import type { CardLine, CardRecord, CardVerdict } from './record';
import { timeWords } from './words';

/** Judges a card line by line. A line agrees only if the cloud says so; what can't be told is `unknown`. */
export function compareCard(record: CardRecord, evidence: Evidence): CardVerdict {
  const resources = resourceLines(record, evidence);
  const lines = [
    ...(evidence.picture === 'scanned' ? [] : digestLines(record)),
    ...pictureLines(evidence),
    labLine(record, evidence.lab),
    timeLine(record, evidence),
    personLine(record, evidence),
    ...projectLines(record, evidence.inventory),
    ...resources,
    ...checkLines(record, evidence, resources),
  ];
  const digest = evidence.picture === 'scanned' ? 'scanned' : checkDigest(record) ? 'ok' : 'broken';
  return { digest, lines };
}

function digestLines(record: CardRecord): CardLine[] {
  if (checkDigest(record)) return [];
  return [
    {
      id: 'digest',
      kind: 'card',
      title: 'Digest',
      card: record.digest.slice(0, 8),
      now: 'contradicted',
      why: 'The record was changed after its digest was made.',
    },
  ];
}

function pictureLines({ picture }: Evidence): CardLine[] {
  const line = { id: 'picture', kind: 'card', title: 'Picture' } as const;
  switch (picture) {
    case 'edited':
      return [
        {
          ...line,
          card: 'changed',
          now: 'contradicted',
          why: 'The pixels were changed after the card was saved; what counts is the record, shown here.',
        },
      ];
    case 'scanned':
      return [
        {
          ...line,
          card: 'without its record',
          now: 'unknown',
          why: 'It is a screenshot, or a portal has re-encoded it. Its words were not read: what counts is what its code says, compared here.',
        },
      ];
    case 'asDrawn':
    case undefined:
      return [];
  }
}

function labLine({ lab }: CardRecord, known: Lab): CardLine {
  const line = {
    id: 'lab',
    kind: 'card',
    title: 'Lab',
    card: `${lab.title}, edition ${lab.edition}`,
  } as const;
  if (lab.id !== known.id)
    return { ...line, now: 'contradicted', why: `It is a card of ${lab.id}, not of ${known.id}.` };
  if (lab.edition !== known.edition)
    return {
      ...line,
      now: 'unknown',
      why: `The lab is now in edition ${known.edition}: its checks may ask for something else.`,
    };
  if (lab.title !== known.title || lab.unit !== known.unit)
    return {
      ...line,
      now: 'contradicted',
      why: `This edition is called ${known.title}, unit ${known.unit}.`,
    };
  return { ...line, now: 'agreed', why: 'The lab is known in this edition.' };
}

function timeLine(record: CardRecord, { now }: Evidence): CardLine {
  const line = {
    id: 'takenAt',
    kind: 'card',
    title: 'Time of the card',
    card: timeWords(record.takenAt, record.zone),
  } as const;
  if (record.takenAt > now + clockTolerance)
    return { ...line, now: 'contradicted', why: 'That time has not come yet.' };
  const late = record.checks.filter(({ seenAt }) => latest(record) + clockTolerance < (seenAt ?? 0));
  if (late.length > 0)
    return {
      ...line,
      now: 'contradicted',
      why: `It shows what was seen after it was made: ${late.map(({ title }) => title).join(', ')}.`,
    };
  const skewed = record.sites.filter(
    ({ serverTime }) => Math.abs(serverTime - record.takenAt) > 24 * 3_600_000,
  );
  if (skewed.length > 0)
    return {
      ...line,
      now: 'contradicted',
      why: `The clock of ${skewed.map(({ name }) => name).join(', ')} on the card is more than a day away from it.`,
    };
  return { ...line, now: 'unknown', why: 'It is possible; only what the cloud dates can be proven.' };
}

/** Checks are dated by the servers' clocks, the card by the laptop's: the later of both counts. */
function latest(record: CardRecord): number {
  return Math.max(record.takenAt, ...record.sites.map(({ serverTime }) => serverTime));
}
