import { line, mark, type Palette } from './paint';
import type { CardCheck, CardRecord } from './record';
import { wrap } from './text';
import { causeWords, isPassed, isToDo } from './words';

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly bottom: number;
}

const lineHeight = 17;

/** Each check that is not passed, in words: failed ones first; what does not fit is counted. */
export function openList(record: CardRecord, place: Place, paint: Palette): string[] {
  const failed = record.checks.filter((check) => isFailed(check, record));
  const toDo = record.checks.filter((check) => isToDo(check, record));
  const open = record.checks.filter(
    (check) => !isPassed(check) && check.verdict !== 'failed' && !check.optional,
  );
  const title = failed.length > 0 ? 'Failed and not checked' : open.length > 0 ? 'Not checked' : 'To do';
  if (failed.length + open.length + toDo.length === 0) return nothingOpen(place, paint);
  return [
    line(place.x, place.y, title, { size: 13, colour: paint.muted, bold: true }),
    ...listed([...failed, ...open, ...toDo], record, place, paint),
  ];
}

/** Up to this many explain themselves; of more, the failed ones do and the others are named. */
const mostExplained = 9;

function listed(checks: readonly CardCheck[], record: CardRecord, place: Place, paint: Palette): string[] {
  const failed = checks.filter((check) => isFailed(check, record));
  const others = checks.slice(failed.length);
  const lines = failed.length <= 4 ? 2 : 1;
  const y = failed.reduce((sum, check) => sum + heightOf(reasonRows(check, place, lines)), place.y + 26);
  if (checks.length <= mostExplained || y + 5 * lineHeight > place.bottom)
    return rows(checks, record, place, paint);
  const explained = rows(failed, record, place, paint, lines);
  return [...explained, ...named(others, { ...place, y }, paint)];
}

function reasonRows(check: CardCheck, { width }: Place, lines: number): string[] {
  return wrap(reasonOf(check), 13, width - 26, lines);
}

function heightOf(reason: readonly string[]): number {
  return lineHeight * (1 + reason.length) + 9;
}

/** What is open and to do by title alone, as many as there is room for; the rest is counted. */
function named(checks: readonly CardCheck[], { x, y, width, bottom }: Place, paint: Palette): string[] {
  const size = 12;
  const height = 16;
  const most = Math.floor((bottom - y) / height);
  const titles = checks.map((check, at) => {
    const sign = at === checks.length - 1 ? '.' : ';';
    return `${check.title}${sign}`;
  });
  const draw = (count: number): string[] => {
    const more = checks.length - count;
    const rest = more === 0 ? [] : [`and ${more} more; all are in the record.`];
    return wrap([...titles.slice(0, count), ...rest].join(' '), size, width - 26, most + 1);
  };
  let count = checks.length;
  while (count > 0 && draw(count).length > most) count -= 1;
  return [
    mark(x + 8, y - 5, 'open', paint),
    ...draw(count).map((row, at) => line(x + 26, y + at * height, row, { size, colour: paint.ink })),
  ];
}

function nothingOpen({ x, y, width }: Place, paint: Palette): string[] {
  return [
    line(x, y, 'Failed and not checked', { size: 13, colour: paint.muted, bold: true }),
    mark(x + 8, y + 26, 'passed', paint),
    line(x + 26, y + 31, 'Nothing: every check passed.', { size: 15, colour: paint.ink, width: width - 26 }),
  ];
}

function isFailed(check: CardCheck, record: CardRecord): boolean {
  return check.verdict === 'failed' && !isToDo(check, record);
}

function rows(
  checks: readonly CardCheck[],
  record: CardRecord,
  place: Place,
  paint: Palette,
  lines = reasonLines(checks.length),
): string[] {
  const drawn: string[] = [];
  const width = place.width - 26;
  let y = place.y + 26;
  for (const [at, check] of checks.entries()) {
    const reason = reasonRows(check, place, lines);
    const height = heightOf(reason);
    const left = checks.slice(at);
    // Room for the closing lines is kept free until the last row.
    const reserved = left.length === 1 ? 0 : lineHeight * 2;
    if (y + height - 12 > place.bottom - reserved)
      return [...drawn, ...rest(left, record, { ...place, y }, paint)];
    drawn.push(
      mark(
        place.x + 8,
        y - 5,
        isFailed(check, record) ? 'failed' : isToDo(check, record) ? 'toDo' : 'open',
        paint,
      ),
    );
    drawn.push(line(place.x + 26, y, check.title, { size: 14, colour: paint.ink, bold: true, width }));
    reason.forEach((words, row) =>
      drawn.push(line(place.x + 26, y + lineHeight * (row + 1), words, { size: 13, colour: paint.muted })),
    );
    y += height;
  }
  return drawn;
}

/** Few rows may explain themselves at length; many get one line each. */
function reasonLines(count: number): number {
  if (count <= 5) return 3;
  return count <= 7 ? 2 : 1;
}

function reasonOf(check: CardCheck): string {
  if (check.verdict === 'manual') return 'A person has to confirm it.';
  if (check.verdict !== 'unknown' || check.cause === undefined) return check.reason;
  return check.reason === '' ? `Not checked: ${causeWords[check.cause]}.` : check.reason;
}

function rest(checks: readonly CardCheck[], record: CardRecord, place: Place, paint: Palette): string[] {
  const failed = checks.filter((check) => isFailed(check, record)).length;
  const toDo = checks.filter((check) => isToDo(check, record)).length;
  const open = checks.length - failed - toDo;
  const counts = [
    failed > 0 ? `${failed} failed` : '',
    open > 0 ? `${open} not checked` : '',
    toDo > 0 ? `${toDo} to do` : '',
  ].filter((count) => count !== '');
  const words = `and ${checks.length} more: ${counts.join(', ')}. All are in the record.`;
  return wrap(words, 13, place.width - 26, 2).map((row, at) =>
    line(place.x + 26, place.y + at * lineHeight, row, { size: 13, colour: paint.ink }),
  );
}
