import { pixelsOf, mostPixels, type Pixels } from './pixels';
import { isPng } from './png';

/** As long as a picture is searched for a code, ms: screenshots take tens, and one without a code must end. */
const SEARCH_MS = 1500;

/** True if the bytes begin as every JPEG does. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/**
 * What the QR code in a PNG or JPEG picture says, wherever it lies and however the picture was scaled; `undefined` if
 * there is none that can be read. What reads it is loaded on first use.
 */
export async function codeIn(picture: Uint8Array): Promise<string | undefined> {
  const pixels = isPng(picture) ? pixelsOf(picture) : await jpegPixels(picture);
  return pixels === undefined ? undefined : codeInPixels(pixels);
}

/** Modules of less than two pixels are found only after they were made larger: then a second look is taken. */
async function codeInPixels(pixels: Pixels): Promise<string | undefined> {
  const { decodeQR } = await import('qr/decode.js');
  const onWhite = opaque(pixels);
  for (const scale of [1, 2, 3]) {
    if (pixels.width * pixels.height * scale * scale > mostPixels) break;
    try {
      return decodeQR(scale === 1 ? onWhite : enlarged(onWhite, scale), {
        format: 'RGBA',
        timeLimit: SEARCH_MS,
      });
    } catch {
      // There is none in this size.
    }
  }
  return undefined;
}

async function jpegPixels(bytes: Uint8Array): Promise<Pixels | undefined> {
  const { default: decode } = await import('jpeg-js/lib/decoder.js');
  try {
    const { width, height, data } = decode(bytes, {
      useTArray: true,
      maxResolutionInMP: mostPixels / 1e6,
      maxMemoryUsageInMB: 512,
    });
    return { width, height, data };
  } catch {
    return undefined;
  }
}

/** What is transparent is seen on white. */
function opaque({ width, height, data }: Pixels): Pixels {
  const whole = new Uint8Array(data);
  for (let at = 0; at < whole.length; at += 4) {
    const alpha = whole[at + 3] ?? 255;
    if (alpha === 255) continue;
    for (let part = at; part < at + 3; part += 1)
      whole[part] = 255 + (((whole[part] ?? 0) - 255) * alpha) / 255;
    whole[at + 3] = 255;
  }
  return { width, height, data: whole };
}

/** The picture a whole number of times larger, each new pixel between its neighbours (bilinear), in grey. */
function enlarged({ width, height, data }: Pixels, times: number): Pixels {
  const grey = new Float32Array(width * height);
  for (let at = 0; at < grey.length; at += 1)
    grey[at] = 0.3 * (data[at * 4] ?? 0) + 0.59 * (data[at * 4 + 1] ?? 0) + 0.11 * (data[at * 4 + 2] ?? 0);
  const larger = new Uint8Array(width * times * height * times * 4);
  for (let y = 0; y < height * times; y += 1) {
    const top = Math.min(height - 1, Math.max(0, (y + 0.5) / times - 0.5));
    const [y0, y1] = [Math.floor(top), Math.min(height - 1, Math.floor(top) + 1)];
    for (let x = 0; x < width * times; x += 1) {
      const left = Math.min(width - 1, Math.max(0, (x + 0.5) / times - 0.5));
      const [x0, x1] = [Math.floor(left), Math.min(width - 1, Math.floor(left) + 1)];
      const upper = mix(grey[y0 * width + x0] ?? 0, grey[y0 * width + x1] ?? 0, left - x0);
      const lower = mix(grey[y1 * width + x0] ?? 0, grey[y1 * width + x1] ?? 0, left - x0);
      larger.fill(mix(upper, lower, top - y0), (y * width * times + x) * 4, (y * width * times + x) * 4 + 3);
      larger[(y * width * times + x) * 4 + 3] = 255;
    }
  }
  return { width: width * times, height: height * times, data: larger };
}

function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}
