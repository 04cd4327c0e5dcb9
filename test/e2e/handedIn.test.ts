/** Cards as a marker meets them: a class of them in a folder, screenshots, a card dropped on the view. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { PNG } from 'pngjs';
import { openCard, readCard, type CardRecord } from '../../src/labs';
import { stageExtension } from '../vscode/project.mjs';
import { demoIsOpen, runLab, savePng, verify } from './steps';
import { openWindow, type Workbench } from './window';

describe('cards that were handed in', () => {
  let window: Workbench;
  let record: CardRecord;
  before(async () => {
    window = await openWindow({
      theme: 'light',
      install: async (extensions) => {
        stageExtension(extensions);
        await stageClass(extensions);
      },
    });
    await demoIsOpen(window);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot(`failed-handed-in`);
  });
  after(() => window.close());

  it('judges a class of 191 cards in one table, the shared and the forged ones first', async () => {
    await window.command('Class: Hand In All Cards');
    await window.message('191 cards are in the folder').waitFor();
    await window.dismissMessages();
    await window.command('Chameleon: Verify Folder …');
    await window.chooseFile('cards');
    await window.quickInput().getByText('cards', { exact: true }).waitFor({ state: 'detached' });
    await window.quickInput().getByRole('button', { name: 'OK' }).click();
    const done = window.message(/191 cards: 3 to look at/);
    await done.waitFor({ timeout: 120_000 });
    await window.screenshot('handed-in-1-folder');
    await done.getByRole('button', { name: 'Save as CSV' }).click();
    await window.quickInput().getByRole('button', { name: 'OK' }).click();
    await window.quickInput().waitFor({ state: 'hidden' });
    const csv = await tableWith(window, 192);
    const look = csv.slice(1, 4).join('\n');
    assert.match(look, /"forged\.json","Server|"forged\.json","Lease/);
    assert.match(look, /"copied\.json","Shared card: the same as /);
    assert.doesNotMatch(csv.slice(4).join('\n'), /Shared card|not theirs/);
    await window.command('View: Close All Editors');
  });

  it('saves one card as PNG, HTML and JSON, which hold the same record', async () => {
    await runLab(window);
    const png = await savePng(window);
    record = readCard(await readFile(path.join(window.folder, png)));
    for (const form of ['HTML', 'JSON']) {
      await window.panel().getByText(`Save ${form}`).click();
      await window.quickInput().getByRole('button', { name: 'OK' }).click();
      await window
        .panel()
        .getByText(new RegExp(`^Saved as .*\\.${form.toLowerCase()}`))
        .waitFor();
      const file = path.join(window.folder, png.replace('.png', `.${form.toLowerCase()}`));
      assert.deepEqual(readCard(await readFile(file)), record);
    }
  });

  it('copies the card as a picture, which is read by its code', async () => {
    await window.panel().getByText('Copy as picture').click();
    await window.panel().getByText('The picture is on the clipboard').waitFor();
    const base64 = await window.page.evaluate<string>(`(async () => {
      const [item] = await navigator.clipboard.read();
      const bytes = new Uint8Array(await (await item.getType('image/png')).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    })()`);
    const handedIn = await openCard(Buffer.from(base64, 'base64'));
    assert.equal(handedIn.picture, 'scanned');
  });

  it('verifies a screenshot of the window by the code on it', async () => {
    await window.dismissMessages();
    const shot = await window.page.screenshot();
    writeFileSync(path.join(window.folder, 'screenshot.png'), shot);
    await verify(window, 'screenshot.png');
    const panel = window.panel();
    await panel.getByText(/^. Read from the picture’s code/).waitFor();
    // As it was handed in, and drawn anew.
    await panel.locator('figure img[src^="data:image/png"]').waitFor();
    await panel.locator('figure img[src^="data:image/svg"]').waitFor();
    assert.equal(await panel.locator('li.contradicted').count(), 0);
    assert.ok((await panel.locator('li.agreed').count()) > 8);
    await window.screenshot('handed-in-2-screenshot');
  });

  it('says what the code says where the words in the picture were painted over', async () => {
    const shot = PNG.sync.read(await readFile(path.join(window.folder, 'screenshot.png')));
    const words = { left: Math.round(shot.width * 0.6), top: 150, width: 400, height: 60 };
    for (let y = words.top; y < words.top + words.height; y += 1)
      shot.data.fill(
        0xee,
        (y * shot.width + words.left) * 4,
        (y * shot.width + words.left + words.width) * 4,
      );
    writeFileSync(path.join(window.folder, 'painted.png'), PNG.sync.write(shot));
    await verify(window, 'painted.png');
    const passed = record.checks.filter(({ verdict, optional }) => verdict === 'passed' && !optional).length;
    await window
      .panel()
      .getByText(new RegExp(`${passed} of \\d+ checks passed. If the picture shows`))
      .waitFor();
    await window.panel().getByText('Its words were not read: what counts').waitFor();
    await window.panel().locator('figure img[src^="data:image/svg"]').waitFor();
    await window.screenshot('handed-in-4-painted');
    await window.command('View: Close All Editors');
  });

  it('takes a card that is dropped on the Labs view', async () => {
    const file = path.join(window.folder, 'cards', `${record.lab.id}-ab1234.json`);
    const row = window.row('Labs', '1 Hello, Chameleon');
    const uri = `vscode-remote://${new URL(window.page.url()).host}${file}`;
    const data = await window.page.evaluateHandle(
      `(() => { const all = new DataTransfer(); all.setData('text/uri-list', ${JSON.stringify(uri)}); return all; })()`,
    );
    for (const kind of ['dragenter', 'dragover', 'drop'])
      await row.dispatchEvent(kind, { dataTransfer: data });
    await window.page.locator('.tab', { hasText: 'Verify:' }).waitFor();
    await window.panel().getByText('agreed').first().waitFor();
    await window.screenshot('handed-in-3-dropped');
  });
});

/** The lines of the saved table, once all of them are written: the dialog closes before. */
async function tableWith(window: Workbench, count: number): Promise<string[]> {
  for (;;) {
    const text = await readFile(path.join(window.folder, 'cards.csv'), 'utf8').catch(() => '');
    const lines = text.trimEnd().split('\r\n');
    if (lines.length === count && text.endsWith('\n')) return lines;
    await window.page.waitForTimeout(50);
  }
}

/** Puts the class's own extension beside ours. */
async function stageClass(extensions: string): Promise<void> {
  const at = path.join(extensions, 'test.class-cards-1.0.0');
  mkdirSync(at, { recursive: true });
  const manifest = {
    name: 'class-cards',
    publisher: 'test',
    version: '1.0.0',
    engines: { vscode: '^1.100.0' },
    main: './extension.js',
    activationEvents: ['onCommand:classCards.handIn'],
    extensionKind: ['workspace'],
    contributes: {
      commands: [{ command: 'classCards.handIn', title: 'Hand In All Cards', category: 'Class' }],
    },
  };
  writeFileSync(path.join(at, 'package.json'), JSON.stringify(manifest));
  await build({
    entryPoints: [path.join(import.meta.dirname, 'class', 'extension.ts')],
    outfile: path.join(at, 'extension.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'cpu-features', '*.node'],
    logLevel: 'warning',
  });
}
