import type { Clock } from '../base';
import type { Connections } from './connections';
import { forwardLink, type Link } from './forwardLink';
import { listenOnLoopback, type Listen } from './listener';
import type { Forward, ForwardSpec } from './types';

const TICK_MS = 5_000;
/** A tick that comes this late was slept through (a busy machine is late by less). */
const ASLEEP_MS = 10_000;

/** The forwards of a window, each on a port of 127.0.0.1. */
export class Forwards {
  readonly #options: { readonly connections: Connections; readonly clock: Clock; readonly listen: Listen };
  readonly #links = new Map<string, Link>();
  readonly #listeners = new Set<() => void>();
  #cancelTick: (() => void) | undefined;

  constructor(options: {
    readonly connections: Connections;
    readonly clock: Clock;
    readonly listen?: Listen;
  }) {
    this.#options = { ...options, listen: options.listen ?? listenOnLoopback };
  }

  /** Begins a forward, or returns the one that has this id; watch it by `onChange`. */
  start(spec: ForwardSpec): Forward {
    let link = this.#links.get(spec.id);
    if (link === undefined) {
      link = forwardLink(spec, {
        ...this.#options,
        changed: () => {
          this.#changed();
        },
      });
      this.#links.set(spec.id, link);
      link.start();
      this.#tick();
    }
    return link.now();
  }

  /** Ends a forward and frees its port; it stays in the list as stopped. */
  async stop(id: string): Promise<void> {
    await this.#links.get(id)?.stop();
  }

  /** Begins again at once: a stopped or refused forward, or one that waits for its next try. */
  async restart(id: string): Promise<void> {
    const link = this.#links.get(id);
    await link?.stop();
    link?.start();
    this.#tick();
  }

  /** Ends a forward and takes it off the list. */
  async remove(id: string): Promise<void> {
    await this.stop(id);
    if (this.#links.delete(id)) this.#changed();
  }

  list(): readonly Forward[] {
    return [...this.#links.values()].map((link) => link.now());
  }

  onChange(listen: () => void): () => void {
    this.#listeners.add(listen);
    return () => this.#listeners.delete(listen);
  }

  /** Ends all forwards; resolves when their ports are free. */
  async dispose(): Promise<void> {
    this.#listeners.clear();
    this.#cancelTick?.();
    const links = [...this.#links.values()];
    this.#links.clear();
    await Promise.all(links.map((link) => link.stop()));
  }

  /** Sleep is noticed by a clock that jumped: nothing tells an extension of it. */
  #tick(): void {
    const { clock } = this.#options;
    this.#cancelTick?.();
    const due = clock.now() + TICK_MS;
    this.#cancelTick = clock.after(TICK_MS, () => {
      if (clock.now() - due >= ASLEEP_MS) for (const link of this.#links.values()) link.wake();
      this.#tick();
    });
  }

  #changed(): void {
    if (this.#cancelTick !== undefined && ![...this.#links.values()].some(({ lives }) => lives)) {
      this.#cancelTick();
      this.#cancelTick = undefined;
    }
    for (const listen of [...this.#listeners]) listen();
  }
}
