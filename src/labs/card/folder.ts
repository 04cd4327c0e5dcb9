import { byText } from '../../base';
import type { Agreement, CardLine, CardRecord, CardVerdict } from './record';
import { shortId } from './claims';
import { shortCode } from './digest';
import { subjectWords } from './words';

/** A card of a folder: compared with the cloud, or the reason why it was not. */
export type FolderEntry = { readonly file: string; readonly record: CardRecord } & (
  { readonly verdict: CardVerdict } | { readonly why: string }
);

export interface FolderRow {
  readonly file: string;
  readonly person: string;
  readonly lab: string;
  /** The digest as people compare it. */
  readonly code: string;
  readonly digest: CardVerdict['digest'] | 'not judged';
  readonly counts: Readonly<Record<Agreement, number>>;
  readonly checks: { readonly passed: number; readonly total: number };
  /** True where the cloud can't tell of the person, the project or a resource: a check alone often can't be told. */
  readonly unsure: boolean;
  /** What to look at first; `undefined` if there is nothing. */
  readonly worst: string | undefined;
  /** Other files with the same card, or with the same work under another name. */
  readonly sharedWith: readonly string[];
}

export interface FolderVerdict {
  /** What needs a look first. */
  readonly rows: readonly FolderRow[];
  /** Files that are no cards, and why. */
  readonly others: readonly { readonly file: string; readonly why: string }[];
}

/** One row a card, and who shares a card with whom. */
export function compareFolder(
  entries: readonly FolderEntry[],
  others: FolderVerdict['others'],
): FolderVerdict {
  const rows = entries.map((entry) => rowOf(entry, entries));
  return {
    rows: rows.sort((a, b) => weight(b) - weight(a) || byText(a.file, b.file)),
    others: [...others].sort((a, b) => byText(a.file, b.file)),
  };
}

/** What a marker has to do about a row. */
export function rowState(row: FolderRow): 'contradicted' | 'unknown' | 'fine' {
  if (row.digest === 'broken' || row.counts.contradicted > 0 || row.sharedWith.length > 0)
    return 'contradicted';
  return row.unsure ? 'unknown' : 'fine';
}

function weight(row: FolderRow): number {
  return { contradicted: 2, unknown: 1, fine: 0 }[rowState(row)];
}

function rowOf(entry: FolderEntry, all: readonly FolderEntry[]): FolderRow {
  const { file, record } = entry;
  const lines = 'verdict' in entry ? entry.verdict.lines : [];
  const count = (now: Agreement): number => lines.filter((line) => line.now === now).length;
  const counted = record.checks.filter(({ optional }) => !optional);
  const sharing = all.filter((other) => other !== entry && isShared(record, other.record));
  return {
    file,
    person: subjectWords(record),
    lab: record.lab.id,
    code: shortCode(record.digest),
    digest: 'verdict' in entry ? entry.verdict.digest : 'not judged',
    counts: {
      agreed: count('agreed'),
      gone: count('gone'),
      contradicted: count('contradicted'),
      unknown: count('unknown'),
    },
    checks: {
      passed: counted.filter(({ verdict }) => verdict === 'passed' || verdict === 'passed earlier').length,
      total: counted.length,
    },
    unsure: 'why' in entry || lines.some((line) => line.now === 'unknown' && isGround(line)),
    worst: sharing.length > 0 ? sharedWords(record, sharing) : 'why' in entry ? entry.why : worstOf(lines),
    sharedWith: sharing.map((other) => other.file),
  };
}

/**
 * The same card twice, or one person's work under another name: the same servers, seen in the same milliseconds.
 * People of one group share servers, but each of them looked at another time.
 */
function isShared(a: CardRecord, b: CardRecord): boolean {
  if (a.digest === b.digest) return true;
  if (subjectWords(a) === subjectWords(b) || a.lab.id !== b.lab.id) return false;
  if (serversOf(a) === '' || serversOf(a) !== serversOf(b)) return false;
  const seen = new Map(b.checks.map(({ id, seenAt }) => [id, seenAt]));
  const dated = a.checks.filter(({ seenAt }) => seenAt !== undefined);
  const same = dated.filter(({ id, seenAt }) => seen.get(id) === seenAt);
  const second = ({ takenAt }: CardRecord): number => Math.floor(takenAt / 1000);
  return second(a) === second(b) || (dated.length > 0 && same.length * 2 >= dated.length);
}

function serversOf({ resources }: CardRecord): string {
  return resources
    .filter(({ kind }) => kind === 'server')
    .map(({ id }) => shortId(id)) // a picture's code tells no more
    .sort()
    .join(' ');
}

function sharedWords(record: CardRecord, sharing: readonly FolderEntry[]): string {
  const isSame = sharing.some((other) => other.record.digest === record.digest);
  const files = sharing.map(({ file }) => file).join(', ');
  return isSame
    ? `Shared card: the same as ${files}.`
    : `Shared card: the work of ${files} under another name.`;
}

/** What the checks of a card stand on. */
function isGround({ id, kind }: CardLine): boolean {
  return id === 'lab' || kind === 'person' || kind === 'project' || kind === 'resource';
}

const order: readonly CardLine['kind'][] = ['card', 'person', 'project', 'resource', 'check'];

/** The first contradiction, the card's own before its checks; else what of its ground can't be told or is gone. */
function worstOf(lines: readonly CardLine[]): string | undefined {
  const inOrder = order.flatMap((kind) => lines.filter((line) => line.kind === kind));
  const line =
    inOrder.find(({ now }) => now === 'contradicted') ??
    inOrder.find((each) => each.now === 'unknown' && isGround(each)) ??
    inOrder.find((each) => each.now === 'gone' && isGround(each));
  return line === undefined ? undefined : `${line.title}: ${line.why}`;
}
