/** Labs in the demo, from an empty project to their cards, by clicks: the MLflow lab, then the cloud lab. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readCard } from '../../src/labs';
import { clickUntil, demoIsOpen, logIn, savePng, unfold } from './steps';
import { openWindow, type Workbench } from './window';

const LAB = /Experiment tracking|MLflow/;
const SERVER = 'node-mlflow-ab1234';
/** The lab names it by the user name, not the net ID. */
const LAUNCHED = 'node-mlflow-alexbaker';

const CLOUD = /Cloud Computing on Chameleon/;
/** What of the cloud lab has been seen after each of its stages: some of it is gone in the next. */
const STAGES = [35, 40, 52, 58, 60, 62, 63];

let window: Workbench;

/** The one thing to do next, as the lab's first row says. */
const next = (does: string) => window.row('Labs', new RegExp(`^(?:Begin|Next|Continue).*${does}`));

/** Takes the step that is next, and of what it offers this. */
async function choose(what: string, choice: string | RegExp): Promise<void> {
  const offered = window.quickInput().locator('.monaco-list-row').filter({ hasText: choice }).first();
  await clickUntil(
    () => next(what).click(),
    (timeout) => offered.waitFor({ timeout }),
  );
  await offered.click();
}

describe('labs played in the demo', () => {
  before(async () => {
    window = await openWindow({ theme: 'light', settings: { 'chameleon.labs.watchSeconds': 2 } });
    await demoIsOpen(window);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot('failed-played');
  });
  after(() => window.close());

  describe('the MLflow lab in the demo, from nothing to its card', () => {
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
      await choose('reserve', 'AMD MI100');
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
      const checking = window.row('Labs', /MLflow.*checking/);
      await clickUntil(
        () => next('check the lab').click(),
        (timeout) => checking.or(next('launch the server')).first().waitFor({ timeout }),
      );
      await next('launch the server').waitFor({ timeout: 90_000 });
      await window.screenshot('mlflow-3-reserved');
      await choose('launch the server', /Launch node-mlflow/);
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
      await logIn(window, LAUNCHED, `cc@${LAUNCHED}`);
      await window.page.keyboard.type('play\n');
      await window.terminal().getByText('Now check the lab.').first().waitFor();
      // Nobody clicks: the watch does it.
      await window.row('Labs', new RegExp(`MLflow.*(?<!\\d)(?!${counted} of)\\d+ of \\d+`)).waitFor();
      await window.screenshot('mlflow-6-played');
      await window.page.keyboard.type('exit\n');
      await window.terminal().waitFor({ state: 'detached' });
    });

    it('passes, and saves the card', async () => {
      await window.enlarge('Labs');
      await window.rowAction('Labs', LAB, 'Run Lab Checks');
      await window.row('Labs', /MLflow.*checking/).waitFor({ state: 'detached', timeout: 120_000 });
      await window.screenshot('mlflow-7-passed');
      const name = await savePng(window, LAB, 'Experiment tracking');
      await window.screenshot('mlflow-8-card');
      const { lab, checks } = readCard(await readFile(path.join(window.folder, name)));
      assert.equal(lab.id, 'lab5-mlflow');
      const open = checks
        .filter(({ verdict }) => verdict === 'failed' || verdict === 'unknown')
        .map(({ id }) => id);
      assert.deepEqual(open, ['clean-stack', 'clean-jupyter', 'clean-server', 'clean-lease', 'clean-fip']);
    });
  });

  describe('the cloud lab in the demo, from nothing to its card', () => {
    const seen = (count: number) =>
      window.row('Labs', new RegExp(`${CLOUD.source}.*(?<!\\d)${count} of \\d+`)).waitFor();

    const open = (row: RegExp, isOpen: boolean): Promise<void> => unfold(window, 'Labs', row, isOpen);

    /** The demo does the work, up to what it says then. */
    const play = async (says: string): Promise<void> => {
      await window.page.keyboard.type('play\n');
      await window.terminal().getByText(says).first().waitFor();
    };

    it('reserves twice by the row that says what is next', async () => {
      await window.enlarge('Labs');
      for (const lab of [/Hello, Chameleon/, LAB]) await open(lab, false);
      await open(CLOUD, true);
      for (const lease of ['lease1_cloud_ab1234', 'lease2_cloud_ab1234']) {
        await choose('reserve', lease);
        const reserve = window
          .quickInput()
          .locator('.monaco-list-row')
          .filter({ hasText: `Reserve ${lease}` });
        await reserve.waitFor();
        await reserve.click();
        await window.message(new RegExp(`${lease} is active until`)).waitFor();
        await window.screenshot(`cloud-${lease}`);
        await window.dismissMessages();
      }
    });

    it('has done by the demo what is done in Horizon', async () => {
      await open(/Hello, Chameleon/, true);
      await open(/^What is there.*running/, true);
      await logIn(window, 'hello_chameleon-alexbaker', 'cc@hello-chameleon-alexbaker');
      await play('play on there.');
      await window.page.keyboard.type('exit\n');
      await window.terminal().waitFor({ state: 'detached' });
      await open(/Hello, Chameleon/, false);
      await window.rowAction('Labs', CLOUD, 'Run Lab Checks');
      await seen(24);
      await window.screenshot('cloud-2-provisioned');
    });

    it('sees by itself each stage of the work on node1, of which some is gone in the next', async () => {
      await open(/^What is there.*running/, true);
      await logIn(window, 'node1-cloud-ab1234', 'cc@node1-cloud-ab1234');
      for (const [at, count] of STAGES.entries()) {
        await play(`[${at + 1}/${STAGES.length}]`);
        await seen(count);
      }
      await window.screenshot('cloud-3-played');
    });

    it('passes, and saves the card', async () => {
      const name = await savePng(window, CLOUD, 'Cloud Computing');
      await window.screenshot('cloud-4-card');
      const { lab, checks } = readCard(await readFile(path.join(window.folder, name)));
      assert.equal(lab.id, 'lab2-cloud');
      const left = checks.filter(({ verdict }) => !verdict.startsWith('passed')).map(({ id }) => id);
      const cleanUp = ['fip', 'servers', 'ports', 'network', 'leases'].map((each) => `cleanup-${each}`);
      assert.deepEqual(left, cleanUp);
    });
  });
});
