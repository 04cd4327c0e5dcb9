/** Text in a picture: escaped, measured by estimate (an SVG can't wrap), cut with an ellipsis or wrapped. */

/** For text and attribute values in XML; characters that XML 1.0 forbids, and those that turn the
 * reading direction (a name could dress up as another with them), become U+FFFD. */
export function escapeXml(text: string): string {
  return [...text]
    .map((char) => (isSafeChar(char) ? char : '\uFFFD'))
    .join('')
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

function isSafeChar(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x20) return code === 9 || code === 10 || code === 13;
  if ((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)) return false;
  return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}

/** Widths in em of a wide system font (Segoe UI, DejaVu Sans are wider than Helvetica), rounded up. */
function widthOf(char: string): number {
  if ((char.codePointAt(0) ?? 0) > 0x2e7f) return 1.05;
  if (/[\u0300-\u036f\u200b-\u200f]/.test(char)) return 0;
  if (/[ilj.,:;'|!`]/.test(char)) return 0.31;
  if (/[ frtI()[\]{}"/\\-]/.test(char)) return 0.42;
  if (/[mwMW@%—…]/.test(char)) return 1;
  if (/[A-Z&#=+<>~]/.test(char)) return 0.76;
  return 0.62;
}

/** A bold letter is about this much wider. */
const boldness = 1.08;

/** Estimated width in pixels; never less than what common system fonts take. */
export function measure(text: string, size: number, weight: 'normal' | 'bold' = 'normal'): number {
  let ems = 0;
  for (const char of text) ems += widthOf(char);
  return ems * size * (weight === 'bold' ? boldness : 1);
}

/** The text, cut at its end to fit `width` pixels, with an ellipsis where it was cut. */
export function fit(text: string, size: number, width: number, weight: 'normal' | 'bold' = 'normal'): string {
  if (measure(text, size, weight) <= width) return text;
  const scale = size * (weight === 'bold' ? boldness : 1);
  let room = width - widthOf('…') * scale;
  let kept = '';
  for (const char of text) {
    room -= widthOf(char) * scale;
    if (room < 0) break;
    kept += char;
  }
  return `${kept.trimEnd()}…`;
}

/** The text in at most `lines` lines of `width` pixels; the last one ends in an ellipsis if something is left. */
export function wrap(text: string, size: number, width: number, lines: number): string[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const wrapped: string[] = [];
  while (words.length > 0 && wrapped.length < lines) {
    if (wrapped.length === lines - 1) {
      wrapped.push(fit(words.join(' '), size, width));
      break;
    }
    let line = words.shift() ?? '';
    for (let next = words[0]; next !== undefined; next = words[0]) {
      if (measure(`${line} ${next}`, size) > width) break;
      line = `${line} ${next}`;
      words.shift();
    }
    wrapped.push(fit(line, size, width));
  }
  return wrapped;
}
