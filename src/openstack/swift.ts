import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { Problem } from '../base';
import { badAnswer, maybe, parsed, utc } from './border';
import { OpenStackError } from './error';
import type { Session } from './session';
import type { ObjectContainer, StoredObject } from './types';

const SERVICE = 'object-store';
/** What Swift gives at most at once. */
const PAGE_SIZE = 10_000;
const MOST_PAGES = 100;
/** Swift's limit for an object in one piece: 5 GiB. */
const LARGEST_BYTES = 5 * 1024 ** 3;

const containerWire = v.object({ name: v.string(), count: v.number(), bytes: v.number() });

const objectWire = v.pipe(
  v.object({
    name: v.string(),
    bytes: v.number(),
    content_type: v.optional(v.string(), 'application/octet-stream'),
    hash: maybe(v.string()),
    last_modified: utc,
  }),
  v.transform((wire): StoredObject => ({
    name: wire.name,
    bytes: wire.bytes,
    contentType: wire.content_type,
    hash: wire.hash ?? '',
    modified: wire.last_modified,
  })),
);
const folderWire = v.object({ subdir: v.string() });

/** Every container of the project. @throws OpenStackError */
export async function listObjectContainers(
  session: Session,
  signal?: AbortSignal,
): Promise<ObjectContainer[]> {
  return pages(session, '', {}, containerWire, ({ name }) => name, signal);
}

/**
 * What lies directly below a folder of a container.
 * @param prefix the folder with its slash, `''` for the top
 * @throws OpenStackError `notFound` without such a container
 */
export async function listObjects(
  session: Session,
  container: string,
  prefix: string,
  signal?: AbortSignal,
): Promise<{ folders: string[]; objects: StoredObject[] }> {
  const all = await pages(
    session,
    pathOf(container),
    { delimiter: '/', ...(prefix === '' ? {} : { prefix }) },
    v.union([folderWire, objectWire]),
    (item) => ('subdir' in item ? item.subdir : item.name),
    signal,
  );
  return {
    folders: all.flatMap((item) => ('subdir' in item ? [item.subdir] : [])),
    objects: all.flatMap((item) => ('subdir' in item ? [] : [item])),
  };
}

/** Every object of a container, in all folders. @throws OpenStackError */
export async function listAllObjects(
  session: Session,
  container: string,
  signal?: AbortSignal,
): Promise<StoredObject[]> {
  return pages(session, pathOf(container), {}, objectWire, ({ name }) => name, signal);
}

async function pages<T extends v.GenericSchema>(
  session: Session,
  path: string,
  query: Readonly<Record<string, string>>,
  item: T,
  nameOf: (item: v.InferOutput<T>) => string,
  signal: AbortSignal | undefined,
): Promise<v.InferOutput<T>[]> {
  const all: v.InferOutput<T>[] = [];
  for (let page = 0, marker = ''; page < MOST_PAGES; page += 1) {
    const answer = await session.json({
      service: SERVICE,
      method: 'GET',
      path,
      query: {
        ...query,
        format: 'json',
        limit: String(PAGE_SIZE),
        ...(marker === '' ? {} : { marker }),
      },
      signal,
    });
    // An empty account answers 204, with nothing.
    const items: v.InferOutput<T>[] = parsed(v.array(item), answer ?? [], SERVICE);
    all.push(...items);
    const last = items.at(-1);
    if (last === undefined || items.length < PAGE_SIZE) return all;
    marker = nameOf(last);
  }
  throw badAnswer(SERVICE, 'its list does not end');
}

/** Makes a container; one that exists stays as it is. @throws OpenStackError */
export async function createObjectContainer(
  session: Session,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  await session.json({ service: SERVICE, method: 'PUT', path: pathOf(name), signal });
}

/** @throws OpenStackError `conflict` while something is in it */
export async function deleteObjectContainer(
  session: Session,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  await session.json({ service: SERVICE, method: 'DELETE', path: pathOf(name), signal });
}

/** @throws OpenStackError `notFound` */
export async function deleteObject(
  session: Session,
  container: string,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  await session.json({ service: SERVICE, method: 'DELETE', path: pathOf(container, name), signal });
}

/** A transfer on its way: bytes so far, of how many. */
export type Progress = (done: number, total: number) => void;

/**
 * Hands an object's content to `write`, piece by piece, and compares it with its hash.
 * @returns the number of bytes
 * @throws OpenStackError `badAnswer` when it came broken or incomplete: what was written is not to be kept
 */
export async function downloadObject(
  session: Session,
  of: { readonly container: string; readonly name: string },
  write: (piece: Uint8Array) => Promise<void>,
  progress: Progress,
  signal?: AbortSignal,
): Promise<number> {
  const answer = await session.stream({
    service: SERVICE,
    method: 'GET',
    path: pathOf(of.container, of.name),
    signal,
  });
  const total = Number(answer.headers.get('content-length') ?? Number.NaN);
  const hash = createHash('md5');
  let done = 0;
  for await (const piece of answer.body) {
    hash.update(piece);
    await write(piece);
    done += piece.byteLength;
    progress(done, Number.isNaN(total) ? done : total);
  }
  if (!Number.isNaN(total) && done !== total) throw badAnswer(SERVICE, `${of.name} came only in part`);
  const wanted = answer.headers.get('etag')?.replaceAll('"', '');
  const segmented = answer.headers.has('x-static-large-object') || answer.headers.has('x-object-manifest');
  if (!segmented && wanted !== undefined && /^[0-9a-f]{32}$/.test(wanted) && wanted !== hash.digest('hex'))
    throw badAnswer(SERVICE, `${of.name} came broken`);
  return done;
}

/**
 * Puts a content under a name, over one that is there, and makes sure that it arrived whole.
 * @param content its length in bytes, and a way to read it from the beginning
 * @throws Problem for more than 5 GiB; OpenStackError
 */
export async function uploadObject(
  session: Session,
  to: { readonly container: string; readonly name: string },
  content: { readonly bytes: number; read(): AsyncIterable<Uint8Array> },
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  if (content.bytes > LARGEST_BYTES)
    throw new Problem('The object store takes no more than 5 GB in one piece.', {
      next: 'Upload it with rclone, which cuts large files into segments.',
    });
  let hash = createHash('md5');
  const answer = await session.stream({
    service: SERVICE,
    method: 'PUT',
    path: pathOf(to.container, to.name),
    headers: { 'Content-Length': String(content.bytes), 'Content-Type': 'application/octet-stream' },
    body: () => {
      hash = createHash('md5');
      return watched(content.read(), (piece, done) => {
        hash.update(piece);
        progress(done, content.bytes);
      });
    },
    signal,
  });
  const arrived = answer.headers.get('etag')?.replaceAll('"', '');
  await drained(answer.body);
  if (arrived !== undefined && arrived !== hash.digest('hex'))
    throw new OpenStackError(`${to.name} arrived broken in the object store.`, {
      kind: 'badAnswer',
      service: SERVICE,
      next: 'Upload it again.',
    });
}

async function* watched(
  source: AsyncIterable<Uint8Array>,
  seen: (piece: Uint8Array, done: number) => void,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const piece of source) {
    done += piece.byteLength;
    seen(piece, done);
    yield piece;
  }
}

async function drained(body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of body) void piece;
}

/** @throws Problem for a name that a web address can't carry: `.` and `..` mean other folders there */
function pathOf(container: string, object?: string): string {
  const segments = object === undefined ? [container] : [container, ...object.split('/')];
  if (container === '' || container.includes('/') || segments.some((each) => each === '.' || each === '..'))
    throw new Problem(`${object ?? container} is no name that can be asked for.`, {
      next: 'Choose a name without folders called “.” or “..”.',
    });
  return `/${segments.map(encodeURIComponent).join('/')}`;
}
