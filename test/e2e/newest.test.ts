/** The package that people install, in the newest VS Code. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { entryOf, newest, nodeOf, repository } from '../vscode/editions.mjs';
import { packExtension } from '../vscode/project.mjs';
import { run } from '../vscode/run.mjs';
import { demoIsOpen, openStep, repairKey, runLab, savePng } from './steps';
import { openWindow, type Workbench } from './window';

describe(`the package in VS Code ${newest.vscode}`, () => {
  let window: Workbench | undefined;
  before(async () => {
    const file = path.join(repository, 'out', 'chameleon-labs.vsix');
    await packExtension(file, () => undefined);
    window = await openWindow({
      edition: newest,
      install: async (extensions, userData) => {
        const where = ['--user-data-dir', userData, '--extensions-dir', extensions];
        await run(nodeOf(newest), [entryOf(newest), ...where, '--install-extension', file]);
        const installed = await readdir(extensions);
        assert.ok(installed.some((name) => name.startsWith('chameleon-labs.chameleon-labs-')));
      },
    });
    await demoIsOpen(window);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window?.screenshot(`failed-${this.currentTest.title}`);
  });
  after(() => window?.close());

  it('opens the demo and counts the lease down', async () => {
    assert.ok(window);
    assert.match((await window.timer().innerText()).trim(), /mlflow_ab1234 0:5\d$/);
    await window.screenshot('newest-1-resources');
  });

  it('checks Lab 1, repairs what failed, and saves the card', async () => {
    assert.ok(window);
    await runLab(window);
    await openStep(window, 'SSH key');
    await repairKey(window);
    assert.match(await savePng(window), /\.png$/);
    await window.screenshot('newest-2-card');
  });
});
