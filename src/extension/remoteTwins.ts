import path from 'node:path';
import { REMOTE_FOLDERS_STATE } from './keys';
import type { Memory } from './memory';

/** An extension that opens windows on other machines over SSH. */
export interface RemoteTwin {
  readonly extension: string;
  /** What it is called where it is installed. */
  readonly name: string;
  /** Its settings for another ssh config than `~/.ssh/config`; the first that is set counts. */
  readonly settings: readonly string[];
  /** The editor whose own it is, by the beginning of its name; `undefined`: it runs in all others. */
  readonly editor: string | undefined;
}

/** Remote-SSH and its twins. All take the same authority. */
export const REMOTE_TWINS: readonly RemoteTwin[] = [
  {
    extension: 'ms-vscode-remote.remote-ssh',
    name: 'Remote - SSH',
    settings: ['remote.SSH.configFile'],
    editor: 'Visual Studio Code',
  },
  {
    extension: 'jeanp413.open-remote-ssh',
    name: 'Open Remote - SSH',
    settings: ['remote.SSH.configFile'],
    editor: undefined,
  },
  {
    extension: 'anysphere.remote-ssh',
    name: 'Remote - SSH',
    settings: ['remote.SSH.configFile'],
    editor: 'Cursor',
  },
  {
    extension: 'codeium.windsurf-remote-openssh',
    name: 'Remote - OpenSSH',
    settings: ['remote.devinSSH.configFile', 'remote.windsurfSSH.configFile'],
    editor: 'Windsurf',
  },
  {
    extension: 'google.antigravity-remote-openssh',
    name: 'Remote - OpenSSH',
    settings: ['remote.antigravitySSH.configFile'],
    editor: 'Antigravity',
  },
];

/** The one that is installed; of several the editor's own. */
export function twinInstalled(
  appName: string,
  isInstalled: (extension: string) => boolean,
): RemoteTwin | undefined {
  const installed = REMOTE_TWINS.filter(({ extension }) => isInstalled(extension));
  return installed.find((twin) => isOwn(twin, appName)) ?? installed[0];
}

/** The one to install: the editor's own, which runs nowhere else; in all others the open one. */
export function twinToInstall(appName: string): RemoteTwin | undefined {
  return (
    REMOTE_TWINS.find((twin) => isOwn(twin, appName)) ??
    REMOTE_TWINS.find(({ editor }) => editor === undefined)
  );
}

function isOwn({ editor }: RemoteTwin, appName: string): boolean {
  return editor !== undefined && appName.startsWith(editor);
}

/** The ssh config that a twin reads. @param setting the value of a setting of the editor */
export function sshConfigOf(
  settings: readonly string[],
  setting: (name: string) => string | undefined,
  home: string,
): string {
  for (const name of settings) {
    const file = setting(name)?.trim() ?? '';
    if (file !== '') return /^~[\\/]/.test(file) ? path.join(home, file.slice(2)) : file;
  }
  return path.join(home, '.ssh', 'config');
}

const AUTHORITY = 'ssh-remote+';

/** Parts of an address as `vscode.Uri` has them. */
interface Address {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
}

/** A folder of a server that our ssh config knows, as all of them open it. */
export function remoteAddress(host: string, folder: string): Address {
  return { scheme: 'vscode-remote', authority: `${AUTHORITY}${host}`, path: folder };
}

const HOME = '/home/cc';
const MOST = 50;

/** The folder in which a server was last opened in a remote window. @param host its name in our ssh config */
export function remoteFolder(memory: Memory, host: string): string {
  return foldersIn(memory).get(host) ?? HOME;
}

/** In a remote window: remembers its folder for the next time. @param folder the first one that is open */
export async function noteRemoteFolder(memory: Memory, folder: Address | undefined): Promise<void> {
  if (folder?.scheme !== 'vscode-remote' || !folder.authority.startsWith(AUTHORITY)) return;
  const host = folder.authority.slice(AUTHORITY.length);
  const before = foldersIn(memory);
  if (before.get(host) === folder.path) return;
  before.delete(host);
  const after = [...before].slice(1 - MOST);
  await memory.update(REMOTE_FOLDERS_STATE, Object.fromEntries([...after, [host, folder.path]]));
}

function foldersIn(memory: Memory): Map<string, string> {
  const kept = Object.entries(memory.get<Readonly<Record<string, unknown>>>(REMOTE_FOLDERS_STATE, {}));
  return new Map(kept.flatMap(([host, folder]) => (typeof folder === 'string' ? [[host, folder]] : [])));
}
