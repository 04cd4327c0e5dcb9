/** What several tours do in the same way. */
import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { Workbench } from './window';

const LAB = 'Hello, Chameleon';

/** Waits for the demo, and gives its rows room to be read. */
export async function demoIsOpen(window: Workbench): Promise<void> {
  await window.row('Resources', 'node-mltrain-ab1234').waitFor({ timeout: 60_000 });
  await window.row('Labs', LAB).waitFor();
  await window.widenSideBar(470);
}

/** Runs Lab 1's checks from its row, until they have all answered. */
export async function runLab(window: Workbench): Promise<void> {
  await window.rowAction('Labs', LAB, 'Run Lab Checks');
  await window.row('Labs', /\d+ of \d+/).waitFor({ timeout: 90_000 });
}

/** Opens the lab, if it is folded, down to the step. */
export async function openStep(window: Workbench, step: string): Promise<void> {
  for (const text of [LAB, step]) {
    const row = window.row('Labs', text);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'false') await row.click();
  }
}

/** Gives the failed key to the site by the repair on its row, until the check says that it passed. */
export async function repairKey(window: Workbench): Promise<void> {
  await window.rowAction('Labs', 'Key imported at CHI@TACC', 'Fix');
  await window.button('Import').click();
  await window.row('Labs', /Key imported at CHI@TACC.*passed/).waitFor({ timeout: 60_000 });
}

/** Saves the card as a picture into the opened folder. */
export async function savePng(window: Workbench, name: string): Promise<string> {
  const file = path.join(window.folder, name);
  await window.rowAction('Labs', LAB, 'Save Completion Card');
  const panel = window.panel();
  await panel.locator('img.card').waitFor({ timeout: 60_000 });
  await panel.getByText('Save as PNG').click();
  await window.answer(file);
  await panel.getByText(`Saved as ${name}`).waitFor();
  await access(file);
  return file;
}

/** Opens a card that was handed in. */
export async function verify(window: Workbench, file: string): Promise<void> {
  await window.command('Chameleon: Verify Card');
  await window.answer(file);
  await window.page.locator('.tab', { hasText: 'Verify:' }).waitFor({ timeout: 60_000 });
}

/** Clicks a service's row and gives the page that opens for it. */
export async function openService(window: Workbench, service: string): Promise<Page> {
  const opened = window.page.context().waitForEvent('page', { timeout: 60_000 });
  await window.clickRow('Resources', service);
  const page = await opened;
  await page.waitForLoadState();
  assert.match(page.url(), /^http:\/\/127\.0\.0\.1:/);
  return page;
}
