import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { allRows, api, until } from './extension';

/** What an instructor meets who writes a lab, in a folder that is trusted. */
describe('a lab file in the editor', () => {
  let file: vscode.Uri;
  before(async () => {
    await vscode.commands.executeCommand('chameleon.openDemo');
    const window = await api();
    const answers = ['A greeting', 'lab0-greeting'];
    const restore = window.answerWith({
      text: () => Promise.resolve(answers.shift()),
      pick: (_title, choices) => Promise.resolve(choices.find(({ label }) => label === 'KVM@TACC')?.value),
    });
    try {
      await vscode.commands.executeCommand('chameleon.newLab');
    } finally {
      restore();
    }
    const document = vscode.window.activeTextEditor?.document;
    assert.ok(document);
    file = document.uri;
    assert.match(file.path, /lab0-greeting\.lab\.yaml$/);
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(file);
    await until('the lab to go', async () => ((await ownRow()) === undefined ? true : undefined));
  });

  const ownRow = async () => (await allRows('labs')).find(({ label }) => label.includes('A greeting'));

  it('is listed with the labs that ship', async () => {
    const row = await until('its row', ownRow);
    assert.match(row.tooltip.join('\n'), /workspace/);
  });

  it('has no fault, and a way to run it above each check', async () => {
    const lenses = await until('lenses', async () => {
      const found = await lensesOf(file);
      return found.length >= 4 ? found : undefined;
    });
    assert.deepEqual(vscode.languages.getDiagnostics(file), []);
    assert.deepEqual(
      lenses.map(({ command }) => command?.title.replace(/\$\([\w-]+\) /, '')),
      ['Run the lab', 'Run this check', 'Run this check', 'Run this check'],
    );
    const check = lenses[1]?.command;
    assert.ok(check);
    await vscode.commands.executeCommand(check.command, ...((check.arguments ?? []) as unknown[]));
    const row = (await allRows('labs')).find(
      ({ context, subject }) =>
        context.startsWith('check.') &&
        subject?.kind === 'check' &&
        subject.lab === 'lab0-greeting' &&
        subject.check === 'server-active',
    );
    assert.match(row?.description ?? '', /^failed · There is not one server/);
    const after = await until('what it said', async () =>
      (await lensesOf(file)).find(({ command }) => command?.title.startsWith('failed') === true),
    );
    assert.match(after.command?.title ?? '', /There is not one server/);
  });

  it('explains keys and functions', async () => {
    const document = await vscode.workspace.openTextDocument(file);
    const at = document.positionAt(document.getText().indexOf('keep: true') + 2);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      file,
      at,
    );
    const said = hovers.flatMap(({ contents }) =>
      contents.map((each) => (typeof each === 'string' ? each : each.value)),
    );
    assert.match(said.join('\n'), /once/);
  });

  it('shows a fault at its own words, and does not run then', async () => {
    const document = await vscode.workspace.openTextDocument(file);
    const edit = new vscode.WorkspaceEdit();
    const start = document.getText().indexOf('hint: Launch');
    edit.replace(file, new vscode.Range(document.positionAt(start), document.positionAt(start + 4)), 'hnt');
    await vscode.workspace.applyEdit(edit);
    const fault = await until('the fault', () => vscode.languages.getDiagnostics(file)[0]);
    assert.equal(document.getText(fault.range), 'hnt');
    assert.match(fault.message, /Unknown key “hnt”/);
    const lenses = await lensesOf(file);
    assert.deepEqual(
      lenses.map(({ command }) => command?.command),
      ['workbench.actions.view.problems'],
    );
    await document.save();
    await until('its row to go', async () => ((await ownRow()) === undefined ? true : undefined));
  });
});

async function lensesOf(file: vscode.Uri): Promise<vscode.CodeLens[]> {
  return vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', file, 20);
}
