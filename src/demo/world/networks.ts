import type { NetworkRecord, SubnetRecord } from './records';
import type { SiteWorld } from './site';

/** A network of the class's project, without a subnet yet. */
export function addNetwork(
  site: SiteWorld,
  of: Pick<NetworkRecord, 'name' | 'portSecurity' | 'created'>,
): NetworkRecord {
  const network: NetworkRecord = {
    ...of,
    id: site.ids.uuid(),
    ownerProjectId: site.project.id,
    external: false,
    shared: false,
    subnet: undefined,
  };
  site.networks.push(network);
  return network;
}

/** @param of `prefix`: its first three numbers with their dots: 256 addresses */
export function addSubnet(
  site: SiteWorld,
  network: NetworkRecord,
  of: { readonly name: string; readonly prefix: string; readonly gateway?: string | undefined },
): SubnetRecord {
  const { name, prefix, gateway } = of;
  network.subnet = {
    id: site.ids.uuid(),
    name,
    cidr: `${prefix}0/24`,
    gateway,
    pool: { start: `${prefix}${gateway === undefined ? 1 : 2}`, end: `${prefix}254` },
  };
  return network.subnet;
}
