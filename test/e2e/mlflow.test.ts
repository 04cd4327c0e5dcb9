/** The MLflow lab in the demo, from an empty project to its card, by clicks. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readCard } from '../../src/labs';
import { demoIsOpen } from './steps';
import { openWindow, type Workbench } from './window';

const LAB = /Experiment tracking|MLflow/;
const SERVER = 'node-mlflow-ab1234';
/** The lab names it by the user name, not the net ID. */
const LAUNCHED = 'node-mlflow-alexbaker';

describe('the MLflow lab in the demo, from nothing to its card', () => {
  let window: Workbench;
  before(async () => {
    window = await openWindow({ theme: 'light', settings: { 'chameleon.labs.watchSeconds': 2 } });
    await demoIsOpen(window);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot('failed-mlflow');
  });
  after(() => window.close());

  /** The one thing to do next, as the lab's first row says. */
  const next = (does: string) => window.row('Labs', new RegExp(`^(?:Begin|Next|Continue).*${does}`));

  it('begins with nothing: the lease of the work before is ended', async () => {
    await window.rowAction('Resources', 'mlflow_ab1234', 'End Lease');
    await window.button('End Lease').click();
    await window.row('Resources', SERVER).waitFor({ state: 'detached' });
    await window.enlarge('Labs');
    const lab = window.row('Labs', LAB);
    await lab.waitFor();
    if ((await lab.getAttribute('aria-expanded')) === 'false') await lab.click();
    await next('reserve').waitFor();
    await window.screenshot('mlflow-1-empty');
  });

  it('reserves by the row that says what is next', async () => {
    await next('reserve').click();
    await window.quickPick('AMD MI100');
    const reserve = window
      .quickInput()
      .locator('.monaco-list-row')
      .filter({ hasText: /Reserve mlflow_ab1234/ });
    await reserve.waitFor();
    await window.screenshot('mlflow-2-reserve');
    await reserve.click();
    await window.message(/mlflow_ab1234 is active until/).waitFor();
    await window.dismissMessages();
  });

  it('launches the server by the row that says what is next', async () => {
    await next('check the lab').click();
    await next('launch the server').waitFor({ timeout: 90_000 });
    await window.screenshot('mlflow-3-reserved');
    await next('launch the server').click();
    await window.quickPick(/Launch node-mlflow/);
    await window.message(`${LAUNCHED} runs.`).waitFor({ timeout: 200_000 });
    await window.screenshot('mlflow-4-launched');
  });

  it('fails what is not done yet, and says what to do', async () => {
    await window.dismissMessages();
    await window.rowAction('Labs', LAB, 'Run Lab Checks');
    await window.button('Connect').click({ timeout: 90_000 }); // a node without a console: its key is shown once
    await window.row('Labs', /MLflow.*checking/).waitFor({ state: 'detached', timeout: 90_000 });
    await window.screenshot('mlflow-5-to-do');
  });

  it('has the work done by the demo in the terminal, and sees by itself what does not last', async () => {
    const counted = /(\d+) of \d+/.exec(await window.row('Labs', LAB).innerText())?.[1] ?? '';
    await window.clickRow('Labs', /^What is there/);
    await window.clickRow('Labs', new RegExp(`^${LAUNCHED}.*click for a terminal`));
    const terminal = window.terminal();
    await terminal.getByText(`cc@${LAUNCHED}`).first().waitFor();
    await window.page.keyboard.type('play\n');
    await terminal.getByText('Now check the lab.').first().waitFor();
    // Nobody clicks: the watch does it.
    await window.row('Labs', new RegExp(`MLflow.*(?<!\\d)(?!${counted} of)\\d+ of \\d+`)).waitFor();
    await window.screenshot('mlflow-6-played');
    await window.page.keyboard.type('exit\n');
    await terminal.waitFor({ state: 'detached' });
  });

  it('passes, and saves the card', async () => {
    await window.enlarge('Labs');
    await window.rowAction('Labs', LAB, 'Run Lab Checks');
    await window.row('Labs', /MLflow.*checking/).waitFor({ state: 'detached', timeout: 120_000 });
    await window.screenshot('mlflow-7-passed');
    await window.rowAction('Labs', LAB, 'Save Completion Card');
    const panel = window.panel();
    await panel.locator('img.card').waitFor();
    await panel.getByText('Save as PNG').click();
    await window.quickInput().getByRole('button', { name: 'OK' }).click();
    const said = await panel.getByText(/^Saved as .*\.png/).innerText();
    await window.screenshot('mlflow-8-card');
    const name = said.replace(/^Saved as (.*\.png).*$/, '$1');
    const { lab, checks } = readCard(await readFile(path.join(window.folder, name)));
    assert.equal(lab.id, 'lab5-mlflow');
    const open = checks
      .filter(({ verdict }) => verdict === 'failed' || verdict === 'unknown')
      .map(({ id }) => id);
    assert.deepEqual(open, ['clean-stack', 'clean-jupyter', 'clean-server', 'clean-lease', 'clean-fip']);
  });
});
