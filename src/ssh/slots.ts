import { abortError } from '../base';
import { whenAborted } from './abort';

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
      const forgetAbort = whenAborted(signal, () => {
        const place = this.#waiting.indexOf(go);
        if (place >= 0) this.#waiting.splice(place, 1);
        reject(abortError());
      });
      const go = (): void => {
        forgetAbort();
        resolve(() => {
          const next = this.#waiting.shift();
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
