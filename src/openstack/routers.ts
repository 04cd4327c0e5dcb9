import * as v from 'valibot';
import { maybe } from './border';
import { listAll } from './page';
import type { Session } from './session';
import type { Router } from './types';

const routerWire = v.pipe(
  v.object({
    id: v.string(),
    name: v.nullish(v.string(), ''),
    status: v.optional(v.string(), ''),
    project_id: maybe(v.string()),
    tenant_id: maybe(v.string()),
    external_gateway_info: maybe(v.object({ network_id: v.string() })),
  }),
  v.transform((wire): Router => ({
    id: wire.id,
    name: wire.name ?? '',
    status: wire.status,
    projectId: wire.project_id ?? wire.tenant_id ?? '',
    externalNetworkId: wire.external_gateway_info?.network_id,
  })),
);

/** The project's routers, and those shared with it. @throws OpenStackError */
export async function listRouters(session: Session, signal?: AbortSignal): Promise<Router[]> {
  return listAll(session, {
    service: 'network',
    path: '/v2.0/routers',
    key: 'routers',
    item: routerWire,
    marker: (router) => router.id,
    signal,
  });
}

/** Takes a router off the network that one of its ports is on. @throws OpenStackError `conflict` while an address needs it */
export async function removeRouterInterface(
  session: Session,
  routerId: string,
  portId: string,
  signal?: AbortSignal,
): Promise<void> {
  await session.json({
    service: 'network',
    method: 'PUT',
    path: `/v2.0/routers/${encodeURIComponent(routerId)}/remove_router_interface`,
    body: { port_id: portId },
    signal,
  });
}

/** @throws OpenStackError `conflict` while it is on a network */
export async function deleteRouter(session: Session, id: string, signal?: AbortSignal): Promise<void> {
  await remove(session, 'routers', id, signal);
}

/** With its subnets. @throws OpenStackError `conflict` while a port is on it */
export async function deleteNetwork(session: Session, id: string, signal?: AbortSignal): Promise<void> {
  await remove(session, 'networks', id, signal);
}

/** @throws OpenStackError */
export async function deletePort(session: Session, id: string, signal?: AbortSignal): Promise<void> {
  await remove(session, 'ports', id, signal);
}

async function remove(
  session: Session,
  what: 'routers' | 'networks' | 'ports',
  id: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await session.json({
    service: 'network',
    method: 'DELETE',
    path: `/v2.0/${what}/${encodeURIComponent(id)}`,
    signal,
  });
}
