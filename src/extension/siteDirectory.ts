import { readFile, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile, type Clock } from '../base';
import { askDirectory, learnSites, readDirectory } from '../chameleon';

const DAY_MS = 24 * 3_600_000;

/** The testbed's list of its sites, kept on this machine and asked for once a day: sites come and go. */
export class SiteDirectory {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  #text = '';

  constructor(folder: string, clock: Clock) {
    this.#file = path.join(folder, 'sites.json');
    this.#clock = clock;
  }

  /** Takes over what was kept; the built-in table serves where that can't be read. */
  async load(): Promise<void> {
    this.#text = await readFile(this.#file, 'utf8').catch(() => '');
    learnSites(readDirectory(this.#text));
  }

  /** Asks again if the last answer is a day old. @returns whether the sites are others now */
  async renew(fetch: typeof globalThis.fetch): Promise<boolean> {
    if (await this.#isOfToday()) return false;
    const text = await askDirectory(fetch, this.#stop.signal);
    if (text === undefined || this.#stop.signal.aborted) return false;
    await replaceFile(this.#file, text);
    await utimes(this.#file, this.#clock.now() / 1000, this.#clock.now() / 1000);
    const isOther = text !== this.#text;
    this.#text = text;
    learnSites(readDirectory(text));
    return isOther;
  }

  async #isOfToday(): Promise<boolean> {
    if (readDirectory(this.#text) === undefined) return false;
    const kept = await stat(this.#file).catch(() => undefined);
    return kept !== undefined && Math.abs(this.#clock.now() - kept.mtimeMs) < DAY_MS;
  }

  dispose(): void {
    this.#stop.abort();
  }
}
