import { NODE1 } from './cloud';
import { edit, found, itemIn, says, set, withMore } from '../worldChanges';
import { partOf, reservationOf as reservationId, type Item } from '../kvmCloud';
import type { Change, LabWorlds } from '../world';

const me = 'ab1234';
const reservationOf = (lease: Item): Item => partOf(lease, 'reservations');
const rule = (group: Item): Item => partOf(group, 'security_group_rules');
const publicPort =
  (name: string) =>
  (world: Parameters<Change>[0]): Item => {
    const { id } = itemIn(world, 'servers', name);
    return itemIn(
      world,
      'ports',
      (port) => port['device_id'] === id && port['port_security_enabled'] === true,
    );
  };
const groupsOf =
  (name: string, change: (groups: Item['x'][]) => Item['x'][]): Change =>
  (world) => {
    const port = publicPort(name)(world);
    port['security_groups'] = change(port['security_groups'] as Item['x'][]);
  };
const groupId = (world: Parameters<Change>[0], name: string): Item['x'] =>
  itemIn(world, 'security_groups', name)['id'] ?? null;
const address = (server: string, network: string, to: string): Change =>
  edit('servers', server, (item) => {
    partOf({ list: (item['addresses'] as Item)[network] ?? null }, 'list')['addr'] = to;
  });
const renamedNetwork = (server: string, from: string, to: string): Change =>
  edit('servers', server, (item) => {
    const { [from]: those = null, ...rest } = item['addresses'] as Item;
    item['addresses'] = { ...rest, [to]: those };
  });
const keyName = (from: string, to: string): Change =>
  edit(
    'keypairs',
    (item) => (item['keypair'] as Item)['name'] === from,
    (item) => {
      (item['keypair'] as Item)['name'] = to;
    },
  );
const fixedIp =
  (to: string) =>
  (port: Item): void => {
    partOf(port, 'fixed_ips')['ip_address'] = to;
  };
const port = (n: 1 | 2 | 3, longer: string): Change[] => [
  edit('ports', `port${n}_${me}`, fixedIp(longer)),
  edit('ports', `port${n}_${me}`, fixedIp(`192.168.1.1${(n % 3) + 1}`)),
  set('ports', `port${n}_${me}`, { port_security_enabled: true }),
  set('ports', `port${n}_${me}`, { network_id: 'f0000000-0000-4000-8000-000000000001' }),
  set('ports', `port${n}_${me}`, { name: `port${n}-${me}` }),
];
const group = (name: string, tcp: number): Change[] => [
  edit('security_groups', name, (item) =>
    Object.assign(rule(item), { port_range_max: tcp - 1, port_range_min: 1 }),
  ),
  edit('security_groups', name, (item) => Object.assign(rule(item), { protocol: 'udp' })),
  edit('security_groups', name, (item) => Object.assign(rule(item), { direction: 'egress' })),
  edit('security_groups', name, (item) => Object.assign(rule(item), { remote_ip_prefix: '10.0.0.0/8' })),
  edit('security_groups', name, (item) => Object.assign(rule(item), { ethertype: 'IPv6' })),
  set('security_groups', name, { name: `${name}80` }),
];
const lease = (n: 1 | 2): Change[] => [
  set('leases', `lease${n}_cloud_${me}`, { status: 'PENDING' }),
  set('leases', `lease${n}_cloud_${me}`, { status: 'TERMINATED' }),
  set('leases', `lease${n}_cloud_${me}`, { end_date: '2026-06-01T14:59:00.000000' }),
  set('leases', `lease${n}_cloud_${me}`, { reservations: [] }),
  edit('leases', `lease${n}_cloud_${me}`, (item) => Object.assign(reservationOf(item), { amount: 3 - n })),
  edit('leases', `lease${n}_cloud_${me}`, (item) =>
    Object.assign(reservationOf(item), { resource_type: 'virtual:floatingip' }),
  ),
];
const server = (n: 2 | 3): Change[] => [
  set('servers', `node${n}-cloud-${me}`, { status: 'BUILD' }),
  set('servers', `node${n}-cloud-${me}`, { name: `node${n}0-cloud-${me}` }),
  address(`node${n}-cloud-${me}`, `private_cloud_net_${me}`, `192.168.1.1${n}0`),
  address(`node${n}-cloud-${me}`, 'sharednet1', '10.57.2.2'),
  renamedNetwork(`node${n}-cloud-${me}`, 'sharednet1', 'sharednet2'),
  edit('servers', `node${n}-cloud-${me}`, (item) => {
    (item['flavor'] as Item)['original_name'] = 'm1.medium';
  }),
  edit('servers', `node${n}-cloud-${me}`, (item) => {
    (item['flavor'] as Item)['original_name'] = 'reservation:f0000000-0000-4000-8000-000000000001';
  }),
];

/** For each check of Lab 2 that asks OpenStack, and for the logins, answers that are wrong and like the right one. */
export function alikeInCloud(done: Record<string, Item>): LabWorlds['alike'] {
  return {
    'keypair-present': [
      keyName('id_rsa_chameleon', 'id_rsa_chameleon2'),
      keyName('alexbaker-jupyter', 'alexbaker2-jupyter'),
    ],
    'private-net': [
      set('networks', `private_cloud_net_${me}`, { status: 'DOWN' }),
      set('networks', `private_cloud_net_${me}`, { shared: true, project_id: 'x', tenant_id: 'x' }),
      set('networks', `private_cloud_net_${me}`, { name: `private-cloud-net-${me}` }),
    ],
    'private-subnet': [
      set('subnets', `private_cloud_subnet_${me}`, { cidr: '192.168.10.0/24' }),
      set('subnets', `private_cloud_subnet_${me}`, { gateway_ip: '192.168.1.1' }),
      set('subnets', `private_cloud_subnet_${me}`, { network_id: 'f0000000-0000-4000-8000-000000000001' }),
      edit('subnets', `private_cloud_subnet_${me}`, (item) => {
        delete item['gateway_ip'];
      }),
    ],
    port1: port(1, '192.168.1.111'),
    'sg-allow-ssh': group('allow-ssh', 22),
    'sg-allow-http-80': group('allow-http-80', 80),
    'lease1-active': lease(1),
    'lease1-flavor': [
      edit(
        'flavors',
        (item) => item['id'] === flavorIdOf(done),
        (item) => Object.assign(item, { ram: 8192 }),
      ),
      edit(
        'flavors',
        (item) => item['id'] === flavorIdOf(done),
        (item) => Object.assign(item, { vcpus: 1 }),
      ),
      edit('flavors', 'm1.medium', (item) => Object.assign(item, { name: 'm1.mediumer' })),
    ],
    'node1-active': [
      set('servers', `node1-cloud-${me}`, { status: 'ERROR' }),
      set('servers', `node1-cloud-${me}`, { 'OS-EXT-STS:power_state': 4 }),
      set('servers', `node1-cloud-${me}`, { name: `node10-cloud-${me}` }),
    ],
    'node1-image': [image('CC-Ubuntu24.04-20250601'), image('CC-Ubuntu24.04-CUDA'), image('CC-Ubuntu22.04')],
    'node1-reserved-flavor': [
      edit('servers', `node1-cloud-${me}`, (item) => {
        (item['flavor'] as Item)['original_name'] = 'm1.medium';
      }),
      (world) => {
        const other = itemIn(world, 'servers', `node2-cloud-${me}`)['flavor'] ?? null;
        itemIn(world, 'servers', `node1-cloud-${me}`)['flavor'] = structuredClone(other);
      },
    ],
    'node1-nics': [
      address(`node1-cloud-${me}`, `private_cloud_net_${me}`, '192.168.1.111'),
      address(`node1-cloud-${me}`, 'sharednet1', '10.57.2.147'),
      renamedNetwork(`node1-cloud-${me}`, `private_cloud_net_${me}`, `private_cloud_net_${me}5`),
      renamedNetwork(`node1-cloud-${me}`, 'sharednet1', 'sharednet2'),
    ],
    'node1-groups': [
      groupsOf(`node1-cloud-${me}`, (groups) => groups.slice(1)),
      groupsOf(`node1-cloud-${me}`, (groups) => groups.slice(0, 2)),
      (world) => {
        const other = groupId(world, 'allow-8888');
        groupsOf(`node1-cloud-${me}`, ([first = null, , last = null]) => [first, other, last])(world);
      },
      (world) => {
        publicPort(`node1-cloud-${me}`)(world)['device_id'] = 'f0000000-0000-4000-8000-000000000001';
      },
    ],
    'fip-node1': [
      set('floatingips', isMine, { fixed_ip_address: '192.168.1.11' }),
      set('floatingips', isMine, { status: 'DOWN' }),
      edit('floatingips', isMine, (item) => {
        (item['port_details'] as Item)['device_id'] = 'f0000000-0000-4000-8000-000000000001';
      }),
      set('floatingips', isMine, {
        port_id: null,
        port_details: null,
        fixed_ip_address: null,
        status: 'DOWN',
      }),
    ],
    'ssh-node1': ['node10\n', `node1-cloud-${me}5\n`, `node2-cloud-${me}\n`, 'laptop\n'].map((name) =>
      says('node1', 'ssh-node1', name),
    ),
    'hosts-entry-node1': [
      `${NODE1}     node1-cloud-${me}\n`,
      `::1             node1-cloud-${me}\n`,
      `10.127.0.1      node1-cloud-${me}\n`,
    ].map((line) => says('node1', 'hosts-entry-node1', line)),
    port2: port(2, '192.168.1.122'),
    port3: port(3, '192.168.1.133'),
    'lease2-active': [
      ...lease(2),
      edit('leases', `lease2_cloud_${me}`, (item) =>
        Object.assign(reservationOf(item), { resource_properties: '{"id": "2", "name": "m1.small"}' }),
      ),
    ],
    'node2-active': server(2),
    'node3-active': server(3),
    'node23-groups': [
      groupsOf(`node3-cloud-${me}`, (groups) => groups.slice(0, 2)),
      groupsOf(`node2-cloud-${me}`, (groups) => groups.slice(1)),
    ],
    'cleanup-fip': [
      withMore('floatingips', ...found(done, 'floatingips', isMine)),
      withMore(
        'floatingips',
        ...found(done, 'floatingips', isMine).map((ip) => ({
          ...ip,
          description: '',
          port_id: null,
          port_details: null,
        })),
      ),
    ],
    'cleanup-servers': [1, 2, 3].map((n) =>
      withMore('servers', ...found(done, 'servers', ({ name }) => name === `node${n}-cloud-${me}`)),
    ),
    'cleanup-ports': [
      withMore('ports', ...found(done, 'ports', ({ name }) => name === `port2_${me}`)),
      withMore(
        'ports',
        ...found(done, 'ports', ({ name }) => name === `port3_${me}`).map((each) => ({
          ...each,
          name: 'renamed',
          device_owner: '',
        })),
      ),
    ],
    'cleanup-network': [
      withMore('networks', ...found(done, 'networks', ({ name }) => name === `private_cloud_net_${me}`)),
    ],
    'cleanup-leases': [1, 2].map((n) =>
      withMore('leases', ...found(done, 'leases', ({ name }) => name === `lease${n}_cloud_${me}`)),
    ),
  };
}

function isMine({ description }: Item): boolean {
  return description === `Cloud IP for ${me}`;
}

function image(name: string): Change {
  return (world) => {
    const all = world.openstack?.['KVM@TACC'] ?? {};
    for (const [path, answer] of Object.entries(all))
      if (path.startsWith('image /v2/images/')) all[path] = { ...(answer as Item), name };
  };
}

/** The id of the flavor that the first lease gives. */
function flavorIdOf(done: Record<string, Item>): string {
  const [own = {}] = found(done, 'leases', ({ name }) => name === `lease1_cloud_${me}`);
  return reservationId(own);
}
