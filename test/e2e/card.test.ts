/** The card as a browser draws it: nothing is clipped, nothing lies over something else, and a screenshot is read. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import * as v from 'valibot';
import { systemClock } from '../../src/base';
import {
  cardHtml,
  cardSvg,
  cardText,
  digestOf,
  embedInPng,
  openCard,
  readCard,
  shortCode,
  verifyCardWith,
  type CardRecord,
} from '../../src/labs';
import { contrast } from '../unit/labs/card/contrast';
import { hostileCard, largeCard } from '../unit/labs/card/largeSamples';
import { asInDemo, card, hour, inventory, lab, run, takenAt } from '../unit/labs/card/samples';
import { FromPanelSchema } from '../../webview/card/contract';
import { openBrowser } from '../vscode/browser';
import { repository } from '../vscode/editions.mjs';
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

/** Colours of VS Code's own dark and light theme, as far as the panel uses them. */
const themes = {
  dark: {
    foreground: '#cccccc',
    'editor-background': '#1f1f1f',
    descriptionForeground: '#9d9d9d',
    'widget-border': '#313131',
    'button-background': '#0078d4',
    'button-foreground': '#ffffff',
    'button-secondaryBackground': '#313131',
    'button-secondaryForeground': '#cccccc',
    'textBlockQuote-background': '#2b2b2b',
    'testing-iconPassed': '#73c991',
    'testing-iconFailed': '#f14c4c',
    'testing-iconQueued': '#cca700',
    'testing-iconSkipped': '#848484',
  },
  light: {
    foreground: '#3b3b3b',
    'editor-background': '#ffffff',
    descriptionForeground: '#3b3b3b',
    'widget-border': '#e5e5e5',
    'button-background': '#005fb8',
    'button-foreground': '#ffffff',
    'button-secondaryBackground': '#e5e5e5',
    'button-secondaryForeground': '#3b3b3b',
    'textBlockQuote-background': '#f8f8f8',
    'testing-iconPassed': '#73c991',
    'testing-iconFailed': '#f14c4c',
    'testing-iconQueued': '#cca700',
    'testing-iconSkipped': '#848484',
  },
} as const;

describe('panel of a card', () => {
  let browser: Browser;
  let script = '';
  before(async () => {
    browser = await openBrowser();
    const { outputFiles } = await build({
      entryPoints: [path.join(repository, 'webview', 'card', 'main.ts')],
      bundle: true,
      write: false,
      format: 'iife',
      loader: { '.css': 'text' },
    });
    script = outputFiles[0]?.text ?? '';
  });
  after(() => browser.close());

  /** The panel with a message of the extension, and what it says back. */
  async function open(
    message: object,
    theme: 'dark' | 'light' = 'dark',
  ): Promise<{ page: Page; said: () => Promise<unknown[]> }> {
    const context = await browser.newContext({
      viewport: { width: 900, height: 1100 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    const variables = Object.entries(themes[theme]).map(([name, colour]) => `--vscode-${name}: ${colour}`);
    const root = `:root { ${variables.join('; ')}; --vscode-font-size: 13px; --vscode-font-family: sans-serif }`;
    const head = `<style>${root}</style><script>said = []; acquireVsCodeApi = () => ({ postMessage: (m) => said.push(m) })</script>`;
    await page.route('http://localhost/**', (route) =>
      route.request().url().endsWith('.js')
        ? route.fulfill({ contentType: 'text/javascript', body: script })
        : route.fulfill({
            contentType: 'text/html',
            body: `<!doctype html><meta charset="utf-8">${head}<body data-vscode-theme-kind="vscode-${theme}"><script src="card.js"></script>`,
          }),
    );
    await page.goto('http://localhost/');
    await page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`);
    await page.locator('main').waitFor();
    return { page, said: () => page.evaluate<unknown[]>('said') };
  }

  const { light, dark, text } = {
    light: cardSvg(samples.usual, 'light'),
    dark: cardSvg(samples.usual, 'dark'),
    text: cardText(samples.usual),
  };
  const message = { kind: 'card', light, dark, text };

  it('has a button for each way to hand it in, and says the card in words', async () => {
    const { page, said } = await open(message);
    for (const label of ['Save JSON', 'Save HTML', 'Save as PNG']) await page.getByText(label).click();
    await page.waitForFunction('said.length === 4');
    const [ready, json, html, png] = await said();
    assert.deepEqual([ready, json, html], [{ kind: 'ready' }, { kind: 'saveJson' }, { kind: 'saveHtml' }]);
    assert.ok(v.is(FromPanelSchema, png) && png.kind === 'savePng');
    const saved = embedInPng(Buffer.from(png.png, 'base64'), samples.usual);
    const handedIn = await openCard(saved);
    assert.equal(handedIn.picture, 'asDrawn');
    assert.deepEqual(readCard(saved), samples.usual);
    const words = await page.locator('.for-readers').textContent();
    for (const { title } of samples.usual.checks) assert.ok(words?.includes(title), title);
    await page.context().close();
  });

  it('puts the picture on the clipboard, from where it is read by its code', async () => {
    const { page } = await open(message, 'light');
    await page.getByText('Copy as picture').click();
    await page.getByText('The picture is on the clipboard').waitFor();
    const base64 = await page.evaluate<string>(`navigator.clipboard.read()
      .then(([item]) => item.getType('image/png'))
      .then((blob) => blob.arrayBuffer())
      .then((buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('')))`);
    const handedIn = await openCard(Buffer.from(base64, 'base64'));
    assert.equal(handedIn.picture, 'scanned');
    assert.equal(handedIn.record(undefined, inventory()).digest, samples.usual.digest);
    await page.context().close();
  });

  for (const theme of ['dark', 'light'] as const)
    it(`shows a screenshot beside what its code says, ${theme}`, async () => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
      const drawn = await context.newPage();
      await drawn.setContent(`<body style="margin:0">${light}`);
      // The words are painted over, as a forger does; the code stays.
      await drawn.evaluate(
        `document.querySelectorAll('svg text').forEach((each) => { if (/12 of 14/.test(each.textContent)) each.textContent = '14 of 14 checks passed'; })`,
      );
      const shot = await drawn.screenshot();
      await context.close();
      const handedIn = await openCard(shot);
      const record = handedIn.record(lab, inventory());
      assert.equal(record.digest, samples.usual.digest);
      const verdict = await verifyCardWith({
        record,
        lab,
        picture: handedIn.picture,
        world: {
          inventory: inventory(),
          session: () => undefined,
          clock: { ...systemClock, now: () => takenAt + hour },
        },
        rerun: () => Promise.resolve(run(asInDemo)),
        signal: new AbortController().signal,
      });
      const { page } = await open(
        {
          ...message,
          text: cardText(record),
          handedIn: `data:image/png;base64,${shot.toString('base64')}`,
          verification: { digest: verdict.digest, code: shortCode(record.digest), lines: verdict.lines },
        },
        theme,
      );
      await page.getByText(/Read from the picture’s code .* 12 of 14 checks passed/).waitFor();
      await page.getByText('Its words were not read: what counts').waitFor();
      // As it was handed in, and drawn anew.
      await page.locator('figure img[src^="data:image/png"]').waitFor();
      await page.locator('figure img[src^="data:image/svg"]').waitFor();
      assert.equal(await page.locator('li.contradicted').count(), 0);
      await page.screenshot({
        path: path.join(pictures(), `card-panel-scanned-${theme}.png`),
        fullPage: true,
      });
      await page.context().close();
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
