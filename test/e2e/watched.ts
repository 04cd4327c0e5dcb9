/** What the demo's sites are asked, and when; their time can be stopped. For `startDemo`. */
export class Watched {
  readonly #asked: { readonly path: string; readonly at: number }[] = [];
  readonly #waiting: { readonly end: string; readonly count: number; readonly resolve: () => void }[] = [];
  #stoppedAt: number | undefined;

  /** @param site of whose requests it is told */
  constructor(private readonly site: string) {}

  readonly options = {
    now: (): number => this.#stoppedAt ?? Date.now(),
    onAnswer: ({ site, path }: { readonly site: string; readonly path: string }): void => {
      if (site !== this.site) return;
      this.#asked.push({ path: path.replace(/\?.*/, ''), at: Date.now() });
      for (const { end, count, resolve } of this.#waiting) if (this.times(end).length >= count) resolve();
    },
  };

  stopTime(): void {
    this.#stoppedAt = Date.now();
  }

  goOn(): void {
    this.#stoppedAt = undefined;
  }

  /** When it was asked for paths that end so. */
  times(end: string): readonly number[] {
    return this.#asked.filter(({ path }) => path.endsWith(end)).map(({ at }) => at);
  }

  /** Resolves when it was asked for so many more, with their times. */
  async next(end: string, more: number): Promise<readonly number[]> {
    const before = this.times(end).length;
    await new Promise<void>((resolve) => {
      this.#waiting.push({ end, count: before + more, resolve });
    });
    return this.times(end).slice(before);
  }
}
