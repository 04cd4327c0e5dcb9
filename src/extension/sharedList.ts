import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { lockedBeside, oneByOne, replaceFile, type Guard } from '../base';

/**
 * A list that outlives the window, in one file of all windows of this machine. Each change reads it anew and is made
 * under a lock: VS Code's own memory keeps only what the last window wrote, and in a browser it may lose the last moment.
 */
export class SharedList<T> {
  readonly #file: string | undefined;
  readonly #item: v.GenericSchema<unknown, T>;
  readonly #guard: Guard;
  #known: readonly T[] = [];
  #changing = 0;

  /** @param file `undefined`: nothing outlives this window */
  constructor(file: string | undefined, item: v.GenericSchema<unknown, T>) {
    this.#file = file;
    this.#item = item;
    this.#guard = file === undefined ? oneByOne() : lockedBeside(file);
  }

  /** The list as it was when last looked at or changed. */
  get known(): readonly T[] {
    return this.#known;
  }

  /** Whether a change of this window is under way. */
  get isChanging(): boolean {
    return this.#changing > 0;
  }

  /** Looks what other windows have changed. */
  async look(): Promise<void> {
    this.#known = await this.#read();
  }

  /** @param edit gives the list as it shall be; the same one when nothing is to be written */
  async change(edit: (before: readonly T[]) => readonly T[]): Promise<void> {
    this.#changing += 1;
    try {
      await this.#guard(async () => {
        const before = await this.#read();
        const after = edit(before);
        this.#known = after;
        if (this.#file !== undefined && after !== before)
          await replaceFile(this.#file, `${JSON.stringify(after, undefined, 1)}\n`);
      });
    } finally {
      this.#changing -= 1;
    }
  }

  async #read(): Promise<readonly T[]> {
    if (this.#file === undefined) return this.#known;
    const text = await readFile(this.#file, 'utf8').catch(() => undefined);
    const stored = v.safeParse(v.pipe(v.string(), v.parseJson(), v.array(v.unknown())), text);
    if (!stored.success) return [];
    return stored.output.flatMap((each) => {
      const read = v.safeParse(this.#item, each);
      return read.success ? [read.output] : [];
    });
  }
}
