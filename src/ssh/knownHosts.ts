import { lockedBeside, oneByOne, type Guard } from '../base';
import { nodeFiles, type Files } from './files';
import { hostAlias, parseHostKey, sameHostKey } from './hostKeys';
import type { HostKey } from './types';

/**
 * The keys of servers that have proven who they are: an OpenSSH `known_hosts` file of our own, so that the user's `ssh`
 * compares with the same pins. Lines that are not ours to change stay as they are.
 */
export class KnownHosts {
  readonly file: string;
  readonly #files: Files;
  readonly #guard: Guard;
  /** The change that was begun last. */
  #last: Promise<void> = Promise.resolve();

  /** @param guard runs a change while no other process makes one; by default a lock file beside the pins */
  constructor(
    file: string,
    files: Files = nodeFiles,
    guard: Guard = files === nodeFiles ? lockedBeside(file) : oneByOne(),
  ) {
    this.file = file;
    this.#files = files;
    this.#guard = guard;
  }

  /** Pinned keys of a server, none if it was never met. */
  async pinned(serverId: string): Promise<HostKey[]> {
    await this.#last.catch(() => undefined);
    const alias = hostAlias(serverId);
    const keys: HostKey[] = [];
    for (const line of await this.#lines()) {
      const key = keyFor(line, alias);
      if (key !== undefined) keys.push(key);
    }
    return keys;
  }

  /** Remembers a key that was proven; one of the same type that stood there is replaced. */
  async pin(serverId: string, key: HostKey): Promise<void> {
    const alias = hostAlias(serverId);
    await this.#change((lines) => [
      ...lines.filter((line) => keyFor(line, alias)?.type !== key.type),
      `${alias} ${key.type} ${key.base64}`,
    ]);
  }

  /** Forgets a server: the next contact is a first contact. */
  async forget(serverId: string): Promise<void> {
    const alias = hostAlias(serverId);
    await this.#change((lines) => lines.filter((line) => line.split(/\s+/)[0] !== alias));
  }

  async #change(edit: (lines: string[]) => string[]): Promise<void> {
    const mine = this.#guard(async () => {
      const before = await this.#lines();
      const after = edit(before);
      if (after.join('\n') === before.join('\n')) return;
      await this.#files.writeFile(this.file, after.map((line) => `${line}\n`).join(''));
    });
    this.#last = mine;
    await mine;
  }

  async #lines(): Promise<string[]> {
    const text = (await this.#files.readFile(this.file)) ?? '';
    return text.split(/\r?\n/).filter((line) => line !== '');
  }
}

/** True when a key equals one of the pins. */
export function isPinned(pins: readonly HostKey[], key: HostKey): boolean {
  return pins.some((pin) => sameHostKey(pin, key));
}

function keyFor(line: string, alias: string): HostKey | undefined {
  const space = line.indexOf(' ');
  return space > 0 && line.slice(0, space) === alias ? parseHostKey(line.slice(space + 1)) : undefined;
}
