import type { Clock } from '../base';
import { touch, tryLock, unlock, type FileLock } from './fileLock';

const BEAT_MS = 10_000;
/** Three beats: a window that misses them sleeps, hangs or is gone. */
const STALE_MS = 30_000;

/**
 * Of several windows one is the leader: it warns and watches, so that nothing is said twice. When it closes, or is
 * not heard of for half a minute, another takes over.
 */
export class Leader {
  readonly #lock: FileLock;
  readonly #clock: Clock;
  readonly #became: () => void;
  #leads = false;
  #over = false;
  #cancel: () => void = () => undefined;
  #beating: Promise<void> = Promise.resolve();

  /** @param became called when this window becomes the leader */
  constructor(file: string, id: string, clock: Clock, became: () => void) {
    this.#lock = { file, id, clock, staleMs: STALE_MS };
    this.#clock = clock;
    this.#became = became;
  }

  get leads(): boolean {
    return this.#leads;
  }

  /** Resolves when it is known who leads; goes on asking until `dispose`. */
  async start(): Promise<void> {
    this.#beating = this.#beat();
    await this.#beating;
  }

  /** Lets another window lead. */
  async dispose(): Promise<void> {
    this.#over = true;
    this.#cancel();
    await this.#beating;
    this.#leads = false;
    await unlock(this.#lock).catch(() => undefined);
  }

  async #beat(): Promise<void> {
    const led = this.#leads;
    // A folder that can't be written to leaves every window for itself: better said twice than never.
    this.#leads = await (led ? touch(this.#lock) : tryLock(this.#lock)).catch(() => true);
    if (this.#over) return;
    if (this.#leads && !led) this.#became();
    this.#cancel = this.#clock.after(BEAT_MS, () => {
      this.#beating = this.#beat();
    });
  }
}
