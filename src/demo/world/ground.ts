import type { Ids } from './ids';
import type {
  FlavorRecord,
  HostRecord,
  ImageRecord,
  NetworkRecord,
  RuleRecord,
  SecurityGroupRecord,
  SiteName,
} from './records';

/** What a site's operators have put there before any student comes. */

interface Ground {
  readonly flavors: readonly FlavorRecord[];
  readonly images: readonly ImageRecord[];
  readonly publicNetwork: NetworkRecord;
  readonly sharedNetwork: NetworkRecord;
  readonly hosts: readonly HostRecord[];
}

/** Name, vCPUs, memory in MiB, disk in GB: the VM site's flavors, with its ids "1" to "6". */
const KVM_FLAVORS = [
  ['m1.tiny', 1, 512, 1],
  ['m1.small', 1, 2048, 20],
  ['m1.medium', 2, 4096, 40],
  ['m1.large', 4, 8192, 40],
  ['m1.xlarge', 8, 16_384, 40],
  ['m1.xxlarge', 16, 32_768, 40],
] as const;

const IMAGES = {
  'KVM@TACC': ['CC-Ubuntu24.04', 'CC-Ubuntu24.04-CUDA', 'CC-Ubuntu22.04'],
  'CHI@TACC': ['CC-Ubuntu24.04', 'CC-Ubuntu24.04-CUDA', 'CC-Ubuntu24.04-ROCm', 'CC-Ubuntu22.04'],
} as const;

/** Node types of the bare-metal site with their number here, hardware threads and memory in MiB. */
const NODE_TYPES = [
  ['gpu_mi100', 4, 128, 262_144],
  ['compute_skylake', 4, 48, 196_608],
  ['compute_cascadelake_r', 2, 96, 196_608],
  ['gpu_p100', 2, 48, 131_072],
] as const;

/** @param builtAt when all of it was made, ms since 1970 */
export function groundOf(site: SiteName, ids: Ids, operatorProjectId: string, builtAt: number): Ground {
  const kvm = site === 'KVM@TACC';
  return {
    flavors: kvm ? kvmFlavors() : [bareMetalFlavor(ids)],
    images: IMAGES[site].map((name) => ({
      id: ids.uuid(),
      name,
      created: builtAt,
      os: { distro: 'ubuntu', version: name.includes('22.04') ? '22.04' : '24.04' },
    })),
    publicNetwork: network(ids, operatorProjectId, builtAt, {
      name: 'public',
      external: true,
      shared: false,
      prefix: kvm ? '129.114.26' : '129.114.108',
      bits: 23,
    }),
    sharedNetwork: network(ids, operatorProjectId, builtAt, {
      name: 'sharednet1',
      external: false,
      shared: true,
      prefix: kvm ? '10.56.0' : '10.52.0',
      bits: 22,
    }),
    hosts: kvm ? [] : nodes(ids, builtAt),
  };
}

function kvmFlavors(): FlavorRecord[] {
  return KVM_FLAVORS.map(([name, vcpus, ramMb, diskGb], at) => ({
    id: String(at + 1),
    name,
    vcpus,
    ramMb,
    diskGb,
    public: true,
    extraSpecs: {},
  }));
}

function bareMetalFlavor(ids: Ids): FlavorRecord {
  const extraSpecs = { 'resources:CUSTOM_BAREMETAL': '1' };
  return { id: ids.uuid(), name: 'baremetal', vcpus: 1, ramMb: 1024, diskGb: 20, public: true, extraSpecs };
}

function network(
  ids: Ids,
  ownerProjectId: string,
  created: number,
  of: { name: string; external: boolean; shared: boolean; prefix: string; bits: number },
): NetworkRecord {
  const { name, external, shared, prefix, bits } = of;
  return {
    id: ids.uuid(),
    name,
    ownerProjectId,
    external,
    shared,
    portSecurity: true,
    created,
    subnet: {
      id: ids.uuid(),
      name: `${name}-subnet`,
      cidr: `${prefix}.0/${bits}`,
      gateway: `${prefix}.1`,
      pool: { start: `${prefix}.10`, end: `${prefix}.250` },
    },
  };
}

function nodes(ids: Ids, created: number): HostRecord[] {
  return NODE_TYPES.flatMap(([nodeType, count, vcpus, memoryMb], type) =>
    Array.from({ length: count }, (_, at) => ({
      id: String(type * 10 + at + 1),
      uid: ids.uuid(),
      nodeName: `P3-${nodeType.startsWith('gpu') ? 'GPU' : 'CPU'}-${String(type * 10 + at + 1).padStart(3, '0')}`,
      nodeType,
      vcpus,
      memoryMb,
      created,
    })),
  );
}

/** A security group as Neutron makes it: all may go out; `open`: this TCP port may come in from anywhere. */
export function securityGroup(
  ids: Ids,
  name: string,
  description: string,
  created: number,
  open?: number,
): SecurityGroupRecord {
  const id = ids.uuid();
  const out = (['IPv4', 'IPv6'] as const).map((etherType) => rule(ids, created, { etherType }));
  const rules =
    open === undefined
      ? out
      : [
          ...out,
          rule(ids, created, {
            direction: 'ingress',
            protocol: 'tcp',
            port: open,
            remotePrefix: '0.0.0.0/0',
          }),
        ];
  return { id, name, description, created, rules };
}

/** The project's `default` group: members of it may reach each other, nobody else may come in. */
export function defaultGroup(ids: Ids, created: number): SecurityGroupRecord {
  const group = securityGroup(ids, 'default', 'Default security group', created);
  for (const etherType of ['IPv4', 'IPv6'] as const)
    group.rules.push(rule(ids, created, { etherType, direction: 'ingress', remoteGroupId: group.id }));
  return group;
}

function rule(
  ids: Ids,
  created: number,
  of: {
    direction?: 'ingress' | 'egress';
    etherType?: 'IPv4' | 'IPv6';
    protocol?: string;
    port?: number;
    remotePrefix?: string;
    remoteGroupId?: string;
  },
): RuleRecord {
  return {
    id: ids.uuid(),
    direction: of.direction ?? 'egress',
    etherType: of.etherType ?? 'IPv4',
    protocol: of.protocol,
    portMin: of.port,
    portMax: of.port,
    remotePrefix: of.remotePrefix,
    remoteGroupId: of.remoteGroupId,
    created,
  };
}
