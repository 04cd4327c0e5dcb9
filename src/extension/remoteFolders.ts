import * as vscode from 'vscode';
import { REMOTE_FOLDERS_STATE } from './keys';

const HOME = '/home/cc';
const MOST = 50;
const AUTHORITY = 'ssh-remote+';

/** The folder in which a server was last opened in a remote window. @param host its name in our ssh config */
export function remoteFolder(context: vscode.ExtensionContext, host: string): string {
  return folders(context)[host] ?? HOME;
}

/** In a remote window: remembers its folder for the next time. */
export async function noteRemoteFolder(context: vscode.ExtensionContext): Promise<void> {
  const uri = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (uri?.scheme !== 'vscode-remote' || !uri.authority.startsWith(AUTHORITY)) return;
  const host = uri.authority.slice(AUTHORITY.length);
  const before = folders(context);
  if (before[host] === uri.path) return;
  const others = Object.entries(before).filter(([name]) => name !== host);
  await context.globalState.update(
    REMOTE_FOLDERS_STATE,
    Object.fromEntries([...others.slice(-MOST), [host, uri.path]]),
  );
}

function folders(context: vscode.ExtensionContext): Readonly<Record<string, string>> {
  return context.globalState.get<Record<string, string>>(REMOTE_FOLDERS_STATE, {});
}
