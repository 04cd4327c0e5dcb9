import { createHash } from 'node:crypto';
import type { ServerRecord, StoredObjectRecord, VolumeRecord } from './records';
import type { SiteWorld } from './site';

/** A new, empty volume; the demo's are ready at once. */
export function addVolume(
  site: SiteWorld,
  of: Pick<VolumeRecord, 'name' | 'sizeGb' | 'type' | 'userId' | 'created'>,
): VolumeRecord {
  const volume: VolumeRecord = { ...of, id: site.ids.uuid(), updated: of.created, attachment: undefined };
  site.volumes.set(volume.id, volume);
  return volume;
}

export function attachVolume(site: SiteWorld, volume: VolumeRecord, server: ServerRecord, at: number): void {
  const taken = volumesOf(site, server).length;
  volume.attachment = {
    id: site.ids.uuid(),
    serverId: server.id,
    // The disk of the system is vda.
    device: `/dev/vd${String.fromCharCode('b'.charCodeAt(0) + taken)}`,
    at,
  };
  volume.updated = at;
}

export function detachVolume(volume: VolumeRecord, at: number): void {
  volume.attachment = undefined;
  volume.updated = at;
}

export function volumesOf(site: SiteWorld, { id }: ServerRecord): VolumeRecord[] {
  return [...site.volumes.values()].filter(({ attachment }) => attachment?.serverId === id);
}

/** Puts an object under a name; the container is made if there is none. */
export function putObject(
  site: SiteWorld,
  container: string,
  of: { readonly name: string; readonly content: Buffer; readonly contentType: string; readonly at: number },
): StoredObjectRecord {
  const object: StoredObjectRecord = {
    name: of.name,
    content: of.content,
    contentType: of.contentType,
    hash: createHash('md5').update(of.content).digest('hex'),
    modified: of.at,
  };
  const objects = site.objectContainers.get(container) ?? new Map<string, StoredObjectRecord>();
  objects.set(object.name, object);
  site.objectContainers.set(container, objects);
  return object;
}
