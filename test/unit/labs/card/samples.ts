import {
  noParts,
  partsIn,
  type OwnedLease,
  type OwnedServer,
  type OwnedFloatingIp,
  type Inventory,
  type Owner,
  type PartState,
  type Person,
  type SiteInventory,
} from '../../../../src/chameleon';
import { cardRecord, type CardRecord } from '../../../../src/labs/card';
import type { CheckResult, Lab, LabCheck, LabRun } from '../../../../src/labs/types';

/** A small class world: ab1234 ("me") with a lease, a server and an address; cd567 with a server of their own. */
export const takenAt = Date.UTC(2026, 10, 24, 15, 5, 12);
export const hour = 3_600_000;
export const siteName = 'KVM@TACC';
export const ids = {
  project: '3f2b7c1de0a94c6f8b1d2e3f4a5b6c7d',
  me: 'a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1',
  other: 'b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2',
  lease: '0f6f2a0c-6b5d-4a37-9f0e-5d0b8a4c1e21',
  server: '6d1f3c52-8f0e-4b6a-a6e0-7c9d1b2e3f40',
  floatingIp: 'c0ffee00-1111-4222-8333-444455556666',
  otherServer: '99999999-8f0e-4b6a-a6e0-7c9d1b2e3f40',
} as const;

export const student: Person = {
  netId: 'ab1234',
  usernames: ['ab1234_nyu_edu'],
  userIds: { [siteName]: ids.me },
  group: undefined,
};
export const classmate: Person = {
  netId: 'cd567',
  usernames: ['cd567_nyu_edu'],
  userIds: { [siteName]: ids.other },
  group: undefined,
};

const mine: Owner = { kind: 'me', netId: 'ab1234', why: 'Your account made it.' };
const theirs: Owner = { kind: 'person', netId: 'cd567', why: 'Its name ends in cd567.' };

export const lease: OwnedLease = {
  id: ids.lease,
  name: 'hello_chameleon-ab1234',
  status: 'ACTIVE',
  degraded: false,
  userId: ids.me,
  projectId: ids.project,
  start: takenAt - 2 * hour,
  end: takenAt + 4 * hour,
  created: takenAt - 2 * hour,
  reservations: [],
  events: [],
  owner: mine,
  leaseId: undefined,
};
export const server: OwnedServer = {
  id: ids.server,
  name: 'hello_chameleon-ab1234',
  status: 'ACTIVE',
  taskState: undefined,
  vmState: 'active',
  powerState: 1,
  userId: ids.me,
  projectId: ids.project,
  created: takenAt - 1.5 * hour,
  updated: takenAt - 1.5 * hour,
  launchedAt: takenAt - 1.4 * hour,
  keyName: undefined,
  imageId: undefined,
  flavor: { originalName: 'reservation:1', vcpus: 1, ramMb: 2048, diskGb: 20 },
  hypervisorHostname: undefined,
  fault: undefined,
  addresses: [],
  securityGroups: [],
  volumeIds: [],
  description: undefined,
  owner: mine,
  leaseId: ids.lease,
};
export const otherServer: OwnedServer = {
  ...server,
  id: ids.otherServer,
  name: 'hello_chameleon-cd567',
  userId: ids.other,
  owner: theirs,
  leaseId: undefined,
};
export const floatingIp: OwnedFloatingIp = {
  id: ids.floatingIp,
  address: '129.114.26.7',
  fixedAddress: '10.56.1.7',
  portId: 'p',
  serverId: ids.server,
  status: 'ACTIVE',
  networkId: 'public',
  description: '',
  tags: [],
  created: undefined,
  owner: mine,
  leaseId: undefined,
};

const fresh: PartState = { state: 'fresh', asOf: takenAt, error: undefined };

/** The inventory of one site; parts can be replaced. */
export function inventory(changes: Partial<SiteInventory> = {}): Inventory {
  const site: SiteInventory = {
    cloud: 'kvm',
    site: { uid: 'kvm', name: siteName, web: '', authUrl: '', kind: 'kvm' },
    project: { id: ids.project, name: 'CHI-251409' },
    user: { id: ids.me, name: 'ab1234_nyu_edu' },
    roles: ['member'],
    parts: partsIn(fresh),
    signIn: undefined,
    clockOffset: 1500,
    ...noParts,
    leases: [lease],
    servers: [server, otherServer],
    floatingIps: [floatingIp],
    ...changes,
  };
  return { takenAt, sites: [site], people: [student, classmate] };
}

const steps: readonly [id: string, title: string, checks: readonly [string, string][]][] = [
  [
    'account',
    'Account and project',
    [
      ['auth-kvm', 'Sign-in works at KVM@TACC'],
      ['project-member', 'Member of a course project'],
    ],
  ],
  [
    'key',
    'SSH key',
    [
      ['local-key-exists', 'Key pair on this machine'],
      ['keypair-kvm-tacc', 'Key at KVM@TACC'],
      ['keypair-chi-tacc', 'Key at CHI@TACC'],
    ],
  ],
  [
    'reserve',
    'Reserve and launch',
    [
      ['lease-active', 'Lease is active'],
      ['server-active', 'Server is running'],
      ['server-image', 'Image is Ubuntu 24.04'],
      ['fip-associated', 'Address is attached'],
      ['port-22-open', 'SSH port answers'],
    ],
  ],
  [
    'login',
    'Log in',
    [
      ['ssh-login', 'Log in with the key'],
      ['hello-file', 'hello.txt was written'],
    ],
  ],
  ['transfer', 'Transfer files', [['scp-up', 'The edited file is back']]],
  ['delete', 'Clean up', [['cleanup-server', 'Server is deleted']]],
];

const check = (id: string, title: string): LabCheck => ({
  id,
  title,
  about: id === 'local-key-exists' ? 'thisMachine' : 'project',
  probe: { kind: 'manual', confirm: '', why: undefined },
  only: undefined,
  expect: [],
  save: {},
  needs: [],
  keep: id === 'hello-file',
  optional: false,
  hint: undefined,
  seen: undefined,
  fix: undefined,
});

export const lab: Lab = {
  id: 'lab1-hello-chameleon',
  title: 'Hello, Chameleon',
  edition: '2026-01',
  unit: 1,
  source: 'https://github.com/teaching-on-testbeds/hello-chameleon',
  sites: [siteName],
  expectedHours: 1.5,
  assist: { launch: false, repair: false },
  parameters: {},
  names: {},
  hosts: {
    node: {
      server: 'hello_chameleon-{{username}}',
      address: undefined,
      via: undefined,
      user: 'cc',
      only: undefined,
    },
  },
  services: {},
  keepFiles: [],
  reserve: [],
  launch: [],
  variants: {},
  steps: steps.map(([id, title, checks]) => ({
    id,
    title,
    only: undefined,
    cleanup: id === 'delete',
    checks: checks.map(([c, t]) => check(c, t)),
  })),
};

/** A result of the sample lab: passed, unless said otherwise. */
export function run(changes: Readonly<Record<string, Partial<CheckResult>>> = {}): LabRun {
  return {
    lab: lab.id,
    edition: lab.edition,
    variant: undefined,
    parameters: { username: 'ab1234' },
    checks: lab.steps.flatMap((step) =>
      step.checks.map((each): CheckResult => ({
        id: each.id,
        step: step.id,
        title: each.title,
        site: siteName,
        about: each.about,
        verdict: 'passed',
        cause: undefined,
        reason: 'Seen.',
        hint: undefined,
        seenAt: takenAt - 60_000,
        optional: false,
        ...changes[each.id],
      })),
    ),
  };
}

export const asInDemo: Parameters<typeof run>[0] = {
  'cleanup-server': {
    verdict: 'failed',
    reason: 'The server hello_chameleon-ab1234 is still there; delete it when you are done.',
  },
  'keypair-chi-tacc': {
    verdict: 'unknown',
    cause: 'unreachable',
    reason: 'CHI@TACC did not answer within 30 seconds.',
  },
  'hello-file': { verdict: 'passed earlier', seenAt: takenAt - hour },
};

/** A card of the sample run. */
export function card(
  changes: Parameters<typeof run>[0] = asInDemo,
  world: Inventory = inventory(),
): CardRecord {
  return cardRecord({
    run: run(changes),
    lab,
    inventory: world,
    subject: { kind: 'me' },
    takenAt,
    zone: 'America/New_York',
  });
}
