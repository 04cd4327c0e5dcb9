import * as vscode from 'vscode';
import { byText, Problem } from '../../base';
import type { App } from '../app';
import { ask, besideTheWork } from '../ask';
import { readable } from '../readable';
import { withProgress } from '../register';

/** Opens a card that was handed in, or dropped on the Labs view (a folder of them, too), and compares it with what is there. */
export async function verifyCard(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const file =
    argument instanceof vscode.Uri
      ? argument
      : await ask.openFile('Completion card', {
          'Completion card': ['png', 'json', 'html', 'jpg', 'jpeg'],
        });
  if (file === undefined) return;
  const { type } = await vscode.workspace.fs.stat(file);
  if ((type & vscode.FileType.Directory) !== 0) return verifyFolder(app, file, signal);
  const bytes = await vscode.workspace.fs.readFile(file);
  const { openCard, verifyCard: verify } = await import('../../labs');
  const { showVerification } = await import('../panels');
  const [card] = await Promise.all([openCard(bytes), app.labs.load()]);
  const lab = app.labs.lab(card.labId);
  const record = card.record(lab, app.inventory);
  const verdict = await withProgress('Comparing the card with what is there …', signal, (inner) =>
    verify({ record, lab, world: app.labs.openWorld(), picture: card.picture, signal: inner }),
  );
  const scanned = card.picture === 'scanned' ? bytes : undefined;
  await Promise.resolve(showVerification(app.context, { record, verdict, scanned }));
}

/** More files than a class hands in: then it is another folder. */
const MOST_FILES = 5000;

/** Compares all cards of a folder with what is there: a table to read, and one for a spreadsheet. */
export async function verifyFolder(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const folder =
    argument instanceof vscode.Uri ? argument : await ask.openFolder('Folder of completion cards');
  if (folder === undefined) return;
  const files = await filesBelow(folder);
  if (files.length > MOST_FILES)
    throw new Problem(`The folder has more than ${MOST_FILES} files.`, {
      next: 'Choose the folder with the cards alone.',
    });
  const { folderCsv, folderMarkdown, folderWords, verifyFolder: verify } = await import('../../labs');
  await app.labs.load();
  const verdict = await withProgress('Comparing the cards with what is there …', signal, (inner) =>
    verify({
      files: files.map((uri) => ({
        name: uri.path.slice(folder.path.length).replace(/^\//, ''),
        read: async () => vscode.workspace.fs.readFile(uri),
      })),
      labs: app.labs.labs,
      world: app.labs.openWorld(),
      signal: inner,
    }),
  );
  const page = await readable(app, 'Verify Folder');
  page.write(folderMarkdown(verdict));
  // Not awaited: the message may stay for as long as the person likes.
  void offerCsv(folderWords(verdict), folderCsv(verdict));
}

async function offerCsv(words: string, csv: string): Promise<void> {
  if ((await ask.info(words, 'Save as CSV')) !== 'Save as CSV') return;
  const file = await ask.saveFile('Save Table', besideTheWork('cards.csv'), { CSV: ['csv'] });
  if (file !== undefined) await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(csv));
}

/** Files below a folder but hidden ones, folder by folder; links to folders are not followed. */
async function filesBelow(folder: vscode.Uri): Promise<vscode.Uri[]> {
  const found: vscode.Uri[] = [];
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined && found.length <= MOST_FILES; next = folders.pop())
    for (const [name, type] of await vscode.workspace.fs.readDirectory(next)) {
      if (name.startsWith('.')) continue;
      const uri = vscode.Uri.joinPath(next, name);
      if (type === vscode.FileType.File) found.push(uri);
      else if (type === vscode.FileType.Directory) folders.push(uri);
    }
  return found.sort((a, b) => byText(a.path, b.path));
}
