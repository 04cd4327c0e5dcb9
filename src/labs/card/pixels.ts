import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { chunksOf, joined, type Chunk } from './png';

/** A picture as rows of red, green, blue and alpha, a byte each. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** 8192 × 4608, a screenshot of two large screens: a card is far smaller. */
export const mostPixels = 8192 * 4608;

/** Samples of a pixel by colour type (PNG specification, third edition, 11.2.1). */
const samplesOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colours: number;
  readonly samples: number;
}

/**
 * The pixels of a PNG file in any of its colour types. `undefined` for an interlaced picture, one that is far larger
 * than a screen, and one that can't be unpacked.
 */
export function pixelsOf(png: Uint8Array): Pixels | undefined {
  const chunks = chunksOf(png);
  const header = headerIn(chunks[0]);
  if (header === undefined) return undefined;
  const { width, height, depth, samples } = header;
  const rowBytes = Math.ceil((width * samples * depth) / 8);
  const length = (rowBytes + 1) * height;
  const packed = joined(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  const rows = unpacked(packed, length);
  if (rows?.length !== length) return undefined;
  const colour = colouring(header, chunks);
  const data = new Uint8Array(width * height * 4);
  let above: Uint8Array = new Uint8Array(rowBytes);
  for (let y = 0; y < height; y += 1) {
    const at = y * (rowBytes + 1);
    const row = rows.subarray(at + 1, at + 1 + rowBytes);
    unfilter(rows[at] ?? 0, row, above, Math.max(1, (samples * depth) >> 3));
    colour(depth === 8 ? row : eightBits(row, width * samples, header), data, y * width * 4);
    above = row;
  }
  return { width, height, data };
}

/** SHA-256 of a picture's size and colours, the same after it was compressed anew; `undefined` where they can't be read. */
export function pixelDigest(png: Uint8Array): string | undefined {
  const pixels = pixelsOf(png);
  if (pixels === undefined) return undefined;
  const { width, height, data } = pixels;
  const colours = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at += 1)
    for (let part = 0; part < 3; part += 1) colours[at * 3 + part] = data[at * 4 + part] ?? 0;
  return createHash('sha256').update(`${width} ${height} `).update(colours).digest('hex');
}

function headerIn(chunk: Chunk | undefined): Header | undefined {
  const bytes = chunk?.data;
  if (bytes?.length !== 13) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth = 0, colours = 0, , , interlaced] = bytes.subarray(8);
  const samples = samplesOf[colours];
  if (samples === undefined || interlaced !== 0 || ![1, 2, 4, 8, 16].includes(depth)) return undefined;
  if (width === 0 || height === 0 || width * height > mostPixels) return undefined;
  return { width, height, depth, colours, samples };
}

function unpacked(packed: Uint8Array, length: number): Uint8Array | undefined {
  try {
    return inflateSync(packed, { maxOutputLength: length });
  } catch {
    return undefined;
  }
}

/** One row without its filter, in its place (PNG specification, third edition, 9.2). */
function unfilter(filter: number, row: Uint8Array, above: Uint8Array, step: number): void {
  if (filter === 0) return;
  for (let at = 0; at < row.length; at += 1) {
    const a = at < step ? 0 : (row[at - step] ?? 0);
    const b = above[at] ?? 0;
    row[at] = (row[at] ?? 0) + predicted(filter, a, b, at < step ? 0 : (above[at - step] ?? 0));
  }
}

function predicted(filter: number, a: number, b: number, c: number): number {
  switch (filter) {
    case 1:
      return a;
    case 2:
      return b;
    case 3:
      return (a + b) >> 1;
    default:
      return paeth(a, b, c);
  }
}

function paeth(a: number, b: number, c: number): number {
  const pa = Math.abs(b - c);
  const pb = Math.abs(a - c);
  const pc = Math.abs(a + b - 2 * c);
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}

/** Samples of 1, 2, 4 or 16 bits as a byte each; a palette's are numbers and stay as they are. */
function eightBits(row: Uint8Array, count: number, { depth, colours }: Header): Uint8Array {
  if (depth === 16) return row.filter((_value, at) => at % 2 === 0);
  const most = 2 ** depth - 1;
  const scale = colours === 3 ? 1 : 255 / most;
  return Uint8Array.from({ length: count }, (_none, at) => {
    const bit = at * depth;
    return (((row[bit >> 3] ?? 0) >> (8 - depth - (bit & 7))) & most) * scale;
  });
}

/** Writes a row of samples as red, green, blue, alpha. */
function colouring(
  { colours, samples }: Header,
  chunks: readonly Chunk[],
): (row: Uint8Array, into: Uint8Array, from: number) => void {
  const palette = chunks.find(({ type }) => type === 'PLTE')?.data;
  const isGrey = colours === 0 || colours === 4;
  const hasAlpha = colours === 4 || colours === 6;
  return (row, into, from) => {
    for (let at = 0, to = from; at < row.length; at += samples, to += 4) {
      const source = colours === 3 ? (palette ?? row) : row;
      const first = colours === 3 ? (row[at] ?? 0) * 3 : at;
      into[to] = source[first] ?? 0;
      into[to + 1] = source[isGrey ? first : first + 1] ?? 0;
      into[to + 2] = source[isGrey ? first : first + 2] ?? 0;
      into[to + 3] = hasAlpha ? (row[at + samples - 1] ?? 0) : 255;
    }
  };
}
