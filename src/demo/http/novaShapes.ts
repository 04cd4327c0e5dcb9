import { createHash } from 'node:crypto';
import { hostnameOf } from '../world/hostname';
import { addressOf } from '../world/servers';
import type { FlavorRecord, KeyPairRecord, PortRecord, ServerRecord } from '../world/records';
import type { SiteWorld } from '../world/site';
import { volumesOf } from '../world/storage';
import { microseconds, withZone } from '../world/time';

/** From which microversion a key is there: the API reference's history. */
const SINCE = {
  keyPairType: 2,
  deleteOnTermination: 3,
  locked: 9,
  description: 19,
  tags: 26,
  embeddedFlavor: 47,
  flavorExtraSpecs: 61,
  trustedCertificates: 63,
  serverGroups: 71,
  lockedReason: 73,
  hostname: 90,
} as const;

const POWER = { ACTIVE: 1, SHUTOFF: 4, BUILD: 0, ERROR: 0 } as const;
const VM_STATE = { ACTIVE: 'active', SHUTOFF: 'stopped', BUILD: 'building', ERROR: 'error' } as const;

export interface ShapeAt {
  readonly site: SiteWorld;
  readonly base: string;
  /** Of the microversion. */
  readonly minor: number;
}

/** A server as the lists and `GET /servers/{id}` show it. @param alone the latter, which says a little more */
export function serverShape(server: ServerRecord, at: ShapeAt, alone: boolean): object {
  const { site, base, minor } = at;
  const groups = groupNames(site, server);
  const placed = server.status !== 'ERROR';
  return {
    id: server.id,
    name: server.name,
    status: server.status,
    tenant_id: site.project.id,
    user_id: server.user.id,
    metadata: {},
    hostId: placed ? hostId(site, server) : '',
    image: {
      id: server.image.id,
      links: [{ rel: 'bookmark', href: `${base}/images/${server.image.id}` }],
    },
    flavor: minor >= SINCE.embeddedFlavor ? embedded(server.flavor) : flavorLink(server.flavor, base),
    created: withZone(server.created),
    updated: withZone(server.updated),
    addresses: addresses(site, server),
    accessIPv4: '',
    accessIPv6: '',
    links: links(`servers/${server.id}`, base),
    'OS-DCF:diskConfig': 'MANUAL',
    ...(server.status === 'ACTIVE' || server.status === 'BUILD' ? { progress: 0 } : {}),
    'OS-EXT-AZ:availability_zone': placed ? 'nova' : '',
    config_drive: '',
    key_name: server.keyName ?? null,
    'OS-SRV-USG:launched_at': server.launchedAt === undefined ? null : microseconds(server.launchedAt),
    'OS-SRV-USG:terminated_at': null,
    ...(groups.length > 0 ? { security_groups: groups.map((name) => ({ name })) } : {}),
    'OS-EXT-STS:task_state': server.status === 'BUILD' ? 'spawning' : null,
    'OS-EXT-STS:vm_state': VM_STATE[server.status],
    'OS-EXT-STS:power_state': POWER[server.status],
    'os-extended-volumes:volumes_attached': volumesOf(site, server).map(({ id }) => ({
      id,
      ...(minor >= SINCE.deleteOnTermination ? { delete_on_termination: false } : {}),
    })),
    ...(server.fault === undefined ? {} : { fault: faultOf(server, server.fault) }),
    ...(server.host === undefined ? {} : { 'OS-EXT-SRV-ATTR:hypervisor_hostname': server.host.uid }),
    ...(minor >= SINCE.locked ? { locked: false } : {}),
    ...(minor >= SINCE.lockedReason ? { locked_reason: null } : {}),
    ...(minor >= SINCE.description ? { description: null } : {}),
    ...(minor >= SINCE.tags ? { tags: [] } : {}),
    ...(minor >= SINCE.trustedCertificates ? { trusted_image_certificates: null } : {}),
    ...(minor >= SINCE.hostname ? { 'OS-EXT-SRV-ATTR:hostname': hostnameOf(server.name) } : {}),
    ...(alone && minor >= SINCE.serverGroups ? { server_groups: [] } : {}),
  };
}

function embedded(flavor: FlavorRecord): object {
  return {
    vcpus: flavor.vcpus,
    ram: flavor.ramMb,
    disk: flavor.diskGb,
    ephemeral: 0,
    swap: 0,
    original_name: flavor.name,
    extra_specs: flavor.extraSpecs,
  };
}

function flavorLink(flavor: FlavorRecord, base: string): object {
  return { id: flavor.id, links: [{ rel: 'bookmark', href: `${base}/flavors/${flavor.id}` }] };
}

/** Nova's anonymous name of the host: the same for all servers of a project on it. */
function hostId(site: SiteWorld, server: ServerRecord): string {
  const host = server.host?.uid ?? `kvm-${Number.parseInt(server.id.slice(0, 2), 16) % 8}`;
  return createHash('sha224').update(`${site.project.id}${host}`).digest('hex');
}

function addresses(site: SiteWorld, server: ServerRecord): Record<string, object[]> {
  const byNetwork: Record<string, object[]> = {};
  for (const port of server.ports)
    byNetwork[port.network.name] = [
      ...(byNetwork[port.network.name] ?? []),
      ...addressesOf(site, server, port),
    ];
  return byNetwork;
}

function addressesOf(site: SiteWorld, server: ServerRecord, port: PortRecord): object[] {
  const entry = (addr: string, type: 'fixed' | 'floating'): object => ({
    version: 4,
    addr,
    'OS-EXT-IPS:type': type,
    'OS-EXT-IPS-MAC:mac_addr': port.mac,
  });
  const floating = addressOf(site, server);
  const fixed = port.address === undefined ? [] : [entry(port.address, 'fixed')];
  return floating?.port === port ? [...fixed, entry(floating.address, 'floating')] : fixed;
}

function groupNames(site: SiteWorld, server: ServerRecord): string[] {
  const ids = new Set(server.ports.flatMap((port) => port.securityGroupIds));
  return [...ids].map((id) => site.securityGroups.get(id)?.name).filter((name) => name !== undefined);
}

function faultOf(server: ServerRecord, message: string): object {
  return { code: 500, created: withZone(server.created), message };
}

function links(path: string, base: string): object[] {
  return [
    { rel: 'self', href: `${base}/v2.1/${path}` },
    { rel: 'bookmark', href: `${base}/${path}` },
  ];
}

/** A server in `GET /servers`, and in the answer to its making. */
export function serverBrief(
  server: ServerRecord,
  base: string,
): { id: string; name: string; links: object[] } {
  return { id: server.id, name: server.name, links: links(`servers/${server.id}`, base) };
}

export function flavorShape(flavor: FlavorRecord, { base, minor }: ShapeAt): object {
  return {
    id: flavor.id,
    name: flavor.name,
    ram: flavor.ramMb,
    disk: flavor.diskGb,
    swap: minor >= 75 ? 0 : '',
    'OS-FLV-EXT-DATA:ephemeral': 0,
    'OS-FLV-DISABLED:disabled': false,
    vcpus: flavor.vcpus,
    'os-flavor-access:is_public': flavor.public,
    rxtx_factor: 1,
    links: links(`flavors/${flavor.id}`, base),
    ...(minor >= 55 ? { description: null } : {}),
    ...(minor >= SINCE.flavorExtraSpecs ? { extra_specs: flavor.extraSpecs } : {}),
  };
}

export function keyPairShape(pair: KeyPairRecord, minor: number): { readonly keypair: object } {
  return {
    keypair: {
      name: pair.name,
      public_key: pair.publicKey,
      fingerprint: pair.fingerprint,
      ...(minor >= SINCE.keyPairType ? { type: 'ssh' } : {}),
    },
  };
}
