import * as v from 'valibot';
import { badAnswer, parsed } from './border';
import type { Session } from './session';

/** A network, on which the server gets a port of its own, or a port that was made for it. */
export type ServerInterface = { readonly networkId: string } | { readonly portId: string };

/** What a new server is made of. `flavorId` may be a reservation's id; names mean nothing to Nova here. */
export interface ServerWish {
  readonly name: string;
  readonly imageId: string;
  readonly flavorId: string;
  /** Blazar's reservation (not the lease): for what is placed by a hint, as bare metal is. */
  readonly reservationHint?: string | undefined;
  readonly keyName?: string | undefined;
  readonly interfaces: readonly ServerInterface[];
  /** By id: names repeat in a class project. Empty where there are none (bare metal). */
  readonly securityGroupIds: readonly string[];
  /** What cloud-init reads at the first boot. */
  readonly userData?: string | undefined;
}

/**
 * Asks for a server. A wrong reservation is accepted too: the server goes to ERROR then (`platform` 4.1).
 * @returns its id
 * @throws OpenStackError `forbidden` over the quota
 */
export async function createServer(
  session: Session,
  wish: ServerWish,
  signal?: AbortSignal,
): Promise<string> {
  const answer = await session.json({
    service: 'compute',
    method: 'POST',
    path: '/servers',
    body: {
      server: {
        name: wish.name,
        imageRef: wish.imageId,
        flavorRef: wish.flavorId,
        networks: wish.interfaces.map((each) =>
          'portId' in each ? { port: each.portId } : { uuid: each.networkId },
        ),
        ...(wish.keyName === undefined ? {} : { key_name: wish.keyName }),
        ...(wish.userData === undefined ? {} : { user_data: Buffer.from(wish.userData).toString('base64') }),
        // Nova's `name` takes an id, and must, where two groups have one name.
        ...(wish.securityGroupIds.length === 0
          ? {}
          : { security_groups: wish.securityGroupIds.map((name) => ({ name })) }),
      },
      ...(wish.reservationHint === undefined
        ? {}
        : { 'os:scheduler_hints': { reservation: wish.reservationHint } }),
    },
    signal,
  });
  return parsed(v.object({ server: v.object({ id: v.string() }) }), answer, 'compute').server.id;
}

/** @throws OpenStackError `conflict` if it runs already */
export async function startServer(session: Session, id: string, signal?: AbortSignal): Promise<void> {
  await act(session, id, { 'os-start': null }, signal);
}

/** Shuts the operating system down. @throws OpenStackError `conflict` if it does not run */
export async function stopServer(session: Session, id: string, signal?: AbortSignal): Promise<void> {
  await act(session, id, { 'os-stop': null }, signal);
}

/** `hard` is pulling the plug. @throws OpenStackError `conflict` in a state that forbids it */
export async function rebootServer(
  session: Session,
  id: string,
  { hard }: { readonly hard: boolean },
  signal?: AbortSignal,
): Promise<void> {
  await act(session, id, { reboot: { type: hard ? 'HARD' : 'SOFT' } }, signal);
}

/** Writes the image over the server's disk; addresses, ports and volumes stay. @throws OpenStackError */
export async function rebuildServer(
  session: Session,
  id: string,
  imageId: string,
  signal?: AbortSignal,
): Promise<void> {
  await act(session, id, { rebuild: { imageRef: imageId } }, signal);
}

/** Asks for an image of the server's disk as it is. @returns the image's id @throws OpenStackError */
export async function snapshotServer(
  session: Session,
  id: string,
  name: string,
  signal?: AbortSignal,
): Promise<string> {
  const answer = await act(session, id, { createImage: { name, metadata: {} } }, signal);
  return parsed(v.object({ image_id: v.string() }), answer, 'compute').image_id;
}

/**
 * A page with the server's screen (`novnc`, virtual machines) or its serial line (bare metal, one session at a time:
 * a second one ends the first).
 * @throws OpenStackError `badRequest` or `conflict` where the site or the moment offers none
 */
export async function consoleUrl(
  session: Session,
  id: string,
  kind: 'novnc' | 'serial',
  signal?: AbortSignal,
): Promise<string> {
  const answer = await session.json({
    service: 'compute',
    method: 'POST',
    path: `/servers/${encodeURIComponent(id)}/remote-consoles`,
    body: { remote_console: { protocol: kind === 'novnc' ? 'vnc' : 'serial', type: kind } },
    signal,
  });
  const { url } = parsed(
    v.object({ remote_console: v.object({ url: v.string() }) }),
    answer,
    'compute',
  ).remote_console;
  if (!/^(https?|wss?):\/\//.test(url)) throw badAnswer('compute', 'its console has no web address');
  return url;
}

/** Puts a volume into a server; it is there when the volume is `in-use`. @throws OpenStackError */
export async function attachVolume(
  session: Session,
  serverId: string,
  volumeId: string,
  signal?: AbortSignal,
): Promise<void> {
  await session.json({
    service: 'compute',
    method: 'POST',
    path: attachments(serverId),
    body: { volumeAttachment: { volumeId } },
    signal,
  });
}

/** Takes a volume out of a server; it is free when the volume is `available`. @throws OpenStackError */
export async function detachVolume(
  session: Session,
  serverId: string,
  volumeId: string,
  signal?: AbortSignal,
): Promise<void> {
  await session.json({
    service: 'compute',
    method: 'DELETE',
    path: `${attachments(serverId)}/${encodeURIComponent(volumeId)}`,
    signal,
  });
}

function attachments(serverId: string): string {
  return `/servers/${encodeURIComponent(serverId)}/os-volume_attachments`;
}

function act(session: Session, id: string, body: object, signal: AbortSignal | undefined): Promise<unknown> {
  return session.json({
    service: 'compute',
    method: 'POST',
    path: `/servers/${encodeURIComponent(id)}/action`,
    body,
    signal,
  });
}
