import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { abortError, Problem } from '../../base';
import type { Connection, CopyProgress, Saved, Target } from '../../ssh';
import type { App } from '../app';
import { ask } from '../ask';
import { withProgress } from '../register';
import { proven } from './proven';
import { serverFor } from './subjects';

const LIST = 'SHA256SUMS';
const SHOW = 'Show List';
const OTHER = 'Another Folder …';

/** Copies folders of a server here before they are lost with its lease: those of its lab, or any. */
export async function saveMyWork(app: App, argument: unknown, signal: AbortSignal): Promise<string> {
  const { it: server } = await serverFor(app, argument, 'Save the work of which server?');
  const target = app.hosts.targetOf(server);
  const { downloadFolder, folderSizes, digestLines } = await import('../../ssh');
  const proposed = app.labs.foldersOn(server);
  const sizes = await withProgress(`Looking at ${server.name} …`, signal, async (inner) =>
    folderSizes(
      await reached(app, target, inner),
      proposed.map((folder) => folder.path),
      inner,
    ),
  );
  const there = proposed.flatMap((folder, at) => {
    const bytes = sizes[at]?.bytes;
    return bytes === undefined ? [] : [{ ...folder, bytes }];
  });
  const folders = await chosenFolders(server.name, there);
  const place = path.join(placeHere(), plainName(server.name));
  const saved = await withProgress(`Saving ${server.name} …`, signal, async (inner, say) => {
    const connection = await reached(app, target, inner);
    const all: { folder: string; saved: Saved }[] = [];
    for (const folder of folders) {
      const local = path.join(place, nameOf(folder));
      all.push({
        folder: path.basename(local),
        saved: await downloadFolder(connection, folder, local, inner, (so) => {
          say(progressWords(so));
        }),
      });
    }
    return all;
  });
  const files = saved.flatMap((each) =>
    each.saved.files.map((file) => ({ ...file, path: `${each.folder}/${file.path}` })),
  );
  const list = path.join(place, LIST);
  await writeFile(list, digestLines(files));
  const left = saved.flatMap((each) => each.saved.left);
  const skipped =
    left.length === 0
      ? ''
      : ` Left out, as they are links or no files: ${left.slice(0, 3).join(', ')}${left.length > 3 ? ' …' : ''}.`;
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  void ask
    .info(`Saved ${files.length} files (${sizeWords(bytes)}) in ${place}.${skipped}`, SHOW)
    .then(async (button) => {
      if (button === SHOW) await vscode.window.showTextDocument(vscode.Uri.file(list));
    });
  return place;
}

/** Copies a file or folder of this machine to a server: of the Explorer, or picked. */
export async function uploadToServer(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const uri = argument instanceof vscode.Uri ? argument : await ask.openFile('Upload which file?');
  if (uri === undefined) throw abortError();
  if (uri.scheme !== 'file')
    throw new Problem('Only files of this machine can be uploaded.', { next: 'Save it here first.' });
  const { it: server } = await serverFor(app, argument, 'Upload to which server?');
  const target = app.hosts.targetOf(server);
  const folder = await ask.text({
    title: `Upload to ${server.name}`,
    prompt: 'Into which folder of the server?',
    value: '~',
  });
  if (folder === undefined || folder.trim() === '') throw abortError();
  const { upload } = await import('../../ssh');
  const files = await withProgress(`Uploading to ${server.name} …`, signal, async (inner, say) =>
    upload(await reached(app, target, inner), uri.fsPath, folder.trim(), inner, (so) => {
      say(progressWords(so));
    }),
  );
  void ask.info(
    `${files.length === 1 ? 'One file is' : `${files.length} files are`} in ${folder.trim()} of ${server.name}.`,
  );
}

async function reached(app: App, target: Target, signal: AbortSignal): Promise<Connection> {
  await proven(app, target, signal);
  return app.hosts.connect(target, signal);
}

async function chosenFolders(
  name: string,
  there: readonly { readonly path: string; readonly title: string; readonly bytes: number }[],
): Promise<readonly string[]> {
  const choices = [
    ...there.map((folder) => ({
      label: folder.title,
      description: `${folder.path} · ${sizeWords(folder.bytes)}`,
      value: folder.path,
    })),
  ];
  const picked =
    choices.length === 0
      ? [OTHER]
      : await ask.pickMany(`Save which folders of ${name}?`, [
          ...choices,
          { label: OTHER, description: 'by its path', value: OTHER, picked: false },
        ]);
  if (picked === undefined || picked.length === 0) throw abortError();
  const known = picked.filter((each) => each !== OTHER);
  if (!picked.includes(OTHER)) return known;
  const typed = await ask.text({
    title: `Save a folder of ${name}`,
    prompt: 'Its path on the server, ~ for the home folder',
    value: '~/',
  });
  const more = typed?.trim() ?? '';
  if (more === '' && known.length === 0) throw abortError();
  return more === '' ? known : [...known, more.replace(/(?<=.)\/+$/, '')];
}

/** Into the folder that is open, if it is of this machine. */
function placeHere(): string {
  const open = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  return path.join(open?.uri.fsPath ?? path.join(homedir(), 'Chameleon'), 'saved');
}

/** Under which name a folder of a server is saved. */
function nameOf(folder: string): string {
  return folder === '~' || folder === '/' ? 'home' : plainName(path.posix.basename(folder));
}

/** A server's word as one name of a folder here. */
function plainName(name: string): string {
  const plain = name.replace(/[^\p{L}\p{N}._-]/gu, '_').replace(/^\.+/, '_');
  return plain === '' ? '_' : plain;
}

function progressWords({ files, ofFiles, bytes, ofBytes, now }: CopyProgress): string {
  const part = ofBytes === 0 ? 100 : Math.floor((bytes / ofBytes) * 100);
  return `${part} % of ${sizeWords(ofBytes)} · file ${Math.min(files + 1, ofFiles)} of ${ofFiles} · ${now}`;
}

function sizeWords(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const at = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** at;
  return `${value < 10 && at > 0 ? value.toFixed(1) : Math.round(value)} ${units[at] ?? ''}`;
}
