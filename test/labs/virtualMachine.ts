import { all, answers, keyRefused, says, silent, SITE } from './changes';
import { idOf, PROJECT, reservationId, serverId, serverWire } from './wire';
import type { Change, LabWorlds, PlainLease, PlainServer, RightWorld, WrongWorld } from './world';

export * from './changes';

/** A lab of one server at KVM@TACC, as the notebooks of the course make it: what its worlds have in common. */
export interface VirtualMachineLab {
  readonly id: string;
  readonly repository: string;
  readonly username: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly server: string;
  readonly lease: PlainLease;
  readonly ports: readonly number[];
  readonly vcpus: number;
  readonly ram: number;
  /** Of a server that was replaced. */
  readonly serverId?: string;
  readonly created?: string;
}

export const ADDRESS = '129.114.26.7';
export const FIP_ID = idOf('floatingip', ADDRESS);

/** The start of a right world: lease, server, address, groups and login, with neighbours of like names. */
export function rightStart(lab: VirtualMachineLab): RightWorld {
  return {
    parameters: { username: lab.username, ...lab.parameters },
    inventory: {
      leases: [lab.lease, { ...lab.lease, name: `${lab.lease.name}2` }],
      servers: [
        mine(lab),
        { name: `${lab.server}2`, lease: `${lab.lease.name}2`, status: 'ERROR' },
        { name: `old-${lab.server}`, lease: `${lab.lease.name}2`, image: 'CC-Ubuntu22.04' },
      ],
      floatingIps: [
        { address: ADDRESS, server: lab.server },
        { address: '129.114.26.70', server: `old-${lab.server}` },
        { address: '129.114.26.71' },
      ],
      images: [{ name: 'CC-Ubuntu24.04' }, { name: 'CC-Ubuntu24.04-CUDA' }, { name: 'CC-Ubuntu22.04' }],
    },
    openstack: {
      [SITE]: {
        [groupsPath(lab)]: groups(lab.ports),
        [`compute /servers/${serverIdOf(lab)}`]: { server: detail(lab) },
      },
    },
    ssh: {
      node: {
        '#ssh-login': 'cc\n',
        '#repo-cloned': `https://github.com/teaching-on-testbeds/${lab.repository}.git\n`,
        '#docker-ready': '28.1.1\n',
      },
    },
    passes: 'all',
  };
}

/** The student's server in short. */
function mine(lab: VirtualMachineLab): PlainServer {
  const { server, lease, created } = lab;
  return {
    name: server,
    lease: lease.name,
    id: serverIdOf(lab),
    ...(created === undefined ? {} : { created }),
  };
}

/** The id of the student's server. */
export function serverIdOf(lab: VirtualMachineLab): string {
  return lab.serverId ?? serverId({ name: lab.server });
}

/** Nova's record of the server, with the size of the lab. */
export function detail(lab: VirtualMachineLab, flavorName?: string): Record<string, unknown> {
  const wire = serverWire(mine(lab), { leases: [lab.lease] }, []);
  const original = flavorName ?? `reservation:${reservationId(lab.lease)}`;
  return {
    ...wire,
    flavor: {
      original_name: original,
      vcpus: lab.vcpus,
      ram: lab.ram,
      disk: 40,
      ephemeral: 0,
      swap: 0,
      extra_specs: {},
    },
  };
}

function groupsPath(lab: VirtualMachineLab): string {
  return `compute /servers/${serverIdOf(lab)}/os-security-groups`;
}

interface Rule {
  readonly ip_protocol: string | null;
  readonly from_port: number | null;
  readonly to_port: number | null;
  readonly group: object;
  readonly ip_range: object;
}

/** Nova's list of the groups of a server, in the form of a real answer. */
export function groups(
  ports: readonly number[],
  change: (rule: Rule, port: number) => Rule | undefined = (rule) => rule,
): { security_groups: object[] } {
  const open = (port: number): Rule => ({
    ip_protocol: 'tcp',
    from_port: port,
    to_port: port,
    group: {},
    ip_range: { cidr: '0.0.0.0/0' },
  });
  const within: Rule = {
    ip_protocol: null,
    from_port: null,
    to_port: null,
    group: { name: 'default', tenant_id: PROJECT.id },
    ip_range: {},
  };
  const group = (name: string, rules: readonly Rule[]): object => ({
    id: idOf('group', name),
    description: '',
    name,
    tenant_id: PROJECT.id,
    rules: rules.map((rule, at) => ({
      id: idOf('rule', `${name} ${at}`),
      parent_group_id: idOf('group', name),
      ...rule,
    })),
  });
  return {
    security_groups: [
      ...ports.map((port) => {
        const rule = change(open(port), port);
        return group(port === 22 ? 'allow-ssh' : `allow-${port}`, rule === undefined ? [] : [rule]);
      }),
      group('default', [within]),
    ],
  };
}

/** The world without what the student made, after another. */
export function gone(lab: VirtualMachineLab, after: string, passes: RightWorld['passes']): RightWorld {
  const { inventory, ssh: _ssh, ...start } = rightStart(lab);
  return {
    ...start,
    name: 'gone',
    after,
    inventory: {
      ...inventory,
      leases: (inventory?.leases ?? []).filter(({ name }) => name !== lab.lease.name),
      servers: (inventory?.servers ?? []).filter(({ name }) => name !== lab.server),
      floatingIps: (inventory?.floatingIps ?? []).filter(({ address }) => address !== ADDRESS),
    },
    openstack: { [SITE]: { [`network /v2.0/floatingips/${FIP_ID}`]: noFloatingIp() } },
    passes,
  };
}

/** Neutron's answer about an address that is released. */
export function noFloatingIp(): { status: number; body: unknown } {
  const message = `Floating IP ${FIP_ID} could not be found`;
  return { status: 404, body: { NeutronError: { type: 'FloatingIPNotFound', message, detail: '' } } };
}

export const leaseOf =
  (lab: VirtualMachineLab, change: Partial<PlainLease>): Change =>
  (world) => {
    for (const lease of world.inventory?.leases ?? [])
      if (lease.name === lab.lease.name) Object.assign(lease, change);
  };

export const serverOf =
  (lab: VirtualMachineLab, change: Partial<PlainServer>): Change =>
  (world) => {
    for (const server of world.inventory?.servers ?? [])
      if (server.name === lab.server) Object.assign(server, change);
  };

const bind =
  (server: string | undefined, status = 'ACTIVE'): Change =>
  (world) => {
    for (const ip of world.inventory?.floatingIps ?? [])
      if (ip.address === ADDRESS) {
        delete ip.server;
        Object.assign(ip, server === undefined ? { status: 'DOWN' } : { server, status });
      }
  };

/** What is like the right start, and is not right. */
export function alikeStart(lab: VirtualMachineLab): LabWorlds['alike'] {
  const path = groupsPath(lab);
  const last = lab.ports.at(-1);
  const rules = (change: (rule: Rule) => Rule | undefined): Change =>
    answers(
      path,
      groups(lab.ports, (rule, port) => (port === last ? change(rule) : rule)),
    );
  return {
    'server-active': [
      serverOf(lab, { status: 'BUILD' }),
      serverOf(lab, { status: 'SHUTOFF' }),
      serverOf(lab, { name: `${lab.server}0` }),
      (world) =>
        world.inventory?.servers?.push({ name: lab.server, id: idOf('server', 'twin'), status: 'ERROR' }),
    ],
    'server-image': [
      serverOf(lab, { image: 'CC-Ubuntu24.04-CUDA' }),
      serverOf(lab, { image: 'CC-Ubuntu22.04' }),
    ],
    'floating-ip': [bind(lab.server, 'DOWN'), bind(`${lab.server}2`), bind(undefined)],
    'security-groups': [
      answers(path, groups(lab.ports.slice(1))),
      answers(path, groups(lab.ports.slice(0, -1))),
      answers(path, groups([])),
      rules(() => undefined),
      rules((rule) => ({ ...rule, ip_protocol: 'udp' })),
      rules((rule) => ({ ...rule, ip_range: { cidr: '10.0.0.0/8' } })),
      rules((rule) => ({ ...rule, from_port: 1 + (rule.from_port ?? 0), to_port: 1 + (rule.to_port ?? 0) })),
      rules((rule) => ({ ...rule, ip_range: {}, group: { name: 'default' } })),
    ],
    'ssh-login': [says('ssh-login', 'ubuntu\n'), keyRefused()],
    'repo-cloned': [
      says('repo-cloned', `https://github.com/${lab.username}/${lab.repository}.git\n`),
      says('repo-cloned', `https://github.com/teaching-on-testbeds/${lab.repository}-old.git\n`),
      says('repo-cloned', { exit: 128, stderr: 'fatal: cannot change to that folder\n' }),
    ],
    'docker-ready': [
      says('docker-ready', { exit: 1, stderr: 'permission denied while trying to connect\n' }),
      says('docker-ready', '\n'),
    ],
    'cleanup-server': [
      {
        in: 'gone',
        change: (world) =>
          world.inventory?.servers?.push({ name: lab.server, id: idOf('server', 'new one') }),
      },
      {
        in: 'gone',
        change: (world) => world.inventory?.servers?.push({ name: 'renamed', id: serverIdOf(lab) }),
      },
    ],
    'cleanup-fip': [
      {
        in: 'gone',
        change: (world) => {
          delete world.openstack?.[SITE]?.[`network /v2.0/floatingips/${FIP_ID}`];
          world.inventory?.floatingIps?.push({ address: ADDRESS, status: 'DOWN' });
        },
      },
      {
        in: 'gone',
        change: answers(`network /v2.0/floatingips/${FIP_ID}`, { status: 404, body: { detail: 'no' } }),
      },
    ],
  };
}

/** Of a lab that names its lease. */
export function alikeLease(lab: VirtualMachineLab): LabWorlds['alike'] {
  return {
    'lease-active': [
      leaseOf(lab, { status: 'PENDING' }),
      leaseOf(lab, { status: 'ERROR' }),
      leaseOf(lab, { amount: 2 }),
      leaseOf(lab, { end: '2026-06-01T18:00:00Z' }),
      leaseOf(lab, { name: `${lab.lease.name}0` }),
      leaseOf(lab, { end: '2026-06-01T14:59:00Z', start: '2026-06-01T04:00:00Z' }),
      (world) => {
        for (const lease of world.inventory?.leases ?? [])
          if (lease.name === lab.lease.name) {
            delete lease.flavor;
            lease.nodeType = 'compute_skylake';
          }
      },
    ],
    'server-on-lease': [
      answers(`compute /servers/${serverIdOf(lab)}`, {
        server: detail(lab, `reservation:${reservationId({ name: `${lab.lease.name}2` })}`),
      }),
      answers(`compute /servers/${serverIdOf(lab)}`, { server: detail(lab, 'm1.medium') }),
    ],
    'cleanup-lease': [
      {
        in: 'gone',
        change: (world) => world.inventory?.leases?.push({ ...lab.lease }),
      },
      {
        in: 'gone',
        change: (world) =>
          world.inventory?.leases?.push({ ...lab.lease, status: 'ERROR', id: idOf('lease', 'other') }),
      },
    ],
  };
}

/** Of a lab whose text knows no lease. */
export function alikeNoLease(lab: VirtualMachineLab): LabWorlds['alike'] {
  const path = `compute /servers/${serverIdOf(lab)}`;
  const sized = (vcpus: number, ram: number): Change =>
    answers(path, { server: detail({ ...lab, vcpus, ram }) });
  return {
    'server-flavor': [
      sized(lab.vcpus, lab.ram / 2),
      sized(lab.vcpus * 2, lab.ram),
      answers(path, { server: detail(lab, 'm1.tiny') }),
      answers(path, { server: detail(lab, 'm1.mediumer') }),
    ],
    'lease-active': [
      leaseOf(lab, { status: 'PENDING' }),
      leaseOf(lab, { name: 'other', id: idOf('lease', 'x') }),
      answers(path, { server: detail(lab, `reservation:${idOf('reservation', 'of nobody')}`) }),
    ],
    'cleanup-lease': [{ in: 'gone', change: (world) => world.inventory?.leases?.push({ ...lab.lease }) }],
  };
}

/** What changes nothing of what these checks look at. */
export const exemptStart: NonNullable<LabWorlds['exempt']> = Object.fromEntries(
  ['server-on-lease', 'server-flavor'].map((id) => [
    id,
    { none: 'A flavor is no list.', 'a list of nulls': 'A flavor is no list.' },
  ]),
);

/** The failures that all of them share: a server in ERROR that is used again, and ports that stay closed. */
export function wrongStart(lab: VirtualMachineLab, numbers: { error: number; ports?: number }): WrongWorld[] {
  const { error, ports } = numbers;
  const path = groupsPath(lab);
  return [
    {
      failure: error,
      name: 'the notebook used a server in ERROR again',
      change: serverOf(lab, { status: 'ERROR' }),
      fails: ['server-active'],
      hint: /ERROR/,
    },
    ...(ports === undefined
      ? []
      : [
          {
            failure: ports,
            name: 'no security group is on the server',
            change: all(answers(path, groups([])), silent),
            fails: ['security-groups'],
            unknown: ['ssh-login'],
            hint: /blocked/,
          },
        ]),
  ];
}
