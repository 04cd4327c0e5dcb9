import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../base';
import type { Connection } from '../types';
import { SftpChannel } from './channel';
import { draftOf, type CopiedFile, type CopyProgress } from './places';

/**
 * Copies a file or a folder of this machine into a folder of a server, under its own name. Each file is written beside
 * its place and moved there when it is whole; a copy that was cut goes on where it was.
 * @throws Problem with the next step; AbortError
 */
export async function upload(
  connection: Connection,
  local: string,
  remoteFolder: string,
  signal: AbortSignal,
  tell: (progress: CopyProgress) => void,
): Promise<readonly CopiedFile[]> {
  const files = await localTree(local);
  const ofBytes = files.reduce((sum, { size }) => sum + size, 0);
  return SftpChannel.use(connection, signal, async (sftp) => {
    const root = await sftp.real(remoteFolder);
    const made = new Set<string>();
    let bytes = 0;
    for (const [index, file] of files.entries()) {
      const say = (more: number): void => {
        bytes += more;
        tell({ files: index, bytes, ofFiles: files.length, ofBytes, now: file.path });
      };
      const place = `${root}/${file.path}`;
      await foldersOf(sftp, root, file.path, made);
      const draft = draftOf(place, file);
      const before = await sftp.stat(draft).then(
        ({ size }) => (size <= file.size ? size : 0),
        () => 0,
      );
      say(before);
      const source = createReadStream(path.join(path.dirname(local), ...file.path.split('/')), {
        start: before,
        highWaterMark: 256 * 1024,
      }) as AsyncIterable<Buffer>;
      await sftp.write(draft, before, 0o644, counted(source, say));
      if ((await sftp.stat(draft)).size !== file.size)
        throw new Problem(`${file.path} changed while it was copied.`, { next: 'Try again.' });
      await sftp.rename(draft, place);
    }
    return files;
  });
}

async function* counted(source: AsyncIterable<Buffer>, say: (more: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    yield chunk;
    say(chunk.length);
  }
}

async function foldersOf(sftp: SftpChannel, root: string, file: string, made: Set<string>): Promise<void> {
  const names = file.split('/').slice(0, -1);
  for (let depth = 1; depth <= names.length; depth += 1) {
    const folder = `${root}/${names.slice(0, depth).join('/')}`;
    if (made.has(folder)) continue;
    await sftp.folder(folder);
    made.add(folder);
  }
}

/** A file, or the files below a folder, by their paths from where it lies. Links are not followed. */
async function localTree(local: string): Promise<CopiedFile[]> {
  const files: CopiedFile[] = [];
  const look = async (file: string, name: string): Promise<void> => {
    const found = await stat(file);
    if (found.isFile())
      files.push({ path: name, size: found.size, changed: Math.floor(found.mtimeMs / 1000) });
    else if (found.isDirectory())
      for (const entry of (await readdir(file, { withFileTypes: true })).sort((a, b) =>
        a.name < b.name ? -1 : 1,
      ))
        if (entry.isFile() || entry.isDirectory())
          await look(path.join(file, entry.name), `${name}/${entry.name}`);
  };
  await look(local, path.basename(local));
  return files;
}
