import * as v from 'valibot';
import type { RouterRecord } from '../world/records';
import type { SiteWorld } from '../world/site';
import { Fault, ok, wanted, type Reply, type SignedCall } from './api';
import { routerPortShape, type Shape } from './neutronShapes';

const Interface = v.object({ port_id: v.string() });

/** The ports of routers, which no server has. */
export function routerPorts(site: SiteWorld): Shape[] {
  return [...site.routers.values()].flatMap((router) =>
    [...router.interfaces].map(([id, network]) => routerPortShape(site, router, id, network)),
  );
}

/** `PUT /routers/{id}/remove_router_interface` */
export function removeInterface(site: SiteWorld, call: SignedCall, id: string): Reply {
  const router = routerOf(site, id);
  const read = v.safeParse(Interface, call.body);
  const network = read.success ? router.interfaces.get(read.output.port_id) : undefined;
  if (!read.success || network === undefined)
    throw new Fault(404, `Router ${id} has no such interface`, 'RouterInterfaceNotFound');
  router.interfaces.delete(read.output.port_id);
  return ok({ id, tenant_id: site.project.id, port_id: read.output.port_id, network_id: network.id });
}

/** `DELETE /routers/{id}` */
export function removeRouter(site: SiteWorld, id: string): Reply {
  if (routerOf(site, id).interfaces.size > 0)
    throw new Fault(409, `Router ${id} still has ports`, 'RouterInUse');
  site.routers.delete(id);
  return { status: 204 };
}

function routerOf(site: SiteWorld, id: string): RouterRecord {
  return wanted(site.routers.get(id), `Router ${id} could not be found`, 'RouterNotFound');
}
