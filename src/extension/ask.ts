import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { systemClock } from '../base';
import { MessagePace } from './messagePace';
import { manyStep, pickStep, textStep, type PickStep, type StepAnswer, type TextStep } from './steps';

export interface Choice<T> {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  /** Where several can be chosen: false for what is not chosen at first. */
  readonly picked?: boolean;
  readonly value: T;
}

/**
 * All questions to the person go through here, so that tests in the host can script the answers (VS Code refuses
 * dialogs in test mode). Every question resolves to `undefined` when it is dismissed.
 */
export interface Ask {
  pick<T>(title: string, choices: readonly Choice<T>[], placeholder?: string): Promise<T | undefined>;
  /** Check boxes; all are ticked at first but those with `picked: false`. */
  pickMany<T>(
    title: string,
    choices: readonly (Choice<T> & { readonly picked?: boolean })[],
    placeholder?: string,
  ): Promise<readonly T[] | undefined>;
  /** `check` returns what is wrong with the text, or `undefined`. */
  text(question: {
    title: string;
    prompt: string;
    value?: string;
    secret?: boolean;
    check?: (text: string) => string | undefined;
  }): Promise<string | undefined>;
  /** One step of a wizard: a list, with a way back. */
  pickStep<T>(step: PickStep<T>): Promise<StepAnswer<T>>;
  /** One step of a wizard: a list with check boxes, with a way back. */
  manyStep<T>(step: Omit<PickStep<T>, 'active'>): Promise<StepAnswer<readonly T[]>>;
  /** One step of a wizard: a line of text, with a way back. */
  textStep(step: TextStep): Promise<StepAnswer<string>>;
  /** A modal question. */
  confirm(message: string, detail: string, yes: string): Promise<boolean>;
  info(message: string, ...buttons: readonly string[]): Promise<string | undefined>;
  warn(message: string, ...buttons: readonly string[]): Promise<string | undefined>;
  error(message: string, ...buttons: readonly string[]): Promise<string | undefined>;
  openFile(
    title: string,
    filters?: Readonly<Record<string, readonly string[]>>,
  ): Promise<vscode.Uri | undefined>;
  openFolder(title: string): Promise<vscode.Uri | undefined>;
  saveFile(
    title: string,
    suggested: vscode.Uri,
    filters?: Readonly<Record<string, readonly string[]>>,
  ): Promise<vscode.Uri | undefined>;
}

/** Of all that this window says without being asked. */
export const pace = new MessagePace(systemClock);

const onScreen: Ask = {
  async pick(title, choices, placeholder) {
    const items = choices.map((choice) => ({ ...choice }));
    const picked = await vscode.window.showQuickPick(items, {
      title,
      matchOnDescription: true,
      matchOnDetail: true,
      ...(placeholder === undefined ? {} : { placeHolder: placeholder }),
    });
    return picked?.value;
  },
  async pickMany(title, choices, placeholder) {
    const picked = await vscode.window.showQuickPick(
      choices.map((choice) => ({ picked: true, ...choice })),
      {
        title,
        canPickMany: true,
        ignoreFocusOut: true,
        matchOnDescription: true,
        matchOnDetail: true,
        ...(placeholder === undefined ? {} : { placeHolder: placeholder }),
      },
    );
    return picked?.map(({ value }) => value);
  },
  async text({ title, prompt, value, secret, check }) {
    return vscode.window.showInputBox({
      title,
      prompt,
      ignoreFocusOut: true,
      password: secret === true,
      ...(value === undefined ? {} : { value }),
      ...(check === undefined ? {} : { validateInput: check }),
    });
  },
  pickStep,
  manyStep,
  textStep,
  async confirm(message, detail, yes) {
    return (await vscode.window.showWarningMessage(message, { modal: true, detail }, yes)) === yes;
  },
  async info(message, ...buttons) {
    await pace.turn();
    return vscode.window.showInformationMessage(message, ...buttons);
  },
  async warn(message, ...buttons) {
    await pace.turn();
    return vscode.window.showWarningMessage(message, ...buttons);
  },
  async error(message, ...buttons) {
    await pace.turn();
    return vscode.window.showErrorMessage(message, ...buttons);
  },
  async openFile(title, filters) {
    const picked = await vscode.window.showOpenDialog({ title, canSelectMany: false, ...filtersOf(filters) });
    return picked?.[0];
  },
  async openFolder(title) {
    const picked = await vscode.window.showOpenDialog({
      title,
      canSelectFiles: false,
      canSelectFolders: true,
      canSelectMany: false,
    });
    return picked?.[0];
  },
  async saveFile(title, suggested, filters) {
    return vscode.window.showSaveDialog({ title, defaultUri: suggested, ...filtersOf(filters) });
  },
};

/** What a file is called that is offered to be saved: in the open folder, else at home. */
export function besideTheWork(name: string): vscode.Uri {
  const place = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  return vscode.Uri.joinPath(place, name);
}

function filtersOf(filters: Readonly<Record<string, readonly string[]>> | undefined): {
  filters?: Record<string, string[]>;
} {
  if (filters === undefined) return {};
  return { filters: Object.fromEntries(Object.entries(filters).map(([name, ends]) => [name, [...ends]])) };
}

let current: Ask = onScreen;

/** The person's answers, or a test's. */
export const ask: Ask = {
  pick: (...given) => current.pick(...given),
  pickMany: (...given) => current.pickMany(...given),
  text: (...given) => current.text(...given),
  pickStep: (...given) => current.pickStep(...given),
  manyStep: (...given) => current.manyStep(...given),
  textStep: (...given) => current.textStep(...given),
  confirm: (...given) => current.confirm(...given),
  info: (...given) => current.info(...given),
  warn: (...given) => current.warn(...given),
  error: (...given) => current.error(...given),
  openFile: (...given) => current.openFile(...given),
  openFolder: (...given) => current.openFolder(...given),
  saveFile: (...given) => current.saveFile(...given),
};

/** For tests: answers questions from a script. Returns the way back. */
export function answerWith(scripted: Partial<Ask>): () => void {
  current = { ...onScreen, ...scripted };
  return () => {
    current = onScreen;
  };
}
