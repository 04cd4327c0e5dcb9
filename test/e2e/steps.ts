/** What several tours do in the same way. */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { ViewTitle, Workbench } from './window';

const LAB = '1 Hello, Chameleon';

/** Waits for the demo, and gives its rows room to be read. */
export async function demoIsOpen(window: Workbench): Promise<void> {
  await window.row('Resources', 'node-mltrain-ab1234').waitFor();
  await window.row('Labs', LAB).waitFor();
  await window.widenSideBar(470);
}

/** To all sites of the `clouds.yaml` in the folder that is open. */
export async function signInByFile(window: Workbench): Promise<void> {
  await window.view('Resources').getByRole('button', { name: 'Sign In' }).click();
  await window.quickPick(/Choose a clouds\.yaml/);
  await window.chooseFile('clouds.yaml');
  await window.take('All of them');
}

/** Runs Lab 1's checks from its row, until they have all answered. */
export async function runLab(window: Workbench): Promise<void> {
  await window.rowAction('Labs', LAB, 'Run Lab Checks');
  await window.row('Labs', /Hello, Chameleon.*\d+ of \d+/).waitFor({ timeout: 90_000 });
}

/** Opens the lab, if it is folded, down to the step. */
export async function openStep(
  window: Workbench,
  step: string,
  view: 'Labs' | 'Inspect' = 'Labs',
): Promise<void> {
  for (const text of [LAB, step]) await unfold(window, view, text);
}

/** Unfolds a row, or folds it, if it is not so. */
export async function unfold(
  window: Workbench,
  view: ViewTitle,
  text: string | RegExp,
  isOpen = true,
): Promise<void> {
  const row = window.row(view, text);
  await row.waitFor();
  if ((await row.getAttribute('aria-expanded')) === String(!isOpen)) await row.click();
}

/** Gives the failed key to the site by the repair on its row, until the check says that it passed. */
export async function repairKey(window: Workbench): Promise<void> {
  await window.rowAction('Labs', 'Key imported at CHI@TACC', 'Fix');
  await window.button('Import').click();
  // A step in which nothing fails any more folds.
  await window.row('Labs', /^SSH key.*3 passed/).waitFor();
  await openStep(window, 'SSH key');
  await window.row('Labs', /^Key imported at CHI@TACC.*passed/).waitFor();
}

/** Saves the card as a picture into the opened folder, where the dialog suggests it, and gives its name. */
export async function savePng(
  window: Workbench,
  lab: string | RegExp = LAB,
  title = 'Hello, Chameleon',
): Promise<string> {
  const panel = window.panel();
  await actOn(window, 'Labs', lab, 'Save Completion Card', title, panel.locator('img.card'));
  await panel.getByText('Save as PNG').click();
  await window.quickInput().getByRole('button', { name: 'OK' }).click();
  const said = await panel.getByText(/^Saved as .*\.png/).innerText();
  return said.replace(/^Saved as (.*\.png).*$/, '$1');
}

/**
 * Does something to a row, and waits for what comes of it. A click in the moment in which the tree is drawn anew
 * reaches the command without its row: then it asks.
 */
export async function actOn(
  window: Workbench,
  view: ViewTitle,
  row: string | RegExp,
  action: string,
  name: string,
  done: Locator,
): Promise<void> {
  await window.rowAction(view, row, action);
  const asked = window.quickInput().locator('.monaco-list-row', { hasText: name }).first();
  await done.or(asked).first().waitFor();
  if (await asked.isVisible()) await asked.click();
  await done.waitFor();
}

/** Opens a card that was handed in, from the opened folder. */
export async function verify(window: Workbench, name: string): Promise<void> {
  await window.command('Chameleon: Verify Card …');
  await window.chooseFile(name);
  await window.page.locator('.tab', { hasText: 'Verify:' }).waitFor();
}

/** Clicks a service's row below its server, and gives the page that opens for it. */
export async function openService(window: Workbench, server: string, service: string): Promise<Page> {
  await unfold(window, 'Resources', server);
  const row = new RegExp(`^${service}`);
  await window.row('Resources', row).waitFor();
  const opened = window.page.context().waitForEvent('page');
  opened.catch(() => undefined); // awaited below
  const begins = window.message(`Opening ${service}`).or(window.button('Connect')).first();
  await clickUntil(
    () => window.clickRow('Resources', row),
    (timeout) => Promise.race([opened, begins.waitFor({ timeout })]),
  );
  const page = await opened;
  await page.waitForLoadState();
  assert.match(page.url(), /^http:\/\/127\.0\.0\.1:/);
  return page;
}

/** Opens a terminal by a server's row in the Labs view, and waits for its prompt. */
export async function logIn(window: Workbench, server: string, prompt: string): Promise<void> {
  const there = window.terminal().getByText(prompt).first();
  await clickUntil(
    () => window.clickRow('Labs', new RegExp(`^${server}.*click for a terminal`)),
    (timeout) => there.waitFor({ timeout }),
  );
}

/** As long as what a click begins may take to show itself, ms. */
const BEGINS_MS = 15_000;

/** Clicks, and again if nothing begins: the editor loses a click in the moment in which it draws the row anew. */
export async function clickUntil(
  click: () => Promise<void>,
  begins: (timeout: number) => Promise<unknown>,
): Promise<void> {
  const hasBegun = (): Promise<boolean> =>
    begins(BEGINS_MS).then(
      () => true,
      () => false,
    );
  do await click();
  while (!(await hasBegun()));
}
