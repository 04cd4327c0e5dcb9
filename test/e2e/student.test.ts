/** The demo as a student goes through it, by clicks alone. */
import assert from 'node:assert/strict';
import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { readCard } from '../../src/labs';
import { repository } from '../vscode/editions.mjs';
import { demoIsOpen, openService, openStep, repairKey, runLab, savePng, verify } from './steps';
import { openWindow, type Workbench } from './window';

describe('student in the demo', () => {
  let window: Workbench;
  let saved = '';
  before(async () => {
    window = await openWindow();
    await demoIsOpen(window);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot(`failed-${this.currentTest.title}`);
  });
  after(() => window.close());

  it('sees leases, what runs on them, and the time that is left', async () => {
    const server = await window.row('Resources', 'node-mlflow-ab1234').getAttribute('aria-label');
    assert.match(server ?? '', /running.*129\.114\./);
    const lease = await window.row('Resources', 'mlflow_ab1234').getAttribute('aria-label');
    assert.match(lease ?? '', /active.*5\d m left/);
    assert.match((await window.timer().innerText()).trim(), /mlflow_ab1234 0:5\d$/);
    await window.screenshot('student-1-resources');
  });

  it('sees everyone’s with whose they are, and only mine again', async () => {
    await window.titleAction('Resources', 'Show Everyone');
    await window.row('Resources', /hello_chameleon-junelopez.*jl4579/).waitFor();
    await window.screenshot('student-2-everyone');
    // A classmate's idle address: whoever releases it is told whose it is, and has to type it.
    const idle = window.row('Resources', /idle floating IP.*ef9012/);
    const address = /^[\d.]+\d/.exec(await idle.innerText())?.[0] ?? '';
    await window.rowAction('Resources', /idle floating IP.*ef9012/, 'Release Floating IP');
    await window.quickInput().getByText('It is not yours').waitFor();
    await window.screenshot('student-2-not-mine');
    await window.answer(address);
    await idle.waitFor({ state: 'detached' });
    await window.titleAction('Resources', 'Show Only Mine');
    await window.row('Resources', /junelopez/).waitFor({ state: 'detached' });
  });

  it('deletes the volume that lies about, from what needs attention', async () => {
    const volume = /^block-persist-ab1234volume of/;
    await window.rowAction('Resources', volume, 'Delete Volume');
    await window.page.locator('.monaco-dialog-box', { hasText: 'are lost for good' }).waitFor();
    await window.screenshot('student-2-volume');
    await window.page.keyboard.press('Enter');
    await window.row('Resources', 'Needs attention').waitFor({ state: 'detached' });
  });

  it('has a terminal on a server, whose key its console has proven', async () => {
    await window.rowAction('Resources', 'hello_chameleon-alexbaker', 'Open SSH Terminal');
    const terminal = window.terminal();
    await terminal.getByText('cc@hello-chameleon-alexbaker').first().waitFor();
    await window.page.keyboard.type('cat hello.txt\n');
    await terminal.getByText('and back from my laptop').first().waitFor();
    await window.screenshot('student-3-terminal');
    await window.page.keyboard.type('exit\n');
    await terminal.waitFor({ state: 'detached' });
  });

  it('runs Lab 1: one check fails and says what to do', async () => {
    await runLab(window);
    await openStep(window, 'SSH key');
    const row = window.row('Labs', 'Key imported at CHI@TACC');
    assert.match((await row.getAttribute('aria-label')) ?? '', /failed: None of your key pairs at CHI@TACC/);
    await window.screenshot('student-4-failed');
  });

  it('repairs it with the action on its row, and it passes', async () => {
    await repairKey(window);
    await window.screenshot('student-5-passed');
  });

  it('saves the card as a picture that holds the record', async () => {
    saved = await savePng(window);
    await window.screenshot('student-6-card');
    await cp(path.join(window.folder, saved), path.join(repository, 'out', 'cards', saved)); // searched for secrets
    const card = readCard(await readFile(path.join(window.folder, saved)));
    assert.equal(card.lab.id, 'lab1-hello-chameleon');
    assert.equal(card.checks.find(({ id }) => id === 'keypair-chi-tacc')?.verdict, 'passed');
  });

  it('verifies the card: the cloud agrees', async () => {
    await verify(window, saved);
    const panel = window.panel();
    await panel.getByText('agreed').first().waitFor();
    assert.equal(await panel.getByText('contradicted', { exact: true }).count(), 0);
    await window.screenshot('student-7-verified');
  });

  it('opens MLflow and Ray by one click each, through a forward on the loopback', async () => {
    for (const [service, server] of [
      ['MLflow', 'node-mlflow-ab1234'],
      ['Ray', 'node-mltrain-ab1234'],
    ] as const) {
      const connecting = openService(window, server, service);
      connecting.catch(() => undefined); // it is awaited below; the button may fail before
      await window.button('Connect').click(); // first contact: the site shows no console of bare metal
      const page = await connecting;
      await page.getByText(service).first().waitFor();
      await page.screenshot({ path: `${window.pictures}/student-8-${service.toLowerCase()}.png` });
      await page.close();
      await window.row('Connections', new RegExp(`^${service}:\\d+ · up · 127\\.0\\.0\\.1:\\d+`)).waitFor();
    }
    await window.screenshot('student-8-connections');
  });
});
