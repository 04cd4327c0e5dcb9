/** The sign-in by browser as a person goes through it: cancelled, refused, run out, approved; and out again. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { startDemo, type Demo } from '../../src/demo';
import { noteSecret } from '../secrets/used';
import { startProvider, type Provider } from './federation/provider';
import { openWindow, type Workbench } from './window';

describe('sign-in by the browser', () => {
  let demo: Demo;
  let provider: Provider;
  let window: Workbench;
  before(async () => {
    demo = await startDemo();
    for (const { name, credential } of demo.clouds) noteSecret(`e2e: ${name}`, credential.secret);
    provider = await startProvider(demo);
    window = await openWindow({
      settings: { 'chameleon.demo.openOnStartup': false },
      elsewhere: provider.elsewhere,
    });
    await provider.inBrowser(window.page.context());
    await window.view('Resources').getByRole('button', { name: 'Sign In' }).waitFor();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot(`failed-${this.currentTest.title}`);
  });
  after(async () => {
    await window.close();
    await provider.stop();
    await demo.stop();
  });

  /** Begins, and gives the page that opens in the browser. */
  async function begin(): Promise<Page> {
    const opened = window.page.context().waitForEvent('page');
    opened.catch(() => undefined); // awaited below; a step before it may fail
    await window.run('Chameleon: Sign In');
    await window.take('Sign in by the browser');
    // The editor asks whether it may open another site's page, as it does for any extension.
    const open = window.button('Open');
    await Promise.race([opened, open.first().waitFor()]);
    if (await open.first().isVisible()) await open.first().click();
    const page = await opened;
    await page.locator('h1').waitFor();
    return page;
  }

  /** What this browser keeps for the editor: its secret storage is there. */
  function kept(): Promise<string> {
    return window.page.evaluate('JSON.stringify({ ...localStorage })');
  }

  it('shows the code of the page that it opens, and ends silently on a cancel', async () => {
    const page = await begin();
    const code = await page.locator('h1').innerText();
    await page.close();
    const progress = window.message(`Approve the sign-in in your browser. Its code: ${code}`);
    await progress.waitFor();
    await window.message(`The browser shows the code ${code}`).waitFor();
    await window.screenshot('browser-sign-in-1-waiting');
    await progress.getByRole('button', { name: 'Cancel' }).click();
    await progress.waitFor({ state: 'detached' });
    await window.dismissMessages();
    assert.equal(provider.given.length, 0);
  });

  it('says that it was refused', async () => {
    const page = await begin();
    await page.getByText('Refuse').click();
    await page.close();
    await window.message(/refused in the browser.*Sign in again/).waitFor();
    await window.screenshot('browser-sign-in-2-refused');
    await window.dismissMessages();
  });

  it('says that its code ran out', async () => {
    provider.codesLive = 2;
    const page = await begin();
    await page.close();
    await window.message(/ran out before it was used/).waitFor();
    provider.codesLive = 60;
    await window.dismissMessages();
    assert.equal(provider.given.length, 0);
  });

  it('keeps nothing of who turns back at the choice of a project', async () => {
    const page = await begin();
    await page.getByText('Approve').click();
    await page.close();
    await window.quickInput().getByText('CHI-999999').waitFor();
    await window.page.keyboard.press('Escape');
    await window.quickInput().waitFor({ state: 'hidden' });
    assert.equal(provider.given.length, 2);
    for (const token of provider.given) assert.equal((await kept()).includes(token), false);
    await window.dismissMessages();
  });

  it('offers the projects by name, one for all sites, and shows what is there', async () => {
    const page = await begin();
    await page.getByText('Approve').click();
    await page.close();
    await window.quickInput().getByText('CHI-999999').waitFor();
    await window.screenshot('browser-sign-in-3-projects');
    for (const [at, token] of provider.given.entries()) noteSecret(`e2e: token ${at}`, token);
    await window.take('CHI-251409');
    await window.message(/Signed in to project CHI-251409 at/).waitFor();
    for (const site of ['KVM@TACC', 'CHI@TACC']) await window.row('Resources', site).waitFor();
    await window.row('Resources', 'node-mlflow-ab1234').waitFor();
    await window.screenshot('browser-sign-in-4-signed-in');
  });

  it('forgets every secret at sign-out, in all windows', async () => {
    assert.ok(provider.given.length >= 4);
    await window.dismissMessages();
    const other = await window.another();
    await other.row('Resources', 'node-mlflow-ab1234').waitFor();
    await window.run('Chameleon: Sign Out');
    await window.page.locator('.monaco-dialog-box').waitFor();
    await window.screenshot('browser-sign-in-5-sign-out');
    await window.page.keyboard.press('Enter');
    for (const each of [window, other])
      await each.view('Resources').getByRole('button', { name: 'Sign In' }).waitFor();
    await other.screenshot('browser-sign-in-6-other-window');
    for (const token of provider.given) assert.equal((await kept()).includes(token), false);
    await other.close();
    await window.page.reload();
    await window.view('Resources').getByRole('button', { name: 'Sign In' }).waitFor();
  });
});
