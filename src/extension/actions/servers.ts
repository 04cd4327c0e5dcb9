import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { Problem } from '../../base';
import { deleteFloatingIp, deleteServer } from '../../openstack';
import type { App } from '../app';
import { ask } from '../ask';
import { withProgress } from '../register';
import { floatingIpFor, serverFor, sessionOf, sureAbout } from './subjects';

/** Remote-SSH and its twins, with the command that opens a host in a new window. */
const REMOTE_TWINS = [
  { extension: 'ms-vscode-remote.remote-ssh', authority: 'ssh-remote' },
  { extension: 'jeanp413.open-remote-ssh', authority: 'ssh-remote' },
  { extension: 'anysphere.remote-ssh', authority: 'ssh-remote' },
] as const;

/** Opens a terminal by the user's own `ssh`, once the server has proven who it is. */
export async function openTerminal(
  app: App,
  argument: unknown,
  signal: AbortSignal,
): Promise<vscode.Terminal> {
  const { it: server } = await serverFor(app, argument, 'Open a terminal on which server?');
  await requireSsh();
  const target = app.hosts.targetOf(server);
  await withProgress(`Connecting to ${server.name} …`, signal, (inner) => proven(app, target, inner));
  const { file, args } = await app.hosts.terminalCommand(target);
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
  await withProgress(`Connecting to ${server.name} …`, signal, (inner) => proven(app, target, inner));
  const { file, args } = await app.hosts.terminalCommand(target);
  const line = [file, ...args].map(quoted).join(' ');
  await vscode.env.clipboard.writeText(line);
  void ask.info(`Copied: ${line}`);
  return line;
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

/** Opens a remote window on the server, where an extension for that is installed. */
export async function openRemoteWindow(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const twin = REMOTE_TWINS.find((each) => vscode.extensions.getExtension(each.extension) !== undefined);
  if (twin === undefined)
    throw new Problem('No extension for remote windows is installed.', {
      next: 'Install Remote - SSH (or Open Remote - SSH), then try again.',
    });
  const { it: server } = await serverFor(app, argument, 'Open which server?');
  const target = app.hosts.targetOf(server);
  await withProgress(`Connecting to ${server.name} …`, signal, (inner) => proven(app, target, inner));
  const { args } = await app.hosts.terminalCommand(target);
  const config = args[args.indexOf('-F') + 1] ?? '';
  const alias = args.at(-1) ?? '';
  const include = `Include ${config}`;
  const known = await vscode.workspace.fs
    .readFile(vscode.Uri.file(path.join(homedir(), '.ssh', 'config')))
    .then(
      (bytes) => new TextDecoder().decode(bytes).includes(config),
      () => false,
    );
  if (!known) {
    await vscode.env.clipboard.writeText(include);
    throw new Problem(`Remote windows read ~/.ssh/config, which does not know our servers yet.`, {
      next: `Put this line at its top and try again (it is on the clipboard): ${include}`,
    });
  }
  const remote = vscode.Uri.from({
    scheme: 'vscode-remote',
    authority: `${twin.authority}+${alias}`,
    path: '/home/cc',
  });
  await vscode.commands.executeCommand('vscode.openFolder', remote, { forceNewWindow: true });
}

export async function removeServer(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: server } = await serverFor(app, argument, 'Delete which server?');
  await sureAbout(server, {
    title: `Delete the server ${server.name}?`,
    detail: 'Everything on its disk is lost.',
    yes: 'Delete',
  });
  await withProgress(`Deleting ${server.name} …`, signal, (inner) =>
    deleteServer(sessionOf(app, site), server.id, inner),
  );
  await app.refresh({ cloud: site.cloud, parts: ['servers', 'floatingIps'] });
}

export async function releaseFloatingIp(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: ip } = await floatingIpFor(app, argument, 'Release which floating IP?');
  await sureAbout(ip, {
    title: `Release ${ip.address}?`,
    detail: 'The address goes back to the pool; you may not get the same one again.',
    yes: 'Release',
  });
  await withProgress(`Releasing ${ip.address} …`, signal, (inner) =>
    deleteFloatingIp(sessionOf(app, site), ip.id, inner),
  );
  await app.refresh({ cloud: site.cloud, parts: ['floatingIps', 'servers'] });
}

export async function copyAddress(app: App, argument: unknown): Promise<void> {
  const { it: server } = await serverFor(app, argument, 'Copy the address of which server?');
  await vscode.env.clipboard.writeText(app.hosts.targetOf(server).address);
}

/**
 * Makes sure that the server's key is known before the user's `ssh` meets it. A key that only the user's `ssh` can use
 * (with a passphrase, say) is no reason to stop once the server is known.
 */
async function proven(
  app: App,
  target: ReturnType<App['hosts']['targetOf']>,
  signal: AbortSignal,
): Promise<void> {
  const { SshError } = await import('../../ssh');
  try {
    await app.hosts.connect(target, signal);
  } catch (thrown) {
    const onlyKey = thrown instanceof SshError && (thrown.kind === 'noKey' || thrown.kind === 'auth');
    const { knownHosts } = await app.hosts.ready();
    if (!onlyKey || (await knownHosts.pinned(target.serverId)).length === 0) throw thrown;
  }
}

async function requireSsh(): Promise<void> {
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

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
