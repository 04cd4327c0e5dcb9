import { abortError } from '../base';

/** Lets `size` in at once, the others in order. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(size: number) {
    this.#free = size;
  }

  /** Resolves with the way out, to be called once. */
  enter(signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(abortError());
        return;
      }
      const go = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve(() => {
          const next = this.#waiting.shift();
          if (next === undefined) this.#free += 1;
          else next();
        });
      };
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(abortError());
      };
      if (this.#free > 0) {
        this.#free -= 1;
        go();
        return;
      }
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(go);
    });
  }
}
