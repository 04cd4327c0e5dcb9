/** The card as a browser draws it: nothing is clipped, nothing lies over something else, and a screenshot is read. */
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { cardHtml, cardSvg, digestOf, openCard, type CardRecord } from '../../src/labs';
import { contrast } from '../unit/labs/card/contrast';
import { hostileCard, largeCard } from '../unit/labs/card/largeSamples';
import { card, inventory } from '../unit/labs/card/samples';
import { openBrowser } from '../vscode/browser';
import { pictures } from './window';

/** Sixty failed checks, each in words, and forty letters in every name. */
function longestCard(): CardRecord {
  const base = largeCard();
  const forty = (text: string): string =>
    `${text}-${'northwest-laboratory-of-deep-learning-xyz'}`.slice(0, 40);
  const changed: CardRecord = {
    ...base,
    subject: { netId: forty('ab1234'), usernames: [forty('alexandra')], userIds: {} },
    sites: base.sites.map((site) => ({ ...site, project: { id: 'a'.repeat(32), name: forty('CHI') } })),
    resources: base.resources.map((resource) => ({ ...resource, name: forty(resource.kind) })),
    steps: base.steps.map((step, at) => ({ ...step, title: forty(`Step ${at}`) })),
    checks: base.checks.map((check, at) => ({ ...check, title: forty(`Check ${at}`), verdict: 'failed' })),
  };
  return { ...changed, digest: digestOf(changed) };
}

const samples = { usual: card(), large: largeCard(), longest: longestCard(), hostile: hostileCard() };

/** Where a text lies on the page, px. */
interface Box {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

describe('card in a browser', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());

  async function shown<T>(
    html: string,
    of: {
      readonly width: number;
      readonly height: number;
      readonly scale?: number;
      readonly theme?: 'light' | 'dark';
    },
    look: (page: Page) => Promise<T>,
  ): Promise<T> {
    const context = await browser.newContext({
      viewport: { width: of.width, height: of.height },
      deviceScaleFactor: of.scale ?? 1,
      colorScheme: of.theme ?? 'light',
    });
    try {
      const page = await context.newPage();
      await page.setContent(html);
      return await look(page);
    } finally {
      await context.close();
    }
  }

  const framed = (svg: string, width = 1280): string =>
    `<body style="margin:0"><div style="width:${width}px">${svg.replace('<svg ', '<svg style="width:100%;height:auto;display:block" ')}</div>`;

  for (const [name, record] of Object.entries(samples))
    for (const theme of ['light', 'dark'] as const)
      it(`keeps each text in its place: ${name}, ${theme}`, async () => {
        await shown(framed(cardSvg(record, theme)), { width: 1280, height: 720 }, async (page) => {
          const boxes = await page.evaluate<Box[]>(`[...document.querySelectorAll('svg text')].map((each) => {
            const { left, right, top, bottom } = each.getBoundingClientRect();
            return { text: each.textContent, left, right, top, bottom };
          })`);
          assert.ok(boxes.length > 20);
          await page.screenshot({ path: path.join(pictures(), `card-${name}-${theme}.png`) });
          for (const box of boxes) {
            const said = `“${box.text}” at ${JSON.stringify(box)}`;
            assert.ok(box.left >= 0 && box.right <= 1280 && box.top >= 0 && box.bottom <= 720, said);
            assert.ok(box.left >= 396 || box.right <= 396, `${said} leaves the side panel`);
          }
          for (const [at, box] of boxes.entries())
            for (const other of boxes.slice(at + 1))
              assert.ok(!overlap(box, other), `“${box.text}” lies over “${other.text}”`);
        });
      });

  it('finds what lies over something else', () => {
    const box = { text: '', left: 0, right: 10, top: 0, bottom: 10 };
    assert.ok(overlap(box, { ...box, left: 5, right: 15 }));
    assert.ok(!overlap(box, { ...box, left: 10, right: 15 }));
  });

  for (const [width, scale] of [
    [1280, 1],
    [1280, 2],
    [860, 1],
    [640, 1],
    [520, 1.25],
  ] as const)
    it(`is read from a screenshot in which it is ${width} px wide, at ${scale} × pixels`, async () => {
      for (const theme of ['light', 'dark'] as const) {
        const window = { width: 1440, height: 900, scale };
        const png = await shown(framed(cardSvg(samples.usual, theme), width), window, (page) =>
          page.screenshot(),
        );
        const handedIn = await openCard(png);
        assert.equal(handedIn.picture, 'scanned');
        assert.equal(handedIn.record(undefined, inventory()).digest, samples.usual.digest);
      }
    });

  it('is read from a JPEG of a browser', async () => {
    const jpeg = await shown(framed(cardSvg(samples.large, 'dark')), { width: 1280, height: 720 }, (page) =>
      page.screenshot({ type: 'jpeg', quality: 60 }),
    );
    const handedIn = await openCard(jpeg);
    assert.equal(handedIn.record(undefined, inventory()).digest, samples.large.digest);
  });

  for (const [name, record] of Object.entries(samples))
    it(`prints on A4, the picture whole on the first page: ${name}`, async () => {
      await shown(cardHtml(record), { width: 794, height: 1123, theme: 'dark' }, async (page) => {
        await page.emulateMedia({ media: 'print' });
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        assert.ok(Number(wide) <= 794, `${String(wide)} px wide`);
        const pdf = await page.pdf({ format: 'A4', printBackground: true });
        const pages = pdf.toString('latin1').match(/\/Type ?\/Page\b(?!s)/g)?.length ?? 0;
        await page.screenshot({ path: path.join(pictures(), `card-a4-${name}.png`), fullPage: true });
        if (name === 'usual') assert.ok(pages <= 2, `${pages} pages`);
        const figure = await page.locator('figure:visible').boundingBox();
        assert.ok(figure !== null && figure.y + figure.height < 1123, 'the picture ends on the first page');
      });
    });

  for (const theme of ['light', 'dark'] as const)
    it(`says as a page all that the picture says, and can be read in ${theme}`, async () => {
      await shown(cardHtml(samples.longest), { width: 900, height: 1200, theme }, async (page) => {
        await page.screenshot({ path: path.join(pictures(), `card-html-${theme}.png`), fullPage: true });
        const words = await page.locator('body').innerText();
        for (const { title, reason } of samples.longest.checks) {
          assert.ok(words.includes(title), title);
          assert.ok(words.includes(reason), reason);
        }
        for (const text of [
          samples.longest.digest,
          'ab1234',
          ...samples.longest.resources.map(({ id }) => id),
        ])
          assert.ok(words.includes(text), text);
        const colours = await page.evaluate<string[][]>(
          `[...document.querySelectorAll('h1, h2, dt, dd, li')].map((each) => [each, document.body].map((of, at) => getComputedStyle(of)[at === 0 ? 'color' : 'backgroundColor']))`,
        );
        assert.ok(colours.length > 100);
        for (const [ink = '', ground = ''] of colours)
          assert.ok(contrast(hex(ink), hex(ground)) >= 4.5, `${ink} on ${ground}`);
        assert.equal(await page.locator('img, script[src], link, iframe').count(), 0, 'nothing is loaded');
      });
    });
});

/** Letters reach less far than their boxes, which have room for accents above and below. */
function overlap(a: Box, b: Box): boolean {
  const room = 3;
  return (
    a.left < b.right && b.left < a.right && a.top + room < b.bottom - room && b.top + room < a.bottom - room
  );
}

/** `rgb(1, 2, 3)` as `#010203`. */
function hex(colour: string): string {
  const parts = [...colour.matchAll(/\d+/g)]
    .slice(0, 3)
    .map(([part]) => Number(part).toString(16).padStart(2, '0'));
  return `#${parts.join('')}`;
}
