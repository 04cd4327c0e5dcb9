import type { Clock } from '../../../src/base';
import type { Files } from '../../../src/ssh';

/** A clock that moves only when told to. */
export class ScriptedClock implements Clock {
  #time = 1_000_000;
  #timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#time;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#time + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  advance(ms: number): void {
    this.#time += ms;
    const due = this.#timers.filter((timer) => timer.at <= this.#time);
    this.#timers = this.#timers.filter((timer) => timer.at > this.#time);
    for (const timer of due) timer.run();
  }

  get waiting(): number {
    return this.#timers.length;
  }
}

/** A disk in memory. */
export class MemoryFiles implements Files {
  readonly texts = new Map<string, string>();
  writes = 0;

  async readFile(file: string): Promise<string | undefined> {
    return this.texts.get(file);
  }

  async writeFile(file: string, text: string): Promise<void> {
    this.writes += 1;
    this.texts.set(file, text);
  }

  async list(folder: string): Promise<string[]> {
    return [...this.texts.keys()]
      .filter((file) => file.startsWith(`${folder}/`))
      .map((file) => file.slice(folder.length + 1));
  }

  async stat(file: string): Promise<{ kind: 'file'; size: number } | undefined> {
    const text = this.texts.get(file);
    return text === undefined ? undefined : { kind: 'file', size: text.length };
  }
}

/** A signal that nobody aborts. */
export const steady = (): AbortSignal => new AbortController().signal;
