import { drawing, line, box, palettes, type CardTheme, type Palette } from './paint';
import { sidePanel } from './svgSide';
import { openList } from './svgOpen';
import { shortCode } from './digest';
import { countOf, stepCounts, timeWords, type StepCount } from './words';
import type { CardRecord } from './record';
import { measure, wrap } from './text';

/** Where the main part lies, px; the side panel is left of it. */
const left = 436;
const right = 1240;
const listLeft = 856;
const bodyTop = 196;
const bodyBottom = 628;

/**
 * The card as a picture of 1280 × 720: who and what on the left, each step's count in the middle, what is not
 * passed in words on the right. Self-contained SVG; every text from a record is escaped and cut to its place.
 */
export function cardSvg(record: CardRecord, theme: CardTheme): string {
  const paint = palettes[theme];
  const all = countOf(record.checks, record);
  return drawing(
    [
      ...sidePanel(record, paint),
      ...heading(record, all, paint),
      ...stepRows(stepCounts(record), paint),
      ...openList(record, { x: listLeft, y: bodyTop, width: right - listLeft, bottom: bodyBottom }, paint),
      ...footer(record, paint),
    ],
    `Completion card: ${record.lab.title}, ${all.passed} of ${all.total} checks passed, code ${shortCode(record.digest)}`,
    paint,
  );
}

type Count = Omit<StepCount, 'id' | 'title'>;

function heading({ lab }: CardRecord, all: Count, paint: Palette): string[] {
  const kind = [`Unit ${lab.unit}`, `edition ${lab.edition}`, lab.variant].filter(
    (each) => each !== undefined,
  );
  return [
    line(left, 60, kind.join('  ·  '), { size: 15, colour: paint.muted, width: 640 }),
    ...title(lab.title, paint),
    line(left, 140, summaryOf(all), { size: 17, colour: paint.ink, width: 640 }),
    ...ring(1184, 96, all, paint),
  ];
}

/** In one large line if it fits, else in two smaller ones. */
function title(words: string, paint: Palette): string[] {
  const width = 650;
  if (measure(words, 36, 'bold') <= width)
    return [line(left, 104, words, { size: 36, colour: paint.ink, bold: true })];
  // Bold letters are wider than `wrap` reckons: it gets less room.
  return wrap(words, 23, width / 1.08, 2).map((row, at) =>
    line(left, 90 + at * 26, row, { size: 23, colour: paint.ink, bold: true, width }),
  );
}

function summaryOf({ passed, failed, open, toDo, total }: Count): string {
  const words = [`${passed} of ${total} checks passed`];
  if (failed > 0) words.push(`${failed} failed`);
  if (open > 0) words.push(`${open} not checked`);
  if (toDo > 0) words.push(`${toDo} to do`);
  return words.join(', ');
}

/** The share of passed checks as a ring with the number in it. */
function ring(x: number, y: number, { passed, failed, total }: Count, paint: Palette): string[] {
  const radius = 46;
  const around = 2 * Math.PI * radius;
  const arc = (from: number, count: number, colour: string): string => {
    if (count === 0 || total === 0) return '';
    const length = (around * count) / total;
    return `<circle cx="${x}" cy="${y}" r="${radius}" fill="none" stroke="${colour}" stroke-width="10" stroke-dasharray="${round(length)} ${round(around - length)}" stroke-dashoffset="${round((-around * from) / total)}" transform="rotate(-90 ${x} ${y})"/>`;
  };
  return [
    `<circle cx="${x}" cy="${y}" r="${radius}" fill="none" stroke="${paint.line}" stroke-width="10"/>`,
    arc(0, passed, paint.passed),
    arc(passed, failed, paint.failed),
    line(x, y + 6, String(passed), { size: 30, colour: paint.ink, bold: true, align: 'middle' }),
    line(x, y + 24, `of ${total}`, { size: 13, colour: paint.muted, align: 'middle' }),
  ];
}

function stepRows(steps: readonly StepCount[], paint: Palette): string[] {
  const width = listLeft - 48 - left;
  const most = Math.floor((bodyBottom - bodyTop - 16) / 30);
  const rows = steps.length <= most ? steps : [...steps.slice(0, most - 1), restOf(steps.slice(most - 1))];
  const height = Math.min(48, Math.floor((bodyBottom - bodyTop - 16) / Math.max(1, rows.length)));
  return [
    line(left, bodyTop, 'Steps', { size: 13, colour: paint.muted, bold: true }),
    ...rows.flatMap((step, at) => stepRow(step, bodyTop + 26 + at * height, width, paint)),
  ];
}

function restOf(steps: readonly StepCount[]): StepCount {
  const sum = (of: (step: StepCount) => number): number => steps.reduce((all, step) => all + of(step), 0);
  return {
    id: '',
    title: `and ${steps.length} more steps`,
    passed: sum((step) => step.passed),
    failed: sum((step) => step.failed),
    open: sum((step) => step.open),
    toDo: sum((step) => step.toDo),
    total: sum((step) => step.total),
  };
}

function stepRow(step: StepCount, y: number, width: number, paint: Palette): string[] {
  const { passed, failed, toDo, total } = step;
  const count = `${passed} of ${total}${failed > 0 ? ` · ${failed} failed` : toDo > 0 ? ' · to do' : ''}`;
  const segment = (parts: number): number => round((width * parts) / Math.max(1, total));
  const colour = failed > 0 ? paint.failed : passed === total ? paint.passed : paint.muted;
  return [
    line(left, y, step.title, { size: 15, colour: paint.ink, width: width - 130 }),
    line(left + width, y, count, { size: 13, colour, align: 'end', bold: true }),
    box(left, y + 7, width, 5, paint.line, 2.5),
    passed > 0 ? box(left, y + 7, segment(passed), 5, paint.passed, 2.5) : '',
    failed > 0 ? box(left + segment(passed), y + 7, segment(failed), 5, paint.failed, 2.5) : '',
  ];
}

function footer(record: CardRecord, paint: Palette): string[] {
  const clocks = record.sites.map(
    ({ name, serverTime }) => `${name} ${timeWords(serverTime, 'UTC').slice(11)}`,
  );
  const width = right - left;
  return [
    box(left, 646, width, 1, paint.line),
    line(
      left,
      668,
      `Taken ${timeWords(record.takenAt, record.zone)}   ·   by the site's own clock: ${clocks.join(', ')}`,
      {
        size: 12.5,
        colour: paint.ink,
        width,
      },
    ),
    line(left, 690, `SHA-256 ${record.digest}`, { size: 11, colour: paint.muted, mono: true }),
    line(right, 690, 'The cloud is the proof: Verify Card asks it again.', {
      size: 11.5,
      colour: paint.muted,
      align: 'end',
    }),
  ];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
