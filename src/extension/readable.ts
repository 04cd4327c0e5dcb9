import * as vscode from 'vscode';
import type { App } from './app';

const SCHEME = 'chameleon-report';
const pages = new Map<string, Readable>();
let provider: vscode.EventEmitter<vscode.Uri> | undefined;

/** A page of Markdown beside the code that can be rewritten while it is read. */
export interface Readable {
  readonly text: string;
  write(text: string): void;
}

/** Opens a page by its title, or writes anew on the one that is open. */
export async function readable(app: App, title: string): Promise<Readable> {
  const changed = (provider ??= registered(app));
  const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title.replace(/[^\p{L}\p{N} ._-]/gu, '-')}.md` });
  let text = '';
  const page: Readable = {
    get text() {
      return text;
    },
    write: (next) => {
      if (next === text) return;
      text = next;
      changed.fire(uri);
    },
  };
  pages.set(uri.toString(), page);
  // News of a document reach only one that is open; the preview opens its own too late for the first.
  await vscode.workspace.openTextDocument(uri);
  // Drawn by VS Code's own preview, where commands of links do not run: servers have their words in it.
  await vscode.commands.executeCommand('markdown.showPreview', uri);
  return page;
}

function registered(app: App): vscode.EventEmitter<vscode.Uri> {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  app.context.subscriptions.push(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: (uri) => pages.get(uri.toString())?.text ?? '',
    }),
  );
  return changed;
}
