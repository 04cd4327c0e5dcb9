import * as v from 'valibot';
import { listOf, maybe, parsed, utc } from './border';
import { listAll } from './page';
import type { Session } from './session';
import type { Volume } from './types';

const SERVICE = 'volumev3';

const volumeWire = v.pipe(
  v.object({
    id: v.string(),
    name: v.nullish(v.string(), ''),
    status: v.string(),
    size: v.number(),
    volume_type: maybe(v.string()),
    user_id: v.string(),
    description: v.nullish(v.string(), ''),
    // A boolean in words.
    bootable: v.optional(v.string(), 'false'),
    attachments: listOf(v.object({ server_id: v.string(), device: maybe(v.string()) })),
    created_at: utc,
  }),
  v.transform((wire): Volume => ({
    id: wire.id,
    name: wire.name ?? '',
    status: wire.status,
    sizeGb: wire.size,
    type: wire.volume_type,
    userId: wire.user_id,
    description: wire.description ?? '',
    bootable: wire.bootable.toLowerCase() === 'true',
    attachments: wire.attachments.map((each) => ({ serverId: each.server_id, device: each.device })),
    created: wire.created_at,
  })),
);
const volumeBody = v.object({ volume: volumeWire });

/** Every volume of the project. @throws OpenStackError */
export async function listVolumes(session: Session, signal?: AbortSignal): Promise<Volume[]> {
  return listAll(session, {
    service: SERVICE,
    path: '/volumes/detail',
    key: 'volumes',
    item: volumeWire,
    marker: (volume) => volume.id,
    signal,
  });
}

/** @throws OpenStackError `notFound` once it is gone */
export async function getVolume(session: Session, id: string, signal?: AbortSignal): Promise<Volume> {
  const answer = await session.json({
    service: SERVICE,
    method: 'GET',
    path: `/volumes/${encodeURIComponent(id)}`,
    signal,
  });
  return parsed(volumeBody, answer, SERVICE).volume;
}

/** Names of the kinds of disk that the site offers (`ceph-ssd`, `ceph-hdd`), Cinder's own default left out. @throws OpenStackError */
export async function listVolumeTypes(session: Session, signal?: AbortSignal): Promise<string[]> {
  const types = await listAll(session, {
    service: SERVICE,
    path: '/types',
    key: 'volume_types',
    item: v.object({ name: v.string() }),
    signal,
  });
  return types.map(({ name }) => name).filter((name) => name !== '__DEFAULT__');
}

/** Asks for a new, empty volume; it is usable when `getVolume` says `available`. @throws OpenStackError `tooMany` over the quota */
export async function createVolume(
  session: Session,
  wish: { readonly name: string; readonly sizeGb: number; readonly type?: string | undefined },
  signal?: AbortSignal,
): Promise<Volume> {
  const answer = await session.json({
    service: SERVICE,
    method: 'POST',
    path: '/volumes',
    body: {
      volume: {
        name: wish.name,
        size: wish.sizeGb,
        ...(wish.type === undefined ? {} : { volume_type: wish.type }),
      },
    },
    signal,
  });
  return parsed(volumeBody, answer, SERVICE).volume;
}

/** @throws OpenStackError `badRequest` while it is attached */
export async function deleteVolume(session: Session, id: string, signal?: AbortSignal): Promise<void> {
  await session.json({
    service: SERVICE,
    method: 'DELETE',
    path: `/volumes/${encodeURIComponent(id)}`,
    signal,
  });
}
