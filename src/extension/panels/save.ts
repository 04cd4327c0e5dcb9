import * as vscode from 'vscode';
import { cardFileStem, cardHtml, cardJson, embedInPng, type CardRecord } from '../../labs';
import { ask, besideTheWork } from '../ask';

export type CardForm =
  | { readonly kind: 'png'; readonly picture: Uint8Array }
  | { readonly kind: 'json' }
  | { readonly kind: 'html' };

const formNames = { png: 'PNG picture', json: 'JSON', html: 'Web page' } as const;

/** Asks where to, and writes the card there. Returns the file's name; `undefined` if the person dismissed it. */
export async function saveCard(record: CardRecord, form: CardForm): Promise<string | undefined> {
  const suggested = besideTheWork(`${cardFileStem(record)}.${form.kind}`);
  const file = await ask.saveFile('Save Completion Card', suggested, { [formNames[form.kind]]: [form.kind] });
  if (file === undefined) return undefined;
  await vscode.workspace.fs.writeFile(file, bytesOf(record, form));
  const name = file.path.split('/').at(-1) ?? file.path;
  // Not awaited: the message may stay for as long as the person likes.
  void offerToOpen(file, name);
  return name;
}

function bytesOf(record: CardRecord, form: CardForm): Uint8Array {
  switch (form.kind) {
    case 'png':
      return embedInPng(form.picture, record);
    case 'json':
      return Buffer.from(cardJson(record));
    case 'html':
      return Buffer.from(cardHtml(record));
  }
}

async function offerToOpen(file: vscode.Uri, name: string): Promise<void> {
  const pressed = await ask.info(`Saved the completion card as ${name}.`, 'Open');
  if (pressed === 'Open') await vscode.commands.executeCommand('vscode.open', file);
}
