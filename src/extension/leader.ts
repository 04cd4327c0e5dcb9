import { touch, tryLock, unlock, type Clock, type FileLock } from '../base';

const BEAT_MS = 10_000;
/** Three beats: a window that misses them sleeps, hangs or is gone. */
const STALE_MS = 30_000;

/**
 * Of several windows one is the leader: it polls, warns and watches, so that nothing is asked or said twice. When it
 * closes, has ended, or is not heard of for half a minute, another takes over.
 */
export class Leader {
  readonly #lock: FileLock;
  readonly #clock: Clock;
  readonly #changed: (leads: boolean) => void;
  #leads = false;
  #runs = false;
  #cancel: () => void = () => undefined;
  #beating: Promise<void> = Promise.resolve();

  /**
   * @param id a `holderName`
   * @param changed called when this window takes the lead, and when it finds that another has taken it
   */
  constructor(file: string, id: string, clock: Clock, changed: (leads: boolean) => void) {
    this.#lock = { file, id, clock, staleMs: STALE_MS };
    this.#clock = clock;
    this.#changed = changed;
  }

  get leads(): boolean {
    return this.#leads;
  }

  /** Resolves when it is known who leads; goes on asking until `stop`. */
  async start(): Promise<void> {
    if (!this.#runs) {
      this.#runs = true;
      this.#beating = this.#beating.then(() => this.#beat());
    }
    await this.#beating;
  }

  /** Lets another window lead; it can be started again. */
  async stop(): Promise<void> {
    this.#runs = false;
    this.#cancel();
    await this.#beating;
    if (!this.#leads) return;
    this.#leads = false;
    await unlock(this.#lock).catch(() => undefined);
  }

  async #beat(): Promise<void> {
    if (!this.#runs) return;
    const led = this.#leads;
    // A folder that can't be written to leaves every window for itself: better said twice than never.
    const leads = await (led ? touch(this.#lock) : tryLock(this.#lock)).catch(() => true);
    this.#leads = leads;
    if (!this.#runs) return;
    this.#cancel = this.#clock.after(BEAT_MS, () => {
      this.#beating = this.#beat();
    });
    if (leads !== led) this.#changed(leads);
  }
}
