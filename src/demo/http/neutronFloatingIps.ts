import * as v from 'valibot';
import { addFloatingIp, bindFloatingIp, removeFloatingIp } from '../world/servers';
import type { FloatingIpRecord, PortRecord } from '../world/records';
import type { SiteWorld } from '../world/site';
import { Fault, ok, wanted, type Reply, type SignedCall } from './api';
import { read } from './neutronBody';
import { portOf } from './neutronPorts';
import { floatingIpShape } from './neutronShapes';

const New = v.object({
  floatingip: v.object({
    floating_network_id: v.string(),
    description: v.optional(v.string(), ''),
    port_id: v.optional(v.nullable(v.string())),
  }),
});
const Change = v.object({
  floatingip: v.object({ port_id: v.optional(v.nullable(v.string())), description: v.optional(v.string()) }),
});
const Tags = v.object({ tags: v.array(v.string()) });

/** Few enough that a class can use them up. */
const POOL = 60;

export function newFloatingIp(site: SiteWorld, call: SignedCall, now: number): Reply {
  const { floatingip: asked } = read(New, call);
  if (asked.floating_network_id !== site.publicNetwork.id)
    throw new Fault(
      400,
      `Bad floatingip request: Network ${asked.floating_network_id} is not a valid external network.`,
      'BadRequest',
    );
  if (site.floatingIps.size >= POOL)
    throw new Fault(
      409,
      `No more IP addresses available on network ${site.publicNetwork.id}.`,
      'IpAddressGenerationFailure',
    );
  const port = typeof asked.port_id === 'string' ? bindable(site, asked.port_id) : undefined;
  const ip = addFloatingIp(site, { created: now, description: asked.description });
  if (port !== undefined) bindFloatingIp(ip, port, now);
  return { status: 201, body: { floatingip: floatingIpShape(site, ip) } };
}

/** Binds, unbinds (`port_id: null`) or describes. The answer still has the status of before. */
export function changeFloatingIp(site: SiteWorld, call: SignedCall, id: string, now: number): Reply {
  const ip = floatingIpOf(site, id);
  const { floatingip: asked } = read(Change, call);
  if (asked.port_id !== undefined) {
    const port = asked.port_id === null ? undefined : bindable(site, asked.port_id, ip);
    bindFloatingIp(ip, port, now);
  }
  if (asked.description !== undefined) ip.description = asked.description;
  return ok({ floatingip: floatingIpShape(site, ip) });
}

export function setTags(site: SiteWorld, call: SignedCall, id: string, now: number): Reply {
  const ip = floatingIpOf(site, id);
  ip.tags = read(Tags, call).tags;
  ip.updated = now;
  return ok({ tags: ip.tags });
}

export function releaseFloatingIp(site: SiteWorld, id: string): Reply {
  removeFloatingIp(site, floatingIpOf(site, id));
  return { status: 204 };
}

function floatingIpOf(site: SiteWorld, id: string): FloatingIpRecord {
  return wanted(site.floatingIps.get(id), `Floating IP ${id} could not be found`, 'FloatingIPNotFound');
}

/** @throws Fault: the port is not there, has an address, or its network has no way to the public one */
function bindable(site: SiteWorld, portId: string, ip?: FloatingIpRecord): PortRecord {
  const port = portOf(site, portId);
  const publicId = site.publicNetwork.id;
  if (!port.network.shared)
    throw new Fault(
      404,
      `External network ${publicId} is not reachable from subnet ${port.network.subnet?.id}.  ` +
        `Therefore, cannot associate Port ${portId} with a Floating IP.`,
      'ExternalGatewayForFloatingIPNotFound',
    );
  const other = [...site.floatingIps.values()].find((each) => each.port === port && each !== ip);
  if (other !== undefined)
    throw new Fault(
      409,
      `Cannot associate floating IP ${other.address} (${other.id}) with port ${portId} using fixed IP ` +
        `${port.address ?? ''}, as that fixed IP already has a floating IP on external network ${publicId}.`,
      'FloatingIPPortAlreadyAssociated',
    );
  return port;
}
