/** Connections as a student keeps them: pinned, stopped, and a server's ladder when something is wrong. */
import assert from 'node:assert/strict';
import { demoIsOpen, openService } from './steps';
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
    await window.rowAction('Connections', forward, 'Pin Forward');
    await window.row('Connections', /^MLflow.*pinned/).waitFor();
    await window.screenshot('connections-1-pinned');
  });

  it('stops and restarts on the same port', async () => {
    const before = await window.row('Connections', /^MLflow/).innerText();
    await window.rowAction('Connections', /^MLflow/, 'Stop Forward');
    await window.row('Connections', /^MLflow:8000 · stopped · pinned/).waitFor();
    await window.rowAction('Connections', /^MLflow/, 'Restart Forward');
    const again = window.row('Connections', /^MLflow:8000 · up · 127/);
    await again.waitFor();
    const port = (text: string): string | undefined => /127\.0\.0\.1:(\d+)/.exec(text)?.[1];
    assert.equal(port(await again.innerText()), port(before));
  });

  it('climbs the ladder of a server, on a page to read', async () => {
    await window.rowAction('Connections', new RegExp(`^${SERVER}`), 'Forward a Port');
    await window.quickInput().locator('.monaco-list-row').first().waitFor();
    await window.screenshot('connections-2-ports');
    await window.page.keyboard.press('Escape');
    await window.command('Chameleon: Why Can’t I Connect?');
    await window.quickPick(SERVER);
    const page = window.panel();
    await page
      .getByText('You can connect: nothing that can be judged is wrong.')
      .waitFor({ timeout: 60_000 });
    assert.equal(await page.getByText('failed').count(), 0);
    await window.screenshot('connections-3-ladder');
    await window.command('Preferences: Toggle between Light/Dark Themes');
    await window.screenshot('connections-4-light');
  });
});
