/** Pictures of cards that have lost their record, as screenshots and portals make them. */
import { crc32, deflateSync } from 'node:zlib';
import { PNG, type PNGOptions } from 'pngjs';
import type { CardRecord } from '../../../../src/labs/card';
import { qrPath } from '../../../../src/labs/card/qr';

/** How PNGs are written where it is all the same. */
export const quick: PNGOptions = { filterType: 0, deflateLevel: 1 };

/** Where the code lies on a card of 1280 × 720. */
const place = { left: 40, top: 520, side: 176 };

/** The card's picture as far as a reader looks at it: its code on a ground, `scale` times as large as a card is. */
export function picture(record: CardRecord, scale: number): { width: number; height: number; data: Buffer } {
  const { path, size } = qrPath(record);
  const dark = new Uint8Array(size * size);
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)/g))
    dark.fill(1, Number(y) * size + Number(x), Number(y) * size + Number(x) + Number(length));
  const [width, height] = [Math.round(1280 * scale), Math.round(720 * scale)];
  const data = Buffer.alloc(width * height * 4, 0xf1);
  for (let at = 3; at < data.length; at += 4) data[at] = 255;
  // Edges are smoothed as a browser does: each pixel is looked at in 16 places.
  const modulesAt = (pixel: number, from: number): number[] =>
    [0.125, 0.375, 0.625, 0.875].map((look) =>
      Math.floor((((pixel + look) / scale - from) / place.side) * size),
    );
  const light = (across: number, down: number): number => {
    if (across < 0 || down < 0 || across >= size || down >= size) return 0xf1;
    return dark[down * size + across] === 1 ? 0 : 255;
  };
  const columns = Array.from({ length: Math.min(width, Math.ceil(230 * scale)) }, (_none, x) =>
    modulesAt(x, place.left),
  );
  for (let y = Math.floor(place.top * scale) - 2; y < height; y += 1) {
    const rows = modulesAt(y, place.top);
    for (const [x, across] of columns.entries()) {
      let sum = 0;
      for (const down of rows) for (const each of across) sum += light(each, down);
      const at = (y * width + x) * 4;
      data[at] = data[at + 1] = data[at + 2] = sum / 16;
    }
  }
  return { width, height, data };
}

/** The picture with a palette of black and white, a bit a pixel, as the strongest optimizers leave it. */
export function inTwoColours(record: CardRecord): Uint8Array {
  const { width, height, data } = picture(record, 1);
  const rowBytes = Math.ceil(width / 8);
  const rows = Buffer.alloc((rowBytes + 1) * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      if ((data[(y * width + x) * 4] ?? 0) < 128)
        rows[y * (rowBytes + 1) + 1 + (x >> 3)] =
          (rows[y * (rowBytes + 1) + 1 + (x >> 3)] ?? 0) | (128 >> (x & 7));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 3, 0, 0, 0], 8);
  const chunk = (type: string, content: Uint8Array): Buffer => {
    const typed = Buffer.concat([Buffer.from(type), content]);
    const whole = Buffer.alloc(typed.length + 8);
    whole.writeUInt32BE(content.length, 0);
    whole.set(typed, 4);
    whole.writeUInt32BE(crc32(typed), typed.length + 4);
    return whole;
  };
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Uint8Array.of(255, 255, 255, 20, 10, 0)),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', new Uint8Array()),
  ]);
}

/** The picture as a PNG file without a record; its rows are as they are, since to find the best filter takes long. */
export function pngOf(record: CardRecord, scale: number, options: PNGOptions = {}): Uint8Array {
  const drawn = picture(record, scale);
  const made = new PNG({ width: drawn.width, height: drawn.height });
  made.data = options.bitDepth === 16 ? sixteenBits(drawn.data) : drawn.data;
  return PNG.sync.write(made, { ...quick, ...options });
}

function sixteenBits(data: Uint8Array): Buffer {
  return Buffer.from(Uint16Array.from(data, (value) => value * 257).buffer);
}
