import { securityGroup } from './ground';
import { addNetwork, addSubnet } from './networks';
import type { NetworkRecord, PortRecord, SecurityGroupRecord } from './records';
import { addPort, removePort } from './servers';
import type { SiteWorld } from './site';
import { accounts, type World } from './world';

const NODES = [1, 2, 3] as const;
/** What Lab 3's ports let in beside SSH and HTTP. */
const MLOPS_PORTS = [8000, 8080, 8081, 8082, 9001, 9090];

/** Lab 2's own network. @param gateway the lab wants none */
export function addCloudNetwork(
  site: SiteWorld,
  netId: string,
  created: number,
  gateway?: string,
): NetworkRecord {
  const name = `private_cloud_net_${netId}`;
  removeNetworkNamed(site, name, created);
  const network = addNetwork(site, { name, portSecurity: true, created });
  addSubnet(site, network, { name: `private_cloud_subnet_${netId}`, prefix: '192.168.1.', gateway });
  return network;
}

/** Lab 2's ports for its three servers, on its own network; made unless some are there. */
export function cloudPorts(world: World): PortRecord[] {
  const site = world.site('KVM@TACC');
  const { netId } = accounts.student;
  const names = NODES.map((node) => `port${node}_${netId}`);
  const there = portsNamed(site, names);
  return there.length > 0 ? there : privatePorts(site, addCloudNetwork(site, netId, world.now()), names);
}

/**
 * What Terraform makes for Lab 3 before its servers, unless some of it is there: a network, and for each server a port
 * on it and one on `sharednet1`.
 */
export function mlopsPorts(world: World): PortRecord[] {
  const site = world.site('KVM@TACC');
  const { netId } = accounts.student;
  const created = world.now();
  const own = NODES.map((node) => `port-node${node}-mlops-${netId}`);
  const shared = NODES.map((node) => `sharednet1-node${node}-mlops-${netId}`);
  const there = portsNamed(site, [...own, ...shared]);
  if (there.length > 0) return there;
  const name = `private-net-mlops-${netId}`;
  removeNetworkNamed(site, name, created);
  const network = addNetwork(site, { name, portSecurity: false, created });
  addSubnet(site, network, { name: `private-subnet-mlops-${netId}`, prefix: '192.168.1.' });
  const securityGroups = [
    site.group('allow-ssh'),
    site.group('allow-http-80'),
    ...MLOPS_PORTS.map((port) => groupOpening(site, port, created)),
  ];
  return [
    ...privatePorts(site, network, own),
    ...shared.map((port) =>
      addPort(site, { network: site.network('sharednet1'), name: port, securityGroups, created }),
    ),
  ];
}

function portsNamed(site: SiteWorld, names: readonly string[]): PortRecord[] {
  return [...site.ports.values()].filter(({ name }) => names.includes(name));
}

/** With the labs' fixed addresses, and open to each other. */
function privatePorts(site: SiteWorld, network: NetworkRecord, names: readonly string[]): PortRecord[] {
  return names.map((name, at) =>
    addPort(site, {
      network,
      name,
      address: `192.168.1.${11 + at}`,
      portSecurity: false,
      securityGroups: [],
      created: network.created,
    }),
  );
}

/** The class's group for it. */
function groupOpening(site: SiteWorld, port: number, created: number): SecurityGroupRecord {
  const name = `allow-${port}`;
  const known = [...site.securityGroups.values()].find((each) => each.name === name);
  const group = known ?? securityGroup(site.ids, name, `Enable TCP port ${port}`, created, port);
  site.securityGroups.set(group.id, group);
  return group;
}

/** Of an earlier try, with all that is on it: no two may have the name. */
function removeNetworkNamed(site: SiteWorld, name: string, time: number): void {
  const old = site.networks.find((network) => network.name === name);
  if (old === undefined) return;
  for (const port of site.ports.values()) if (port.network === old) removePort(site, port, time);
  for (const router of site.routers.values())
    if ([...router.interfaces.values()].includes(old)) site.routers.delete(router.id);
  site.networks.splice(site.networks.indexOf(old), 1);
}
