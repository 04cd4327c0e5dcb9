import { readdir, readFile, stat } from 'node:fs/promises';
import { replaceFile } from '../base';

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
  writeFile: replaceFile,
};
