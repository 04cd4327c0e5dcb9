import * as v from 'valibot';
import { maybe, parsed, utc } from './border';
import { listAll } from './page';
import type { Session } from './session';
import type { Image } from './types';

const imageWire = v.pipe(
  v.object({
    id: v.string(),
    name: v.nullish(v.string()),
    status: v.string(),
    visibility: v.optional(v.string(), 'private'),
    owner: maybe(v.string()),
    created_at: utc,
  }),
  v.transform((wire): Image => ({
    id: wire.id,
    name: wire.name ?? '',
    status: wire.status,
    visibility: wire.visibility,
    owner: wire.owner,
    created: wire.created_at,
  })),
);

/** @throws OpenStackError */
export async function listImages(session: Session, signal?: AbortSignal): Promise<Image[]> {
  return listAll(session, {
    service: 'image',
    path: '/v2/images',
    key: 'images',
    item: imageWire,
    marker: (image) => image.id,
    signal,
  });
}

/** An image by id, also one that the list hides. @throws OpenStackError `notFound` */
export async function getImage(session: Session, id: string, signal?: AbortSignal): Promise<Image> {
  const answer = await session.json({
    service: 'image',
    method: 'GET',
    path: `/v2/images/${encodeURIComponent(id)}`,
    signal,
  });
  return parsed(imageWire, answer, 'image');
}

/** Takes an image away; what was made from it stays. @throws OpenStackError `forbidden` for what others share */
export async function deleteImage(session: Session, id: string, signal?: AbortSignal): Promise<void> {
  await session.json({
    service: 'image',
    method: 'DELETE',
    path: `/v2/images/${encodeURIComponent(id)}`,
    signal,
  });
}
