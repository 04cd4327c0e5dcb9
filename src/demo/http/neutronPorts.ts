import * as v from 'valibot';
import { addPort, removePort } from '../world/servers';
import type { NetworkRecord, PortRecord } from '../world/records';
import type { SiteWorld } from '../world/site';
import { Fault, ok, wanted, type Reply, type SignedCall } from './api';
import { read } from './neutronBody';
import { networkOf } from './neutronNetworks';
import { groupOf } from './neutronSecurity';
import { portShape } from './neutronShapes';

const changeable = {
  security_groups: v.optional(v.array(v.string())),
  port_security_enabled: v.optional(v.boolean()),
};
const NewPort = v.object({
  port: v.object({
    ...changeable,
    network_id: v.string(),
    name: v.optional(v.string(), ''),
    fixed_ips: v.optional(v.array(v.object({ ip_address: v.optional(v.string()) })), []),
  }),
});
const PortChange = v.object({ port: v.object(changeable) });

/** `POST /ports`: of the project's own, for a server to come. */
export function newPort(site: SiteWorld, call: SignedCall, now: number): Reply {
  const { port: asked } = read(NewPort, call);
  const network = networkOf(site, asked.network_id);
  const address = asked.fixed_ips[0]?.ip_address;
  if (address !== undefined) mustBeFree(site, network, address);
  const portSecurity = asked.port_security_enabled ?? network.portSecurity;
  const groups = asked.security_groups?.map((id) => groupOf(site, id));
  if (!portSecurity && groups !== undefined && groups.length > 0) throw withoutSecurity();
  const port = addPort(site, {
    network,
    name: asked.name,
    address,
    portSecurity,
    securityGroups: groups ?? [site.group('default')],
    created: now,
  });
  return { status: 201, body: { port: portShape(site, port) } };
}

/** Which security groups are on a port, and whether any are: on the VM site this opens and closes its way in. */
export function changePort(site: SiteWorld, call: SignedCall, id: string, now: number): Reply {
  const port = portOf(site, id);
  const { security_groups: groups = port.securityGroupIds, port_security_enabled: portSecurity } = read(
    PortChange,
    call,
  ).port;
  for (const groupId of groups) groupOf(site, groupId);
  if (!(portSecurity ?? port.portSecurity) && groups.length > 0)
    throw groups === port.securityGroupIds
      ? new Fault(
          409,
          'Port has security group associated. Cannot disable port security or IP address until security group is removed.',
          'PortSecurityPortHasSecurityGroup',
        )
      : withoutSecurity();
  port.securityGroupIds = groups;
  port.portSecurity = portSecurity ?? port.portSecurity;
  port.updated = now;
  port.revision += 1;
  return ok({ port: portShape(site, port) });
}

/** `DELETE /ports/{id}`: a server that has it is on one network fewer. */
export function deletePort(site: SiteWorld, id: string, now: number): Reply {
  removePort(site, portOf(site, id), now);
  return { status: 204 };
}

export function portOf(site: SiteWorld, id: string): PortRecord {
  return wanted(site.ports.get(id), `Port ${id} could not be found.`, 'PortNotFound');
}

/** @throws Fault: the address is none, or outside of the network, or another port has it */
function mustBeFree(site: SiteWorld, network: NetworkRecord, address: string): void {
  const [base = '', bits] = network.subnet?.cidr.split('/') ?? [];
  const block = (of: string): number =>
    Math.floor(of.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) / 2 ** (32 - Number(bits)));
  if (block(address) !== block(base))
    throw new Fault(
      400,
      `IP address ${address} is not a valid IP for any of the subnets on the specified network.`,
      'InvalidIpForNetwork',
    );
  if ([...site.ports.values()].some((port) => port.network === network && port.address === address))
    throw new Fault(
      409,
      `IP address ${address} already allocated in subnet ${network.subnet?.id ?? ''}`,
      'IpAddressAlreadyAllocated',
    );
}

function withoutSecurity(): Fault {
  return new Fault(
    400,
    'Port security must be enabled and port must have an IP address in order to use security groups.',
    'PortSecurityAndIPRequiredForSecurityGroups',
  );
}
