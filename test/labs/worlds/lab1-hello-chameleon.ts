import { idOf } from '../wire';
import { must, type LabWorlds, type RightWorld } from '../world';

const parameters = { username: 'alexbaker', keyFile: '~/.ssh/id_rsa_chameleon.pub', folder: '~' };
const name = 'hello_chameleon-alexbaker';
const publicKey = `ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB${'k3yB0dy'.repeat(20)}`;
const otherKey = `ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB${'0therKe'.repeat(20)}`;
const greeting = 'Hello from hello-chameleon-alexbaker\n';
const FILE = 'cat /home/cc/hello.txt';
const gone = {
  status: 404,
  body: {
    NeutronError: { type: 'FloatingIPNotFound', message: 'Floating IP could not be found.', detail: '' },
  },
};
const cleanup = ['cleanup-server', 'cleanup-fip', 'cleanup-lease'];

/** After the login, before the file was edited. */
const running: RightWorld = {
  name: 'running',
  parameters,
  inventory: {
    leases: [{ name, flavor: 'm1.small' }],
    servers: [{ name, lease: name, securityGroups: ['default', 'allow-ssh'] }],
    floatingIps: [{ address: '129.114.26.7', server: name }],
    keyPairs: ['KVM@TACC', 'CHI@TACC', 'CHI@UC'].map((site) => ({
      name: 'id_rsa_chameleon',
      publicKey: `${publicKey} me@laptop`,
      site,
    })),
  },
  openstack: { 'CHI@TACC': {}, 'CHI@UC': {} },
  ssh: { server: { hostname: 'hello-chameleon-alexbaker\n', [FILE]: greeting } },
  tcp: { server: { 22: 'SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13.5\r\n' } },
  local: { '~/.ssh/id_rsa_chameleon.pub': `${publicKey} alex@laptop\n`, '~/hello.txt': greeting },
  passes: { except: ['scp-up', ...cleanup] },
};

const edited: RightWorld = {
  ...running,
  name: 'edited',
  after: 'running',
  ssh: { server: { hostname: 'hello-chameleon-alexbaker\n', [FILE]: `${greeting}and back\n` } },
  passes: { except: cleanup },
};

const deleted: RightWorld = {
  ...running,
  name: 'deleted',
  after: 'edited',
  inventory: { keyPairs: running.inventory?.keyPairs ?? [] },
  openstack: {
    ...running.openstack,
    'KVM@TACC': { [`network /v2.0/floatingips/${idOf('floatingip', '129.114.26.7')}`]: gone },
  },
  ssh: {},
  tcp: {},
  passes: { except: ['sg-allow-ssh', 'sg-attached'] },
};

/** What is there, changed in place. */
const lease = (world: RightWorld) => must(world.inventory?.leases?.[0]);
const server = (world: RightWorld) => must(world.inventory?.servers?.[0]);
const says = (command: string, stdout: string | { exit: number; stdout: string }) => (world: RightWorld) => {
  must(world.ssh?.['server'])[command] = stdout;
};
const withoutKey = (site: string) => (world: RightWorld) => {
  for (const pair of must(world.inventory?.keyPairs)) if (pair.site === site) pair.publicKey = otherKey;
};
const groups = (ports: number[]) => (world: RightWorld) => {
  must(world.inventory).securityGroups = [{ name: 'allow-ssh', ports }];
};
const answer = (path: string, body: unknown) => (world: RightWorld) => {
  must(world.openstack)['KVM@TACC'] = { ...world.openstack?.['KVM@TACC'], [path]: body };
};

export const lab: LabWorlds = {
  id: 'lab1-hello-chameleon',
  worlds: [running, edited, deleted],
  wrong: [
    {
      failure: 1,
      name: 'not yet in a project',
      change: answer('identity /auth/projects', { projects: [], links: {} }),
      fails: ['project-member'],
      hint: /join link/,
    },
    {
      failure: 2,
      name: 'incoming traffic is blocked',
      change: (world) => {
        server(world).securityGroups = ['default'];
        must(world.inventory).securityGroups = [{ name: 'allow-ssh', ports: [22] }];
        must(world.tcp?.['server'])[22] = { down: 'timeout' };
      },
      fails: ['sg-attached'],
      unknown: ['port-22-open', 'ssh-login'],
      hint: /blocked/,
    },
    {
      failure: 3,
      name: 'no key at this site',
      change: (world) => {
        withoutKey('KVM@TACC')(world);
        must(world.ssh)['server'] = { '*': { down: 'auth' } };
      },
      fails: ['keypair-kvm-tacc', 'ssh-login'],
      hint: /Import/,
    },
    {
      failure: 4,
      name: 'wrong path of the key',
      change: (world) => {
        world.parameters['keyFile'] = '~/.ssh/id_rsa.pub';
      },
      fails: ['local-key-exists'],
      hint: /path/,
    },
    { failure: 5, name: 'host key prompt', invisible: 'A prompt of ssh on the person’s own machine.' },
    {
      failure: 6,
      name: 'the file was written on the laptop',
      change: says(FILE, 'Hello from laptop\n'),
      fails: ['hello-file'],
      hint: /SSH session/,
    },
    {
      failure: 7,
      name: 'the dot of scp was dropped',
      change: (world) => {
        delete must(world.local)['~/hello.txt'];
      },
      fails: ['scp-down'],
      hint: /dot/,
    },
    {
      failure: 8,
      name: 'work lost with the server',
      invisible: 'What was not kept is not there to be seen.',
    },
    { failure: 9, name: 'somebody else’s server deleted', invisible: 'It is missing in another’s lab.' },
    {
      failure: 10,
      name: 'the lease has ended',
      change: (world) => {
        lease(world).status = 'TERMINATED';
        must(world.inventory).servers = [];
      },
      fails: ['lease-active', 'server-active'],
      hint: /can't be revived/,
    },
    {
      failure: 11,
      name: 'a group with the right name and without the rule',
      change: (world) => {
        server(world).securityGroups = ['default', 'my-allow-ssh-9'];
        must(world.inventory).securityGroups = [
          { name: 'allow-ssh', ports: [22] },
          { name: 'my-allow-ssh-9', ports: [80] },
        ];
      },
      fails: ['sg-attached'],
      hint: /allow-ssh/,
    },
    {
      failure: 12,
      name: 'no reservation',
      change: (world) => {
        must(world.inventory).leases = [];
        server(world).status = 'ERROR';
      },
      fails: ['lease-active', 'server-active'],
    },
  ],
  alike: {
    'auth-kvm': [answer('identity /auth/projects', { error: { code: 200, message: 'hm' } })],
    'project-member': [
      answer('identity /auth/projects', { projects: [{ id: 'a', name: 'XCHI-1', enabled: true }] }),
      answer('identity /auth/projects', { projects: [{ id: 'a', name: 'CHI-1', enabled: false }] }),
    ],
    'local-key-exists': [
      (world) => {
        must(world.local)['~/.ssh/id_rsa_chameleon.pub'] = '-----BEGIN OPENSSH PRIVATE KEY-----\n';
      },
    ],
    'keypair-kvm-tacc': [withoutKey('KVM@TACC')],
    'keypair-chi-tacc': [withoutKey('CHI@TACC')],
    'keypair-chi-uc': [withoutKey('CHI@UC')],
    'lease-active': [
      (world) => {
        lease(world).status = 'PENDING';
      },
      (world) => {
        lease(world).end = '2026-06-01T14:59:00Z';
      },
    ],
    'lease-flavor-small': [
      (world) => {
        lease(world).flavor = 'm1.smaller';
      },
      (world) => {
        lease(world).amount = 2;
      },
    ],
    'lease-duration': [
      (world) => {
        lease(world).end = '2026-06-01T19:00:00Z';
      },
    ],
    'server-active': [
      (world) => {
        server(world).status = 'SHUTOFF';
      },
    ],
    'server-image': [
      (world) => {
        server(world).image = 'CC-Ubuntu24.04-CUDA';
      },
    ],
    'server-flavor-reserved': [
      (world) => {
        delete server(world).lease;
        server(world).flavor = 'm1.small';
      },
    ],
    'server-sharednet1': [
      (world) => {
        server(world).networks = ['sharednet10'];
      },
    ],
    'fip-associated': [
      (world) => {
        must(world.inventory?.floatingIps?.[0]).status = 'DOWN';
      },
      (world) => {
        delete must(world.inventory?.floatingIps?.[0]).server;
      },
    ],
    'sg-allow-ssh': [groups([222]), groups([])],
    'sg-attached': [
      (world) => {
        server(world).securityGroups = ['default'];
      },
    ],
    'port-22-open': [
      (world) => {
        must(world.tcp?.['server'])[22] = 'HTTP/1.1 400 Bad Request\r\n';
      },
    ],
    'ssh-login': [says('hostname', 'laptop\n'), says('hostname', 'hello-chamaleon\n')],
    'hello-file': [says(FILE, 'Hello from node1\n'), says(FILE, { exit: 1, stdout: greeting })],
    'scp-down': [
      (world) => {
        must(world.local)['~/hello.txt'] = '';
      },
    ],
    'scp-up': [says(FILE, greeting), says(FILE, '  \n')],
    'cleanup-server': [
      (world) => {
        must(world.inventory).servers = [{ name }];
      },
    ],
    'cleanup-fip': [
      answer(`network /v2.0/floatingips/${idOf('floatingip', '129.114.26.7')}`, {
        floatingip: { id: idOf('floatingip', '129.114.26.7'), port_details: null },
      }),
    ],
    'cleanup-lease': [
      (world) => {
        must(world.inventory).leases = [{ name, status: 'ERROR' }];
      },
    ],
  },
  exempt: {
    'auth-kvm': { none: 'who is in no project is signed in all the same' },
    'scp-up': {
      HTML: 'any text that was edited is right',
      null: 'any text that was edited is right',
    },
  },
};
