import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { abortError } from '../../base';
import type { Connection } from '../types';
import { SftpChannel } from './channel';
import { draftOf, localPlace, type CopiedFile, type CopyProgress } from './places';

/** A tree deeper or wider than this is no folder of a lab. */
const MOST_FILES = 100_000;

/** What was saved, with what proves it. */
export interface Saved {
  readonly files: readonly (CopiedFile & { readonly sha256: string })[];
  /** Links, sockets and the like: they are not followed, and said. */
  readonly left: readonly string[];
}

/**
 * Copies a folder of a server into a folder of this machine. Each file is written beside its place and moved there when
 * it is whole; what was copied before is gone on with, and files that have not changed are not copied again.
 * @throws Problem with the next step; AbortError
 */
export async function downloadFolder(
  connection: Connection,
  remote: string,
  local: string,
  signal: AbortSignal,
  tell: (progress: CopyProgress) => void,
): Promise<Saved> {
  return SftpChannel.use(connection, signal, async (sftp) => {
    const root = await sftp.real(remote);
    const { files, left } = await tree(sftp, root);
    const ofBytes = files.reduce((sum, { size }) => sum + size, 0);
    const saved: Saved['files'][number][] = [];
    let bytes = 0;
    for (const file of files) {
      const say = (more: number): void => {
        bytes += more;
        tell({ files: saved.length, bytes, ofFiles: files.length, ofBytes, now: file.path });
      };
      const place = localPlace(local, file.path);
      say(0);
      await one(sftp, `${root}/${file.path}`, file, place, say);
      saved.push({ ...file, sha256: await digestOf(place, signal) });
    }
    tell({ files: files.length, bytes, ofFiles: files.length, ofBytes, now: '' });
    return { files: saved, left };
  });
}

/** The files below a folder, in the order of their paths. */
async function tree(
  sftp: SftpChannel,
  root: string,
): Promise<{ readonly files: readonly CopiedFile[]; readonly left: readonly string[] }> {
  const files: CopiedFile[] = [];
  const left: string[] = [];
  const folders = [''];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    for (const { filename, attrs } of await sftp.list(folder === '' ? root : `${root}/${folder}`)) {
      if (filename === '.' || filename === '..' || filename.includes('/')) continue;
      const file = folder === '' ? filename : `${folder}/${filename}`;
      if (attrs.isDirectory()) folders.push(file);
      else if (attrs.isFile() && files.length < MOST_FILES)
        files.push({ path: file, size: attrs.size, changed: attrs.mtime });
      else left.push(file);
    }
  }
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), left };
}

async function one(
  sftp: SftpChannel,
  remote: string,
  file: CopiedFile,
  place: string,
  say: (more: number) => void,
): Promise<void> {
  const there = await stat(place).catch(() => undefined);
  if (
    there?.isFile() === true &&
    there.size === file.size &&
    Math.floor(there.mtimeMs / 1000) === file.changed
  ) {
    say(file.size);
    return;
  }
  await mkdir(path.dirname(place), { recursive: true });
  const draft = draftOf(place, file);
  const handle = await open(draft, 'a', 0o600);
  try {
    // Written in order, so whatever is there is right up to its end.
    let at = (await handle.stat()).size;
    if (at > file.size) await handle.truncate((at = 0));
    say(at);
    for await (const chunk of sftp.read(remote, at, file.size)) {
      await handle.write(chunk);
      at += chunk.length;
      say(chunk.length);
    }
  } finally {
    await handle.close();
  }
  await utimes(draft, file.changed, file.changed);
  await rm(place, { force: true, recursive: false }).catch(() => undefined);
  await rename(draft, place);
}

/** SHA-256 of a file of this machine, in hex. */
export async function digestOf(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    if (signal.aborted) throw abortError();
    hash.update(chunk);
  }
  return hash.digest('hex');
}
