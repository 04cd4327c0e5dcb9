import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

let written = 0;

/** Replaces a file in one step, readable by its owner only. Makes the folder. */
export async function replaceFile(file: string, text: string): Promise<void> {
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
}
