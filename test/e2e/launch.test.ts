/** A lab's server from nothing to nothing in the demo, by keyboard alone: reserve, launch, clean up. */
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { openWindow, type Workbench } from './window';

const LAB = 'Persistent Storage';

describe('launching and cleaning up in the demo, by keyboard', () => {
  let window: Workbench;
  before(async () => {
    window = await openWindow();
    await window.row('Resources', 'CHI@TACC').waitFor();
    await window.widenSideBar(470);
    await window.enlarge('Resources');
    await window.row('Resources', 'node-mltrain-ab1234').waitFor();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot(`failed-${this.currentTest.title}`);
  });
  after(() => window.close());

  /** The check box of a row in the open list. */
  function boxOf(name: string): Locator {
    const rows = window.quickInput().locator('.monaco-list-row');
    return rows.filter({ hasText: name }).first().locator('[role=checkbox]');
  }

  it('says where a lab is done by hand', async () => {
    await window.run('Chameleon: Launch');
    await window.quickInput().getByText('by hand').first().waitFor();
    await window.screenshot('launch-1-labs');
    await window.take('Cloud Computing on Chameleon');
    await window.message(/practises launching by hand.*Horizon/).waitFor();
    await window.screenshot('launch-2-by-hand');
    await window.dismissMessages();
  });

  it('says that a lease is wanted first, and leads there', async () => {
    await window.run('Chameleon: Launch');
    await window.take(LAB);
    await window.message(/You have no lease/).waitFor();
    await window.screenshot('launch-3-no-lease');
    await window.button('Reserve …').focus();
    await window.page.keyboard.press('Enter');
    await window.quickInput().getByText('lease hours').first().waitFor();
    await window.inAllThemes('launch-4-reserve');
    await window.page.keyboard.press('Enter');
    await window.message(/is active until/).waitFor();
    await window.dismissMessages();
  });

  it('fills in the server, goes back a step, changes a field, and launches', async () => {
    await window.run('Chameleon: Launch');
    await window.take(LAB);
    await window.quickInput().getByText('usually').first().waitFor();
    await window.inAllThemes('launch-5-page');
    await window.take('Public address');
    await window.quickInput().getByPlaceholder('A public address?').waitFor();
    await window.goBack();
    await window.quickInput().getByText('usually').first().waitFor();
    await window.goBack();
    await window.quickInput().getByText('A server free of any lab').first().waitFor();
    await window.take(LAB);
    await window.take('Launch');
    await window.message(/Launching/).waitFor();
    await window.screenshot('launch-6-progress');
    await window.message(/SSH answers at/).waitFor({ timeout: 120_000 });
    await window.screenshot('launch-7-runs');
    await window.dismissMessages();
  });

  it('offers all of mine to be cleaned up, and no data unless it is ticked', async () => {
    await window.run('Chameleon: Clean Up');
    await window.take('All of mine');
    await boxOf('block-persist-ab1234').waitFor();
    // The rows of a list that are out of sight are in no page: each is typed for.
    const ticked = async (name: string): Promise<string | null> => {
      await window.quickInput().locator('input').first().fill(name);
      await boxOf(name).waitFor();
      return boxOf(name).getAttribute('aria-checked');
    };
    assert.equal(await ticked('node-mltrain-ab1234'), 'true');
    assert.equal(await ticked('mlflow_ab1234'), 'true');
    assert.equal(await ticked('block-persist-ab1234'), 'false');
    assert.equal(await ticked('object-persist-ab1234'), 'false');
    await window.quickInput().locator('input').first().fill('');
    await window.inAllThemes('clean-up-1-all-of-mine');
    await window.page.keyboard.press('Escape');
  });

  it('cleans up what that lab made: a list to untick, one confirmation, a report', async () => {
    const { keyboard } = window.page;
    await window.run('Chameleon: Clean Up');
    await window.quickInput().getByText('All of mine').waitFor();
    await window.take(LAB);
    await boxOf('node-persist-').waitFor();
    await window.inAllThemes('clean-up-2-list');
    await keyboard.press('Enter');
    await window.page.locator('.monaco-dialog-box').waitFor();
    await window.screenshot('clean-up-3-confirm');
    await keyboard.press('Enter');
    await window.message(/gone/).waitFor({ timeout: 120_000 });
    await window.screenshot('clean-up-4-done');
    await window.button('Show Report').focus();
    await keyboard.press('Enter');
    await window.page.locator('.tab', { hasText: 'Clean-up report' }).waitFor();
    await window.screenshot('clean-up-5-report');
    await window.dismissMessages();
  });
});
