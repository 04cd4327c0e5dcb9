import * as vscode from 'vscode';
import type { CheckResult, LabProblem } from '../labs';

const FILES: vscode.DocumentSelector = { pattern: '**/*.lab.{yaml,yml,json}' };
const SETTLE_MS = 300;

/** What a check said last, for the line above it. */
export type LastSaid = (lab: string, check: string) => CheckResult | undefined;

/**
 * Help for people who write labs: faults with their places, what keys and functions mean, and **Run this check** above
 * each check. Nothing of a file is run before the workspace is trusted.
 */
export class LabEditor implements vscode.CodeLensProvider, vscode.HoverProvider, vscode.Disposable {
  readonly #faults = vscode.languages.createDiagnosticCollection('chameleon-labs');
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #extension: vscode.Uri;
  readonly #said: LastSaid;
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #registered: vscode.Disposable;
  #keys: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(extension: vscode.Uri, said: LastSaid) {
    this.#extension = extension;
    this.#said = said;
    this.#registered = vscode.Disposable.from(
      vscode.workspace.onDidOpenTextDocument((document) => {
        this.#soon(document);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        this.#soon(document);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.#faults.delete(document.uri);
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        this.redraw();
      }),
      vscode.languages.registerCodeLensProvider(FILES, this),
      vscode.languages.registerHoverProvider(FILES, this),
    );
    for (const document of vscode.workspace.textDocuments) this.#soon(document);
  }

  /** Shows anew what the checks said. */
  redraw(): void {
    this.#changed.fire();
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const { outlineOf, readLab } = await import('../labs');
    const text = document.getText();
    const { lab, checks } = outlineOf(text);
    if (lab === undefined || checks.length === 0) return [];
    const reading = readLab(text, document.fileName);
    const top = new vscode.Range(0, 0, 0, 0);
    if (!vscode.workspace.isTrusted)
      return [
        new vscode.CodeLens(top, {
          title: '$(shield) Trust the workspace to run these checks',
          command: 'workbench.trust.manage',
        }),
      ];
    if ('problems' in reading)
      return [
        new vscode.CodeLens(top, {
          title: `$(warning) ${reading.problems.length === 1 ? 'A fault keeps' : `${reading.problems.length} faults keep`} this lab from running`,
          command: 'workbench.actions.view.problems',
        }),
      ];
    const run = new vscode.CodeLens(top, {
      title: '$(run-all) Run the lab',
      command: 'chameleon.runLab',
      arguments: [{ subject: { kind: 'lab', lab } }],
    });
    return [run, ...checks.flatMap((check) => this.#lensesOf(lab, check))];
  }

  #lensesOf(lab: string, { id, line }: { readonly id: string; readonly line: number }): vscode.CodeLens[] {
    const range = new vscode.Range(line - 1, 0, line - 1, 0);
    const subject = { subject: { kind: 'check', lab, check: id } };
    const run = new vscode.CodeLens(range, {
      title: '$(play) Run this check',
      command: 'chameleon.runCheck',
      arguments: [subject],
    });
    const said = this.#said(lab, id);
    if (said === undefined) return [run];
    const words = `${said.verdict}: ${said.reason}`;
    const title = words.length > LONGEST ? `${words.slice(0, LONGEST)} …` : words;
    return [run, new vscode.CodeLens(range, { title, command: 'chameleon.showHint', arguments: [subject] })];
  }

  async provideHover(
    document: vscode.TextDocument,
    { line, character }: vscode.Position,
  ): Promise<vscode.Hover | undefined> {
    const { helpAt } = await import('../labs');
    this.#keys ??= this.#readKeys();
    const help = helpAt(document.lineAt(line).text, character, await this.#keys);
    if (help === undefined) return undefined;
    const text = new vscode.MarkdownString().appendCodeblock(help.form, 'yaml').appendText(help.says);
    return new vscode.Hover(text, new vscode.Range(line, help.from, line, help.to));
  }

  dispose(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    this.#registered.dispose();
    this.#faults.dispose();
    this.#changed.dispose();
  }

  /** Looks at a document when its writer pauses. */
  #soon(document: vscode.TextDocument): void {
    if (vscode.languages.match(FILES, document) === 0) return;
    const key = document.uri.toString();
    clearTimeout(this.#waiting.get(key));
    this.#waiting.set(
      key,
      setTimeout(() => {
        this.#waiting.delete(key);
        void this.#look(document);
      }, SETTLE_MS),
    );
  }

  async #look(document: vscode.TextDocument): Promise<void> {
    const { readLab } = await import('../labs');
    if (document.isClosed) return;
    const reading = readLab(document.getText(), document.fileName);
    const problems = 'problems' in reading ? reading.problems : [];
    this.#faults.set(document.uri, problems.map(diagnosticOf));
    this.redraw();
  }

  async #readKeys(): Promise<ReadonlyMap<string, string>> {
    const { keysOf } = await import('../labs');
    const file = vscode.Uri.joinPath(this.#extension, 'dist', 'lab.schema.json');
    const bytes = await vscode.workspace.fs.readFile(file);
    return keysOf(JSON.parse(new TextDecoder().decode(bytes)));
  }
}

const LONGEST = 100;

function diagnosticOf({ what, line, column, end }: LabProblem): vscode.Diagnostic {
  const range = new vscode.Range(line - 1, column - 1, end.line - 1, Math.max(end.column - 1, column));
  const diagnostic = new vscode.Diagnostic(range, what, vscode.DiagnosticSeverity.Error);
  diagnostic.source = 'Chameleon Labs';
  return diagnostic;
}
