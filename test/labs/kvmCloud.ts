/**
 * What the services of KVM@TACC say of a student's resources, in the form of the recorded answers
 * (`test/fixtures/openstack-zed`), with a classmate's of a longer name beside them.
 */
import { idOf, PROJECT, USER_ID } from './wire';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Item = Record<string, Json>;

export const SHAREDNET = idOf('network', 'sharednet1');
export const IMAGE = idOf('image', 'CC-Ubuntu24.04');

const MADE = { created_at: '2026-06-01T14:01:00Z', updated_at: '2026-06-01T14:02:00Z' };
const owned = {
  tenant_id: PROJECT.id,
  project_id: PROJECT.id,
  tags: [],
  description: '',
  revision_number: 1,
  ...MADE,
};

let made = 0;
/** Another id at each call. */
function newId(): string {
  made += 1;
  return idOf('thing', String(made));
}

export function keyPair(name: string): Item {
  return {
    keypair: {
      name,
      public_key: `ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC9cb7qoKnCxXOL4wOdEy7SLmfe7hqdKGvsSuzIR690 ${name}`,
      fingerprint: '8b:15:3e:fa:04:35:71:9b:ce:fb:22:55:3c:e0:d2:13',
    },
  };
}

export function network(name: string, more: Item = {}): Item & { id: string } {
  return {
    name,
    admin_state_up: true,
    mtu: 1450,
    status: 'ACTIVE',
    subnets: [],
    shared: false,
    'router:external': false,
    port_security_enabled: true,
    ...owned,
    ...more,
    id: newId(),
  };
}

export function subnet(name: string, networkId: string, more: Item = {}): Item & { id: string } {
  return {
    name,
    network_id: networkId,
    ip_version: 4,
    enable_dhcp: true,
    gateway_ip: null,
    cidr: '192.168.1.0/24',
    allocation_pools: [{ start: '192.168.1.1', end: '192.168.1.254' }],
    ...owned,
    ...more,
    id: newId(),
  };
}

export function port(
  name: string,
  networkId: string,
  address: string,
  more: Item = {},
): Item & { id: string } {
  return {
    name,
    network_id: networkId,
    mac_address: 'fa:16:3e:b7:8f:ff',
    admin_state_up: true,
    status: 'ACTIVE',
    device_id: '',
    device_owner: 'compute:nova',
    fixed_ips: [{ subnet_id: newId(), ip_address: address }],
    allowed_address_pairs: [],
    security_groups: [],
    port_security_enabled: false,
    ...owned,
    ...more,
    id: newId(),
  };
}

/** A group that lets everybody in on a TCP port; without one, as the project's `default`. */
export function group(name: string, tcp?: number): Item & { id: string } {
  const id = newId();
  const rule = (more: Item): Item => ({
    id: newId(),
    security_group_id: id,
    ethertype: 'IPv4',
    direction: 'ingress',
    protocol: null,
    port_range_min: null,
    port_range_max: null,
    remote_ip_prefix: null,
    remote_group_id: null,
    ...owned,
    ...more,
  });
  const open = {
    protocol: 'tcp',
    port_range_min: tcp ?? 0,
    port_range_max: tcp ?? 0,
    remote_ip_prefix: '0.0.0.0/0',
  };
  const rules = [rule(tcp === undefined ? { remote_group_id: id } : open), rule({ direction: 'egress' })];
  return { id, name, stateful: true, shared: false, security_group_rules: rules, ...owned };
}

export interface LeaseParts {
  readonly flavor: string;
  readonly amount: number;
  readonly hours: number;
}

/** A lease that began an hour before the worlds' time. */
export function lease(name: string, { flavor, amount, hours }: LeaseParts): Item & { id: string } {
  const [id, reservation] = [newId(), newId()];
  const { vcpus, ram, disk } = SIZES[flavor] ?? { vcpus: 1, ram: 2048, disk: 20 };
  const source = {
    id: '3',
    name: flavor,
    ram,
    disk,
    vcpus,
    'os-flavor-access:is_public': true,
    extra_specs: {},
  };
  return {
    id,
    name,
    user_id: USER_ID,
    project_id: PROJECT.id,
    start_date: '2026-06-01T14:00:00.000000',
    end_date: new Date(Date.UTC(2026, 5, 1, 14 + hours)).toISOString().replace('Z', '000'),
    status: 'ACTIVE',
    degraded: false,
    created_at: '2026-06-01 13:59:09',
    updated_at: '2026-06-01 14:00:13',
    reservations: [
      {
        id: reservation,
        lease_id: id,
        resource_type: 'flavor:instance',
        status: 'active',
        missing_resources: false,
        resources_changed: false,
        vcpus,
        memory_mb: ram,
        disk_gb: disk,
        amount,
        affinity: null,
        resource_properties: JSON.stringify(source),
        flavor_id: reservation,
      },
    ],
    events: [],
  };
}

/** What is at a place of a list or a record in an item; nothing where there is none. */
export function partOf(item: Item | undefined, key: string, at: string | number = 0): Item {
  const value = item?.[key] ?? null;
  const found = Array.isArray(value)
    ? value[Number(at)]
    : value !== null && typeof value === 'object'
      ? value[at]
      : undefined;
  return found !== undefined && found !== null && typeof found === 'object' && !Array.isArray(found)
    ? found
    : {};
}

export function textOf(item: Item | undefined, key: string): string {
  const value = item?.[key];
  return typeof value === 'string' ? value : '';
}

/** The id of what a lease reserves. */
export function reservationOf(lease: Item): string {
  return textOf(partOf(lease, 'reservations'), 'id');
}

const SIZES: Readonly<
  Record<string, { readonly vcpus: number; readonly ram: number; readonly disk: number }>
> = {
  'm1.small': { vcpus: 1, ram: 2048, disk: 20 },
  'm1.medium': { vcpus: 2, ram: 4096, disk: 40 },
  'm1.large': { vcpus: 4, ram: 8192, disk: 40 },
  'm1.xlarge': { vcpus: 8, ram: 16_384, disk: 40 },
};

/** The site's flavors, and those of the leases. */
export function flavors(...leases: Item[]): Item[] {
  const shape = (name: string, id: string, size: Item, isPublic: boolean): Item => ({
    id,
    name,
    swap: '',
    ...size,
    'OS-FLV-DISABLED:disabled': false,
    'os-flavor-access:is_public': isPublic,
  });
  return [
    ...Object.entries(SIZES).map(([name, size], at) => shape(name, String(at + 2), { ...size }, true)),
    ...leases.map((of) => {
      const id = reservationOf(of);
      const { vcpus = 0, memory_mb: ram = 0, disk_gb: disk = 0 } = partOf(of, 'reservations');
      return shape(`reservation:${id}`, id, { vcpus, ram, disk }, false);
    }),
  ];
}

export interface ServerParts {
  readonly lease: Item;
  /** Network's name and address, in their order. */
  readonly on: readonly (readonly [string, string])[];
  readonly floating?: string;
}

export function server(name: string, { lease: of, on, floating }: ServerParts): Item & { id: string } {
  const address = (addr: string, type: string): Item => ({
    version: 4,
    addr,
    'OS-EXT-IPS:type': type,
    'OS-EXT-IPS-MAC:mac_addr': 'fa:16:3e:6c:02:15',
  });
  return {
    id: newId(),
    name,
    status: 'ACTIVE',
    tenant_id: PROJECT.id,
    user_id: USER_ID,
    image: { id: IMAGE, links: [] },
    flavor: {
      vcpus: 2,
      ram: 4096,
      disk: 40,
      ephemeral: 0,
      swap: 0,
      original_name: `reservation:${reservationOf(of)}`,
      extra_specs: {},
    },
    created: '2026-06-01T14:04:00Z',
    updated: '2026-06-01T14:05:00Z',
    addresses: Object.fromEntries(
      on.map(([net, addr], at) => [
        net,
        [
          address(addr, 'fixed'),
          ...(at === 0 && floating !== undefined ? [address(floating, 'floating')] : []),
        ],
      ]),
    ),
    key_name: 'id_rsa_chameleon',
    'OS-EXT-STS:task_state': null,
    'OS-EXT-STS:vm_state': 'active',
    'OS-EXT-STS:power_state': 1,
  };
}

export function floatingIp(address: string, at: Item | undefined, more: Item = {}): Item & { id: string } {
  const fixed = partOf(at, 'fixed_ips')['ip_address'];
  return {
    floating_ip_address: address,
    floating_network_id: 'a4c05028-7213-4750-b399-40c35d8b49b7',
    router_id: at === undefined ? null : newId(),
    port_id: at?.['id'] ?? null,
    fixed_ip_address: fixed ?? null,
    status: at === undefined ? 'DOWN' : 'ACTIVE',
    port_details:
      at === undefined ? null : { device_id: at['device_id'] ?? '', network_id: at['network_id'] ?? '' },
    ...owned,
    ...more,
    id: newId(),
  };
}

export function image(name: string, id: string): Item {
  return {
    id,
    name,
    ...MADE,
    status: 'active',
    visibility: 'public',
    os_distro: 'ubuntu',
    min_ram: 0,
    min_disk: 0,
    tags: [],
  };
}
