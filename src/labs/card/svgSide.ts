import { shortCode } from './digest';
import { box, line, type Palette } from './paint';
import { qrPath } from './qr';
import type { CardRecord, CardResource } from './record';
import { measure } from './text';
import { resourceWords, signedInWords, timeWords } from './words';

const left = 40;
const width = 316;
const panelWidth = 396;
const factsTop = 196;
const factsBottom = 504;

interface Fact {
  readonly label: string;
  readonly value: string;
  readonly detail?: string;
}

/** Whose card it is, where, on which resources, and the code to check it by. */
export function sidePanel(record: CardRecord, paint: Palette): string[] {
  return [
    box(0, 0, panelWidth, 720, paint.side),
    box(0, 0, 6, 720, paint.passed),
    ...brand(paint),
    ...who(record, paint),
    ...factRows(factsOf(record), paint),
    ...code(record, paint),
  ];
}

function brand(paint: Palette): string[] {
  const tail = 'M10 17a7 7 0 1 1 7 7a4.6 4.6 0 1 1 2 -8.6a2.4 2.4 0 1 1 -2.4 3';
  return [
    `<g transform="translate(${left} 38)">`,
    box(0, 0, 32, 32, paint.passed, 8),
    `<path d="${tail}" fill="none" stroke="${paint.side}" stroke-width="2.4" stroke-linecap="round"/>`,
    '</g>',
    line(left + 44, 53, 'Chameleon Labs', { size: 16, colour: paint.ink, bold: true }),
    line(left + 44, 70, 'Completion card', { size: 13, colour: paint.muted }),
  ];
}

function who({ subject }: CardRecord, paint: Palette): string[] {
  const [first = 'Nobody by name', ...others] = [subject.netId, ...subject.usernames].filter(
    (name) => name !== undefined,
  );
  // A long name is written smaller rather than cut.
  const size = [32, 26, 20, 16].find((each) => measure(first, each, 'bold') <= width) ?? 13;
  return [
    line(left, 130, first, { size, colour: paint.ink, bold: true, width }),
    line(left, 154, others.join(', '), { size: 14, colour: paint.muted, width }),
  ];
}

function factsOf(record: CardRecord): Fact[] {
  return [
    { label: 'Signed in, as Keystone says', value: signedInWords(record) },
    ...projectFacts(record),
    ...record.resources.map(resourceFact),
  ];
}

/** Sites with the same project share a row. */
function projectFacts({ sites }: CardRecord): Fact[] {
  const byProject = new Map<string, string[]>();
  for (const { name, project } of sites) {
    const key = project?.name ?? 'unknown';
    byProject.set(key, [...(byProject.get(key) ?? []), name]);
  }
  return [...byProject].map(([project, names]) => ({
    label: 'Project',
    value: `${project} at ${names.join(', ')}`,
  }));
}

function resourceFact(resource: CardResource): Fact {
  const until = resource.until === undefined ? '' : `until ${timeWords(resource.until, 'UTC')}`;
  // What was read from a code alone has no status.
  const words = [resourceWords[resource.kind], resource.status.toLowerCase(), until];
  return {
    label: words.filter((each) => each !== '').join(', '),
    value: resource.name,
    detail: resource.id,
  };
}

function factRows(facts: readonly Fact[], paint: Palette): string[] {
  const drawn: string[] = [];
  let y = factsTop;
  for (const [at, fact] of facts.entries()) {
    const isLast = at === facts.length - 1;
    const height = fact.detail === undefined ? 46 : 62;
    if (y + height - 14 > (isLast ? factsBottom : factsBottom - 20)) {
      drawn.push(
        line(left, y, `and ${facts.length - at} more in the record`, { size: 13, colour: paint.muted }),
      );
      break;
    }
    drawn.push(line(left, y, fact.label, { size: 12, colour: paint.muted, width }));
    drawn.push(line(left, y + 19, fact.value, { size: 15, colour: paint.ink, width }));
    if (fact.detail !== undefined)
      drawn.push(line(left, y + 35, fact.detail, { size: 11, colour: paint.muted, mono: true, width }));
    y += height;
  }
  return drawn;
}

/**
 * The QR code is dark on white in both themes: readers expect it so. Large enough that a screenshot of the card at
 * half its size still tells its modules apart.
 */
function code(record: CardRecord, paint: Palette): string[] {
  const side = 176;
  const top = 520;
  const { path, size } = qrPath(record);
  const x = left + side + 18;
  return [
    box(left, top, side, side, '#ffffff', 6),
    `<path transform="translate(${left} ${top}) scale(${Math.floor((side / size) * 1e4) / 1e4})" d="${path}" fill="#000000" shape-rendering="crispEdges"/>`,
    line(x, top + 74, 'Code', { size: 12, colour: paint.muted }),
    line(x, top + 102, shortCode(record.digest), { size: 24, colour: paint.ink, bold: true, mono: true }),
    line(x, top + 126, 'ids, verdicts and', { size: 12, colour: paint.muted }),
    line(x, top + 142, 'digest to scan', { size: 12, colour: paint.muted }),
  ];
}
