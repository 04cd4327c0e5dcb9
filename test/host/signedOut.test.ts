import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { api, extension, manifest } from './extension';

describe('activation', () => {
  it('happens in this VS Code, by itself and without an error', async () => {
    assert.match(vscode.version, /^1\.100\./);
    await api();
    assert.equal(extension().isActive, true);
  });

  it('registers the commands of the manifest and no others', async () => {
    await api();
    const views = Object.values(manifest().contributes.views)
      .flat()
      .map(({ id }) => id);
    const registered = (await vscode.commands.getCommands(true)).filter(
      // VS Code makes commands for each view by itself: `chameleon.labs.focus` and the like.
      (id) => id.startsWith('chameleon.') && !views.some((view) => id.startsWith(`${view}.`)),
    );
    const contributed = manifest().contributes.commands.map(({ command }) => command);
    assert.deepEqual(registered.sort(), contributed.sort());
  });

  it('shows nothing before a sign-in', async () => {
    const window = await api();
    assert.deepEqual((await window.inventory()).sites, []);
    assert.deepEqual(await window.rows('resources'), []);
    assert.deepEqual(await window.rows('connections'), []);
    assert.equal(await window.statusText(), undefined);
  });

  it('explains what a command needs, instead of failing', async () => {
    const window = await api();
    const said: string[] = [];
    const restore = window.answerWith({
      error: (message) => {
        said.push(message);
        return Promise.resolve(undefined);
      },
    });
    try {
      for (const command of ['extendLease', 'openTerminal', 'runLab', 'inspectStudent'])
        await vscode.commands.executeCommand(`chameleon.${command}`);
    } finally {
      restore();
    }
    assert.equal(said.length, 4);
    for (const message of said) assert.match(message, /[Ss]ign in|open the demo/);
  });
});
