import assert from 'node:assert/strict';
import { encode as encodeJpeg } from 'jpeg-js';
import { PNG, type PNGOptions } from 'pngjs';
import { Problem } from '../../../../src/base';
import { openCard, type HandedIn } from '../../../../src/labs/card';
import { cardSvg } from '../../../../src/labs/card/svg';
import { claimsIn, claimsText } from '../../../../src/labs/card/claims';
import { pixelsOf } from '../../../../src/labs/card/pixels';
import { inTwoColours, picture, pngOf, quick } from './pictures';
import { card, inventory, lab } from './samples';
import { hostileCard, largeCard } from './largeSamples';

function verdictsOf(handedIn: HandedIn): string[] {
  return handedIn.record(lab, inventory()).checks.map(({ verdict }) => verdict);
}

/** The best one for each row, as most writers choose it. */
const ALL_FILTERS = -1;
const verdicts = card().checks.map(({ verdict }) => verdict);

describe('card: a picture without its record', () => {
  for (const scale of [0.5, 0.59, 0.75, 1, 1.37, 2])
    it(`is read from its code at ${scale} of its size`, async () => {
      const handedIn = await openCard(pngOf(card(), scale));
      assert.equal(handedIn.picture, 'scanned');
      assert.equal(handedIn.labId, lab.id);
      assert.deepEqual(verdictsOf(handedIn), verdicts);
    });

  for (const [kind, options] of Object.entries({
    'without alpha': { colorType: 2 },
    grey: { colorType: 0 },
    'grey with alpha': { colorType: 4 },
    'with alpha': { colorType: 6 },
    'of 16 bits': { bitDepth: 16 },
  } satisfies Record<string, PNGOptions>))
    it(`is read from a PNG ${kind}, its rows in all filters`, async () => {
      const bytes = pngOf(card(), 0.59, { ...options, filterType: ALL_FILTERS });
      assert.deepEqual(verdictsOf(await openCard(bytes)), verdicts);
    });

  it('is read from a PNG with a palette of two colours', async () => {
    const bytes = inTwoColours(card());
    const ours = pixelsOf(bytes);
    assert.ok(ours);
    assert.ok(PNG.sync.read(Buffer.from(bytes)).data.equals(Buffer.from(ours.data)));
    assert.deepEqual(verdictsOf(await openCard(bytes)), verdicts);
  });

  it('is read from a JPEG, as portals make them', async () => {
    for (const quality of [40, 75, 92]) {
      const handedIn = await openCard(encodeJpeg(picture(card(), 1), quality).data);
      assert.equal(handedIn.picture, 'scanned', `quality ${quality}`);
      assert.deepEqual(verdictsOf(handedIn), verdicts);
    }
  });

  it('is read in the screenshot of a whole screen', async () => {
    const drawn = picture(card(), 0.7);
    const screen = new PNG({ width: 2560, height: 1440, fill: true });
    screen.data.fill(0x20);
    for (let y = 0; y < drawn.height; y += 1)
      drawn.data.copy(
        screen.data,
        ((y + 311) * 2560 + 433) * 4,
        y * drawn.width * 4,
        (y + 1) * drawn.width * 4,
      );
    for (let at = 3; at < screen.data.length; at += 4) screen.data[at] = 255;
    assert.deepEqual(verdictsOf(await openCard(PNG.sync.write(screen, quick))), verdicts);
  });

  for (const [what, record] of Object.entries({ large: largeCard(), hostile: hostileCard() }))
    it(`carries the verdicts of a ${what} card at its own size`, async () => {
      const handedIn = await openCard(pngOf(record, 1));
      assert.deepEqual(
        handedIn.record(undefined, inventory()).checks.map(({ verdict }) => verdict),
        record.checks.map(({ verdict }) => verdict),
      );
    });

  it('fills in whole ids and names from what is there, and the words from the lab', async () => {
    const record = card();
    const { record: told } = await openCard(pngOf(record, 1));
    const known = told(lab, inventory());
    assert.equal(known.digest, record.digest);
    assert.doesNotMatch(cardSvg(known, 'light'), /, ,|, ?<|nobody/, 'drawn anew it has no empty word');
    assert.deepEqual(known.subject, record.subject);
    assert.deepEqual(
      known.resources.map(({ kind, id, name, site }) => ({ kind, id, name, site })),
      record.resources.map(({ kind, id, name, site }) => ({ kind, id, name, site })),
    );
    assert.deepEqual(
      known.sites.map(({ name, project }) => ({ name, project })),
      record.sites.map(({ name, project }) => ({ name, project })),
    );
    assert.deepEqual(
      known.checks.map(({ id, title }) => ({ id, title })),
      record.checks.map(({ id, title }) => ({ id, title })),
    );
    const gone = told(lab, inventory({ leases: [], servers: [], floatingIps: [] }));
    assert.deepEqual(
      gone.resources.map(({ id, name }) => ({ id, name })),
      record.resources.map(({ id }) => ({ id: id.replaceAll('-', '').slice(0, 12), name: '' })),
    );
  });

  it('says what a picture is that shows no card, or another code', async () => {
    const blank = new PNG({ width: 400, height: 300, fill: true });
    await assert.rejects(openCard(PNG.sync.write(blank)), Problem);
    await assert.rejects(openCard(encodeJpeg({ width: 64, height: 64, data: blank.data }, 80).data), Problem);
    await assert.rejects(openCard(encodeJpeg(picture(card(), 1), 80).data.subarray(0, 400)), /no record/);
    await assert.rejects(openCard(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)), /no record/);
  });

  it('takes no other text for claims', () => {
    const text = claimsText(card());
    assert.ok(claimsIn(text));
    assert.match(text, /^[0-9A-Z $%*+./:-]+$/);
    for (const other of [
      '',
      'https://example.org/',
      text.replace('CL2', 'CL1'),
      text.slice(0, -1),
      `${text}:`,
      text.replace(/:[0-9A-Z]+:([0-9A-F]{64})$/, ':p*:$1'),
      text.toLowerCase(),
    ])
      assert.equal(claimsIn(other), undefined, other.slice(0, 40));
  });

  it('is as good a reader of PNG as the one that everybody has', () => {
    for (const colorType of [0, 2, 4, 6] as const) {
      const bytes = pngOf(card(), 0.4, { colorType, filterType: ALL_FILTERS });
      const ours = pixelsOf(bytes);
      assert.ok(ours, `colour type ${colorType}`);
      assert.ok(
        PNG.sync.read(Buffer.from(bytes)).data.equals(Buffer.from(ours.data)),
        `colour type ${colorType}`,
      );
    }
  });
});
