import * as vscode from 'vscode';
import type { Choice } from './ask';
import type { StepAnswer } from './inTurn';

export { inTurn, type Asked, type Step, type StepAnswer } from './inTurn';

export interface PickStep<T> {
  readonly title: string;
  readonly placeholder?: string;
  readonly choices: readonly Choice<T>[];
  /** Shown first, with the focus. */
  readonly active?: number;
  readonly canGoBack: boolean;
}

export interface TextStep {
  readonly title: string;
  readonly prompt: string;
  readonly value?: string;
  readonly canGoBack: boolean;
  /** What is wrong with the text, or `undefined`. */
  readonly check?: (text: string) => string | undefined;
}

/** A list with a back button. */
export function pickStep<T>(step: PickStep<T>): Promise<StepAnswer<T>> {
  const input = vscode.window.createQuickPick<Choice<T>>();
  input.title = step.title;
  input.placeholder = step.placeholder;
  input.items = step.choices;
  input.matchOnDescription = true;
  input.matchOnDetail = true;
  input.ignoreFocusOut = true;
  const active = step.active === undefined ? undefined : step.choices[step.active];
  if (active !== undefined) input.activeItems = [active];
  return answered(input, step.canGoBack, () => input.selectedItems[0]?.value);
}

/** A list with check boxes and a back button; nothing ticked is an answer, too. */
export function manyStep<T>(step: Omit<PickStep<T>, 'active'>): Promise<StepAnswer<readonly T[]>> {
  const input = vscode.window.createQuickPick<Choice<T>>();
  input.title = step.title;
  input.placeholder = step.placeholder;
  input.canSelectMany = true;
  input.items = step.choices;
  input.selectedItems = step.choices.filter(({ picked }) => picked !== false);
  input.matchOnDescription = true;
  input.matchOnDetail = true;
  input.ignoreFocusOut = true;
  return answered(input, step.canGoBack, () => input.selectedItems.map(({ value }) => value));
}

/** A line of text with a back button; what `check` refuses is not accepted. */
export function textStep(step: TextStep): Promise<StepAnswer<string>> {
  const input = vscode.window.createInputBox();
  input.title = step.title;
  input.prompt = step.prompt;
  input.value = step.value ?? '';
  input.ignoreFocusOut = true;
  const say = (): void => {
    input.validationMessage = step.check?.(input.value);
  };
  input.onDidChangeValue(say);
  return answered(input, step.canGoBack, () => {
    say();
    return step.check?.(input.value) === undefined ? input.value : undefined;
  });
}

function answered<T>(
  input: vscode.QuickInput & {
    buttons: readonly vscode.QuickInputButton[];
    onDidAccept: vscode.Event<void>;
    onDidTriggerButton: vscode.Event<vscode.QuickInputButton>;
  },
  canGoBack: boolean,
  valueOf: () => T | undefined,
): Promise<StepAnswer<T>> {
  input.buttons = canGoBack ? [vscode.QuickInputButtons.Back] : [];
  return new Promise((resolve) => {
    const done = (answer: StepAnswer<T>): void => {
      resolve(answer);
      input.dispose();
    };
    input.onDidTriggerButton((button) => {
      if (button === vscode.QuickInputButtons.Back) done({ kind: 'back' });
    });
    input.onDidAccept(() => {
      const value = valueOf();
      if (value !== undefined) done({ kind: 'chosen', value });
    });
    input.onDidHide(() => {
      done(undefined);
    });
    input.show();
  });
}
