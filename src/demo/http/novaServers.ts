import * as v from 'valibot';
import { removeServer } from '../world/servers';
import type { ServerRecord, VolumeRecord } from '../world/records';
import type { SiteWorld } from '../world/site';
import { attachVolume, detachVolume, volumesOf } from '../world/storage';
import type { World } from '../world/world';
import { Fault, nextLink, ok, page, signed, wanted, type Route, type SignedCall } from './api';
import { fixedIps } from './neutronShapes';
import { act } from './novaActions';
import { createServer } from './novaCreate';
import { serverBrief, serverShape, type ShapeAt } from './novaShapes';
import { minorOf } from './novaVersion';

const API = '/v2.1/servers';
/** Nova's `max_limit`: a page is never longer. */
const MAX_PAGE = '1000';

export function serverRoutes(site: SiteWorld, world: World): Route[] {
  const at = (call: SignedCall): ShapeAt => ({ site, base: call.base, minor: minorOf(site, call) });
  return [
    signed('GET', API, (call) => {
      needsReader(call, 'index');
      return list(site, call, (server) => serverBrief(server, call.base));
    }),
    signed('GET', `${API}/detail`, (call) => {
      needsReader(call, 'detail');
      const where = at(call);
      return list(site, call, (server) => serverShape(server, where, false));
    }),
    signed('POST', API, (call) => {
      needsMember(call, 'create');
      minorOf(site, call);
      return createServer(site, world, call);
    }),
    signed('GET', `${API}/:id`, (call, id) => {
      needsReader(call, 'show');
      return ok({ server: serverShape(serverOf(site, id), at(call), true) });
    }),
    signed('DELETE', `${API}/:id`, (call, id) => {
      needsMember(call, 'delete');
      removeServer(site, serverOf(site, id), world.now());
      return { status: 204 };
    }),
    signed('POST', `${API}/:id/action`, (call, id) => {
      needsMember(call, 'action');
      return act(site, call, serverOf(site, id), world.now());
    }),
    ...attachmentRoutes(site, world),
    signed('POST', `${API}/:id/remote-consoles`, (_call, id) => {
      const { name } = serverOf(site, id);
      // Nothing listens there: a demo has no screen to show.
      const url = `http://127.0.0.1:9/vnc_lite.html?server=${encodeURIComponent(name)}`;
      return ok({ remote_console: { protocol: 'vnc', type: 'novnc', url } });
    }),
    signed('GET', `${API}/:id/os-interface`, (_call, id) =>
      ok({
        interfaceAttachments: serverOf(site, id).ports.map((port) => ({
          net_id: port.network.id,
          port_id: port.id,
          mac_addr: port.mac,
          port_state: 'ACTIVE',
          fixed_ips: fixedIps(port),
        })),
      }),
    ),
  ];
}

const Attachment = v.object({ volumeAttachment: v.object({ volumeId: v.string() }) });

/** Volumes of a server: Nova puts them in, Cinder keeps them. */
function attachmentRoutes(site: SiteWorld, world: World): Route[] {
  const path = `${API}/:id/os-volume_attachments`;
  const shape = (server: ServerRecord, volume: VolumeRecord): object => ({
    id: volume.id,
    volumeId: volume.id,
    serverId: server.id,
    device: volume.attachment?.device ?? null,
  });
  return [
    signed('GET', path, (_call, id) => {
      const server = serverOf(site, id);
      return ok({ volumeAttachments: volumesOf(site, server).map((volume) => shape(server, volume)) });
    }),
    signed('POST', path, (call, id) => {
      needsMember(call, 'attach');
      const server = serverOf(site, id);
      const read = v.safeParse(Attachment, call.body);
      const volumeId = read.success ? read.output.volumeAttachment.volumeId : '';
      const volume = wanted(site.volumes.get(volumeId), `Volume ${volumeId} could not be found.`);
      if (volume.attachment !== undefined)
        throw new Fault(
          400,
          `Invalid volume: volume ${volumeId} status must be available. Currently in 'in-use'`,
        );
      attachVolume(site, volume, server, world.now());
      return ok({ volumeAttachment: shape(server, volume) });
    }),
    signed('DELETE', `${path}/:volume`, (call, id, volumeId) => {
      needsMember(call, 'detach');
      const server = serverOf(site, id);
      const volume = wanted(
        volumesOf(site, server).find((each) => each.id === volumeId),
        `volume_id not found: ${volumeId}`,
      );
      detachVolume(volume, world.now());
      return { status: 202 };
    }),
  ];
}

function serverOf(site: SiteWorld, id: string): ServerRecord {
  return wanted(site.servers.get(id), `Instance ${id} could not be found.`);
}

function list(site: SiteWorld, call: SignedCall, show: (server: ServerRecord) => object) {
  const newestFirst = [...site.servers.values()].sort((a, b) => b.created - a.created);
  const query = new URLSearchParams(call.query);
  if (!query.has('limit')) query.set('limit', MAX_PAGE);
  const { items, next } = page(newestFirst.filter(matching(call)), query);
  return ok({
    servers: items.map(show),
    ...(next === undefined ? {} : { servers_links: [nextLink(call, next)] }),
  });
}

/** Nova's filters for members: `name` is an unanchored regular expression, what it does not know is ignored. */
function matching(call: SignedCall): (server: ServerRecord) => boolean {
  const { query } = call;
  const name = query.get('name');
  const pattern = name === null ? undefined : patternOf(name);
  const exact = (key: string, value: string | undefined): boolean =>
    query.get(key) === null || query.get(key) === value;
  return (server) =>
    (pattern?.test(server.name) ?? true) &&
    exact('status', server.status) &&
    exact('image', server.image.id) &&
    exact('flavor', server.flavor.id) &&
    exact('key_name', server.keyName);
}

/** The database runs it, ignoring capitals; what it can't read is an error of the service. */
function patternOf(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch {
    throw new Fault(500, 'Unexpected API Error. Please report this at http://bugs.launchpad.net/nova/.');
  }
}

/** Since the 2023 policies reading takes the role reader: a credential with the role member alone gets this. */
function needsReader({ token }: SignedCall, what: string): void {
  if (!token.credential.roles.includes('reader')) refuse(what);
}

function needsMember({ token }: SignedCall, what: string): void {
  if (!token.credential.roles.includes('member')) refuse(what);
}

function refuse(what: string): never {
  throw new Fault(403, `Policy doesn't allow os_compute_api:servers:${what} to be performed.`);
}
