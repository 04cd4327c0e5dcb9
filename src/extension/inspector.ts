import * as vscode from 'vscode';
import { belongsTo, type Person } from '../chameleon';
import type { Lab, LabRun } from '../labs';
import type { App } from './app';
import { rowsOf } from './draw';
import { inspectionRows } from './rows/inspection';
import type { Row } from './rows/row';

interface Inspected {
  readonly person: Person;
  readonly likelyFault: string | undefined;
  readonly labs: readonly { readonly lab: Lab; readonly run: LabRun }[];
  readonly at: number;
}

/** The person whom a TA looks at, in a view of its own while there is one. */
export class Inspector {
  readonly #app: App;
  #shown: Inspected | undefined;

  constructor(app: App) {
    this.#app = app;
  }

  get person(): Person | undefined {
    return this.#shown?.person;
  }

  /** How long ago it was looked, ms. */
  get age(): number | undefined {
    return this.#shown === undefined ? undefined : Date.now() - this.#shown.at;
  }

  get rows(): readonly Row[] {
    const shown = this.#shown;
    if (shown === undefined) return [];
    const theirs = rowsOf(this.#app, (site, resource) =>
      belongsTo(this.#app.inventory, site.site.name, resource, shown.person),
    );
    return inspectionRows({ ...shown, resources: theirs });
  }

  /** Looks at somebody: resources from the inventory, the labs' checks as far as a TA can see. */
  async look(person: Person, signal: AbortSignal): Promise<void> {
    const { inspect } = await import('../labs');
    await this.#app.labs.load();
    const { inventory } = this.#app;
    const answer = await inspect({
      inventory,
      person,
      labs: this.#app.labs.labs,
      world: this.#app.labs.openWorld(),
      signal,
    });
    this.#shown = {
      person: answer.person,
      likelyFault: answer.likelyFault,
      labs: answer.labs,
      at: Date.now(),
    };
    // The rows first, and no row is revealed: a tree that changes while it appears is left half blank by the editor.
    this.#app.draw();
    await vscode.commands.executeCommand('setContext', 'chameleon.inspecting', true);
    await vscode.commands.executeCommand('chameleon.inspect.focus');
  }

  close(): void {
    this.#shown = undefined;
    void vscode.commands.executeCommand('setContext', 'chameleon.inspecting', false);
    this.#app.draw();
  }
}
