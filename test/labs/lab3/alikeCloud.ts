import { answers, edit, found, set, withMore } from '../worldChanges';
import { partOf, reservationOf, textOf, type Item } from '../kvmCloud';
import { credential, CREDENTIALS, netID as me } from './cloud';
import type { Change, LabWorlds } from '../world';

const ELSE = 'f0000000-0000-4000-8000-000000000001';
const isMine = ({ description }: Item): boolean => description === `MLOps IP for ${me}`;
const named =
  (...names: readonly string[]) =>
  (item: Item): boolean =>
    names.includes(textOf(item, 'name'));

const rule = (name: string, more: Item): Change =>
  edit('security_groups', name, (item) => Object.assign(partOf(item, 'security_group_rules'), more));
const fixedIp = (port: string, to: string): Change =>
  edit('ports', port, (item) => Object.assign(partOf(item, 'fixed_ips'), { ip_address: to }));
const groupsOf = (port: string, change: (groups: string[]) => string[]): Change =>
  edit('ports', port, (item) => {
    item['security_groups'] = change(item['security_groups'] as string[]);
  });
const reserved = (more: Item): Change =>
  edit('leases', `lease_mlops_${me}`, (item) => Object.assign(partOf(item, 'reservations'), more));
const flavorOf = (server: string, to: string): Change =>
  edit('servers', server, (item) => {
    item['flavor'] = { ...(item['flavor'] as Item), original_name: to };
  });
const pair = (more: Item): Change =>
  answers('compute /os-keypairs/id_rsa_chameleon', {
    keypair: { name: 'id_rsa_chameleon', user_id: 'u', public_key: 'ssh-rsa AAAA', ...more },
  });
const credentials = (...all: Item[]): Change =>
  answers(CREDENTIALS, { application_credentials: all, links: { next: null } });

/** For each check of Lab 3 that asks OpenStack, answers that are wrong and like the right one. */
export function alikeInCloud(done: Record<string, Item>): LabWorlds['alike'] {
  const [lease = {}] = found(done, 'leases', named(`lease_mlops_${me}`));
  const flavor = (item: Item): boolean => item['id'] === reservationOf(lease);
  return {
    'keypair-present': [
      answers('compute /os-keypairs/id_rsa_chameleon', {
        status: 404,
        body: { itemNotFound: { code: 404, message: 'Keypair id_rsa_chameleon not found for user' } },
      }),
      pair({ name: 'id_rsa_chameleon2' }),
    ],
    'security-groups': [
      ...[
        'allow-ssh',
        'allow-http-80',
        'allow-8000',
        'allow-8080',
        'allow-8081',
        'allow-8082',
        'allow-9001',
      ].map((name) => set('security_groups', name, { name: `${name}0` })),
      rule('allow-9090', { port_range_min: 9091, port_range_max: 9099 }),
      rule('allow-8082', { direction: 'egress' }),
      rule('allow-8081', { protocol: 'udp' }),
      rule('allow-8080', { remote_ip_prefix: '10.0.0.0/8' }),
    ],
    'app-credential': [
      credentials(credential('mlops-lab', null)),
      credentials(credential('mlops-lab', '2026-06-01T14:00:00.000000')),
      credentials(credential('mlops-lab2', '2026-06-20T03:59:00.000000')),
    ],
    'lease-active': [
      set('leases', `lease_mlops_${me}`, { status: 'PENDING' }),
      set('leases', `lease_mlops_${me}`, { end_date: '2026-06-01T14:59:00.000000' }),
      reserved({ amount: 1 }),
      reserved({ resource_type: 'physical:host' }),
    ],
    'lease-flavor': [
      edit('flavors', flavor, (item) => Object.assign(item, { ram: 2048, vcpus: 1 })),
      edit('flavors', flavor, (item) => Object.assign(item, { ram: 16_384, vcpus: 8 })),
      edit('flavors', flavor, (item) => Object.assign(item, { vcpus: 2 })),
    ],
    'private-net': [
      set('networks', `private-net-mlops-${me}`, { status: 'DOWN' }),
      set('networks', `private-net-mlops-${me}`, { port_security_enabled: true }),
      set('networks', `private-net-mlops-${me}`, { shared: true, project_id: 'x', tenant_id: 'x' }),
      set('networks', `private-net-mlops-${me}`, { name: `private_net_mlops_${me}` }),
    ],
    'private-subnet': [
      set('subnets', `private-subnet-mlops-${me}`, { cidr: '192.168.10.0/24' }),
      set('subnets', `private-subnet-mlops-${me}`, { gateway_ip: '192.168.1.1' }),
      set('subnets', `private-subnet-mlops-${me}`, { network_id: ELSE }),
    ],
    'private-ports': [
      fixedIp(`port-node3-mlops-${me}`, '192.168.1.133'),
      fixedIp(`port-node2-mlops-${me}`, '192.168.1.13'),
      set('ports', `port-node1-mlops-${me}`, { port_security_enabled: true }),
      set('ports', `port-node2-mlops-${me}`, { network_id: ELSE }),
      set('ports', `port-node3-mlops-${me}`, { name: `port-node30-mlops-${me}` }),
    ],
    'shared-ports': [
      fixedIp(`sharednet1-node2-mlops-${me}`, '10.57.2.2'),
      groupsOf(`sharednet1-node3-mlops-${me}`, (groups) => groups.slice(1)),
      groupsOf(`sharednet1-node1-mlops-${me}`, (groups) => groups.slice(0, 7)),
      groupsOf(`sharednet1-node1-mlops-${me}`, (groups) => [...groups.slice(0, 7), ELSE]),
      groupsOf(`sharednet1-node2-mlops-${me}`, ([first = '', , ...rest]) => [first, first, ...rest]),
      set('ports', `sharednet1-node1-mlops-${me}`, { name: `sharednet2-node1-mlops-${me}` }),
    ],
    'servers-active': [
      set('servers', `node2-mlops-${me}`, { status: 'BUILD' }),
      set('servers', `node3-mlops-${me}`, { image: { id: ELSE } }),
      set('servers', `node3-mlops-${me}`, { key_name: 'id_rsa_chameleon2' }),
      set('servers', `node3-mlops-${me}`, { name: `node30-mlops-${me}` }),
      answers('image /v2/images', {
        images: [{ id: ELSE, name: 'CC-Ubuntu24.04', status: 'active', created_at: '2026-01-01T00:00:00Z' }],
      }),
    ],
    'servers-reserved': [
      flavorOf(`node2-mlops-${me}`, 'm1.large'),
      flavorOf(`node3-mlops-${me}`, `reservation:${ELSE}`),
    ],
    'fip-node1': [
      set('floatingips', isMine, { port_id: ELSE }),
      set('floatingips', isMine, { port_id: null, status: 'DOWN' }),
      set('floatingips', isMine, { status: 'ERROR' }),
      set('floatingips', isMine, { description: `MLOps IP for ${me}5`, port_id: ELSE }),
      withMore('floatingips', ...found(done, 'floatingips', isMine)),
    ],
    'cleanup-fip': [
      withMore('floatingips', ...found(done, 'floatingips', isMine)),
      withMore(
        'floatingips',
        ...found(done, 'floatingips', isMine).map((ip) => ({ ...ip, description: '', port_id: null })),
      ),
    ],
    'cleanup-servers': [1, 2, 3].map((n) =>
      withMore('servers', ...found(done, 'servers', named(`node${n}-mlops-${me}`))),
    ),
    'cleanup-ports': [`port-node2-mlops-${me}`, `sharednet1-node3-mlops-${me}`].map((name) =>
      withMore('ports', ...found(done, 'ports', named(name))),
    ),
    'cleanup-network': [withMore('networks', ...found(done, 'networks', named(`private-net-mlops-${me}`)))],
    'cleanup-lease': [
      withMore('leases', ...found(done, 'leases', named(`lease_mlops_${me}`))),
      withMore(
        'leases',
        ...found(done, 'leases', named(`lease_mlops_${me}`)).map((each) => ({ ...each, status: 'ERROR' })),
      ),
    ],
    'cleanup-app-credential': [
      credentials(credential('mlops-lab', '2026-06-20T03:59:00.000000')),
      credentials(credential('mlops-lab', null)),
    ],
  };
}
