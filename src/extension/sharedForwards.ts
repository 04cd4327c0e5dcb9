import { mkdirSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';
import { sleep, type Clock } from '../base';
import type { OwnedServer } from '../chameleon';
import type { Forward, Forwards, Target } from '../ssh';
import { HeldForwards } from './heldForwards';
import { KeptForwards, serverOf, specOf, type KeptForward } from './keptForwards';

/** What all windows remember; beside it a lock for each forward that is held. */
const KEPT = 'kept.json';
/** How often it is looked whether a forward of another window is free, where nothing tells of it. */
const TAKE_OVER_MS = 5_000;
/** How long another window may take to tell the port of a forward that it has. */
const TELLING_MS = 2_000;
const SOON_MS = 50;

export interface SharedForwardsParts {
  /** Where the windows of this machine meet. */
  readonly folder: string;
  /** This window's name, unlike all others. */
  readonly id: string;
  readonly clock: Clock;
  /** This window's forwards, made on first use. */
  readonly forwards: () => Promise<Forwards>;
  /** The same as they are, without making anything. */
  readonly now: () => readonly Forward[];
  readonly servers: () => readonly OwnedServer[];
  /** `undefined`: there is no way to it. */
  readonly targetOf: (server: OwnedServer) => Target | undefined;
  /** Whether a server has proven before who it is. */
  readonly isMet: (serverId: string) => Promise<boolean>;
  /** What is to be shown has changed. */
  readonly changed: () => void;
}

/**
 * The forwards of all windows of this machine: each is held by one of them and shown in the others. When that window
 * closes it goes on in another, on the same port; and all come back after a restart.
 */
export class SharedForwards {
  readonly kept: KeptForwards;
  readonly #parts: SharedForwardsParts;
  readonly #held: HeldForwards;
  readonly #elsewhere = new Set<string>();
  #watcher: FSWatcher | undefined;
  #cancelRetry: () => void = () => undefined;
  #over = false;
  /** What is under way. */
  readonly #work = new Set<Promise<unknown>>();

  constructor(parts: SharedForwardsParts) {
    this.#parts = parts;
    this.kept = new KeptForwards(path.join(parts.folder, KEPT));
    this.#held = new HeldForwards(parts.folder, parts.id, parts.clock, (id) => void this.#lost(id));
  }

  /** What is remembered and has no server to lead to now. */
  get waiting(): readonly KeptForward[] {
    return this.#absent().filter((each) => each.pinned && !this.#elsewhere.has(each.id));
  }

  /** What another window of this machine forwards: its address leads there from here, too. */
  get elsewhere(): readonly KeptForward[] {
    return this.#absent().filter((each) => !each.stopped && this.#elsewhere.has(each.id));
  }

  #absent(): readonly KeptForward[] {
    const here = new Set(this.#parts.now().map(({ spec }) => spec.id));
    return this.kept.list().filter((each) => !here.has(each.id));
  }

  /** Makes a forward this window's. @returns the forward of another window that has it */
  async take(id: string): Promise<KeptForward | undefined> {
    const { clock } = this.#parts;
    const until = clock.now() + TELLING_MS;
    while (!(await this.#held.take(id))) {
      await this.kept.look();
      const other = this.kept.list().find((each) => each.id === id && !each.stopped);
      if (other !== undefined) {
        this.#elsewhere.add(id);
        return other;
      }
      // The other window is about to tell its port, or to let it go.
      if (clock.now() >= until) break;
      await sleep(clock, SOON_MS);
    }
    this.#elsewhere.delete(id);
    return undefined;
  }

  /** Tells the other windows how this one's forwards are now, and lets them have what was stopped here. */
  note(): Promise<void> {
    return this.#working(this.#note());
  }

  async #note(): Promise<void> {
    const mine = (): readonly Forward[] => this.#parts.now().filter(({ spec }) => this.#held.has(spec.id));
    await this.kept.note(mine());
    // Only then: who is free to take one must not find it as it was. One that was refused stays here: another window
    // would only be refused again.
    for (const { spec, state } of mine()) if (state.kind === 'stopped') await this.#held.release(spec.id);
  }

  /**
   * Begins what was forwarded before the window was loaded again, or what another window has let go, once its servers
   * are known.
   */
  restore(): Promise<void> {
    return this.#working(this.#restore());
  }

  async #restore(): Promise<void> {
    if (this.#over) return;
    this.#watchOthers();
    const isNew = await this.kept.look();
    const servers = this.#parts.servers();
    const due = this.#absent().flatMap((each) => {
      const server = each.stopped ? undefined : serverOf(each, servers);
      return server === undefined ? [] : [{ each, server }];
    });
    this.#cancelRetry();
    for (const { each, server } of due) if (!this.#over) await this.#begin(each, server);
    if (this.#over) return;
    if (isNew || due.length > 0) this.#parts.changed();
    if (this.elsewhere.length > 0)
      this.#cancelRetry = this.#parts.clock.after(TAKE_OVER_MS, () => {
        this.#lookSoon();
      });
  }

  async #begin(each: KeptForward, server: OwnedServer): Promise<void> {
    if (await this.#held.isAnothers(each.id)) {
      this.#elsewhere.add(each.id);
      return;
    }
    // Nobody asked for it now, so nobody is asked about a host that was never met.
    if (!(await this.#parts.isMet(server.id))) return;
    const target = this.#parts.targetOf(server);
    if (target === undefined) return;
    if (!(await this.#held.take(each.id))) {
      this.#elsewhere.add(each.id);
      return;
    }
    this.#elsewhere.delete(each.id);
    const spec = specOf(each, target);
    const forwards = await this.#parts.forwards();
    if (spec.id === each.id) {
      forwards.start(spec);
      return;
    }
    // Its server is another one now, of the same name.
    await this.#held.take(spec.id);
    await this.kept.pin(forwards.start(spec), true);
    await this.kept.forget(each.id);
    await this.#held.release(each.id);
  }

  /** Another window has taken it over while this one slept: it goes on there alone. */
  async #lost(id: string): Promise<void> {
    await (await this.#parts.forwards()).remove(id);
    await this.restore();
  }

  #lookSoon(): void {
    // What keeps it from working is told by the next round of the inventory.
    this.restore().catch(() => undefined);
  }

  /** Looks at once when another window tells something or lets a forward go; where that is not told, in a while. */
  #watchOthers(): void {
    if (this.#watcher !== undefined) return;
    const { folder } = this.#parts;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      this.#watcher = watch(folder, { persistent: false }, (kind, name) => {
        const isLock = name?.endsWith('.lock') !== false && name !== `${KEPT}.lock`;
        if (name === KEPT || (kind === 'rename' && isLock && this.#elsewhere.size > 0)) this.#lookSoon();
      });
      this.#watcher.on('error', () => undefined);
    } catch {
      // Some file systems tell nothing.
    }
  }

  /** @param end ends this window's forwards: then the other windows have all of it */
  async dispose(end: () => Promise<void>): Promise<void> {
    this.#over = true;
    this.#cancelRetry();
    this.#watcher?.close();
    await Promise.allSettled(this.#work);
    await end();
    await this.#held.dispose();
  }

  async #working(work: Promise<void>): Promise<void> {
    this.#work.add(work);
    try {
      await work;
    } finally {
      this.#work.delete(work);
    }
  }
}
