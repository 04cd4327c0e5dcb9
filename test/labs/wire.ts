import { createHash } from 'node:crypto';
import { NOW, type PlainFloatingIp, type PlainInventory, type PlainLease, type PlainServer } from './world';

/** OpenStack's answers from short forms, in the shapes that the real services send. */
export const PROJECT = { id: 'd77b458d2ed2471db10bcbd2bea55106', name: 'CHI-251409' };
export const USER_ID = '749be41c5bb2402e98bf5e94d15663bc';
export const PUBLIC_NETWORK = idOf('network', 'public');

/** The same id for the same thing, always. */
export function idOf(kind: string, name: string): string {
  const hex = createHash('sha256').update(`${kind} ${name}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

type Wire = Record<string, unknown>;

/** `service path` → answer, of one site. */
export function answersOf(inventory: PlainInventory, site: string, first: string): Record<string, unknown> {
  const here = <T extends { site?: string }>(list: T[] | undefined): T[] =>
    (list ?? []).filter((each) => (each.site ?? first) === site);
  const leases = here(inventory.leases).map(leaseWire);
  const servers = here(inventory.servers);
  const addresses = here(inventory.floatingIps);
  const serverWires = servers.map((each) => serverWire(each, inventory, addresses));
  const ips = addresses.map((each) => floatingIpWire(each, servers));
  const images = imagesOf(inventory, servers, here(inventory.images));
  const networks = networksOf(servers, here(inventory.networks));
  const groups = groupsOf(servers, here(inventory.securityGroups));
  return {
    'identity /auth/projects': { projects: [{ ...PROJECT, enabled: true, domain_id: 'default' }], links: {} },
    'reservation /leases': { leases },
    ...each(leases, 'reservation /leases', (lease) => ({ lease })),
    'reservation /os-hosts': { hosts: hostsOf(inventory, here(inventory.leases)) },
    'reservation /os-hosts/allocations': { allocations: [] },
    'compute /servers/detail': { servers: serverWires },
    'compute /servers': { servers: serverWires.map(({ id, name }) => ({ id, name, links: [] })) },
    ...each(serverWires, 'compute /servers', (server) => ({ server })),
    'compute /os-keypairs': {
      keypairs: here(inventory.keyPairs).map(({ name, publicKey }) => ({
        keypair: { name, public_key: publicKey, fingerprint: 'aa:bb:cc', type: 'ssh' },
      })),
    },
    'network /v2.0/floatingips': { floatingips: ips },
    ...each(ips, 'network /v2.0/floatingips', (floatingip) => ({ floatingip })),
    'network /v2.0/ports': { ports: servers.flatMap((server) => portsOf(server)) },
    'network /v2.0/networks': { networks },
    'network /v2.0/security-groups': { security_groups: groups },
    'network /v2.0/routers': { routers: [] },
    'network /v2.0/subnets': { subnets: [] },
    'image /v2/images': { images },
    ...each(images, 'image /v2/images', (image) => image),
    'volumev3 /volumes/detail': { volumes: [] },
    'object-store /': [],
  };
}

function each(wires: readonly Wire[], path: string, body: (wire: Wire) => unknown): Record<string, unknown> {
  return Object.fromEntries(wires.map((wire) => [`${path}/${String(wire['id'])}`, body(wire)]));
}

/** The id of a lease's main reservation. */
export function reservationId(lease: PlainLease): string {
  return idOf('reservation', lease.name);
}

/** A lease as Blazar lists it. */
export function leaseWire(lease: PlainLease): Wire {
  const id = lease.id ?? idOf('lease', lease.name);
  const status = lease.status ?? 'ACTIVE';
  const common = {
    created_at: '2026-06-01 13:59:40',
    updated_at: null,
    lease_id: id,
    status: status === 'ACTIVE' ? 'active' : status === 'PENDING' ? 'pending' : 'deleted',
    missing_resources: false,
    resources_changed: false,
  };
  const reservations: Wire[] = [];
  const amount = lease.amount ?? 1;
  if (lease.flavor !== undefined)
    reservations.push({
      ...common,
      id: reservationId(lease),
      resource_id: idOf('resource', lease.name),
      resource_type: 'flavor:instance',
      flavor_id: idOf('flavor', lease.flavor),
      amount,
      affinity: null,
      vcpus: 2,
      memory_mb: 4096,
      disk_gb: 40,
      resource_properties: JSON.stringify({ id: '2', name: lease.flavor, vcpus: 2, ram: 4096 }),
    });
  const kind = lease.nodeType ?? lease.nodeName ?? lease.device;
  if (kind !== undefined)
    reservations.push({
      ...common,
      id: reservationId(lease),
      resource_id: idOf('resource', lease.name),
      resource_type: lease.device === undefined ? 'physical:host' : 'device',
      min: amount,
      max: amount,
      hypervisor_properties: '',
      before_end: 'default',
      on_start: 'default',
      resource_properties: JSON.stringify([
        '==',
        lease.nodeType !== undefined
          ? '$node_type'
          : lease.device === undefined
            ? '$node_name'
            : '$machine_name',
        kind,
      ]),
    });
  if (lease.floatingIps !== undefined)
    reservations.push({
      ...common,
      id: idOf('fip-reservation', lease.name),
      resource_type: 'virtual:floatingip',
      network_id: PUBLIC_NETWORK,
      amount: lease.floatingIps,
      required_floatingips: [],
    });
  return {
    created_at: '2026-06-01 13:59:40',
    updated_at: '2026-06-01 14:00:10',
    id,
    name: lease.name,
    user_id: USER_ID,
    project_id: PROJECT.id,
    start_date: blazarTime(lease.start ?? '2026-06-01T14:00:00Z'),
    end_date: blazarTime(lease.end ?? '2026-06-01T20:00:00Z'),
    trust_id: idOf('trust', lease.name).replaceAll('-', ''),
    status,
    degraded: false,
    reservations,
    events: [],
  };
}

/** Blazar writes UTC without saying so. */
function blazarTime(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 19)}.000000`;
}

/** A server as Nova tells it in detail. */
export function serverWire(
  server: PlainServer,
  inventory: PlainInventory,
  addresses: readonly PlainFloatingIp[],
): Wire {
  const status = server.status ?? 'ACTIVE';
  const lease = (inventory.leases ?? []).find(({ name }) => name === server.lease);
  const fixed = fixedOf(server);
  const mac = 'fa:16:3e:3f:1e:c4';
  const networks = server.networks ?? ['sharednet1'];
  return {
    id: serverId(server),
    name: server.name,
    status,
    tenant_id: PROJECT.id,
    user_id: USER_ID,
    metadata: {},
    image: { id: idOf('image', server.image ?? 'CC-Ubuntu24.04'), links: [] },
    flavor: {
      original_name:
        lease?.flavor !== undefined ? `reservation:${reservationId(lease)}` : (server.flavor ?? 'baremetal'),
      vcpus: 2,
      ram: 4096,
      disk: 40,
      ephemeral: 0,
      swap: 0,
      extra_specs: {},
    },
    created: new Date(server.created ?? '2026-06-01T14:05:00Z').toISOString().replace('.000', ''),
    updated: NOW,
    addresses: Object.fromEntries(
      networks.map((network, at) => [
        network,
        [
          {
            version: 4,
            addr: at === 0 ? fixed : `192.168.1.${10 + at}`,
            'OS-EXT-IPS:type': 'fixed',
            'OS-EXT-IPS-MAC:mac_addr': mac,
          },
          ...(at > 0
            ? []
            : addresses
                .filter((ip) => ip.server === server.name)
                .map(({ address }) => ({
                  version: 4,
                  addr: address,
                  'OS-EXT-IPS:type': 'floating',
                  'OS-EXT-IPS-MAC:mac_addr': mac,
                }))),
        ],
      ]),
    ),
    key_name: server.keyName ?? 'id_rsa_chameleon',
    security_groups: (server.securityGroups ?? ['default']).map((name) => ({ name })),
    'OS-EXT-STS:task_state': null,
    'OS-EXT-STS:vm_state': status.toLowerCase(),
    'OS-EXT-STS:power_state': status === 'ACTIVE' ? 1 : 4,
    'OS-SRV-USG:launched_at': '2026-06-01T14:09:00.000000',
    'OS-SRV-USG:terminated_at': null,
    'os-extended-volumes:volumes_attached': [],
    description: null,
  };
}

/** The id of a server of that name. */
export function serverId({ id, name }: Pick<PlainServer, 'id' | 'name'>): string {
  return id ?? idOf('server', name);
}

function fixedOf(server: PlainServer): string {
  return (
    server.fixed ?? `10.56.0.${(Number.parseInt(idOf('server', server.name).slice(0, 2), 16) % 200) + 20}`
  );
}

/** Its ports, as Neutron lists them. */
export function portsOf(server: PlainServer): Wire[] {
  return (server.networks ?? ['sharednet1']).map((network, at) => ({
    id: idOf('port', `${server.name} ${network}`),
    name: '',
    network_id: idOf('network', network),
    tenant_id: PROJECT.id,
    project_id: PROJECT.id,
    mac_address: 'fa:16:3e:3f:1e:c4',
    admin_state_up: true,
    status: 'ACTIVE',
    device_id: serverId(server),
    device_owner: 'compute:nova',
    fixed_ips: [
      { subnet_id: idOf('subnet', network), ip_address: at === 0 ? fixedOf(server) : `192.168.1.${10 + at}` },
    ],
    security_groups: (server.securityGroups ?? ['default']).map((name) => idOf('group', name)),
    port_security_enabled: true,
  }));
}

/** A floating IP as Neutron lists it. */
export function floatingIpWire(ip: PlainFloatingIp, servers: readonly PlainServer[]): Wire {
  const server = servers.find(({ name }) => name === ip.server);
  const [port] = server === undefined ? [] : portsOf(server);
  return {
    id: ip.id ?? idOf('floatingip', ip.address),
    tenant_id: PROJECT.id,
    project_id: PROJECT.id,
    floating_ip_address: ip.address,
    floating_network_id: PUBLIC_NETWORK,
    router_id: server === undefined ? null : idOf('router', 'r'),
    port_id: port?.['id'] ?? null,
    fixed_ip_address: server === undefined ? null : fixedOf(server),
    status: ip.status ?? (server === undefined ? 'DOWN' : 'ACTIVE'),
    description: '',
    port_details:
      server === undefined
        ? null
        : {
            name: '',
            network_id: port?.['network_id'],
            mac_address: 'fa:16:3e:3f:1e:c4',
            admin_state_up: true,
            status: 'ACTIVE',
            device_id: serverId(server),
            device_owner: 'compute:nova',
          },
    tags: [],
    created_at: '2026-06-01T14:10:00Z',
    updated_at: '2026-06-01T14:10:00Z',
    revision_number: 1,
  };
}

function imagesOf(
  inventory: PlainInventory,
  servers: readonly PlainServer[],
  images: NonNullable<PlainInventory['images']>,
): Wire[] {
  const names = new Set([
    ...servers.map(({ image }) => image ?? 'CC-Ubuntu24.04'),
    ...images.map(({ name }) => name),
    ...(inventory.images ?? []).map(({ name }) => name),
  ]);
  return [...names].map((name) => ({
    id: images.find((image) => image.name === name)?.id ?? idOf('image', name),
    name,
    status: 'active',
    visibility: 'public',
    owner: 'a40afa0ba2df4a7fb1ae3b5d4a6d0d2c',
    created_at: '2026-01-10T00:00:00Z',
    updated_at: '2026-01-10T00:00:00Z',
  }));
}

function networksOf(
  servers: readonly PlainServer[],
  networks: NonNullable<PlainInventory['networks']>,
): Wire[] {
  const named = new Map(networks.map((network) => [network.name, network]));
  const names = new Set([
    'sharednet1',
    'public',
    ...named.keys(),
    ...servers.flatMap((each) => each.networks ?? []),
  ]);
  return [...names].map((name) => {
    const shared = named.get(name)?.shared ?? ['sharednet1', 'public'].includes(name);
    return {
      id: named.get(name)?.id ?? idOf('network', name),
      name,
      status: 'ACTIVE',
      admin_state_up: true,
      tenant_id: shared ? 'a40afa0ba2df4a7fb1ae3b5d4a6d0d2c' : PROJECT.id,
      project_id: shared ? 'a40afa0ba2df4a7fb1ae3b5d4a6d0d2c' : PROJECT.id,
      shared,
      'router:external': name === 'public',
      port_security_enabled: true,
      subnets: named.get(name)?.subnetIds ?? [idOf('subnet', name)],
      mtu: 1500,
    };
  });
}

function groupsOf(
  servers: readonly PlainServer[],
  groups: NonNullable<PlainInventory['securityGroups']>,
): Wire[] {
  const ports = new Map<string, readonly number[]>([['default', []]]);
  for (const name of servers.flatMap((server) => server.securityGroups ?? [])) {
    const port = /^allow-(?:\w+-)?(\d+)$/.exec(name)?.[1];
    ports.set(name, name === 'allow-ssh' ? [22] : port === undefined ? [] : [Number(port)]);
  }
  for (const group of groups) ports.set(group.name, group.ports);
  return [...ports].map(([name, opened]) => ({
    id: groups.find((group) => group.name === name)?.id ?? idOf('group', name),
    name,
    description: '',
    tenant_id: PROJECT.id,
    project_id: PROJECT.id,
    stateful: true,
    security_group_rules: opened.map((port) => ({
      id: idOf('rule', `${name} ${port}`),
      direction: 'ingress',
      ethertype: 'IPv4',
      protocol: 'tcp',
      port_range_min: port,
      port_range_max: port,
      remote_ip_prefix: null,
      remote_group_id: null,
      security_group_id: idOf('group', name),
      tenant_id: PROJECT.id,
      project_id: PROJECT.id,
    })),
  }));
}

function hostsOf(inventory: PlainInventory, leases: readonly PlainLease[]): Wire[] {
  const types = new Set([...leases, ...(inventory.leases ?? [])].map(({ nodeType }) => nodeType));
  return [...types]
    .filter((type) => type !== undefined)
    .map((type, at) => ({
      id: String(at + 1),
      hypervisor_hostname: idOf('host', type),
      node_type: type,
      node_name: `node-${at}`,
    }));
}
