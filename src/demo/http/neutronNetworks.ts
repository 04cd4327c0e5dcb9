import * as v from 'valibot';
import { addNetwork, addSubnet } from '../world/networks';
import type { NetworkRecord } from '../world/records';
import type { SiteWorld } from '../world/site';
import { Fault, wanted, type Reply, type SignedCall } from './api';
import { read } from './neutronBody';
import { routerPorts } from './neutronRouters';
import { networkShape, subnetShape } from './neutronShapes';

const NewNetwork = v.object({
  network: v.object({
    name: v.optional(v.string(), ''),
    port_security_enabled: v.optional(v.boolean(), true),
  }),
});
const NewSubnet = v.object({
  subnet: v.object({
    network_id: v.string(),
    name: v.optional(v.string(), ''),
    cidr: v.string(),
    gateway_ip: v.nullish(v.string()),
  }),
});

/** `POST /networks`: it has no subnet yet. */
export function newNetwork(site: SiteWorld, call: SignedCall, now: number): Reply {
  const { name, port_security_enabled: portSecurity } = read(NewNetwork, call).network;
  const network = addNetwork(site, { name, portSecurity, created: now });
  return { status: 201, body: { network: networkShape(network) } };
}

/** `POST /subnets`, of the size that the labs have, with a gateway unless it is asked for none. */
export function newSubnet(site: SiteWorld, call: SignedCall): Reply {
  const { network_id: id, name, cidr, gateway_ip: gateway } = read(NewSubnet, call).subnet;
  const network = networkOf(site, id);
  const prefix = /^((?:\d{1,3}\.){3})0\/24$/.exec(cidr)?.[1];
  if (prefix === undefined || network.subnet !== undefined)
    throw new Fault(
      400,
      'Invalid input for operation: the demo gives a network one subnet, with /24.',
      'InvalidInput',
    );
  const subnet = addSubnet(site, network, {
    name,
    prefix,
    gateway: gateway === null ? undefined : (gateway ?? `${prefix}1`),
  });
  return { status: 201, body: { subnet: subnetShape(network, subnet) } };
}

/** `DELETE /networks/{id}`, with its subnet. */
export function removeNetwork(site: SiteWorld, id: string): Reply {
  const network = networkOf(site, id);
  if (network.ownerProjectId !== site.project.id)
    throw new Fault(403, 'rule:delete_network is disallowed by policy', 'PolicyNotAuthorized');
  const onIt = [
    ...[...site.ports.values()].filter((port) => port.network === network),
    ...routerPorts(site).filter((port) => port['network_id'] === id),
  ];
  if (onIt.length > 0)
    throw new Fault(
      409,
      `Unable to complete operation on network ${id}. There are one or more ports still in use on the ` +
        `network, id for these ports is: ${onIt.map((port) => port.id).join(',')}.`,
      'NetworkInUse',
    );
  site.networks.splice(site.networks.indexOf(network), 1);
  return { status: 204 };
}

export function networkOf(site: SiteWorld, id: string): NetworkRecord {
  return wanted(
    site.networks.find((each) => each.id === id),
    `Network ${id} could not be found.`,
    'NetworkNotFound',
  );
}
