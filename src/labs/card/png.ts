import { Problem } from '../../base';

/**
 * PNG chunks, as far as a card needs them (PNG specification, third edition, 5 and 11.3.3.4): a text chunk is put
 * after the header and found again. Every chunk is `length, type, data, CRC-32 over type and data`.
 */
const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

export interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** Where it begins and ends in the file. */
  readonly from: number;
  readonly to: number;
}

/** True if the bytes begin as every PNG does. */
export function isPng(bytes: Uint8Array): boolean {
  return signature.every((byte, at) => bytes[at] === byte);
}

/** The PNG with `text` in an iTXt chunk under `keyword`; one that was there under it is replaced. */
export function withText(png: Uint8Array, keyword: string, text: string): Uint8Array {
  const [header, ...rest] = chunksOf(png);
  if (header?.type !== 'IHDR') throw new Problem('The picture is not a PNG file: it has no header.');
  const kept = rest.filter((chunk) => chunk.type !== 'iTXt' || textOf(chunk)?.keyword !== keyword);
  return joined([
    png.subarray(0, header.to),
    chunk('iTXt', iTxt(keyword, text)),
    ...kept.map(({ from, to }) => png.subarray(from, to)),
  ]);
}

/** The text stored under `keyword`; `undefined` if there is none. A broken file is a Problem. */
export function textIn(png: Uint8Array, keyword: string): string | undefined {
  for (const chunk of chunksOf(png)) {
    if (chunk.type !== 'iTXt') continue;
    const found = textOf(chunk);
    if (found?.keyword === keyword) return found.text;
  }
  return undefined;
}

/** All chunks in order. A broken file is a Problem. */
export function chunksOf(png: Uint8Array): Chunk[] {
  if (!isPng(png)) throw new Problem('The file is not a PNG picture.');
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const chunks: Chunk[] = [];
  let from = signature.length;
  while (from < png.length) {
    if (from + 12 > png.length) throw broken('it ends in the middle of a chunk');
    const length = view.getUint32(from);
    const to = from + 12 + length;
    if (to > png.length) throw broken('it ends in the middle of a chunk');
    const typeAndData = png.subarray(from + 4, to - 4);
    if (crc32(typeAndData) !== view.getUint32(to - 4)) throw broken('a chunk has a wrong check sum');
    const type = String.fromCharCode(...typeAndData.subarray(0, 4));
    chunks.push({ type, data: typeAndData.subarray(4), from, to });
    from = to;
    if (type === 'IEND') break;
  }
  return chunks;
}

function broken(how: string): Problem {
  return new Problem(`The PNG file is damaged: ${how}.`, { next: 'Save or download the card again.' });
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const whole = new Uint8Array(12 + data.length);
  const view = new DataView(whole.buffer);
  view.setUint32(0, data.length);
  whole.set(new TextEncoder().encode(type), 4);
  whole.set(data, 8);
  view.setUint32(8 + data.length, crc32(whole.subarray(4, 8 + data.length)));
  return whole;
}

/** Keyword, 0, not compressed (0, 0), no language (0), no translated keyword (0), text in UTF-8. */
function iTxt(keyword: string, text: string): Uint8Array {
  const encode = (part: string): Uint8Array => new TextEncoder().encode(part);
  return joined([encode(keyword), new Uint8Array(5), encode(text)]);
}

function textOf({ data }: Chunk): { keyword: string; text: string } | undefined {
  const decode = (part: Uint8Array): string => new TextDecoder().decode(part);
  const endOfKeyword = data.indexOf(0);
  const isCompressed = data[endOfKeyword + 1] !== 0;
  const endOfLanguage = data.indexOf(0, endOfKeyword + 3);
  const endOfTranslated = data.indexOf(0, endOfLanguage + 1);
  if (endOfKeyword < 1 || isCompressed || endOfLanguage < 0 || endOfTranslated < 0) return undefined;
  return {
    keyword: decode(data.subarray(0, endOfKeyword)),
    text: decode(data.subarray(endOfTranslated + 1)),
  };
}

/** The parts as one. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const table = Uint32Array.from({ length: 256 }, (_zero, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  return rest >>> 0;
});

/** CRC-32 as PNG has it; node:zlib's own exists only from Node 20.15 and 22.2 on. */
function crc32(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) rest = (table[(rest ^ byte) & 0xff] ?? 0) ^ (rest >>> 8);
  return (rest ^ 0xffffffff) >>> 0;
}
