import type { StoredObjectRecord } from '../world/records';
import type { SiteWorld } from '../world/site';
import { putObject } from '../world/storage';
import { microseconds } from '../world/time';
import type { World } from '../world/world';
import { Fault, ok, signed, wanted, type Api, type Reply, type SignedCall } from './api';

/** Swift: containers of the project and what is in them. What is uploaded is kept in memory, and small. */
export function swift(site: SiteWorld, world: World): Api {
  const account = `/v1/AUTH_${site.project.id}`;
  return {
    name: 'swift',
    fault: (fault) => ({
      status: fault.status,
      html: `<html><h1>${fault.status}</h1><p>${fault.message}</p></html>`,
    }),
    headers: () => ({}),
    routes: [
      signed('GET', account, (call) => listing(call, containers(site), ({ name }) => name)),
      signed('GET', `${account}/:container`, (call, name) =>
        listing(call, entries(call, containerOf(site, name)), (entry) => entry.subdir ?? entry.name ?? ''),
      ),
      signed('PUT', `${account}/:container`, (_call, name) => {
        const known = site.objectContainers.has(name);
        if (!known) site.objectContainers.set(name, new Map());
        return { status: known ? 202 : 201 };
      }),
      signed('DELETE', `${account}/:container`, (_call, name) => {
        if (containerOf(site, name).size > 0)
          throw new Fault(409, 'There was a conflict when trying to complete your request.');
        site.objectContainers.delete(name);
        return { status: 204 };
      }),
      signed('GET', `${account}/:container/*rest`, (_call, container, name) =>
        contentOf(objectOf(site, container, name)),
      ),
      signed('PUT', `${account}/:container/*rest`, (call, container, name) => {
        containerOf(site, container);
        const { hash } = putObject(site, container, {
          name,
          content: call.bytes,
          contentType: call.header('Content-Type') ?? 'application/octet-stream',
          at: world.now(),
        });
        return { status: 201, headers: { Etag: hash } };
      }),
      signed('DELETE', `${account}/:container/*rest`, (_call, container, name) => {
        objectOf(site, container, name);
        containerOf(site, container).delete(name);
        return { status: 204 };
      }),
    ],
  };
}

type Objects = Map<string, StoredObjectRecord>;

function containerOf(site: SiteWorld, name: string): Objects {
  return wanted(site.objectContainers.get(name), 'The resource could not be found.');
}

function objectOf(site: SiteWorld, container: string, name: string): StoredObjectRecord {
  return wanted(containerOf(site, container).get(name), 'The resource could not be found.');
}

function contentOf({ content, hash, contentType }: StoredObjectRecord): Reply {
  return { status: 200, bytes: content, headers: { Etag: hash, 'Content-Type': contentType } };
}

function containers(
  site: SiteWorld,
): { name: string; count: number; bytes: number; last_modified: string }[] {
  return [...site.objectContainers].map(([name, objects]) => ({
    name,
    count: objects.size,
    bytes: [...objects.values()].reduce((sum, { content }) => sum + content.byteLength, 0),
    last_modified: microseconds(site.builtAt),
  }));
}

interface Entry {
  readonly subdir?: string;
  readonly name?: string;
}

/** The objects of a container; with a delimiter, folders for what lies deeper than the prefix. */
function entries({ query }: SignedCall, objects: Objects): Entry[] {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter');
  const found = new Map<string, Entry>();
  for (const object of objects.values()) {
    if (!object.name.startsWith(prefix)) continue;
    const end = delimiter === null ? -1 : object.name.indexOf(delimiter, prefix.length);
    const subdir = end < 0 ? undefined : object.name.slice(0, end + 1);
    if (subdir === undefined) found.set(object.name, objectShape(object));
    else found.set(subdir, { subdir });
  }
  return [...found.values()];
}

function objectShape(object: StoredObjectRecord): Entry {
  return {
    ...{ bytes: object.content.byteLength, hash: object.hash },
    name: object.name,
    ...{ content_type: object.contentType, last_modified: microseconds(object.modified) },
  };
}

function listing<T>(call: SignedCall, all: readonly T[], nameOf: (item: T) => string): Reply {
  const marker = call.query.get('marker') ?? '';
  const limit = Number(call.query.get('limit') ?? '10000');
  const sorted = [...all].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  return ok(sorted.filter((item) => nameOf(item) > marker).slice(0, limit));
}
