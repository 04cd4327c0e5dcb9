import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { chunksOf, joined } from './png';

/** 4096 × 4096 with alpha: a card is far smaller. */
const maxPixelBytes = 4096 * 4097 * 4;

/**
 * SHA-256 of a picture's size and colours, the same after it was compressed anew. `undefined` for another form than
 * 8-bit RGB with or without alpha, as browsers write it, and for one that can't be unpacked.
 */
export function pixelDigest(png: Uint8Array): string | undefined {
  const chunks = chunksOf(png);
  const header = chunks[0]?.data;
  if (header?.length !== 13) return undefined;
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colours, , , interlaced] = header.subarray(8);
  const channels = colours === 6 ? 4 : colours === 2 ? 3 : 0;
  const rowBytes = width * channels;
  if (depth !== 8 || channels === 0 || interlaced !== 0 || (rowBytes + 1) * height > maxPixelBytes)
    return undefined;
  const packed = joined(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  try {
    const rows = inflateSync(packed, { maxOutputLength: maxPixelBytes });
    if (rows.length !== (rowBytes + 1) * height) return undefined;
    const hash = createHash('sha256').update(`${width} ${height} `);
    let above = new Uint8Array(rowBytes);
    for (let y = 0; y < height; y += 1) {
      const at = y * (rowBytes + 1);
      above = unfiltered(rows[at] ?? 0, rows.subarray(at + 1, at + 1 + rowBytes), above, channels);
      hash.update(channels === 3 ? above : above.filter((_value, index) => index % 4 !== 3));
    }
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}

/** One row without its filter (PNG specification, third edition, 9.2). */
function unfiltered(
  filter: number,
  row: Uint8Array,
  above: Uint8Array,
  step: number,
): Uint8Array<ArrayBuffer> {
  const plain = new Uint8Array(row.length);
  for (let at = 0; at < row.length; at += 1) {
    const a = plain[at - step] ?? 0;
    const b = above[at] ?? 0;
    const c = at < step ? 0 : (above[at - step] ?? 0);
    plain[at] = (row[at] ?? 0) + ([0, a, b, (a + b) >> 1, paeth(a, b, c)][filter] ?? 0);
  }
  return plain;
}

function paeth(a: number, b: number, c: number): number {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}
