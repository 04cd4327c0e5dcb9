import { createHash } from 'node:crypto';
import type { ImageRecord } from '../world/records';
import type { SiteWorld } from '../world/site';
import { withZone } from '../world/time';
import { Fault, ok, page, signed, wanted, type Api, type Reply, type SignedCall } from './api';

const API = '/v2/images';
const SIZE_BYTES = 2_400_000_000;

/** Glance: the images that Chameleon provides. */
export function glance(site: SiteWorld): Api {
  return {
    name: 'glance',
    // Glance answers errors as pages.
    fault: (fault) => ({ status: fault.status, html: errorPage(fault.status, fault.message) }),
    headers: () => ({}),
    routes: [
      signed('GET', API, (call) => list(site, call)),
      signed('GET', `${API}/:id`, (_call, id) =>
        ok(
          imageShape(
            site,
            wanted(
              site.images.find((each) => each.id === id),
              `No image found with ID ${id}`,
            ),
          ),
        ),
      ),
      signed('DELETE', `${API}/:id`, (_call, id) => {
        const image = wanted(
          site.images.find((each) => each.id === id),
          `No image found with ID ${id}`,
        );
        if (image.ownerProjectId !== site.project.id)
          throw new Fault(403, 'You are not permitted to delete this image.');
        site.images.splice(site.images.indexOf(image), 1);
        return { status: 204 };
      }),
    ],
  };
}

function list(site: SiteWorld, call: SignedCall): Reply {
  const { query } = call;
  const exact = (key: string, value: string): boolean => query.get(key) === null || query.get(key) === value;
  const images = site.images.filter(
    (image) =>
      exact('name', image.name) &&
      exact('status', 'active') &&
      exact('visibility', image.ownerProjectId === undefined ? 'public' : 'private'),
  );
  const { items, next } = page(images, query);
  const first = new URLSearchParams(query);
  first.delete('marker');
  return ok({
    images: items.map((image) => imageShape(site, image)),
    first: withQuery(first),
    ...(next === undefined ? {} : { next: withQuery(nextQuery(query, next)) }),
    schema: '/v2/schemas/images',
  });
}

function nextQuery(query: URLSearchParams, marker: string): URLSearchParams {
  const next = new URLSearchParams(query);
  next.set('marker', marker);
  return next;
}

/** Glance's links are relative. */
function withQuery(query: URLSearchParams): string {
  return query.size === 0 ? API : `${API}?${query.toString()}`;
}

function imageShape(site: SiteWorld, image: ImageRecord): object {
  const hash = (algorithm: string): string => createHash(algorithm).update(image.id).digest('hex');
  return {
    os_distro: image.os.distro,
    os_version: image.os.version,
    'owner_specified.openstack.md5': '',
    'owner_specified.openstack.sha256': '',
    'owner_specified.openstack.object': `images/${image.name}`,
    name: image.name,
    disk_format: 'qcow2',
    container_format: 'bare',
    visibility: image.ownerProjectId === undefined ? 'public' : 'private',
    size: SIZE_BYTES,
    virtual_size: null,
    status: 'active',
    checksum: hash('md5'),
    protected: false,
    min_ram: 0,
    min_disk: 0,
    owner: image.ownerProjectId ?? site.operatorProjectId,
    os_hidden: false,
    os_hash_algo: 'sha512',
    os_hash_value: hash('sha512'),
    id: image.id,
    created_at: withZone(image.created),
    updated_at: withZone(image.created),
    tags: [],
    self: `${API}/${image.id}`,
    file: `${API}/${image.id}/file`,
    schema: '/v2/schemas/image',
  };
}

function errorPage(status: number, message: string): string {
  const text = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<html>\n <head>\n  <title>${status}</title>\n </head>\n <body>\n  <h1>${status}</h1>\n  ${text}<br /><br />\n </body>\n</html>`;
}
