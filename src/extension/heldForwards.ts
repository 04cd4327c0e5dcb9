import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { lockState, touch, tryLock, unlock, type Clock, type FileLock } from '../base';

const BEAT_MS = 10_000;
/** Three beats: a window that misses them sleeps, hangs or is gone. */
const STALE_MS = 30_000;

/**
 * Which forwards are this window's: each is held by one window of this machine, so that two never fight over its port
 * or over what is remembered of it. When a window closes, or is not heard of any more, another may take its forwards.
 */
export class HeldForwards {
  readonly #folder: string;
  readonly #id: string;
  readonly #clock: Clock;
  readonly #lost: (forwardId: string) => void;
  readonly #held = new Map<string, FileLock>();
  /** Since when locks are found stale. After a sleep all are, until their windows have touched them again. */
  readonly #doubted = new Map<string, number>();
  #cancel: (() => void) | undefined;

  /** @param lost another window has taken a forward over, after this one slept or hung */
  constructor(folder: string, id: string, clock: Clock, lost: (forwardId: string) => void) {
    this.#folder = folder;
    this.#id = id;
    this.#clock = clock;
    this.#lost = lost;
  }

  /** Whether a forward is this window's. */
  has(forwardId: string): boolean {
    return this.#held.has(forwardId);
  }

  /** Whether another window has it, and lives. */
  async isAnothers(forwardId: string): Promise<boolean> {
    return !this.has(forwardId) && (await lockState(this.#lockOf(forwardId))) === 'another';
  }

  /** Makes a forward this window's. @returns false while another window has it */
  async take(forwardId: string): Promise<boolean> {
    if (this.#held.has(forwardId)) return true;
    const lock = this.#lockOf(forwardId);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const state = await lockState(lock);
    if (state === 'stale' && !this.#isDoubtedLong(forwardId)) return false;
    this.#doubted.delete(forwardId);
    if (!(await tryLock(lock))) return false;
    this.#held.set(forwardId, lock);
    this.#beatLater();
    return true;
  }

  /** True once its window has had the time to say that it lives. */
  #isDoubtedLong(forwardId: string): boolean {
    const now = this.#clock.now();
    const since = this.#doubted.get(forwardId) ?? now;
    this.#doubted.set(forwardId, since);
    return now - since >= BEAT_MS;
  }

  /** Lets another window have it. */
  async release(forwardId: string): Promise<void> {
    const lock = this.#held.get(forwardId);
    if (lock === undefined) return;
    this.#held.delete(forwardId);
    await unlock(lock).catch(() => undefined);
  }

  async dispose(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    await Promise.all([...this.#held.keys()].map((forwardId) => this.release(forwardId)));
  }

  /** Says that this window lives, now and then while it has something. */
  #beatLater(): void {
    this.#cancel ??= this.#clock.after(BEAT_MS, () => {
      this.#cancel = undefined;
      void this.beat();
    });
  }

  async beat(): Promise<void> {
    for (const [forwardId, lock] of [...this.#held])
      if (!(await touch(lock).catch(() => true)) && this.#held.delete(forwardId)) this.#lost(forwardId);
    if (this.#held.size > 0) this.#beatLater();
  }

  #lockOf(forwardId: string): FileLock {
    const name = createHash('sha256').update(forwardId).digest('hex').slice(0, 24);
    return {
      file: path.join(this.#folder, `${name}.lock`),
      id: this.#id,
      clock: this.#clock,
      staleMs: STALE_MS,
    };
  }
}
