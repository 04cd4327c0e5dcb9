/** Connections as a student keeps them: pinned, stopped, and a server's ladder when something is wrong. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { actOn, demoIsOpen, openService } from './steps';
import { openWindow, type Workbench } from './window';

const SERVER = 'node-mlflow-ab1234';

describe('connections in the demo', () => {
  let window: Workbench;
  before(async () => {
    window = await openWindow();
    await demoIsOpen(window);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot(`failed-${this.currentTest.title}`);
  });
  after(() => window.close());

  it('shows the session, and below it the forward, which can be pinned', async () => {
    const connecting = openService(window, SERVER, 'MLflow');
    connecting.catch(() => undefined);
    await window.button('Connect').click();
    await (await connecting).close();
    await window.enlarge('Connections');
    await window.row('Connections', new RegExp(`^${SERVER}connected`)).waitFor();
    const forward = /^MLflow:8000 · up · 127\.0\.0\.1:\d+/;
    await window.row('Connections', forward).waitFor();
    const pinned = window.row('Connections', /^MLflow.*pinned/);
    await actOn(window, 'Connections', forward, 'Pin Forward', 'MLflow', pinned);
    await window.screenshot('connections-1-pinned');
  });

  it('stops and restarts on the same port', async () => {
    const before = await window.row('Connections', /^MLflow/).innerText();
    const stopped = window.row('Connections', /^MLflow:8000 · stopped · pinned/);
    await actOn(window, 'Connections', /^MLflow/, 'Stop Forward', 'MLflow', stopped);
    const again = window.row('Connections', /^MLflow:8000 · up · 127/);
    await actOn(window, 'Connections', /^MLflow/, 'Restart Forward', 'MLflow', again);
    const port = (text: string): string | undefined => /127\.0\.0\.1:(\d+)/.exec(text)?.[1];
    assert.equal(port(await again.innerText()), port(before));
  });

  it('says what is wrong with a port on which nothing listens, and what is over', async () => {
    await window.rowAction('Connections', new RegExp(`^${SERVER}`), 'Forward a Port');
    await window.quickPick('Another port');
    await window.answer('9999');
    const wrong = /^Port 9999127.*Nothing listens on port 9999/;
    await window.row('Connections', wrong).waitFor();
    assert.match(
      (await window.row('Connections', wrong).getAttribute('aria-label')) ?? '',
      /Port 9999 on port 9999 of node-mlflow-ab1234: .*Nothing listens/,
    );
    await window.screenshot('connections-5-wrong');
    const over = window.row('Connections', /^Port 9999stopped/);
    await actOn(window, 'Connections', wrong, 'Stop Forward', 'Port 9999', over);
  });

  it('gives its address to new terminals, and takes it back', async () => {
    await window.command('Chameleon: Use in New Terminals');
    await window.quickPick('MLflow');
    await window.row('Connections', /^MLflow.*MLFLOW_TRACKING_URI/).waitFor();
    await window.screenshot('connections-6-variable');
    await window.command('Preferences: Toggle between Light/Dark Themes');
    await window.page.locator('.monaco-workbench.vs').waitFor();
    await window.row('Connections', /^MLflow/).hover();
    await window.screenshot('connections-7-light');
    await window.command('Preferences: Toggle between Light/Dark Themes');
    await window.command('Chameleon: Stop Using in New Terminals');
    await window.quickPick('MLflow');
    await window.row('Connections', /^MLflow:8000 · up · 127\.0\.0\.1:\d+ · \d+ ms · pinned$/).waitFor();
  });

  it('puts one line into the person’s ssh config after asking, ssh reads it, and it goes away without a trace', async () => {
    const config = path.join(window.home, '.ssh', 'config');
    const before = 'Host mine\n    User me\n';
    mkdirSync(path.dirname(config), { recursive: true });
    writeFileSync(config, before, { mode: 0o640 });
    await window.command('Chameleon: Copy Host');
    await window.quickPick(SERVER);
    await window.button('Add').click();
    await window.message(`Copied: ${SERVER}`).waitFor();
    const found = execFileSync('ssh', ['-G', '-F', config, SERVER], { encoding: 'utf8' });
    assert.match(found, /^hostname 127\.0\.0\.1$/m);
    assert.match(found, /^stricthostkeychecking (true|yes)$/m);
    assert.match(found, /^hostkeyalias chameleon-/m);
    assert.equal(statSync(config).mode & 0o777, 0o640);
    await window.command('Chameleon: Remove SSH Config');
    await window.message('Your ssh config is as it was before').waitFor();
    assert.equal(readFileSync(config, 'utf8'), before);
    await window.dismissMessages();
  });

  it('offers to install what opens remote windows, where nothing does', async () => {
    await window.command('Chameleon: Open in Remote Window');
    const dialog = window.page.locator('.monaco-dialog-box');
    await dialog.getByText('No extension for remote windows is installed').waitFor();
    await dialog.getByText('Install it now?').waitFor();
    // The progress of the connection has a button of that name, too.
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
  });

  it('climbs the ladder of a server, on a page to read', async () => {
    await window.rowAction('Connections', new RegExp(`^${SERVER}`), 'Forward a Port');
    await window.quickInput().locator('.monaco-list-row').first().waitFor();
    await window.screenshot('connections-2-ports');
    await window.page.keyboard.press('Escape');
    await window.command('Chameleon: Why Can’t I Connect?');
    await window.quickPick(SERVER);
    const page = window.panel();
    await page.getByText('You can connect: nothing that can be judged is wrong.').waitFor();
    assert.equal(await page.getByText('failed').count(), 0);
    await window.screenshot('connections-3-ladder');
    await window.command('Preferences: Toggle between Light/Dark Themes');
    await window.page.locator('.monaco-workbench.vs').waitFor();
    await page.locator('body.vscode-light').waitFor();
    await window.screenshot('connections-4-light');
  });
});
