import * as vscode from 'vscode';
import { withoutControls } from './plainText';

/** Read-only documents of what servers and containers printed: `chameleon-console:/NAME.log?id`. */
const SCHEME = 'chameleon-console';

/** What servers printed, as documents. Text from a server is text: it is in no terminal, HTML or Markdown. */
export class ConsoleDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registered: vscode.Disposable;
  readonly onDidChange = this.#changed.event;

  constructor() {
    this.#registered = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? 'This log was shown in an earlier session. Ask for it again.';
  }

  /** Shows the text beside what is open; asked for again, the same document is renewed. */
  async show(name: string, id: string, text: string): Promise<vscode.TextDocument> {
    const uri = vscode.Uri.from({
      scheme: SCHEME,
      path: `/${name.replaceAll(/[/\\]/g, '-')}.log`,
      query: id,
    });
    this.#texts.set(uri.toString(), withoutControls(text));
    this.#changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    const editor = await vscode.window.showTextDocument(document, { preview: true });
    // The end is what tells.
    const last = document.lineAt(document.lineCount - 1).range;
    editor.revealRange(last);
    return document;
  }

  dispose(): void {
    this.#registered.dispose();
    this.#changed.dispose();
  }
}
