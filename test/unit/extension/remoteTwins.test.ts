import assert from 'node:assert/strict';
import path from 'node:path';
import {
  noteRemoteFolder,
  REMOTE_TWINS,
  remoteAddress,
  remoteFolder,
  sshConfigOf,
  twinInstalled,
  twinToInstall,
} from '../../../src/extension/remoteTwins';

const ALL = REMOTE_TWINS.map(({ extension }) => extension);

describe('extensions for remote windows', () => {
  it('are each used where it alone is installed, whatever the editor', () => {
    assert.equal(ALL.length, 5);
    for (const only of ALL)
      for (const editor of ['Visual Studio Code', 'code-server', 'Cursor', 'Windsurf', 'Antigravity'])
        assert.equal(twinInstalled(editor, (id) => id === only)?.extension, only);
    assert.equal(
      twinInstalled('code-server', () => false),
      undefined,
    );
  });

  it('of which several are installed: the editor’s own', () => {
    for (const [editor, own] of [
      ['Visual Studio Code - Insiders', 'ms-vscode-remote.remote-ssh'],
      ['Cursor', 'anysphere.remote-ssh'],
      ['Windsurf', 'codeium.windsurf-remote-openssh'],
      ['Antigravity', 'google.antigravity-remote-openssh'],
    ] as const) {
      assert.equal(twinInstalled(editor, () => true)?.extension, own);
      assert.equal(twinToInstall(editor)?.extension, own, 'and it is what is offered where none is');
    }
    assert.equal(twinToInstall('VSCodium')?.extension, 'jeanp413.open-remote-ssh');
    assert.equal(twinToInstall('code-server')?.extension, 'jeanp413.open-remote-ssh');
  });

  it('read the ssh config that they are set to', () => {
    const home = path.join(path.sep, 'home', 'me');
    const config = (settings: readonly string[], set: Record<string, string>): string =>
      sshConfigOf(settings, (name) => set[name], home);
    const usual = path.join(home, '.ssh', 'config');
    for (const { settings } of REMOTE_TWINS) {
      assert.equal(config(settings, {}), usual);
      for (const name of settings) {
        assert.equal(config(settings, { [name]: '~/mine/config' }), path.join(home, 'mine', 'config'));
        assert.equal(config(settings, { [name]: ' /etc/mine ' }), '/etc/mine');
        assert.equal(config(settings, { [name]: ' ' }), usual);
      }
      assert.equal(config(settings, { 'remote.other.configFile': '/etc/other' }), usual);
    }
  });

  it('open the folder of the last time', async () => {
    const kept = new Map<string, unknown>();
    const memory = {
      get: <T>(key: string, fallback: T): T => (kept.get(key) as T | undefined) ?? fallback,
      update: async (key: string, value: unknown): Promise<void> => void kept.set(key, value),
    };
    assert.equal(remoteFolder(memory, 'node1'), '/home/cc', 'before there was one');
    await noteRemoteFolder(memory, undefined);
    await noteRemoteFolder(memory, { scheme: 'file', authority: '', path: '/home/me' });
    await noteRemoteFolder(memory, { scheme: 'vscode-remote', authority: 'wsl+Ubuntu', path: '/home/me' });
    assert.equal(kept.size, 0, 'no window on a server');
    await noteRemoteFolder(memory, remoteAddress('node1', '/home/cc/lab 5'));
    assert.equal(remoteFolder(memory, 'node1'), '/home/cc/lab 5');
    assert.equal(remoteFolder(memory, 'node2'), '/home/cc');
    for (let at = 0; at < 60; at += 1) await noteRemoteFolder(memory, remoteAddress(`n${at}`, `/data/${at}`));
    assert.equal(remoteFolder(memory, 'n59'), '/data/59');
    assert.equal(remoteFolder(memory, 'node1'), '/home/cc', 'the oldest are forgotten');
    await noteRemoteFolder(memory, remoteAddress('n59', '/data/other'));
    assert.equal(remoteFolder(memory, 'n59'), '/data/other');
    assert.equal(Object.keys([...kept.values()][0] as object).length, 50);
  });
});
