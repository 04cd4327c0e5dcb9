import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { startDemo, type Demo } from '../../src/demo';
import { cloudsYaml } from '../cloudsYaml';
import { noteSecret } from '../secrets/used';
import { api, rowOf } from './extension';

describe('sign-in', () => {
  let demo: Demo;
  let signIns = 0;
  const said: string[] = [];

  before(async () => {
    demo = await startDemo({
      onAnswer: ({ method, path: asked }) => {
        if (method === 'POST' && asked.endsWith('/auth/tokens')) signIns += 1;
      },
    });
    for (const { name, credential } of demo.clouds) noteSecret(`host: ${name}`, credential.secret);
  });
  after(() => demo.stop());

  async function signIn(text: string): Promise<void> {
    const window = await api();
    const file = vscode.Uri.joinPath(
      vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file('/'),
      'c.yaml',
    );
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
    const say = (message: string): Promise<undefined> => {
      said.push(message);
      return Promise.resolve(undefined);
    };
    const restore = window.answerWith({
      pick: (_title, choices) =>
        Promise.resolve(choices.find(({ label }) => label.includes('Choose'))?.value),
      openFile: () => Promise.resolve(file),
      info: say,
      error: say,
    });
    try {
      await vscode.commands.executeCommand('chameleon.signIn');
    } finally {
      restore();
      await vscode.workspace.fs.delete(file);
    }
  }

  it('tries a wrong secret once, explains it, and keeps nothing', async () => {
    const [cloud] = demo.clouds;
    assert.ok(cloud);
    signIns = 0;
    await signIn(cloudsYaml(cloud, 'wrong-secret'));
    assert.equal(signIns, 1);
    assert.match(said.at(-1) ?? '', /does not accept this application credential.*nothing was stored/);
    assert.deepEqual((await (await api()).inventory()).sites, []);
  });

  it('signs in with a clouds.yaml and shows the project', async () => {
    const [cloud] = demo.clouds;
    assert.ok(cloud);
    await signIn(cloudsYaml(cloud, cloud.credential.secret));
    assert.ok(
      said.some((message) => message.startsWith('Signed in to')),
      said.join('\n'),
    );
    await rowOf('resources', ({ context }) => context === 'site');
  });

  it('keeps the secret in the secret storage: no file of VS Code has it', async () => {
    const secret = demo.clouds[0]?.credential.secret ?? '';
    assert.ok(secret.length > 10);
    const home = process.env['HOME'] ?? '';
    const entries = await readdir(home, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    assert.ok(files.length > 3, 'no files of VS Code below the home');
    for (const file of files) {
      const bytes = await readFile(path.join(file.parentPath, file.name));
      assert.equal(bytes.includes(secret), false, file.name);
    }
  });

  it('is in the Accounts menu, one account a site', async () => {
    const accounts = await vscode.authentication.getAccounts('chameleon');
    const region = demo.clouds[0]?.region ?? '';
    assert.deepEqual(
      accounts.map(({ label }) => label),
      [`${region} · application credential`],
    );
  });

  it('signs out, and nothing is left to see', async () => {
    const window = await api();
    const restore = window.answerWith({ confirm: () => Promise.resolve(true) });
    try {
      await vscode.commands.executeCommand('chameleon.signOut');
    } finally {
      restore();
    }
    assert.deepEqual((await window.inventory()).sites, []);
    assert.deepEqual(await window.rows('resources'), []);
    assert.deepEqual(await vscode.authentication.getAccounts('chameleon'), []);
  });
});
