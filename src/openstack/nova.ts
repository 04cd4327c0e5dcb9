import * as v from 'valibot';
import { listOf, maybe, parsed, utc } from './border';
import { OpenStackError } from './error';
import { listAll } from './page';
import type { Session } from './session';
import type { Flavor, KeyPair, Server } from './types';

const addressWire = v.object({
  addr: v.string(),
  version: v.picklist([4, 6]),
  'OS-EXT-IPS:type': v.optional(v.picklist(['fixed', 'floating']), 'fixed'),
  'OS-EXT-IPS-MAC:mac_addr': maybe(v.string()),
});

/** Embedded since 2.47: without an id; before that only an id. */
const flavorOfServer = v.pipe(
  v.object({
    original_name: v.optional(v.string(), ''),
    vcpus: v.optional(v.number(), 0),
    ram: v.optional(v.number(), 0),
    disk: v.optional(v.number(), 0),
  }),
  v.transform((flavor) => ({
    originalName: flavor.original_name,
    vcpus: flavor.vcpus,
    ramMb: flavor.ram,
    diskGb: flavor.disk,
  })),
);

const serverWire = v.pipe(
  v.object({
    id: v.string(),
    name: v.string(),
    status: v.string(),
    user_id: v.string(),
    tenant_id: v.string(),
    created: utc,
    updated: maybe(utc),
    key_name: maybe(v.string()),
    description: maybe(v.string()),
    // "" when booted from a volume.
    image: v.nullish(v.union([v.object({ id: v.string() }), v.string()])),
    flavor: flavorOfServer,
    fault: maybe(v.object({ code: v.number(), message: v.string() })),
    addresses: v.optional(v.record(v.string(), v.array(addressWire)), {}),
    security_groups: listOf(v.object({ name: v.string() })),
    'OS-EXT-STS:task_state': maybe(v.string()),
    'OS-EXT-STS:vm_state': maybe(v.string()),
    'OS-EXT-STS:power_state': maybe(v.number()),
    'OS-SRV-USG:launched_at': maybe(utc),
    'OS-EXT-SRV-ATTR:hypervisor_hostname': maybe(v.string()),
    'os-extended-volumes:volumes_attached': listOf(v.object({ id: v.string() })),
  }),
  v.transform((wire): Server => ({
    id: wire.id,
    name: wire.name,
    status: wire.status,
    taskState: wire['OS-EXT-STS:task_state'],
    vmState: wire['OS-EXT-STS:vm_state'],
    powerState: wire['OS-EXT-STS:power_state'],
    userId: wire.user_id,
    projectId: wire.tenant_id,
    created: wire.created,
    updated: wire.updated ?? wire.created,
    launchedAt: wire['OS-SRV-USG:launched_at'],
    keyName: wire.key_name,
    imageId: typeof wire.image === 'object' ? wire.image?.id : undefined,
    flavor: wire.flavor,
    hypervisorHostname: wire['OS-EXT-SRV-ATTR:hypervisor_hostname'],
    fault: wire.fault,
    addresses: Object.entries(wire.addresses).flatMap(([network, addresses]) =>
      addresses.map((address) => ({
        network,
        address: address.addr,
        version: address.version,
        kind: address['OS-EXT-IPS:type'],
        mac: address['OS-EXT-IPS-MAC:mac_addr'],
      })),
    ),
    securityGroups: [...new Set(wire.security_groups.map((group) => group.name))],
    volumeIds: wire['os-extended-volumes:volumes_attached'].map((volume) => volume.id),
    description: wire.description,
  })),
);

/** Every server of the project, whoever made it. @throws OpenStackError */
export async function listServers(session: Session, signal?: AbortSignal): Promise<Server[]> {
  return listAll(session, {
    service: 'compute',
    path: '/servers/detail',
    key: 'servers',
    item: serverWire,
    marker: (server) => server.id,
    signal,
  });
}

/** One server. @throws OpenStackError `notFound` once it is gone */
export async function getServer(session: Session, id: string, signal?: AbortSignal): Promise<Server> {
  const answer = await session.json({
    service: 'compute',
    method: 'GET',
    path: `/servers/${enc(id)}`,
    signal,
  });
  return parsed(v.object({ server: serverWire }), answer, 'compute').server;
}

/** Asks for its end; it is gone when `getServer` says `notFound`. @throws OpenStackError */
export async function deleteServer(session: Session, id: string, signal?: AbortSignal): Promise<void> {
  await session.json({ service: 'compute', method: 'DELETE', path: `/servers/${enc(id)}`, signal });
}

const flavorWire = v.pipe(
  v.object({ id: v.string(), name: v.string(), vcpus: v.number(), ram: v.number(), disk: v.number() }),
  v.transform((wire): Flavor => ({
    id: wire.id,
    name: wire.name,
    vcpus: wire.vcpus,
    ramMb: wire.ram,
    diskGb: wire.disk,
  })),
);

/** The flavors that this project may use. @throws OpenStackError */
export async function listFlavors(session: Session, signal?: AbortSignal): Promise<Flavor[]> {
  return listAll(session, {
    service: 'compute',
    path: '/flavors/detail',
    key: 'flavors',
    item: flavorWire,
    marker: (flavor) => flavor.id,
    signal,
  });
}

const keyPairBody = v.pipe(
  v.object({
    keypair: v.object({ name: v.string(), public_key: v.string(), fingerprint: v.string() }),
  }),
  v.transform(({ keypair }): KeyPair => ({
    name: keypair.name,
    publicKey: keypair.public_key,
    fingerprint: keypair.fingerprint,
  })),
);

/** The key pairs of the signed-in user: they belong to a user and a site, not to a project. @throws OpenStackError */
export async function listKeyPairs(session: Session, signal?: AbortSignal): Promise<KeyPair[]> {
  return listAll(session, {
    service: 'compute',
    path: '/os-keypairs',
    key: 'keypairs',
    item: keyPairBody,
    signal,
  });
}

/** Imports a public key (`type base64 comment`). @throws OpenStackError `conflict` if the name is taken */
export async function createKeyPair(
  session: Session,
  { name, publicKey }: { readonly name: string; readonly publicKey: string },
  signal?: AbortSignal,
): Promise<KeyPair> {
  const answer = await session.json({
    service: 'compute',
    method: 'POST',
    path: '/os-keypairs',
    body: { keypair: { name, public_key: publicKey } },
    signal,
  });
  return parsed(keyPairBody, answer, 'compute');
}

/** @throws OpenStackError */
export async function deleteKeyPair(session: Session, name: string, signal?: AbortSignal): Promise<void> {
  await session.json({ service: 'compute', method: 'DELETE', path: `/os-keypairs/${enc(name)}`, signal });
}

/** Statuses with which Nova says that there is no console here: the Ironic driver of bare metal answers 501. */
const NO_CONSOLE = new Set([400, 404, 409, 501]);

/**
 * The last `lines` of what the server printed on its console.
 * @returns undefined where the site gives no console (bare metal), or none yet
 * @throws OpenStackError for any other refusal
 */
export async function consoleOutput(
  session: Session,
  serverId: string,
  lines: number,
  signal?: AbortSignal,
): Promise<string | undefined> {
  try {
    const answer = await session.json({
      service: 'compute',
      method: 'POST',
      path: `/servers/${enc(serverId)}/action`,
      body: { 'os-getConsoleOutput': { length: lines } },
      signal,
    });
    return parsed(v.object({ output: v.string() }), answer, 'compute').output;
  } catch (thrown) {
    if (thrown instanceof OpenStackError && thrown.status !== undefined && NO_CONSOLE.has(thrown.status))
      return undefined;
    throw thrown;
  }
}

function enc(text: string): string {
  return encodeURIComponent(text);
}
