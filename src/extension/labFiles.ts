import { promisify } from 'node:util';
import * as vscode from 'vscode';
import type { Lab } from '../labs';

const IN_WORKSPACE = '**/*.lab.{yaml,yml,json}';
const MOST_FILES = 50;

/** A lab with where it comes from: one of the workspace stands in place of a shipped one with its id. */
export interface FoundLab {
  readonly lab: Lab;
  readonly own: boolean;
}

/**
 * The labs that ship with the extension, and those of the workspace where it is trusted. One that can't be read is
 * left out, and said in the log.
 */
export async function findLabs(extension: vscode.Uri, log: vscode.LogOutputChannel): Promise<FoundLab[]> {
  const shipped = (await shippedLabs(extension)).map((lab) => ({ lab, own: false }));
  const own = await Promise.all((await ownFiles()).map((uri) => ownLab(uri, log)));
  return [...new Map([...shipped, ...own.flat()].map((each) => [each.lab.id, each])).values()];
}

/** Those that the build has read: parsing all their YAML here would hold up the extension host for a second. */
async function shippedLabs(extension: vscode.Uri): Promise<readonly Lab[]> {
  const file = vscode.Uri.joinPath(extension, 'dist', 'labs.json.br');
  const { brotliDecompress } = await import('node:zlib');
  const packed = await vscode.workspace.fs.readFile(file);
  const text = await promisify(brotliDecompress)(packed);
  return JSON.parse(text.toString('utf8')) as readonly Lab[];
}

async function ownLab(uri: vscode.Uri, log: vscode.LogOutputChannel): Promise<FoundLab[]> {
  const { readLab } = await import('../labs');
  const name = uri.path.replace(/^.*\//, '');
  const bytes = await vscode.workspace.fs.readFile(uri);
  const reading = readLab(new TextDecoder().decode(bytes), name);
  if ('lab' in reading) return [{ lab: reading.lab, own: true }];
  for (const problem of reading.problems) log.warn(`${name}:${problem.line}: ${problem.what}`);
  return [];
}

/** Those in the folders that are open, and in a `labs` below: listed by hand, as a search needs a program of its own. */
async function ownFiles(): Promise<vscode.Uri[]> {
  if (!vscode.workspace.isTrusted) return [];
  const roots = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri);
  const folders = roots.flatMap((uri) => [uri, vscode.Uri.joinPath(uri, 'labs')]);
  const files = await Promise.all(folders.map(labsIn));
  return files.flat().slice(0, MOST_FILES);
}

async function labsIn(folder: vscode.Uri): Promise<vscode.Uri[]> {
  try {
    const entries = await vscode.workspace.fs.readDirectory(folder);
    return entries
      .filter(([name]) => /\.lab\.(?:ya?ml|json)$/.test(name))
      .map(([name]) => vscode.Uri.joinPath(folder, name));
  } catch {
    return []; // There is no such folder.
  }
}

/** Calls `changed` when a lab file of the workspace comes, goes or changes, or the workspace becomes trusted. */
export function watchLabs(changed: () => void): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(IN_WORKSPACE);
  return vscode.Disposable.from(
    watcher,
    watcher.onDidChange(changed),
    watcher.onDidCreate(changed),
    watcher.onDidDelete(changed),
    vscode.workspace.onDidGrantWorkspaceTrust(changed),
  );
}
