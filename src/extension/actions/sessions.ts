import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { abortError } from '../../base';
import type { Target } from '../../ssh';
import type { App } from '../app';
import { ask } from '../ask';
import { withProgress } from '../register';
import { remoteAddress, remoteFolder, twinInstalled, twinToInstall } from '../remoteTwins';
import { included, ownSsh, removeSshConfig, requireSsh } from '../userSsh';
import { proven } from './proven';
import { serverFor } from './subjects';

/** Opens a terminal by the user's own `ssh`, once the server has proven who it is. */
export async function openTerminal(
  app: App,
  argument: unknown,
  signal: AbortSignal,
): Promise<vscode.Terminal> {
  const { it: server } = await serverFor(app, argument, 'Open a terminal on which server?');
  await requireSsh();
  const target = app.hosts.targetOf(server);
  await connected(app, target, signal);
  const { file, args } = await ownSsh(app, target);
  const terminal = vscode.window.createTerminal({
    name: server.name,
    shellPath: file,
    shellArgs: args,
    // A local folder: in a window that is remote the terminal must still start on the person's side.
    cwd: vscode.Uri.file(homedir()),
    iconPath: new vscode.ThemeIcon('vm-running'),
    isTransient: true,
  });
  terminal.show();
  return terminal;
}

/** Puts the command line for any other terminal on the clipboard. */
export async function copySshCommand(app: App, argument: unknown, signal: AbortSignal): Promise<string> {
  const { it: server } = await serverFor(app, argument, 'Copy the command for which server?');
  const target = app.hosts.targetOf(server);
  await connected(app, target, signal);
  const { file, args } = await ownSsh(app, target);
  const line = [file, ...args].map(quoted).join(' ');
  await vscode.env.clipboard.writeText(line);
  void ask.info(`Copied: ${line}`);
  return line;
}

/** Puts the name on the clipboard by which `ssh`, `scp`, `rsync` and other tools know the server from then on. */
export async function copyHost(app: App, argument: unknown, signal: AbortSignal): Promise<string> {
  const { it: server } = await serverFor(app, argument, 'Copy the host of which server?');
  const target = app.hosts.targetOf(server);
  await connected(app, target, signal);
  const { host } = await included(app, target);
  await vscode.env.clipboard.writeText(host);
  void ask.info(`Copied: ${host}. ssh, scp, rsync and git know the server by that name.`);
  return host;
}

/** Opens a remote window on the server, in the folder of the last time, where an extension for that is installed. */
export async function openRemoteWindow(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const isInstalled = (id: string): boolean => vscode.extensions.getExtension(id) !== undefined;
  const twin = twinInstalled(vscode.env.appName, isInstalled);
  if (twin === undefined) return offerToInstall();
  const { it: server } = await serverFor(app, argument, 'Open which server?');
  const target = app.hosts.targetOf(server);
  await connected(app, target, signal);
  const { host } = await included(app, target, twin.settings);
  const remote = vscode.Uri.from(remoteAddress(host, remoteFolder(app.memory, host)));
  await vscode.commands.executeCommand('vscode.openFolder', remote, { forceNewWindow: true });
}

export async function removeConfig(app: App): Promise<void> {
  const removed = await removeSshConfig(app);
  void ask.info(
    removed
      ? 'Your ssh config is as it was before. Our terminals and forwards work without it.'
      : 'Your ssh config has no line of ours.',
  );
}

/** Forgets who a server proved to be, for one that was rebuilt: the next contact decides anew. */
export async function forgetHostKey(app: App, argument: unknown): Promise<void> {
  const { it: server } = await serverFor(app, argument, 'Forget the host key of which server?');
  const sure = await ask.confirm(
    `Forget the host key of ${server.name}?`,
    'Right after a rebuild of yours, another key is expected. If you rebuilt nothing, ask the course staff first: somebody else may answer at that address.',
    'Forget',
  );
  if (!sure) return;
  const { knownHosts } = await app.hosts.ready();
  await knownHosts.forget(server.id);
  void ask.info(`The host key of ${server.name} is forgotten; the next contact compares it anew.`);
}

async function connected(app: App, target: Target, signal: AbortSignal): Promise<void> {
  await withProgress(`Connecting to ${target.name} …`, signal, (inner) => proven(app, target, inner));
}

async function offerToInstall(): Promise<void> {
  const twin = twinToInstall(vscode.env.appName);
  if (twin === undefined) return;
  const sure = await ask.confirm(
    'No extension for remote windows is installed.',
    `${twin.name} opens a window that works on the server. Install it now?`,
    'Install',
  );
  if (!sure) throw abortError();
  await vscode.commands.executeCommand('workbench.extensions.installExtension', twin.extension);
  void ask.info('Installed. Open the server in a remote window again.');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
