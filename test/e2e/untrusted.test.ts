/** A lab file in a folder that the person does not trust: it is shown, and never run. */
import assert from 'node:assert/strict';
import { newLabText } from '../../src/labs';
import { demoIsOpen } from './steps';
import { openWindow, type Workbench } from './window';

describe('a lab file in a folder without trust', () => {
  let window: Workbench;
  before(async () => {
    const text = newLabText({
      id: 'lab0-greeting',
      title: 'A greeting',
      edition: '2026-09',
      site: 'KVM@TACC',
    });
    window = await openWindow({ trusted: false, files: { 'lab0-greeting.lab.yaml': text } });
    await demoIsOpen(window);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot('failed-untrusted');
  });
  after(() => window.close());

  it('is shown with the offer to trust, has no check to run and no place in the view', async () => {
    await window.command('File: Open File...');
    await window.chooseFile('lab0-greeting.lab.yaml'); // Quick Open needs a program that is not there
    const editor = window.page.locator('.editor-instance .monaco-editor').first();
    await editor.getByText('Trust the workspace to run these checks').waitFor();
    assert.equal(await editor.getByText('Run this check').count(), 0);
    await window.enlarge('Labs');
    await window.row('Labs', /Hello, Chameleon/).waitFor();
    assert.equal(await window.view('Labs').getByText('A greeting').count(), 0);
    await window.screenshot('untrusted-lab-file');
  });
});
