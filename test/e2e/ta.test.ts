/** The demo as a teaching assistant uses it in office hours. */
import assert from 'node:assert/strict';
import { demoIsOpen, openStep } from './steps';
import { openWindow, type Workbench } from './window';

describe('teaching assistant in the demo', () => {
  let window: Workbench;
  before(async () => {
    window = await openWindow({ theme: 'light' });
    await demoIsOpen(window);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot(`failed-${this.currentTest.title}`);
  });
  after(() => window.close());

  it('finds a student by the first letters, with what they have', async () => {
    await window.titleAction('Resources', 'Inspect Student');
    const input = window.quickInput().locator('input').first();
    await input.fill('cd56');
    const found = window.quickInput().locator('.monaco-list-row').first();
    await found.getByText('caseydiaz').first().waitFor();
    await window.screenshot('ta-1-types-ahead');
  });

  it('sees the likely fault in one sentence, the resources and the checks', async () => {
    const began = Date.now();
    await window.quickPick(/caseydiaz/);
    const rows = window.view('Inspect').locator('.monaco-list-row');
    await window.row('Inspect', /hello_chameleon-caseydiaz/).waitFor();
    assert.ok(Date.now() - began < 10_000, 'It takes ten seconds at most.');
    assert.match((await rows.first().getAttribute('aria-label')) ?? '', /SSH|security group|port 22/i);
    await window.screenshot('ta-2-inspection');
  });

  it('is told what only the student’s own key, token or laptop can tell', async () => {
    await window.enlarge('Inspect');
    await openStep(window, 'SSH key', 'Inspect');
    await window.row('Inspect', /^Key pair on this machine.*not known/).waitFor();
    await window.screenshot('ta-3-not-known');
    await window.titleAction('Inspect', 'Close Inspection');
    await window.view('Inspect').waitFor({ state: 'hidden' });
  });
});
