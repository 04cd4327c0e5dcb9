import * as v from 'valibot';
import { listOf, maybe, parsed, utc } from './border';
import { listAll } from './page';
import type { Session } from './session';
import type { FloatingIp, Network, Port } from './types';

const idOf = (item: { readonly id: string }): string => item.id;

const floatingIpWire = v.pipe(
  v.object({
    id: v.string(),
    floating_ip_address: v.string(),
    fixed_ip_address: maybe(v.string()),
    port_id: maybe(v.string()),
    port_details: maybe(v.object({ device_id: maybe(v.string()), device_owner: maybe(v.string()) })),
    status: v.string(),
    floating_network_id: v.string(),
    description: v.optional(v.string(), ''),
    tags: listOf(v.string()),
    created_at: maybe(utc),
  }),
  v.transform((wire): FloatingIp => ({
    id: wire.id,
    address: wire.floating_ip_address,
    fixedAddress: wire.fixed_ip_address,
    portId: wire.port_id,
    serverId:
      wire.port_details?.device_owner?.startsWith('compute:') === true
        ? wire.port_details.device_id
        : undefined,
    status: wire.status,
    networkId: wire.floating_network_id,
    description: wire.description,
    tags: wire.tags,
    created: wire.created_at,
  })),
);

/** @throws OpenStackError */
export async function listFloatingIps(session: Session, signal?: AbortSignal): Promise<FloatingIp[]> {
  return listAll(session, {
    service: 'network',
    path: '/v2.0/floatingips',
    key: 'floatingips',
    item: floatingIpWire,
    marker: idOf,
    signal,
  });
}

const floatingIpBody = v.object({ floatingip: floatingIpWire });

/** Takes an address from the pool. @throws OpenStackError `conflict` when none is left or the quota is used up */
export async function createFloatingIp(
  session: Session,
  networkId: string,
  { description }: { readonly description: string },
  signal?: AbortSignal,
): Promise<FloatingIp> {
  const answer = await session.json({
    service: 'network',
    method: 'POST',
    path: '/v2.0/floatingips',
    body: { floatingip: { floating_network_id: networkId, description } },
    signal,
  });
  return parsed(floatingIpBody, answer, 'network').floatingip;
}

/** Binds an address to a port, or frees it with `null`. @throws OpenStackError */
export async function bindFloatingIp(
  session: Session,
  id: string,
  portId: string | null,
  signal?: AbortSignal,
): Promise<FloatingIp> {
  const answer = await session.json({
    service: 'network',
    method: 'PUT',
    path: `/v2.0/floatingips/${encodeURIComponent(id)}`,
    body: { floatingip: { port_id: portId } },
    signal,
  });
  return parsed(floatingIpBody, answer, 'network').floatingip;
}

/** Gives the address back to the pool. @throws OpenStackError */
export async function deleteFloatingIp(session: Session, id: string, signal?: AbortSignal): Promise<void> {
  await session.json({
    service: 'network',
    method: 'DELETE',
    path: `/v2.0/floatingips/${encodeURIComponent(id)}`,
    signal,
  });
}

const portWire = v.pipe(
  v.object({
    id: v.string(),
    name: v.optional(v.string(), ''),
    network_id: v.string(),
    device_id: v.optional(v.string(), ''),
    device_owner: v.optional(v.string(), ''),
    status: v.string(),
    fixed_ips: listOf(v.object({ ip_address: v.string(), subnet_id: v.string() })),
    security_groups: listOf(v.string()),
    port_security_enabled: v.optional(v.boolean(), true),
  }),
  v.transform((wire): Port => ({
    id: wire.id,
    name: wire.name,
    networkId: wire.network_id,
    deviceId: wire.device_id,
    deviceOwner: wire.device_owner,
    status: wire.status,
    fixedIps: wire.fixed_ips.map((ip) => ({ address: ip.ip_address, subnetId: ip.subnet_id })),
    securityGroupIds: wire.security_groups,
    portSecurity: wire.port_security_enabled,
  })),
);

/** @throws OpenStackError */
export async function listPorts(session: Session, signal?: AbortSignal): Promise<Port[]> {
  return listAll(session, {
    service: 'network',
    path: '/v2.0/ports',
    key: 'ports',
    item: portWire,
    marker: idOf,
    signal,
  });
}

/** Puts exactly these groups on a port: by id, since names repeat in a class project. @throws OpenStackError */
export async function setPortSecurityGroups(
  session: Session,
  portId: string,
  groupIds: readonly string[],
  signal?: AbortSignal,
): Promise<Port> {
  const answer = await session.json({
    service: 'network',
    method: 'PUT',
    path: `/v2.0/ports/${encodeURIComponent(portId)}`,
    body: { port: { security_groups: groupIds } },
    signal,
  });
  return parsed(v.object({ port: portWire }), answer, 'network').port;
}

const networkWire = v.pipe(
  v.object({
    id: v.string(),
    name: v.string(),
    status: v.string(),
    'router:external': v.optional(v.boolean(), false),
    shared: v.optional(v.boolean(), false),
    subnets: listOf(v.string()),
    project_id: maybe(v.string()),
    tenant_id: maybe(v.string()),
  }),
  v.transform((wire): Network => ({
    id: wire.id,
    name: wire.name,
    status: wire.status,
    external: wire['router:external'],
    shared: wire.shared,
    subnetIds: wire.subnets,
    projectId: wire.project_id ?? wire.tenant_id ?? '',
  })),
);

/** @throws OpenStackError */
export async function listNetworks(session: Session, signal?: AbortSignal): Promise<Network[]> {
  return listAll(session, {
    service: 'network',
    path: '/v2.0/networks',
    key: 'networks',
    item: networkWire,
    marker: idOf,
    signal,
  });
}
