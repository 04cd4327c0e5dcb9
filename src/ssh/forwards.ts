import type { Clock } from '../base';
import type { Connections } from './connections';
import { forwardLink, type Link } from './forwardLink';
import { listenOnLoopback, type Listen } from './listener';
import type { Forward, ForwardSpec } from './types';

/** The forwards of a window, each on a port of 127.0.0.1. */
export class Forwards {
  readonly #options: { readonly connections: Connections; readonly clock: Clock; readonly listen: Listen };
  readonly #links = new Map<string, Link>();
  readonly #listeners = new Set<() => void>();

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
    const links = [...this.#links.values()];
    this.#links.clear();
    await Promise.all(links.map((link) => link.stop()));
  }

  #changed(): void {
    for (const listen of [...this.#listeners]) listen();
  }
}
