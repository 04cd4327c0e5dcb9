import * as v from 'valibot';
import type { VolumeRecord } from '../world/records';
import type { SiteWorld } from '../world/site';
import { addVolume } from '../world/storage';
import { microseconds } from '../world/time';
import type { World } from '../world/world';
import { Fault, nextLink, ok, page, signed, wanted, type Api, type SignedCall } from './api';

const NewVolume = v.object({
  volume: v.object({
    name: v.nullish(v.string(), ''),
    size: v.pipe(v.number(), v.integer(), v.minValue(1)),
    volume_type: v.nullish(v.string(), 'ceph-ssd'),
  }),
});
/** As Cinder says it, whatever stands in the way. */
const IN_USE =
  'Invalid volume: Volume status must be available or error or error_restoring or error_extending or error_managing and must not be migrating, attached, belong to a group, have snapshots, awaiting a transfer, or be disassociated from snapshots after volume transfer.';
const FAULT_NAMES: Readonly<Record<number, string>> = { 400: 'badRequest', 404: 'itemNotFound' };
const TYPES = ['ceph-hdd', 'ceph-ssd', '__DEFAULT__'];

/** Cinder, as much of it as a course needs. The path begins with the project's id, as catalogs have it. */
export function cinder(site: SiteWorld, world: World): Api {
  const root = `/v3/${site.project.id}`;
  return {
    name: 'cinder',
    fault: (fault) => ({
      status: fault.status,
      body: {
        [FAULT_NAMES[fault.status] ?? 'computeFault']: { code: fault.status, message: fault.message },
      },
    }),
    headers: () => ({ 'OpenStack-API-Version': 'volume 3.0' }),
    routes: [
      signed('GET', `${root}/volumes/detail`, (call) => {
        const { items, next } = page([...site.volumes.values()], call.query);
        return ok({
          volumes: items.map((volume) => volumeShape(site, call, volume)),
          ...(next === undefined ? {} : { volumes_links: [nextLink(call, next)] }),
        });
      }),
      signed('GET', `${root}/types`, () =>
        ok({
          volume_types: TYPES.map((name) => ({
            id: site.ids.uuid(),
            name,
            is_public: true,
            description: name === '__DEFAULT__' ? 'Default Volume Type' : null,
            extra_specs: {},
            'os-volume-type-access:is_public': true,
          })),
        }),
      ),
      signed('GET', `${root}/volumes/:id`, (call, id) =>
        ok({ volume: volumeShape(site, call, volumeOf(site, id)) }),
      ),
      signed('POST', `${root}/volumes`, (call) => {
        const read = v.safeParse(NewVolume, call.body);
        if (!read.success) throw new Fault(400, 'Invalid input for field/attribute volume.');
        const { name, size, volume_type: type } = read.output.volume;
        const volume = addVolume(site, {
          name: name ?? '',
          sizeGb: size,
          type: type ?? 'ceph-ssd',
          userId: call.token.credential.user.id,
          created: world.now(),
        });
        return { status: 202, body: { volume: volumeShape(site, call, volume) } };
      }),
      signed('DELETE', `${root}/volumes/:id`, (_call, id) => {
        const volume = volumeOf(site, id);
        if (volume.attachment !== undefined) throw new Fault(400, IN_USE);
        site.volumes.delete(id);
        return { status: 202 };
      }),
    ],
  };
}

function volumeOf(site: SiteWorld, id: string): VolumeRecord {
  return wanted(site.volumes.get(id), `Volume ${id} could not be found.`);
}

function volumeShape(site: SiteWorld, call: SignedCall, volume: VolumeRecord): object {
  const { id, attachment } = volume;
  const path = `${site.project.id}/volumes/${id}`;
  return {
    id,
    status: attachment === undefined ? 'available' : 'in-use',
    size: volume.sizeGb,
    availability_zone: 'nova',
    created_at: microseconds(volume.created),
    updated_at: microseconds(volume.updated),
    name: volume.name,
    description: null,
    volume_type: volume.type,
    snapshot_id: null,
    source_volid: null,
    metadata: {},
    links: [
      { rel: 'self', href: `${call.base}/v3/${path}` },
      { rel: 'bookmark', href: `${call.base}/${path}` },
    ],
    user_id: volume.userId,
    bootable: 'false',
    encrypted: false,
    replication_status: null,
    consistencygroup_id: null,
    multiattach: false,
    attachments:
      attachment === undefined
        ? []
        : [
            {
              id,
              attachment_id: attachment.id,
              volume_id: id,
              server_id: attachment.serverId,
              host_name: null,
              device: attachment.device,
              attached_at: microseconds(attachment.at),
            },
          ],
    'os-vol-tenant-attr:tenant_id': site.project.id,
  };
}
