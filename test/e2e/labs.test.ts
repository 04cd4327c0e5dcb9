/** The Labs view and lab files, by clicks alone. */
import assert from 'node:assert/strict';
import { demoIsOpen } from './steps';
import { openWindow, type Workbench } from './window';

for (const theme of ['dark', 'light'] as const)
  describe(`labs in the demo, ${theme}`, () => {
    let window: Workbench;
    before(async () => {
      window = await openWindow({ theme });
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

    it('starts a lab file, and marks what can’t work', async () => {
      await window.command('Chameleon: New Lab …');
      await window.answer('A greeting');
      await window.answer('lab0-greeting');
      await window.quickPick('KVM@TACC');
      const editor = window.page.locator('.editor-instance .monaco-editor').first();
      await editor.getByText('Run this check').first().waitFor();
      await window.row('Labs', /A greeting/).waitFor();
      await window.screenshot(`labs-4-file-${theme}`);
    });
  });
