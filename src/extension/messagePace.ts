import { sleep, type Clock } from '../base';

/**
 * VS Code shows three messages in 800 ms and hides a fourth without a word (`SPAM_PROTECTION` of its
 * `notificationsToasts.ts`): a warning that came with a sign-in was seen by nobody.
 */
const GAP_MS = 300;

/** Keeps messages so far apart that each is seen. */
export class MessagePace {
  readonly #clock: Clock;
  #free = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when one more message is seen: at once, unless another one has just come. */
  async turn(): Promise<void> {
    const wait = this.taken();
    if (wait > 0) await sleep(this.#clock, wait);
  }

  /** Counts what is shown at once, as a progress is. @returns for how long it is too early, ms */
  taken(): number {
    const now = this.#clock.now();
    const at = Math.max(now, this.#free);
    this.#free = at + GAP_MS;
    return at - now;
  }
}
