import { encodeQR } from 'qr';
import { claimsText } from './claims';
import type { CardRecord } from './record';

/** The card's claims as a QR code: the dark modules as one SVG path in module units, and how many modules a side (quiet zone of 2 included). */
export function qrPath(record: CardRecord): { readonly path: string; readonly size: number } {
  const data = encodeQR(claimsText(record), 'raw', { ecc: 'low', border: 2 });
  const path = data.flatMap((row, y) => runsOf(row).map(([x, width]) => `M${x} ${y}h${width}v1h-${width}z`));
  return { path: path.join(''), size: data.length };
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
