import { execFile } from 'node:child_process';
import { access, constants, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { abortError, Problem } from '../base';
import type { RunSsh, Target } from '../ssh';
import type { App } from './app';
import { ask } from './ask';
import { REMOTE_TWINS, sshConfigOf } from './remoteTwins';

const SSH_MS = 5_000;

/** A server as the person's own `ssh` knows it. */
export interface OwnSsh {
  readonly file: string;
  readonly args: string[];
  /** Our config. */
  readonly config: string;
  /** The name that our config knows the server by. */
  readonly host: string;
}

/** Writes our config with all servers of mine and returns how the person's own `ssh` reaches one. */
export async function ownSsh(app: App, target: Target): Promise<OwnSsh> {
  const { hostIn, sshConfig, terminalCommand, writeSshConfig } = await import('../ssh');
  const { knownHosts, reach } = await app.hosts.ready();
  const keys = await app.hosts.keyRing.keysFor(target);
  const targets = [target, ...app.hosts.reachable().filter(({ serverId }) => serverId !== target.serverId)];
  const config = ourConfig(app);
  await writeSshConfig(config, sshConfig(targets, { knownHostsFile: knownHosts.file, keys, reach }));
  return { ...terminalCommand(target, { configFile: config }), config, host: hostIn(target, targets) };
}

/** Makes sure that the person's ssh config includes ours, after asking once. @throws AbortError on a no */
export async function included(app: App, target: Target, settings: readonly string[] = []): Promise<OwnSsh> {
  const own = await ownSsh(app, target);
  const { addInclude, includes } = await import('../ssh');
  const { reach } = await app.hosts.ready();
  const config = userConfig(settings);
  const text = await readFile(config, 'utf8').catch(() => '');
  if (!includes(text, own.config)) {
    const sure = await ask.confirm(
      `Add your Chameleon servers to ${config}?`,
      'One line at its top includes a file of ours, so that remote windows and other tools know your servers by name. ' +
        'Nothing else there is changed, and “Chameleon: Remove SSH Config” takes it away.',
      'Add',
    );
    if (!sure) throw abortError();
  }
  const address = target.via.length > 0 ? target.address : reach(target.address, target.port).host;
  await addInclude({ config, ours: own.config, wanted: { host: own.host, address }, ssh: runSsh });
  return own;
}

/** Takes our line out of the person's ssh config, and our config away. */
export async function removeSshConfig(app: App): Promise<boolean> {
  const { removeInclude } = await import('../ssh');
  const ours = ourConfig(app);
  const settings = REMOTE_TWINS.flatMap((twin) => twin.settings);
  const places = [...new Set([userConfig([]), ...settings.map((name) => userConfig([name]))])];
  const removed = await Promise.all(places.map((place) => removeInclude(place, ours)));
  await vscode.workspace.fs.delete(vscode.Uri.file(ours)).then(undefined, () => undefined);
  return removed.includes(true);
}

/** @throws Problem where this machine has no `ssh` */
export async function requireSsh(): Promise<void> {
  const names = process.platform === 'win32' ? ['ssh.exe'] : ['ssh'];
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  for (const file of folders.flatMap((folder) => names.map((name) => path.join(folder, name))))
    if (
      await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return;
  throw new Problem('No ssh program was found on this machine.', {
    next: 'Install the OpenSSH client (Debian: apt install openssh-client; Windows: Settings → Optional features), then open the terminal again.',
  });
}

function userConfig(settings: readonly string[]): string {
  return sshConfigOf(settings, (name) => vscode.workspace.getConfiguration().get(name), homedir());
}

function ourConfig(app: App): string {
  const folder = path.join(app.context.globalStorageUri.fsPath, 'ssh');
  return path.join(folder, app.demo === undefined ? 'config' : 'demo-config');
}

const runSsh: RunSsh = (args) =>
  new Promise((resolve) => {
    execFile('ssh', [...args], { timeout: SSH_MS, windowsHide: true }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined;
      resolve({ code, stdout, stderr });
    });
  });
