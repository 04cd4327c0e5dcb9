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

/** Files that are copied at the same time. */
const AT_ONCE = 8;

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
    const digests = new Map<CopiedFile, string>();
    let bytes = 0;
    await severally(files, async (file) => {
      const say = (more: number): void => {
        bytes += more;
        tell({ files: digests.size, bytes, ofFiles: files.length, ofBytes, now: file.path });
      };
      const place = localPlace(local, file.path);
      say(0);
      const sha256 = await one(sftp, `${root}/${file.path}`, file, place, say);
      digests.set(file, sha256 ?? (await digestOf(place, signal)));
    });
    tell({ files: files.length, bytes, ofFiles: files.length, ofBytes, now: '' });
    return { files: files.map((file) => ({ ...file, sha256: digests.get(file) ?? '' })), left };
  });
}

/** Some at once, since a small file takes more waiting than copying; after a failure no other is begun. */
async function severally<T>(all: readonly T[], run: (each: T) => Promise<void>): Promise<void> {
  const waiting = [...all];
  let failed = false;
  const go = async (): Promise<void> => {
    for (let each = waiting.shift(); each !== undefined && !failed; each = waiting.shift())
      await run(each).catch((thrown: unknown) => {
        failed = true;
        throw thrown;
      });
  };
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, go));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
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

/** @returns the digest of what came, where all of it came now */
async function one(
  sftp: SftpChannel,
  remote: string,
  file: CopiedFile,
  place: string,
  say: (more: number) => void,
): Promise<string | undefined> {
  const there = await stat(place).catch(() => undefined);
  if (
    there?.isFile() === true &&
    there.size === file.size &&
    Math.floor(there.mtimeMs / 1000) === file.changed
  ) {
    say(file.size);
    return undefined;
  }
  await mkdir(path.dirname(place), { recursive: true });
  const draft = draftOf(place, file);
  const handle = await open(draft, 'a', 0o600);
  let digest: string | undefined;
  try {
    // Written in order, so whatever is there is right up to its end.
    let at = (await handle.stat()).size;
    if (at > file.size) await handle.truncate((at = 0));
    const hash = at === 0 ? createHash('sha256') : undefined;
    say(at);
    for await (const chunk of sftp.read(remote, at, file.size)) {
      hash?.update(chunk);
      await handle.write(chunk);
      at += chunk.length;
      say(chunk.length);
    }
    digest = hash?.digest('hex');
  } finally {
    await handle.close();
  }
  await utimes(draft, file.changed, file.changed);
  await rm(place, { force: true, recursive: false }).catch(() => undefined);
  await rename(draft, place);
  return digest;
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
