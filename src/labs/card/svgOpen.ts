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
    ...rows([...failed, ...open, ...toDo], record, place, paint),
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

function rows(checks: readonly CardCheck[], record: CardRecord, place: Place, paint: Palette): string[] {
  const drawn: string[] = [];
  const width = place.width - 26;
  let y = place.y + 26;
  for (const [at, check] of checks.entries()) {
    const reason = wrap(reasonOf(check), 13, width, reasonLines(checks.length));
    const height = lineHeight * (1 + reason.length) + 9;
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
