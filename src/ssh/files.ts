import { chmod, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** What this room does with the person's disk. */
export interface Files {
  /** The text; `undefined` when there is no such file or it can't be read. */
  readFile(file: string): Promise<string | undefined>;
  /** Replaces the file in one step, readable by its owner only. Makes the folder. */
  writeFile(file: string, text: string): Promise<void>;
  /** Names in a folder; none when it is not there. */
  list(folder: string): Promise<readonly string[]>;
  stat(
    file: string,
  ): Promise<{ readonly kind: 'file' | 'socket' | 'other'; readonly size: number } | undefined>;
}

let written = 0;

/** The real disk. */
export const nodeFiles: Files = {
  readFile: (file) => readFile(file, 'utf8').catch(() => undefined),
  list: (folder) => readdir(folder).catch(() => []),
  stat: async (file) => {
    try {
      const found = await stat(file);
      return { kind: found.isFile() ? 'file' : found.isSocket() ? 'socket' : 'other', size: found.size };
    } catch {
      return undefined;
    }
  },
  writeFile: async (file, text) => {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    // Beside the file, as a rename is atomic within one file system only; the number keeps writers of one process apart.
    const draft = `${file}.${process.pid}.${(written += 1)}.new`;
    try {
      const handle = await open(draft, 'wx', 0o600);
      try {
        await handle.writeFile(text, 'utf8');
        await handle.sync();
      } finally {
        await handle.close();
      }
      await chmod(draft, 0o600);
      await rename(draft, file);
    } catch (thrown) {
      await rm(draft, { force: true });
      throw thrown;
    }
  },
};
