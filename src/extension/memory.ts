/** What is kept between sessions, by key. */
export interface Memory {
  get<T>(key: string, fallback: T): T;
  update(key: string, value: unknown): Thenable<void>;
}

/**
 * The editor's memory, which loses nothing. The editor keeps all keys of an extension as one value, sends it whole, and
 * takes what comes back for the newest: of two writes close together the second was undone by the echo of the first,
 * and a warning or a filter with it. So one write waits for the other's echo, and what waits is read from here.
 * (VS Code, `extHostMemento.ts`: `_value = e.value` at each change of the stored value, one's own too.)
 */
export class OrderlyMemory implements Memory {
  readonly #memory: Memory;
  readonly #waiting = new Map<string, { readonly value: unknown }>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  get<T>(key: string, fallback: T): T {
    const waiting = this.#waiting.get(key);
    // As with the editor's own, the type is the word of the one who wrote it.
    return waiting === undefined
      ? this.#memory.get(key, fallback)
      : ((waiting.value as T | undefined) ?? fallback);
  }

  /** Is read back at once; resolves when it is stored. */
  update(key: string, value: unknown): Promise<void> {
    const entry = { value };
    this.#waiting.set(key, entry);
    const written = this.#last.then(async () => {
      try {
        await this.#memory.update(key, value);
      } finally {
        if (this.#waiting.get(key) === entry) this.#waiting.delete(key);
      }
    });
    this.#last = written.catch(() => undefined);
    return written;
  }
}
