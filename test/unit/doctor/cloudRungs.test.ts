import assert from 'node:assert/strict';
import type { OwnedServer, SiteInventory } from '../../../src/chameleon';
import { cloudRungs, type CloudFacts } from '../../../src/doctor/cloudRungs';
import type { Rung } from '../../../src/doctor';
import { NOW, right, wrong } from './right';

type Facts = ReturnType<typeof right>;
const MINUTE = 60_000;

function server(facts: Facts, change: Partial<OwnedServer>): void {
  const changed = { ...facts.server, ...change };
  facts.server = changed;
  facts.site = { ...facts.site, servers: [changed] };
}
function part<K extends keyof SiteInventory>(facts: Facts, name: K, change: object): void {
  const list = facts.site[name];
  assert.ok(Array.isArray(list));
  const [first, ...rest] = list as object[];
  facts.site = { ...facts.site, [name]: [{ ...first, ...change }, ...rest] };
}
function without(facts: Facts, name: keyof SiteInventory): void {
  facts.site = { ...facts.site, [name]: [] };
}
function group(facts: Facts, rule: object | undefined): void {
  facts.site = {
    ...facts.site,
    securityGroups: facts.site.securityGroups.map((each) =>
      each.id === 'g1'
        ? { ...each, rules: rule === undefined ? [] : each.rules.map((one) => ({ ...one, ...rule })) }
        : each,
    ),
  };
}
function unanswered(facts: Facts, name: string): void {
  const parts = {
    ...facts.site.parts,
    [name]: { state: 'stale', asOf: 1, error: { what: 'Neutron is away.', next: 'Wait.' } },
  };
  facts.site = { ...facts.site, parts };
}
function bareMetal(facts: Facts): void {
  facts.site = { ...facts.site, site: { ...facts.site.site, name: 'CHI@TACC', kind: 'baremetal' } };
  facts.console = undefined;
}
const noAddress = (facts: Facts): void => {
  server(facts, { addresses: facts.server.addresses.filter(({ kind }) => kind === 'fixed') });
  without(facts, 'floatingIps');
};

/** One thing wrong each; the ladder says that and nothing else. */
const cases: readonly [string, (facts: Facts) => void, readonly string[], RegExp, Rung['repair']?][] = [
  ['nothing', () => undefined, [], /./],
  ['the lease has ended', (f) => part(f, 'leases', { end: NOW - 1 }), ['lease failed'], /has ended/],
  [
    'the lease is over by status',
    (f) => part(f, 'leases', { status: 'TERMINATED' }),
    ['lease failed'],
    /has ended/,
  ],
  [
    'the lease has not begun',
    (f) => part(f, 'leases', { status: 'PENDING', start: NOW + 5 * MINUTE }),
    ['lease failed'],
    /starts in 5 m/,
  ],
  ['the lease is in error', (f) => part(f, 'leases', { status: 'ERROR' }), ['lease failed'], /in error/],
  ['the lease is gone', (f) => without(f, 'leases'), ['lease failed'], /is gone/],
  ['the leases are not told', (f) => unanswered(f, 'leases'), ['lease unknown'], /Neutron is away/],
  [
    'the server is being built',
    (f) => server(f, { status: 'BUILD', created: NOW - MINUTE }),
    ['server failed'],
    /being built since 1 m/,
  ],
  [
    'the build hangs',
    (f) => server(f, { status: 'BUILD', created: NOW - 40 * MINUTE }),
    ['server failed'],
    /being built since 40 m/,
  ],
  [
    'the build failed',
    (f) =>
      server(f, {
        status: 'ERROR',
        fault: { code: 500, message: 'No valid host was found. There are not enough hosts available.' },
      }),
    ['server failed'],
    /No node was found/,
  ],
  [
    'the build failed oddly',
    (f) =>
      server(f, { status: 'ERROR', fault: { code: 500, message: 'Exceeded maximum number of retries.' } }),
    ['server failed'],
    /Exceeded maximum/,
  ],
  [
    'the build failed silently',
    (f) => server(f, { status: 'ERROR', fault: undefined }),
    ['server failed'],
    /does not say why/,
  ],
  [
    'the server is shut off',
    (f) => server(f, { status: 'SHUTOFF' }),
    ['server failed'],
    /not running/,
    'openInHorizon',
  ],
  ['the server restarts', (f) => server(f, { status: 'HARD_REBOOT' }), ['server failed'], /restarting/],
  [
    'the server is in an unknown state',
    (f) => server(f, { status: 'MIGRATING' }),
    ['server failed'],
    /MIGRATING/,
    'openInHorizon',
  ],
  [
    'the kernel panicked',
    (f) => (f.console = `${f.console ?? ''}\n[ 9.1] Kernel panic - not syncing: VFS`),
    ['console failed'],
    /panicked/,
    'openInHorizon',
  ],
  [
    'it waits in emergency mode',
    (f) => (f.console = 'Linux version 6\nYou are in emergency mode. After logging in'),
    ['console failed'],
    /emergency/,
    'openInHorizon',
  ],
  [
    'it has no address',
    (f) =>
      (f.console =
        'Linux version 6\nci-info: | ens3 | False | . | . | . | fa:16 |\nci-info: | lo | True | 127.0.0.1 | a | host | . |\nnode1 login: '),
    ['console failed'],
    /without getting an address/,
    'openInHorizon',
  ],
  [
    'its disk is full',
    (f) => (f.console = `${f.console ?? ''}\n: No space left on device\n`),
    ['console failed'],
    /disk is full/,
  ],
  [
    'its console does not come to an end',
    (f) => (f.console = 'Linux version 6\n[1.0] systemd'),
    ['console unknown'],
    /end of its boot/,
  ],
  ['its console is empty', (f) => (f.console = ' \n'), ['console unknown'], /empty/],
  ['there is no console', (f) => (f.console = undefined), ['console unknown'], /shows no console/],
  ['it has no public address', noAddress, ['address failed'], /no public address/, 'attachFloatingIp'],
  [
    'the address was taken away',
    (f) => part(f, 'floatingIps', { portId: undefined, serverId: undefined }),
    ['address failed'],
    /not attached to it any more/,
    'attachFloatingIp',
  ],
  [
    'the address was released',
    (f) => without(f, 'floatingIps'),
    ['address failed'],
    /not attached/,
    'attachFloatingIp',
  ],
  [
    'the address is on another’s port',
    (f) => part(f, 'floatingIps', { portId: 'port9', serverId: undefined }),
    ['address failed'],
    /something else/,
    'attachFloatingIp',
  ],
  [
    'the address leads to an old one',
    (f) => part(f, 'floatingIps', { fixedAddress: '10.56.0.99' }),
    ['address failed'],
    /does not have/,
    'attachFloatingIp',
  ],
  ['the address is down', (f) => part(f, 'floatingIps', { status: 'DOWN' }), ['address failed'], /down/],
  [
    'its network has no router',
    (f) => (f.site = { ...f.site, ports: f.site.ports.slice(0, 1) }),
    ['address failed'],
    /no router/,
    'openInHorizon',
  ],
  [
    'its network has no router, so that it has no address either',
    (f) => {
      noAddress(f);
      f.site = { ...f.site, ports: f.site.ports.slice(0, 1) };
    },
    ['address failed'],
    /no router/,
    'openInHorizon',
  ],
  ['it has no port', (f) => without(f, 'ports'), ['address failed'], /no network/],
  ['floating IPs are not told', (f) => unanswered(f, 'floatingIps'), ['address unknown'], /away/],
  [
    'no group opens SSH',
    (f) => group(f, undefined),
    ['securityGroup failed'],
    /None of its security groups \(“default”, “allow-ssh”\)/,
    'openSshPort',
  ],
  [
    'the group opens another port',
    (f) => group(f, { portMin: 80, portMax: 80 }),
    ['securityGroup failed'],
    /None/,
    'openSshPort',
  ],
  [
    'the group opens UDP',
    (f) => group(f, { protocol: 'udp' }),
    ['securityGroup failed'],
    /None/,
    'openSshPort',
  ],
  [
    'the group opens what goes out',
    (f) => group(f, { direction: 'egress' }),
    ['securityGroup failed'],
    /None/,
    'openSshPort',
  ],
  [
    'the group opens IPv6',
    (f) => group(f, { etherType: 'IPv6' }),
    ['securityGroup failed'],
    /None/,
    'openSshPort',
  ],
  [
    'the group opens to its members alone, as “default” does',
    (f) => group(f, { remotePrefix: undefined, remoteGroupId: 'g0' }),
    ['securityGroup failed'],
    /None of its security groups/,
    'openSshPort',
  ],
  [
    'the group opens to a campus',
    (f) => group(f, { remotePrefix: '128.0.0.0/8' }),
    ['securityGroup unknown'],
    /some addresses/,
    'openSshPort',
  ],
  [
    'it has no group',
    (f) => part(f, 'ports', { securityGroupIds: [] }),
    ['securityGroup failed'],
    /no security group/,
    'openSshPort',
  ],
  [
    'a group can’t be seen',
    (f) => part(f, 'ports', { securityGroupIds: ['g0', 'gone'] }),
    ['securityGroup unknown'],
    /can’t be seen/,
  ],
  ['groups are not told', (f) => unanswered(f, 'securityGroups'), ['securityGroup unknown'], /away/],
  [
    'no key of mine fits',
    (f) => (f.held = [{ publicKey: 'ssh-rsa B', matches: false }]),
    ['keyPair failed'],
    /None of the private keys/,
  ],
  ['no key is here', (f) => (f.held = []), ['keyPair failed'], /no private key on this machine/],
  ['I have no key pair', (f) => without(f, 'keyPairs'), ['keyPair failed'], /no key pair at KVM/],
  ['it is somebody else’s', (f) => (f.held = undefined), ['keyPair unknown'], /key pair “laptop”/],
];

describe('the rungs that the cloud answers', () => {
  for (const [name, change, expected, words, repair] of cases)
    it(`say so when ${name}`, () => {
      const facts = right();
      change(facts);
      const rungs = cloudRungs(facts);
      assert.deepEqual(wrong(rungs), expected);
      const [first] = rungs.filter(({ verdict }) => verdict !== 'passed');
      if (first === undefined) return;
      assert.match(first.what, words);
      assert.equal(first.repair, repair);
      if (first.verdict === 'failed') assert.ok(first.next, 'every failure has a next step');
    });

  it('stop where nothing above makes sense', () => {
    const last = (change: (facts: Facts) => void): string | undefined => {
      const facts = right();
      change(facts);
      return cloudRungs(facts).at(-1)?.id;
    };
    assert.equal(
      last((f) => part(f, 'leases', { end: NOW - 1 })),
      'lease',
    );
    assert.equal(
      last((f) => server(f, { status: 'ERROR' })),
      'server',
    );
    assert.equal(last(noAddress), 'address');
    assert.equal(
      last((f) => group(f, undefined)),
      'keyPair',
      'a group may be right and still be judged wrong',
    );
  });

  it('are right through another server of mine, on a shared network, and without port security', () => {
    const through = right();
    noAddress(through);
    const gate = { ...through.server, id: 's2', name: 'gate', addresses: right().server.addresses };
    through.site = { ...through.site, servers: [through.server, gate] };
    assert.deepEqual(wrong(cloudRungs(through)), []);
    group(through, { remotePrefix: undefined, remoteGroupId: 'g0' });
    assert.deepEqual(
      wrong(cloudRungs(through)),
      ['securityGroup unknown'],
      'the other one may be a member of the group that is let in',
    );

    const shared = right();
    part(shared, 'networks', { shared: true, projectId: 'admin' });
    shared.site = { ...shared.site, ports: shared.site.ports.slice(0, 1) };
    assert.deepEqual(wrong(cloudRungs(shared)), []);

    const open = right();
    group(open, undefined);
    part(open, 'ports', { portSecurity: false });
    assert.deepEqual(wrong(cloudRungs(open)), []);
  });

  it('on bare metal expect no console and no security groups, and a long boot', () => {
    const facts: CloudFacts & Facts = right();
    bareMetal(facts);
    group(facts, undefined);
    server(facts, { launchedAt: NOW - 2 * MINUTE });
    const rungs = cloudRungs(facts);
    assert.deepEqual(wrong(rungs), ['console unknown']);
    assert.match(rungs.find(({ id }) => id === 'server')?.what ?? '', /up to 10 minutes later/);
  });

  it('count only the last boot on the console', () => {
    const facts = right();
    facts.console = `Linux version 5\nKernel panic - not syncing: once\n${facts.console ?? ''}`;
    assert.deepEqual(wrong(cloudRungs(facts)), []);
  });
});
