import { createHash } from 'node:crypto';
import { watch } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { Problem, replaceFile } from '../base';
import type { Secrets } from './cloudStore';

const REMOVED = 'removed';

/**
 * The editor's secret storage, of one mind in all windows. In a browser each window keeps what it read when it was
 * loaded: it is told of no change, and would use, or store again, what another one has replaced or removed. So a file
 * beside tells by digests what is stored now; of a list one for each of its items. Only for what nobody can guess.
 */
export class AgreedSecrets implements Secrets {
  readonly #secrets: Secrets;
  readonly #folder: string;

  /** @param shared the folder in which the windows of this machine meet */
  constructor(secrets: Secrets, shared: string) {
    this.#secrets = secrets;
    this.#folder = path.join(shared, 'secrets');
  }

  /**
   * What is stored, without the items of a list that are stored no more.
   * @throws Problem if another window has replaced it and this one can't see by what
   */
  async get(key: string): Promise<string | undefined> {
    const value = await this.#secrets.get(key);
    const marks = await this.#marks(key);
    if (value === undefined || marks === undefined) return value;
    if (marks.length === 0) {
      // Removed by another window; what this one holds would be stored again with the next secret that it keeps.
      await this.#secrets.delete(key);
      return undefined;
    }
    const list = listIn(value);
    if (list === undefined) {
      if (marks.includes(digest(value))) return value;
      throw new Problem('Your sign-in was renewed in another window, which this one can’t see.', {
        next: 'Reload this window; if it stays so, sign in again.',
      });
    }
    const left = list.filter((item) => marks.includes(digest(item)));
    return left.length === list.length ? value : `[${left.join()}]`;
  }

  /** Whoever reads meanwhile finds the old or the new one, never neither. */
  async store(key: string, value: string): Promise<void> {
    const marks = (listIn(value) ?? [value]).map(digest);
    await this.#mark(key, [...((await this.#marks(key)) ?? []), ...marks]);
    await this.#secrets.store(key, value);
    await this.#mark(key, marks);
  }

  async delete(key: string): Promise<void> {
    await this.#secrets.delete(key);
    await this.#mark(key, []);
  }

  /** Calls back after a change by any window; the returned function ends that. */
  async watch(changed: () => void): Promise<() => void> {
    await mkdir(this.#folder, { recursive: true });
    const watcher = watch(this.#folder, { persistent: false }, changed);
    watcher.on('error', () => undefined); // the folder is gone: each window for itself
    return () => {
      watcher.close();
    };
  }

  #fileOf(key: string): string {
    return path.join(this.#folder, key);
  }

  /** `undefined` where nothing was ever told: each window for itself. */
  async #marks(key: string): Promise<readonly string[] | undefined> {
    const text = await readFile(this.#fileOf(key), 'utf8').catch(() => undefined);
    return text === REMOVED ? [] : text?.split('\n');
  }

  async #mark(key: string, marks: readonly string[]): Promise<void> {
    try {
      // In one step: an empty list of digests would read as a removal.
      await replaceFile(this.#fileOf(key), marks.length === 0 ? REMOVED : marks.join('\n'));
    } catch {
      // Better no word than an old one, by which the new secret would be refused.
      await rm(this.#fileOf(key), { force: true }).catch(() => undefined);
    }
  }
}

/** The items of a list, each as it was written. */
function listIn(value: string): readonly string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed.map((item) => JSON.stringify(item)) : undefined;
  } catch {
    return undefined;
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
