import { encode } from 'uqr';
import type { Verdict } from '../types';
import type { CardRecord } from './record';

/** One letter a verdict, in the order of the checks. */
const letters: Readonly<Record<Verdict, string>> = {
  passed: 'p',
  'passed earlier': 'e',
  failed: 'f',
  unknown: 'u',
  manual: 'm',
};

/**
 * What the QR code says, fields apart by `|`, for a picture that lost its record: form, lab, edition, whom, time in
 * seconds, project ids, resource ids (UUIDs without dashes), verdicts, digest. Long lists are cut so that the code
 * stays readable from a screenshot.
 */
export function qrText(record: CardRecord): string {
  const bare = (id: string): string => id.replaceAll('-', '').replaceAll('|', '').slice(0, 36);
  const projects = [...new Set(record.sites.map(({ project }) => project?.id))].filter(
    (id) => id !== undefined,
  );
  const whom = record.subject.netId ?? record.subject.usernames[0] ?? '';
  return [
    'CL1',
    record.lab.id.slice(0, 40),
    record.lab.edition.replaceAll('|', '').slice(0, 10),
    whom.replaceAll('|', '').slice(0, 32),
    String(Math.floor(record.takenAt / 1000)),
    projects.slice(0, 2).map(bare).join(','),
    record.resources
      .slice(0, 4)
      .map(({ id }) => bare(id))
      .join(','),
    record.checks
      .map(({ verdict }) => letters[verdict])
      .join('')
      .slice(0, 120),
    record.digest,
  ].join('|');
}

/** The dark modules as one SVG path in module units, and how many modules a side (quiet zone of 2 included). */
export function qrPath(record: CardRecord): { readonly path: string; readonly size: number } {
  const { data, size } = encode(qrText(record), { ecc: 'L', border: 2 });
  const path = data.flatMap((row, y) => runsOf(row).map(([x, width]) => `M${x} ${y}h${width}v1h-${width}z`));
  return { path: path.join(''), size };
}

function runsOf(row: readonly boolean[]): [start: number, length: number][] {
  const runs: [number, number][] = [];
  row.forEach((dark, x) => {
    const last = runs.at(-1);
    if (!dark) return;
    if (last !== undefined && last[0] + last[1] === x) last[1]++;
    else runs.push([x, 1]);
  });
  return runs;
}
