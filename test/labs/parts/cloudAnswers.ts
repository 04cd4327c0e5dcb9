/** Answers of OpenStack to what the labs on one server ask, in the form of the recorded ones. */

export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

export const PROJECT = 'd77b458d2ed2471db10bcbd2bea55106';
export const USER = '749be41c5bb2402e98bf5e94d15663bc';
/** Within the leases below. */
export const NOW = '2026-03-01T15:00:00Z';
export const LEASE_ID = '10fdfbe0-0974-4eb5-8e50-f863c46a207e';
export const RESERVATION_ID = 'ca7c95e7-7980-4fbd-967f-e6deb67aaf4c';
export const SERVER_ID = '644e9f9e-8431-496f-aee9-a39d775c05a7';
export const IMAGE_ID = '8ab2693c-dad0-4c7e-9689-35d22fe9612d';
export const VOLUME_ID = '6f1d0ec9-7b76-49b0-a9a0-d93d6ad24ce1';
export const PORT_ID = 'b10a4acf-c2ae-42f9-a4a1-e63aa7ff25fe';
export const FIP_ID = '610d4f31-8399-41eb-909f-65eadb70961f';
export const FIP = '129.114.26.7';

export const keypairs = (...names: string[]): Json => ({
  keypairs: names.map((name) => ({
    keypair: {
      name,
      public_key: `ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC9cb7qoKnCxXOL4wOdEy7SLmfe7hqdKGvsSuzIR690 ${name}`,
      fingerprint: '8b:15:3e:fa:04:35:71:9b:ce:fb:22:55:3c:e0:d2:13',
    },
  })),
});

export interface LeaseParts {
  readonly id?: string;
  readonly name?: string;
  readonly status?: string;
  readonly start?: string;
  readonly end?: string;
  readonly reservations?: readonly Json[];
}

export function lease(parts: LeaseParts): Json {
  const id = parts.id ?? LEASE_ID;
  return {
    id,
    name: parts.name ?? 'unnamed',
    user_id: USER,
    project_id: PROJECT,
    start_date: parts.start ?? '2026-03-01T14:00:00.000000',
    end_date: parts.end ?? '2026-03-01T16:50:00.000000',
    trust_id: '71de79bdf76d4da19b0cde44d53ded05',
    status: parts.status ?? 'ACTIVE',
    degraded: false,
    created_at: '2026-02-28 20:11:09',
    updated_at: '2026-03-01 14:00:13',
    reservations: parts.reservations ?? [],
    events: [],
  };
}

const reservation = (resourceType: string, more: Readonly<Record<string, Json>>): Json => ({
  id: RESERVATION_ID,
  lease_id: LEASE_ID,
  resource_id: '21ea7127-139f-47b8-9684-3a687a765977',
  resource_type: resourceType,
  status: 'active',
  missing_resources: false,
  resources_changed: false,
  created_at: '2026-02-28 20:11:09',
  updated_at: '2026-03-01 14:00:13',
  ...more,
});

export const hostReservation = (
  properties = '["==", "$node_name", "P3-GPU-009"]',
  more: Readonly<Record<string, Json>> = {},
): Json =>
  reservation('physical:host', {
    hypervisor_properties: '',
    resource_properties: properties,
    before_end: 'default',
    min: 1,
    max: 1,
    ...more,
  });

export const flavorReservation = (name: string, more: Readonly<Record<string, Json>> = {}): Json =>
  reservation('flavor:instance', {
    vcpus: 16,
    memory_mb: 131072,
    disk_gb: 40,
    amount: 1,
    affinity: null,
    resource_properties: JSON.stringify({
      id: '9',
      name,
      ram: 131072,
      disk: 40,
      swap: '',
      vcpus: 16,
      rxtx_factor: 1,
      extra_specs: {},
    }),
    flavor_id: RESERVATION_ID,
    aggregate_id: 3,
    server_group_id: null,
    ...more,
  });

export const networkReservation = (): Json => ({
  id: '5a8d1f0c-1f0e-4a64-8d7b-2c1c2d3e4f50',
  lease_id: LEASE_ID,
  resource_id: '0f7a64f7-2f3d-4ae5-8a11-cf7a54a1d8d4',
  resource_type: 'network',
  status: 'active',
  missing_resources: false,
  resources_changed: false,
});

export const deviceReservation = (
  properties = '["==", "$machine_name", "raspberrypi5"]',
  more: Readonly<Record<string, Json>> = {},
): Json =>
  reservation('device', { resource_properties: properties, before_end: '', min: 1, max: 1, ...more });

export interface ServerParts {
  readonly id?: string;
  readonly name?: string;
  readonly status?: string;
  /** '' for a server that boots from a volume. */
  readonly image?: string;
  readonly flavor?: string;
  readonly created?: string;
  readonly address?: string;
}

export function server(parts: ServerParts): Json {
  const status = parts.status ?? 'ACTIVE';
  const image = parts.image ?? IMAGE_ID;
  const active = status === 'ACTIVE';
  return {
    id: parts.id ?? SERVER_ID,
    name: parts.name ?? 'unnamed',
    status,
    tenant_id: PROJECT,
    user_id: USER,
    metadata: {},
    image: image === '' ? '' : { id: image, links: [] },
    flavor: {
      vcpus: 16,
      ram: 131072,
      disk: 40,
      ephemeral: 0,
      swap: 0,
      original_name: parts.flavor ?? 'baremetal',
      extra_specs: {},
    },
    created: parts.created ?? '2026-03-01T14:03:19Z',
    updated: '2026-03-01T14:21:20Z',
    addresses: active
      ? {
          sharednet1: [
            { version: 4, addr: '10.52.1.123', 'OS-EXT-IPS:type': 'fixed', 'OS-EXT-IPS-MAC:mac_addr': MAC },
            {
              version: 4,
              addr: parts.address ?? FIP,
              'OS-EXT-IPS:type': 'floating',
              'OS-EXT-IPS-MAC:mac_addr': MAC,
            },
          ],
        }
      : {},
    key_name: 'trovi-jupyter',
    'OS-EXT-STS:task_state': status === 'BUILD' ? 'spawning' : null,
    'OS-EXT-STS:vm_state': status === 'BUILD' ? 'building' : status.toLowerCase(),
    'OS-EXT-STS:power_state': active ? 1 : 0,
    'os-extended-volumes:volumes_attached': image === '' ? [{ id: VOLUME_ID }] : [],
  };
}

const MAC = 'fa:16:3e:b5:d9:dd';

export interface FipParts {
  readonly id?: string;
  readonly address?: string;
  readonly serverId?: string | null;
  readonly portId?: string | null;
  readonly status?: string;
}

export function floatingIp(parts: FipParts = {}): Json {
  const { serverId = SERVER_ID, portId = PORT_ID } = parts;
  const bound = serverId !== null && portId !== null;
  return {
    id: parts.id ?? FIP_ID,
    tenant_id: PROJECT,
    project_id: PROJECT,
    floating_ip_address: parts.address ?? FIP,
    floating_network_id: 'a4c05028-7213-4750-b399-40c35d8b49b7',
    router_id: bound ? '134c4a62-d97b-409e-9d4b-5fcb0393128c' : null,
    port_id: bound ? portId : null,
    fixed_ip_address: bound ? '10.52.1.123' : null,
    status: parts.status ?? (bound ? 'ACTIVE' : 'DOWN'),
    description: '',
    port_details: bound
      ? {
          name: '',
          status: 'ACTIVE',
          device_id: serverId,
          device_owner: 'compute:nova',
          admin_state_up: true,
        }
      : null,
    tags: [],
  };
}

export const FIP_NOT_FOUND: Json = {
  NeutronError: {
    type: 'FloatingIPNotFound',
    message: `Floating IP ${FIP_ID} could not be found`,
    detail: '',
  },
};

export const image = (name: string): Json => ({ id: IMAGE_ID, name, status: 'active', visibility: 'public' });

export interface VolumeParts {
  readonly id?: string;
  readonly name?: string;
  readonly status?: string;
  readonly size?: number;
  readonly bootable?: string;
  readonly image?: string | null;
  readonly serverId?: string | null;
}

export function volume(parts: VolumeParts): Json {
  const { image: imageName = 'CC-Ubuntu24.04-CUDA', serverId = SERVER_ID } = parts;
  return {
    id: parts.id ?? VOLUME_ID,
    status: parts.status ?? 'in-use',
    size: parts.size ?? 200,
    name: parts.name ?? 'unnamed',
    description: null,
    volume_type: 'ceph-ssd',
    metadata: {},
    user_id: USER,
    created_at: '2026-03-01T14:01:08.000000',
    updated_at: '2026-03-01T14:03:20.000000',
    bootable: parts.bootable ?? 'true',
    attachments:
      serverId === null
        ? []
        : [{ id: parts.id ?? VOLUME_ID, server_id: serverId, device: '/dev/vda', host_name: null }],
    ...(imageName === null ? {} : { volume_image_metadata: { image_id: IMAGE_ID, image_name: imageName } }),
    'os-vol-tenant-attr:tenant_id': PROJECT,
  };
}

/** A group on a server, in the form of Nova, with one rule for a TCP port; port 0: without a rule. */
export function group(name: string, port: number, cidr = '0.0.0.0/0'): Json {
  return {
    id: `ef116741-8c78-468a-a93e-${port.toString(16).padStart(12, '0')}`,
    name,
    description: '',
    tenant_id: PROJECT,
    rules:
      port === 0
        ? []
        : [{ id: 'r', ip_protocol: 'tcp', from_port: port, to_port: port, group: {}, ip_range: { cidr } }],
  };
}

export interface CloudDifference {
  readonly keys?: Json;
  /** `null`, here as below: it is not there. */
  readonly lease?: LeaseParts | null;
  readonly moreLeases?: readonly Json[];
  readonly server?: ServerParts | null;
  readonly moreServers?: readonly Json[];
  readonly fip?: FipParts | null;
  readonly image?: string;
}

/** Leases, servers and addresses of a site, listed and by their ids. */
export function cloudAnswers(
  right: {
    readonly lease: LeaseParts;
    readonly server?: ServerParts;
    readonly fip?: FipParts;
    readonly image?: string;
  },
  than: CloudDifference,
): Record<string, unknown> {
  const reserved = lease({ ...right.lease, ...than.lease });
  const launched = server({ ...right.server, ...than.server });
  const bound = floatingIp({ ...right.fip, ...than.fip });
  return {
    'compute /os-keypairs': than.keys ?? keypairs('id_rsa_chameleon', 'trovi-jupyter'),
    'reservation /leases': { leases: listed(reserved, than.lease, than.moreLeases) },
    ...(than.lease === null ? {} : { [`reservation /leases/${LEASE_ID}`]: { lease: reserved } }),
    ...(right.server === undefined
      ? {}
      : { 'compute /servers/detail': { servers: listed(launched, than.server, than.moreServers) } }),
    ...(right.server === undefined || than.server === null
      ? {}
      : { [`compute /servers/${SERVER_ID}`]: { server: launched } }),
    ...(right.image === undefined
      ? {}
      : { [`image /v2/images/${IMAGE_ID}`]: image(than.image ?? right.image) }),
    'network /v2.0/floatingips': { floatingips: listed(bound, than.fip) },
    [`network /v2.0/floatingips/${FIP_ID}`]:
      than.fip === null ? { status: 404, body: FIP_NOT_FOUND } : { floatingip: bound },
  };
}

/** The lab's own item, unless it is not there, and what else stands in its list. */
export function listed(own: Json, there: unknown, more: readonly Json[] = []): Json[] {
  return [...(there === null ? [] : [own]), ...more];
}
