import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { allRows, api, rowOf, until } from './extension';

describe('demo', () => {
  before(async () => {
    await vscode.commands.executeCommand('chameleon.openDemo');
  });

  it('fills the inventory from two sites, every part of them live', async () => {
    const window = await api();
    const { sites } = await window.inventory();
    assert.deepEqual(sites.map(({ site }) => site.name).sort(), ['CHI@TACC', 'KVM@TACC']);
  });

  it('shows mine: site, lease, server; each row with an icon and a spoken sentence', async () => {
    const server = await rowOf('resources', ({ label }) => label === 'node-mlflow-ab1234');
    assert.match(server.description, /^running · \d+\.\d+\.\d+\.\d+/);
    const rows = await allRows('resources');
    assert.deepEqual(
      rows.filter(({ context }) => context.startsWith('lease.')).map(({ label }) => label),
      ['hello_chameleon-alexbaker', 'mlflow_ab1234', 'mltrain_ab1234'],
    );
    for (const { icon, spoken, label } of rows) {
      assert.notEqual(icon, '', label);
      assert.ok(spoken.length >= label.length, label);
    }
  });

  it('shows everyone’s and mine again', async () => {
    const mine = (await allRows('resources')).length;
    await vscode.commands.executeCommand('chameleon.showEveryone');
    const everyone = (await allRows('resources')).length;
    assert.ok(everyone > mine + 10, `${everyone} rows of everyone, ${mine} of mine`);
    await vscode.commands.executeCommand('chameleon.showMine');
    assert.equal((await allRows('resources')).length, mine);
  });

  it('keeps the ids of rows over a refresh: what is expanded stays so', async () => {
    const before = (await allRows('resources')).map(({ id }) => id);
    await vscode.commands.executeCommand('chameleon.refresh');
    assert.deepEqual(
      (await allRows('resources')).map(({ id }) => id),
      before,
    );
    assert.equal(new Set(before).size, before.length);
  });

  it('counts down the lease of mine that ends next', async () => {
    const window = await api();
    assert.match((await window.statusText()) ?? '', /mlflow_ab1234 0:5\d$/);
  });

  it('extends that lease, and the countdown is of the next to end', async () => {
    const window = await api();
    const lease = await rowOf('resources', ({ label }) => label === 'mlflow_ab1234');
    const restore = window.answerWith({
      pick: (_title, choices) => Promise.resolve(choices.find(({ label }) => label === '+ 1 h')?.value),
      confirm: () => Promise.resolve(true),
      info: () => Promise.resolve(undefined),
    });
    try {
      await vscode.commands.executeCommand('chameleon.extendLease', lease);
    } finally {
      restore();
    }
    assert.match((await window.statusText()) ?? '', /mlflow_ab1234 1:5\d$/);
  });

  it('climbs the ladder of a server that can be reached to its end, on a page to read', async () => {
    const server = await rowOf('resources', ({ label }) => label === 'node-mlflow-ab1234');
    const restore = (await api()).answerWith({
      confirm: () => Promise.resolve(true),
      info: () => Promise.resolve(undefined),
      warn: () => Promise.resolve(undefined),
    });
    try {
      const diagnosis = await vscode.commands.executeCommand<{ rungs: { id: string; verdict: string }[] }>(
        'chameleon.whyNoConnection',
        server,
      );
      const told = diagnosis.rungs.map(({ id, verdict }) => `${id} ${verdict}`);
      assert.ok(told.includes('login passed') && told.includes('services passed'), told.join());
      assert.deepEqual(
        told.filter((each) => each.endsWith('failed')),
        [],
      );
    } finally {
      restore();
    }
    await until('the page, written to its end', () =>
      vscode.workspace.textDocuments.find(
        (each) => each.uri.scheme === 'chameleon-report' && each.getText().includes('You can connect'),
      ),
    );
  });

  it('opens a terminal in a folder of the person’s side, wherever the window works', async () => {
    const server = await rowOf(
      'resources',
      ({ context, label }) => context.startsWith('server') && label === 'hello_chameleon-alexbaker',
    );
    const terminal = await vscode.commands.executeCommand<vscode.Terminal>('chameleon.openTerminal', server);
    try {
      const { cwd, shellPath } = terminal.creationOptions as vscode.TerminalOptions;
      // A path alone would be one of the machine that a remote window works on.
      assert.ok(cwd instanceof vscode.Uri);
      assert.deepEqual([cwd.scheme, cwd.fsPath], ['file', homedir()]);
      assert.match(shellPath ?? '', /^ssh(\.exe)?$/);
    } finally {
      terminal.dispose();
    }
  });

  it('opens MLflow through a forward on the loopback', async () => {
    const service = await rowOf(
      'resources',
      ({ context, label }) => context === 'service' && label === 'MLflow',
    );
    // First contact with bare metal, which shows no console to compare with: the person is asked.
    const restore = (await api()).answerWith({ confirm: () => Promise.resolve(true) });
    try {
      // The page of the browser opens a new one; what is asked here is what came through the forward.
      await vscode.commands.executeCommand('chameleon.openService', service);
    } finally {
      restore();
    }
    const forward = await rowOf('connections', ({ context }) => context.startsWith('forward.up'));
    const address = /127\.0\.0\.1:\d+/.exec(forward.description)?.[0];
    assert.ok(address, forward.description);
    const answer = await fetch(`http://${address}/`);
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /MLflow/);
    await vscode.commands.executeCommand('chameleon.stopForward', forward);
    await until('the forward to stop', async () => {
      const rows = await allRows('connections');
      return rows.some(({ context }) => context.startsWith('forward.up')) ? undefined : true;
    });
  });
});
