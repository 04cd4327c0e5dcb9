import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { readCard } from '../../src/labs';
import { allRows, api, rowOf, until } from './extension';

describe('Lab 1 in the demo', () => {
  before(async () => {
    await vscode.commands.executeCommand('chameleon.openDemo');
  });

  it('is listed with its checks', async () => {
    const lab = await rowOf('labs', ({ label }) => label.includes('Hello, Chameleon'));
    assert.match(lab.description, /\d+ checks · (?:deployed, )?not run yet/);
  });

  it('runs: most pass, one fails and offers its repair', async () => {
    const lab = await rowOf('labs', ({ label }) => label.includes('Hello, Chameleon'));
    await vscode.commands.executeCommand('chameleon.runLab', lab);
    const checks = (await allRows('labs')).filter(({ context }) => context.startsWith('check.'));
    // What is left to clean up while the lab goes on is no fault.
    const failed = checks.filter(
      ({ id, context }) => context.includes('failed') && !id.includes(':cleanup-'),
    );
    assert.deepEqual(
      failed.map(({ label }) => label),
      ['Key imported at CHI@TACC'],
    );
    assert.match(failed[0]?.context ?? '', /\.fix/);
    assert.ok(checks.filter(({ context }) => context.includes('passed')).length >= 8);
  });

  it('repairs it, and it passes', async () => {
    const window = await api();
    const restore = window.answerWith({ confirm: () => Promise.resolve(true) });
    try {
      const failed = await rowOf('labs', ({ label }) => label === 'Key imported at CHI@TACC');
      await vscode.commands.executeCommand('chameleon.fixCheck', failed);
    } finally {
      restore();
    }
    const after = await rowOf('labs', ({ label }) => label === 'Key imported at CHI@TACC');
    assert.match(after.context, /passed/);
  });

  it('shows the card in a panel, whose button posts the picture back', async () => {
    const window = await api();
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    assert.ok(folder);
    const file = vscode.Uri.joinPath(folder, 'card.png');
    const restore = window.answerWith({
      saveFile: () => Promise.resolve(file), // its button is pressed by the launcher, in the page
      info: () => Promise.resolve(undefined),
    });
    try {
      const lab = await rowOf('labs', ({ label }) => label.includes('Hello, Chameleon'));
      await vscode.commands.executeCommand('chameleon.saveCard', lab);
      const bytes = await until('the saved card', () => readFile(file.fsPath).catch(() => undefined));
      assert.equal(readCard(bytes).lab.id, 'lab1-hello-chameleon');
    } finally {
      restore();
    }
  });
});
