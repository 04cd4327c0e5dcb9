/** The Labs view and lab files, by clicks alone. */
import assert from 'node:assert/strict';
import { demoIsOpen, logIn, openStep } from './steps';
import { openWindow, type Workbench } from './window';

for (const theme of ['dark', 'light'] as const)
  describe(`labs in the demo, ${theme}`, () => {
    let window: Workbench;
    before(async () => {
      window = await openWindow({ theme, settings: { 'chameleon.labs.watchSeconds': 1 } });
      await demoIsOpen(window);
      await window.enlarge('Labs');
    });
    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await window.screenshot(`failed-labs-${theme}`);
    });
    after(() => window.close());

    it('finds what is deployed and offers to continue there, with one click', async () => {
      await window.row('Labs', /Hello, Chameleon.*deployed/).waitFor();
      await window.screenshot(`labs-1-deployed-${theme}`);
      const lab = window.row('Labs', '1 Hello, Chameleon');
      if ((await lab.getAttribute('aria-expanded')) === 'false') await lab.click();
      await window.row('Labs', /^Continue: hello_chameleon-alexbaker is there/).click();
      await window.row('Labs', /Hello, Chameleon.*\d+ of \d+/).waitFor({ timeout: 90_000 });
    });

    it('opens what failed, folds what passed, and says what to do next', async () => {
      const step = window.row('Labs', 'SSH key');
      await step.waitFor();
      assert.equal(await step.getAttribute('aria-expanded'), 'true');
      assert.equal(await window.row('Labs', 'Log in').getAttribute('aria-expanded'), 'false');
      await window.row('Labs', /^Next: Key imported at CHI@TACC.*import the Public Key/).waitFor();
      await window.screenshot(`labs-2-failed-${theme}`);
    });

    it('shows servers and services of a lab, open by a click', async () => {
      const lab = window.row('Labs', /MLflow.*deployed/);
      await lab.click();
      const there = window.row('Labs', /^What is there.*running/);
      await there.waitFor();
      await window.screenshot(`labs-3-there-${theme}`);
    });

    it('says each verdict in words, with the cause of what is not known', async () => {
      await window.row('Labs', /MLflow.*deployed/).click();
      for (const step of ['Hello, Linux', 'Copy files', 'Log in']) await openStep(window, step);
      for (const said of [
        /^Key imported at CHI@TACC.*failed · /,
        /^Key imported at CHI@UC.*not known · \S+/,
        /^The Linux exercise.*for you to say · /,
        /^Edited file copied back.*passed · /,
        /^Clean up.*to do/,
      ])
        await window.row('Labs', said).waitFor();
      await window.screenshot(`labs-5-verdicts-${theme}`);
    });

    it('keeps what it saw of what does not last', async () => {
      const onServer = async (command: string): Promise<void> => {
        await window.page.keyboard.type(`${command}; echo done-$?\n`);
        await window.terminal().getByText('done-0').first().waitFor();
        await window.page.keyboard.type('clear\n');
        await window.terminal().getByText('done-0').first().waitFor({ state: 'detached' });
      };
      const row = (verdict: string): Promise<void> =>
        window.row('Labs', new RegExp(`^A command ran in the remote session.*${verdict} · `)).waitFor();
      const check = (): Promise<void> =>
        window.rowAction('Labs', 'A command ran in the remote session', 'Run This Check');
      await window.clickRow('Labs', 'What is there');
      await logIn(window, 'hello_chameleon-alexbaker', 'cc@hello-chameleon-alexbaker');
      await onServer('rm hello.txt');
      await check();
      await row('passed earlier');
      await window.screenshot(`labs-6-earlier-${theme}`);
      await onServer('echo "Hello from hello-chameleon-alexbaker" > hello.txt');
      await check();
      await row('passed');
      await window.page.keyboard.type('exit\n');
    });

    it('keeps a lab of more than sixty checks readable', async () => {
      await window.rowAction('Labs', /Cloud Computing on Chameleon/, 'Run Lab Checks');
      await window.row('Labs', /Cloud Computing on Chameleon.*\d+ of 6\d/).waitFor({ timeout: 120_000 });
      await window.clickRow('Labs', '1 Hello, Chameleon');
      await window.screenshot(`labs-7-sixty-${theme}`);
    });

    it('starts a lab file, and marks what can’t work', async () => {
      await window.command('Chameleon: New Lab …');
      await window.answer('A greeting');
      await window.answer('lab0-greeting', 'Its id');
      await window.quickPick('KVM@TACC');
      const editor = window.page.locator('.editor-instance .monaco-editor').first();
      await editor.getByText('Run this check').first().waitFor();
      await window.row('Labs', /A greeting/).waitFor();
      await window.screenshot(`labs-4-file-${theme}`);
    });
  });
