import type { Forward } from '../ssh';

/** What new terminals get; VS Code's collection has this. */
export interface Variables {
  persistent: boolean;
  description: unknown;
  replace(name: string, value: string): void;
  delete(name: string): void;
}

/** Addresses of forwards as environment of new local terminals: `MLFLOW_TRACKING_URI` and the like. */
export class TerminalVariables {
  readonly #variables: Variables;
  /** The variable, by the id of the forward. */
  readonly #names = new Map<string, string>();

  constructor(variables: Variables) {
    this.#variables = variables;
    // A port may be another one after a restart: nothing stale is kept.
    variables.persistent = false;
  }

  nameOf(forwardId: string): string | undefined {
    return this.#names.get(forwardId);
  }

  /** One forward a variable; another one that had it loses it. */
  use(forward: Forward, name: string): void {
    for (const [id, other] of this.#names) if (other === name) this.#names.delete(id);
    this.#names.set(forward.spec.id, name);
    this.follow([forward]);
    this.#describe();
  }

  drop(forwardId: string): void {
    const name = this.#names.get(forwardId);
    if (name === undefined) return;
    this.#names.delete(forwardId);
    this.#variables.delete(name);
    this.#describe();
  }

  /** Keeps the values true: a forward's port may change, and one that is stopped leads nowhere. */
  follow(forwards: readonly Forward[]): void {
    for (const { spec, localPort } of forwards) {
      const name = this.#names.get(spec.id);
      if (name === undefined) continue;
      if (localPort === undefined) this.#variables.delete(name);
      else
        this.#variables.replace(
          name,
          `${spec.speaks === 'https' ? 'https' : 'http'}://127.0.0.1:${localPort}`,
        );
    }
  }

  #describe(): void {
    const names = [...this.#names.values()];
    this.#variables.description =
      names.length === 0 ? undefined : `Addresses of Chameleon forwards: ${names.join(', ')}`;
  }
}
