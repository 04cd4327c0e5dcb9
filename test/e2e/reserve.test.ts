/** A lease from wish to end in the demo, by keyboard; the calendar, by keyboard too. */
import assert from 'node:assert/strict';
import { openWindow, type Workbench } from './window';

/** Waits for the demo, with room for all its rows. */
async function resourcesAreOpen(window: Workbench): Promise<void> {
  await window.row('Resources', 'CHI@TACC').waitFor();
  await window.widenSideBar(470);
  await window.enlarge('Resources');
  await window.row('Resources', 'node-mltrain-ab1234').waitFor();
}

describe('reserving in the demo, by keyboard', () => {
  let window: Workbench;
  before(async () => {
    window = await openWindow();
    await resourcesAreOpen(window);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot(`failed-${this.currentTest.title}`);
  });
  after(() => window.close());

  it('fills in a lease for a lab, goes back, and changes a field', async () => {
    await window.command('Chameleon: Reserve …');
    await window.take('Free of a lab');
    await window.take('CHI@TACC');
    await window.quickInput().getByText('free for the next').first().waitFor();
    await window.screenshot('reserve-1-node-types');
    await window.take('compute_skylake');
    await window.quickInput().getByText('lease hours').first().waitFor();
    await window.screenshot('reserve-2-form');
    await window.take('Name');
    await window.quickInput().getByText('Name of the lease').waitFor(); // the list before has an input, too
    await window.answer('keyboard_ab1234');
    await window.take('When');
    await window.quickInput().getByText('Soonest fit').first().waitFor();
    await window.screenshot('reserve-3-when');
    await window.quickInput().getByRole('button', { name: 'Back' }).click();
    await window.take('Reserve keyboard_ab1234');
    await window.message(/keyboard_ab1234 is active until/).waitFor();
    await window.row('Resources', 'keyboard_ab1234').waitFor();
    await window.screenshot('reserve-4-active');
  });

  it('ends it again, told what goes with it', async () => {
    await window.dismissMessages();
    await window.rowAction('Resources', 'keyboard_ab1234', 'End Lease');
    await window.button('End Lease').waitFor();
    await window.screenshot('reserve-5-end');
    await window.page.keyboard.press('Enter');
    await window.message(/is ending/).waitFor();
  });

  it('shows nodes and times in the calendar, where a gap is reserved by keyboard too', async () => {
    const { keyboard } = window.page;
    await window.dismissMessages();
    await window.command('Chameleon: Show Availability Calendar');
    const panel = window.panel();
    await panel.getByText('When is a node free?').waitFor();
    await panel.locator('.gap').first().waitFor();
    await window.inAllThemes('calendar');
    await panel.locator('.gap[tabindex="0"]').focus();
    await keyboard.press('ArrowDown');
    const label = await panel.locator('.gap:focus').getAttribute('aria-label');
    assert.match(label ?? '', /is free from .* to .*: reserve/);
    await keyboard.press('Enter');
    await window.quickInput().getByText('lease hours').first().waitFor();
    await window.inAllThemes('calendar-reserve');
    await keyboard.press('Escape');
  });
});
