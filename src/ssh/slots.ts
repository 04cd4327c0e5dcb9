import { abortError } from '../base';
import { whenAborted } from './abort';

/** Lets `size` in at once, the others in order. */
export class Slots {
  #free: number;
  #size: number;
  readonly #waiting: (() => void)[] = [];

  constructor(size: number) {
    this.#size = size;
    this.#free = size;
  }

  get size(): number {
    return this.#size;
  }

  /** How many are in. */
  get inside(): number {
    return this.#size - this.#free;
  }

  /** From now on at most `size` at once; who is in stays in. Never more than before. */
  narrow(size: number): void {
    const less = Math.max(0, this.#size - Math.max(1, size));
    this.#size -= less;
    this.#free -= less;
  }

  /** Resolves with the way out, to be called once. */
  enter(signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(abortError());
        return;
      }
      const forgetAbort = whenAborted(signal, () => {
        const place = this.#waiting.indexOf(go);
        if (place >= 0) this.#waiting.splice(place, 1);
        reject(abortError());
      });
      const go = (): void => {
        forgetAbort();
        resolve(() => {
          const next = this.#free < 0 ? undefined : this.#waiting.shift();
          if (next === undefined) this.#free += 1;
          else next();
        });
      };
      if (this.#free > 0) {
        this.#free -= 1;
        go();
        return;
      }
      this.#waiting.push(go);
    });
  }
}
