import type {
  FloatingIpRecord,
  NetworkRecord,
  PortRecord,
  RouterRecord,
  RuleRecord,
  SecurityGroupRecord,
  SubnetRecord,
} from '../world/records';
import type { SiteWorld } from '../world/site';
import { withZone } from '../world/time';

export type Shape = Readonly<Record<string, unknown>> & { readonly id: string };

interface Stamp {
  readonly created: number;
  readonly updated?: number;
  readonly revision?: number;
}

/** What Neutron writes on everything. */
function stamps({ created, updated, revision }: Stamp, projectId: string) {
  return {
    tags: [] as readonly string[],
    created_at: withZone(created),
    updated_at: withZone(updated ?? created),
    revision_number: revision ?? 0,
    project_id: projectId,
  };
}

export function networkShape(network: NetworkRecord): Shape {
  return {
    id: network.id,
    name: network.name,
    tenant_id: network.ownerProjectId,
    admin_state_up: true,
    mtu: network.external || network.shared ? 1500 : 1450,
    status: 'ACTIVE',
    subnets: network.subnet === undefined ? [] : [network.subnet.id],
    shared: network.shared,
    availability_zone_hints: [],
    availability_zones: [],
    ipv4_address_scope: null,
    ipv6_address_scope: null,
    'router:external': network.external,
    description: '',
    port_security_enabled: network.portSecurity,
    ...(network.external ? { is_default: false } : {}),
    ...stamps({ created: network.created, revision: 2 }, network.ownerProjectId),
  };
}

export function subnetShape(network: NetworkRecord, subnet: SubnetRecord): Shape {
  return {
    id: subnet.id,
    name: subnet.name,
    tenant_id: network.ownerProjectId,
    network_id: network.id,
    ip_version: 4,
    subnetpool_id: null,
    enable_dhcp: true,
    ipv6_ra_mode: null,
    ipv6_address_mode: null,
    gateway_ip: subnet.gateway ?? null,
    cidr: subnet.cidr,
    allocation_pools: [subnet.pool],
    host_routes: [],
    dns_nameservers: network.shared ? ['8.8.8.8'] : [],
    description: '',
    service_types: [],
    ...stamps({ created: network.created }, network.ownerProjectId),
  };
}

export function portShape(site: SiteWorld, port: PortRecord): Shape {
  return {
    id: port.id,
    name: port.name,
    network_id: port.network.id,
    tenant_id: site.project.id,
    mac_address: port.mac,
    ...stateOf(port),
    fixed_ips: fixedIps(port),
    allowed_address_pairs: [],
    extra_dhcp_opts: [],
    security_groups: port.securityGroupIds,
    description: '',
    'binding:vnic_type': 'normal',
    port_security_enabled: port.portSecurity,
    ...stamps(port, site.project.id),
  };
}

function stateOf({ deviceId }: PortRecord): object {
  const bound = deviceId !== '';
  return {
    admin_state_up: true,
    status: bound ? 'ACTIVE' : 'DOWN',
    device_id: deviceId,
    device_owner: bound ? 'compute:nova' : '',
  };
}

/** As Nova tells them too. */
export function fixedIps({ network, address }: PortRecord): object[] {
  return address === undefined ? [] : [{ subnet_id: network.subnet?.id, ip_address: address }];
}

export function floatingIpShape(site: SiteWorld, ip: FloatingIpRecord): Shape {
  const { port } = ip;
  return {
    id: ip.id,
    tenant_id: site.project.id,
    floating_ip_address: ip.address,
    floating_network_id: site.publicNetwork.id,
    router_id: port === undefined ? null : site.sharedRouterId,
    port_id: port?.id ?? null,
    fixed_ip_address: port?.address ?? null,
    status: ip.status,
    description: ip.description,
    port_details: port === undefined ? null : portDetails(port),
    ...stamps(ip, site.project.id),
    tags: ip.tags,
  };
}

function portDetails(port: PortRecord): object {
  return {
    name: port.name,
    network_id: port.network.id,
    mac_address: port.mac,
    ...stateOf(port),
  };
}

export function ruleShape(site: SiteWorld, groupId: string, rule: RuleRecord): Shape {
  return {
    id: rule.id,
    tenant_id: site.project.id,
    security_group_id: groupId,
    ethertype: rule.etherType,
    direction: rule.direction,
    protocol: rule.protocol ?? null,
    port_range_min: rule.portMin ?? null,
    port_range_max: rule.portMax ?? null,
    remote_ip_prefix: rule.remotePrefix ?? null,
    remote_address_group_id: null,
    normalized_cidr: rule.remotePrefix ?? null,
    remote_group_id: rule.remoteGroupId ?? null,
    // Rules that Neutron makes with each group have none at all.
    description: rule.protocol === undefined ? null : '',
    created_at: withZone(rule.created),
    updated_at: withZone(rule.created),
    revision_number: 0,
    project_id: site.project.id,
  };
}

export function securityGroupShape(site: SiteWorld, group: SecurityGroupRecord): Shape {
  const inGroup = { standard_attr_id: 1, tags: [] };
  return {
    id: group.id,
    name: group.name,
    stateful: true,
    tenant_id: site.project.id,
    description: group.description,
    shared: false,
    security_group_rules: group.rules.map((rule) => ({ ...ruleShape(site, group.id, rule), ...inGroup })),
    ...stamps({ created: group.created, revision: 2 }, site.project.id),
  };
}

export function routerShape(site: SiteWorld, router: RouterRecord): Shape {
  return {
    id: router.id,
    name: router.name,
    tenant_id: site.project.id,
    admin_state_up: true,
    status: 'ACTIVE',
    external_gateway_info:
      router.gateway === undefined
        ? null
        : {
            network_id: router.gateway.id,
            external_fixed_ips: [
              { subnet_id: router.gateway.subnet?.id, ip_address: router.gateway.subnet?.pool.end },
            ],
            enable_snat: true,
          },
    description: '',
    availability_zones: [],
    availability_zone_hints: [],
    routes: [],
    flavor_id: null,
    ...stamps({ created: router.created, revision: 3 }, site.project.id),
  };
}

/** The port by which a router is on a network: in the form of every other port. */
export function routerPortShape(
  site: SiteWorld,
  router: RouterRecord,
  id: string,
  network: NetworkRecord,
): Shape {
  return {
    ...portShape(site, {
      id,
      name: '',
      network,
      address: network.subnet?.gateway ?? network.subnet?.pool.start,
      mac: 'fa:16:3e:00:00:01',
      deviceId: router.id,
      byNova: false,
      securityGroupIds: [],
      portSecurity: false,
      created: router.created,
      updated: router.created,
      revision: 3,
    }),
    device_owner: 'network:router_interface',
  };
}
