import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { byText } from '../base';
import type { FolderFile } from '../labs';
import { Usage } from './words';

/** All files below a folder but hidden ones, as a portal packs them: one folder a student. @throws Usage */
export async function filesIn(folder: string): Promise<FolderFile[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => ({ name: path.relative(folder, file), read: () => readFile(file) }))
      .filter(({ name }) => !name.split(path.sep).some((part) => part.startsWith('.')))
      .sort((a, b) => byText(a.name, b.name));
  } catch (cause) {
    throw new Usage(`${folder} is no folder that can be read.`, { cause });
  }
}

/** @throws Usage */
export async function written(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw new Usage(`${file} can't be written.`, { cause });
  }
}
