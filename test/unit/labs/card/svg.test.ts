import assert from 'node:assert/strict';
import jsQR from 'jsqr';
import { encodeQR } from 'qr';
import { cardHtml, cardRecord, cardSvg, type CardRecord } from '../../../../src/labs/card';
import { palettes } from '../../../../src/labs/card/paint';
import { claimsText } from '../../../../src/labs/card/claims';
import { fit, measure, wrap } from '../../../../src/labs/card/text';
import type { CheckResult, Lab } from '../../../../src/labs/types';
import { labNamed } from '../labDesk';
import { contrast } from './contrast';
import { card, inventory, run, takenAt } from './samples';
import { hostileCard, largeCard } from './largeSamples';

/** Throws unless the text is well-formed XML of elements, attributes and numeric entities: all that a card needs. */
function assertWellFormed(svg: string): void {
  const open: string[] = [];
  let at = 0;
  const tag = /<(\/?)([a-z]+)((?: [a-zA-Z:-]+="[^"<&]*(?:&#\d+;[^"<&]*)*")*)\s*(\/?)>/y;
  const text = /[^<&]+|&#\d+;/y;
  while (at < svg.length) {
    tag.lastIndex = text.lastIndex = at;
    const found = tag.exec(svg);
    if (found !== null) {
      const [whole, isEnd, name, , isEmpty] = found;
      if (isEnd === '/') assert.equal(open.pop(), name);
      else if (isEmpty !== '/') open.push(name ?? '');
      at += whole.length;
      continue;
    }
    const words = text.exec(svg);
    assert.ok(words !== null, `not well-formed at: ${svg.slice(at, at + 60)}`);
    at += words[0].length;
  }
  assert.deepEqual(open, []);
}

/** Every text with where it begins and ends by our own measure. */
function textsOf(svg: string): { x: number; y: number; end: number; text: string }[] {
  return [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)" font-size="([\d.]+)"([^>]*)>([^<]*)</g)].map(
    (found) => {
      const [, x, y, size, rest, escaped] = found;
      const text = (escaped ?? '').replace(/&#(\d+);/g, (_all, code: string) =>
        String.fromCharCode(Number(code)),
      );
      const isMono = rest?.includes('mono') === true;
      const width = isMono
        ? text.length * Number(size) * 0.61
        : measure(text, Number(size), rest?.includes('600') ? 'bold' : 'normal');
      const start = rest?.includes('"end"')
        ? Number(x) - width
        : rest?.includes('"middle"')
          ? Number(x) - width / 2
          : Number(x);
      return { x: start, y: Number(y), end: start + width, text };
    },
  );
}

const samples: Readonly<Record<string, () => CardRecord>> = {
  usual: () => card(),
  hostile: hostileCard,
  large: largeCard,
};

describe('card: picture', () => {
  for (const [name, sample] of Object.entries(samples))
    for (const theme of ['light', 'dark'] as const)
      it(`is well-formed and stays in its frame: ${name}, ${theme}`, () => {
        const svg = cardSvg(sample(), theme);
        assertWellFormed(svg);
        for (const { x, y, end, text } of textsOf(svg)) {
          assert.ok(y > 10 && y <= 700, `"${text}" is at y ${y}`);
          assert.ok(x >= 30 && end <= 1262, `"${text}" reaches from ${x} to ${end}`);
          assert.ok(x >= 430 || end <= 396, `"${text}" leaves the side panel: ${end}`);
        }
      });

  it('finds what is not well-formed', () => {
    for (const bad of ['<a>', '<a></b>', '<a b=c/>', '<a>&amp</a>', '<a b="<"/>', '<a>x & y</a>'])
      assert.throws(() => assertWellFormed(bad), bad);
  });

  it('shows nothing of a hostile name as markup', () => {
    const svg = cardSvg(hostileCard(), 'light');
    assert.ok(!svg.includes('<script') && !svg.includes('<img') && !svg.includes('javascript:alert(1)"'));
    assert.ok(!svg.includes('\u202e'), 'no turned reading direction');
    const page = cardHtml(hostileCard());
    assert.equal(page.match(/<script/g)?.length, 1, 'the record alone');
    assert.ok(!page.includes('<img'));
  });

  it('has no two lines of text on top of each other with 60 checks', () => {
    const texts = textsOf(cardSvg(largeCard(), 'light'));
    for (const [at, a] of texts.entries())
      for (const b of texts.slice(at + 1))
        if (Math.abs(a.y - b.y) < 9) assert.ok(a.end <= b.x || b.end <= a.x, `"${a.text}" and "${b.text}"`);
  });

  it('counts what does not fit', () => {
    assert.match(cardSvg(largeCard(), 'light'), /and \d+ more: /);
    assert.doesNotMatch(cardSvg(card(), 'light'), /more: /);
  });

  for (const id of ['lab2-cloud', 'lab3-mlops', 'lab8-data-platform'])
    for (const theme of ['light', 'dark'] as const)
      it(`names each failed check of ${id} and stays in its frame with most not checked, ${theme}`, async () => {
        const record = cardOf(await labNamed(id));
        assert.ok(record.checks.length > 50);
        const svg = cardSvg(record, theme);
        assertWellFormed(svg);
        const texts = textsOf(svg);
        for (const { x, y, end, text } of texts) {
          assert.ok(y > 10 && y <= 700 && x >= 30 && end <= 1262, `"${text}" at ${x}–${end}, ${y}`);
          assert.ok(x < 856 || y < 180 || y <= 628 || y > 640, `"${text}" leaves the list at ${y}`);
        }
        const said = texts.map(({ text }) => text).join(' ');
        for (const { title } of record.checks.filter(({ verdict }) => verdict === 'failed'))
          assert.ok(said.includes(title.slice(0, 20)), title);
        const open = record.checks.filter(({ verdict }) => verdict === 'unknown');
        const there = open.filter(({ title }) => said.includes(title));
        assert.ok(there.length >= open.length / 2, `${there.length} of ${open.length} are named`);
      });

  it('says in words what failed', () => {
    assert.match(cardSvg(card(), 'light'), /Server is deleted/);
    assert.match(cardSvg(card({}), 'light'), /every check passed/);
  });

  it('has a contrast of 4.5 and more for each text colour on each ground', () => {
    for (const paint of Object.values(palettes))
      for (const ink of [paint.ink, paint.muted, paint.passed, paint.failed, paint.open])
        for (const ground of [paint.page, paint.side])
          assert.ok(contrast(ink, ground) >= 4.5, `${ink} on ${ground}: ${contrast(ink, ground)}`);
    assert.ok(contrast('#888888', '#ffffff') < 4.5);
  });

  for (const [name, sample] of Object.entries(samples))
    it(`has a QR code that a reader reads: ${name}`, () => {
      const text = claimsText(sample());
      assert.equal(readQr(text), text);
      assert.ok(text.endsWith(`:${sample().digest.toUpperCase()}`));
      assert.equal(text.split(':').length, 11);
    });

  it('cuts and wraps by measure', () => {
    assert.equal(fit('short', 12, 200), 'short');
    assert.ok(fit('x'.repeat(100), 12, 100).endsWith('…'));
    assert.ok(measure(fit('漢字'.repeat(50), 12, 100), 12) <= 100);
    assert.deepEqual(wrap('one two three', 10, 1000, 2), ['one two three']);
    assert.equal(wrap('word '.repeat(100), 12, 200, 3).length, 3);
    assert.deepEqual(wrap('', 12, 200, 3), []);
  });
});

/** A card of a lab's first third done, three checks failed, the rest not checked. */
function cardOf(of: Lab): CardRecord {
  const ids = of.steps.flatMap(({ checks }) => checks.map(({ id }) => id));
  const reason =
    'There should be 3 nodes, but there are 2: node3-cloud-ab1234 is not in the list of servers.';
  return cardRecord({
    run: {
      ...run(),
      lab: of.id,
      edition: of.edition,
      parameters: { netID: 'ab1234' },
      checks: of.steps.flatMap((step) =>
        step.checks.map(({ id, title, about, optional }): CheckResult => {
          const at = ids.indexOf(id);
          const verdict = at % 20 === 3 && at < 60 ? 'failed' : at < ids.length / 3 ? 'passed' : 'unknown';
          const cause = verdict === 'unknown' ? 'unreachable' : undefined;
          const seen = { site: 'KVM@TACC', hint: undefined, seenAt: takenAt };
          return { ...seen, id, step: step.id, title, about, verdict, cause, reason, optional };
        }),
      ),
    },
    lab: of,
    inventory: inventory(),
    subject: { kind: 'me' },
    takenAt,
    zone: 'Asia/Kathmandu',
  });
}

function readQr(text: string): string | undefined {
  const scale = 3;
  const data = encodeQR(text, 'raw', { ecc: 'low', border: 4 });
  const size = data.length;
  const side = size * scale;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      if (data[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true)
        pixels.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3);
  return jsQR(pixels, side, side)?.data;
}
