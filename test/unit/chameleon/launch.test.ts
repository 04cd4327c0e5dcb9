import assert from 'node:assert/strict';
import { Problem } from '../../../src/base';
import {
  groupOpening,
  launchServer,
  planLaunch,
  type LaunchPlan,
  type LaunchWish,
  type RawParts,
} from '../../../src/chameleon';
import type { Flavor, Image, SecurityGroup, SecurityGroupRule } from '../../../src/openstack';
import { EagerClock, FakeCloud, json, type Sent } from '../openstack/fakeCloud';
import { recordedAnswer } from '../openstack/recorded';
import { HOUR, inventoryOf, lease, network, now, onLease, OTHER, port, reservation, server } from './world';

const flavors: Flavor[] = [
  { id: '2', name: 'm1.small', vcpus: 1, ramMb: 2048, diskGb: 20 },
  { id: 'bm', name: 'baremetal', vcpus: 1, ramMb: 1024, diskGb: 20 },
];

function image(of: Partial<Image> & Pick<Image, 'id'>): Image {
  return { name: 'CC-Ubuntu24.04', status: 'active', visibility: 'public', owner: 'op', created: 1, ...of };
}

const raw: Partial<RawParts> = {
  leases: [
    lease({ id: 'l', name: 'lease_ab1234' }),
    lease({ id: 'later', name: 'later', status: 'PENDING', start: now + HOUR }),
    lease({ id: 'over', name: 'over', status: 'TERMINATED' }),
    lease({
      id: 'ips',
      name: 'ips',
      reservations: [reservation({ id: 'i', resourceType: 'virtual:floatingip' })],
    }),
    lease({
      id: 'node',
      name: 'node',
      reservations: [
        reservation({ id: 'ip', resourceType: 'virtual:floatingip' }),
        reservation({ id: 'h', resourceType: 'physical:host', amount: undefined, max: 2 }),
      ],
    }),
  ],
  images: [
    image({ id: 'old', created: 1 }),
    image({ id: 'new', created: 3 }),
    image({ id: 'mine', created: 9, visibility: 'private' }),
    image({ id: 'queued', created: 10, status: 'queued' }),
    image({ id: 'cuda', name: 'CC-Ubuntu24.04-CUDA' }),
  ],
  networks: [
    network({ id: 'shared', name: 'sharednet1', shared: true, projectId: 'op' }),
    network({ id: 'n', name: 'private-net-ab1234' }),
  ],
  keyPairs: [{ name: 'laptop', publicKey: 'ssh-rsa AAAA me@laptop', fingerprint: '' }],
};

const wish: LaunchWish = {
  name: 'node-ab1234',
  image: 'CC-Ubuntu24.04',
  leaseId: 'l',
  flavor: undefined,
  networks: ['sharednet1', 'private-net-ab1234'],
  groups: [{ name: 'allow-ssh', port: 22 }],
  keyPair: { name: 'laptop', publicKey: 'ssh-rsa AAAA another comment' },
  floatingIp: true,
  userData: undefined,
};

function plan(change: Partial<LaunchWish> = {}, more: Partial<RawParts> = {}, at = 'KVM@TACC') {
  const [site] = inventoryOf({ ...raw, ...more }, at).sites;
  assert.ok(site);
  return planLaunch({ ...wish, ...change }, { site, flavors, now });
}

function good(answer: ReturnType<typeof plan>): LaunchPlan {
  if ('request' in answer) return answer;
  throw new Error(answer.map(({ message }) => message).join(' '));
}

describe('the plan of a launch', () => {
  it('on a flavor lease: the reservation is the flavor, the newest public image is meant', () => {
    const { request, importKeyPair, groups, reservationIds } = good(plan());
    assert.deepEqual(request, {
      name: 'node-ab1234',
      imageId: 'new',
      flavorId: 'r-l',
      reservationHint: undefined,
      keyName: 'laptop',
      interfaces: [{ networkId: 'shared' }, { networkId: 'n' }],
      securityGroupIds: [],
      userData: undefined,
    });
    assert.equal(importKeyPair, undefined);
    assert.deepEqual(groups, [{ name: 'allow-ssh', port: 22 }]);
    assert.deepEqual(reservationIds, ['r-l']);
  });

  it('on a node: the flavor baremetal, the reservation (not the lease) as a hint, no groups, 10 to 20 minutes', () => {
    const { request, groups, usualMinutes } = good(plan({ leaseId: 'node' }, {}, 'CHI@TACC'));
    assert.deepEqual([request.flavorId, request.reservationHint], ['bm', 'h']);
    assert.deepEqual(groups, []);
    assert.deepEqual(usualMinutes, [10, 20]);
  });

  it('an interface may be a port that was made for the server, with its fixed address', () => {
    const ports = [
      port({ id: 'taken', name: 'port1_ab1234', deviceId: 'another' }),
      port({ id: 'free', name: 'port1_ab1234', deviceId: '' }),
    ];
    const { request } = good(plan({ networks: ['sharednet1', 'port1_ab1234'] }, { ports }));
    assert.deepEqual(request.interfaces, [{ networkId: 'shared' }, { portId: 'free' }]);
  });

  it('user data goes with the request, as long as Nova takes it: in base64', () => {
    const userData = `#!/bin/sh\n#${'ü'.repeat(24_569)}`;
    assert.equal(good(plan({ userData })).request.userData, userData);
    assert.ok(Buffer.from(userData).toString('base64').length <= 65_535);
  });

  it('a key that the site does not have is imported', () => {
    const keyPair = { name: 'other', publicKey: 'ssh-rsa BBBB' };
    assert.deepEqual(good(plan({ keyPair })).importKeyPair, keyPair);
  });

  const mate = server({ id: 'x', name: 'mate', userId: OTHER, flavor: onLease('l') });
  const refusals: [string, Partial<LaunchWish>, Partial<RawParts>, RegExp][] = [
    ['an image that is not there', { image: 'CC-Ubuntu20.04' }, {}, /no image.*CC-Ubuntu24\.04/],
    ['a lease that has not started', { leaseId: 'later' }, {}, /has not started; it does in 1 h/],
    ['a lease that is over', { leaseId: 'over' }, {}, /is over/],
    ['a lease that is gone', { leaseId: 'gone' }, {}, /not there any more/],
    ['a lease of addresses', { leaseId: 'ips' }, {}, /nothing to run/],
    ['a lease that is full, whoever fills it', {}, { servers: [mate] }, /full: mate runs/],
    ['a network that is not there', { networks: ['private'] }, {}, /no network or port private/],
    [
      'a port that another server has',
      { networks: ['port1_ab1234'] },
      { ports: [port({ id: 'taken', name: 'port1_ab1234', deviceId: 'another' })] },
      /port port1_ab1234 is another server’s/,
    ],
    ['no network', { networks: [] }, {}, /no network/],
    ['no key', { keyPair: undefined }, {}, /nobody can log in/],
    [
      'another key of that name',
      { keyPair: { name: 'laptop', publicKey: 'ssh-rsa BBBB' } },
      {},
      /another key/,
    ],
    [
      'user data that Nova does not take',
      { userData: `#!/bin/sh\n${'ü'.repeat(24_571)}` },
      {},
      /too long.*48 KB/,
    ],
    ['no name', { name: ' ' }, {}, /no name/],
    ['no lease and no flavor', { leaseId: undefined }, {}, /needs a lease/],
    ['a flavor that is not there', { leaseId: undefined, flavor: 'm1.huge' }, {}, /no flavor/],
    [
      'a second one of that name, which failed',
      {},
      { servers: [server({ id: 'e', name: 'node-ab1234', status: 'ERROR' })] },
      /already, which failed.*Delete it/,
    ],
  ];
  for (const [what, change, more, words] of refusals)
    it(`refuses ${what}`, () => {
      const answer = plan(change, more);
      assert.ok(!('request' in answer));
      const [problem] = answer;
      assert.match(`${problem?.message ?? ''} ${problem?.next ?? ''}`, words);
    });

  it('somebody else’s server of that name is no matter', () => {
    good(plan({}, { servers: [server({ id: 'e', name: 'node-ab1234', userId: OTHER })] }));
  });
});

function rule(of: Partial<SecurityGroupRule>): SecurityGroupRule {
  return {
    id: 'r',
    direction: 'ingress',
    protocol: 'tcp',
    portMin: 22,
    portMax: 22,
    remotePrefix: '0.0.0.0/0',
    remoteGroupId: undefined,
    etherType: 'IPv4',
    ...of,
  };
}

function group(id: string, name: string, ...rules: SecurityGroupRule[]): SecurityGroup {
  return { id, name, description: '', projectId: 'p1', rules };
}

describe('the group that opens a port', () => {
  const ssh = { name: 'allow-ssh', port: 22 };
  it('is found by what it does: of two of one name the one that opens', () => {
    const groups = [group('closed', 'allow-ssh'), group('open', 'allow-ssh', rule({}))];
    assert.equal(groupOpening(groups, ssh)?.id, 'open');
  });
  it('else one that lets in nothing else; never one that lets in more', () => {
    assert.equal(groupOpening([group('g', 'my-ssh', rule({}))], ssh)?.id, 'g');
    const wide = rule({ portMin: 1, portMax: 65_535 });
    assert.equal(groupOpening([group('g', 'all', rule({}), rule({ protocol: 'udp' }))], ssh), undefined);
    assert.equal(groupOpening([group('g', 'allow-ssh', wide)], ssh)?.id, 'g');
  });
  for (const [what, change] of [
    ['another port', { portMin: 80, portMax: 80 }],
    ['out', { direction: 'egress' }],
    ['UDP', { protocol: 'udp' }],
    ['its own members', { remoteGroupId: 'g' }],
    ['one network', { remotePrefix: '10.0.0.0/8' }],
    ['IPv6', { etherType: 'IPv6' }],
  ] as const)
    it(`is none that lets in ${what}`, () => {
      assert.equal(groupOpening([group('g', 'allow-ssh', rule(change))], ssh), undefined);
    });
});

/** A cloud in which a server is built in three looks, with a port and a reserved address. */
class Building extends FakeCloud {
  looks = 0;
  end: 'ACTIVE' | 'ERROR' = 'ACTIVE';
  refusal: { readonly recorded: string; readonly status: number } | undefined;

  constructor() {
    super((sent) => this.#answer(sent));
    this.clock = new EagerClock();
  }

  #answer({ method, url, body }: Sent): Response {
    const { pathname } = url;
    if (method === 'POST' && pathname.endsWith('/servers'))
      return this.refusal === undefined
        ? json({ server: { id: 's' } }, 202)
        : recordedAnswer(this.refusal.recorded, this.refusal.status);
    if (pathname.endsWith('/servers/s')) {
      this.looks += 1;
      const done = this.looks > 2;
      return json({ server: this.#server(done) });
    }
    if (pathname.endsWith('/servers/detail')) return json({ servers: [this.#server(false)] });
    if (pathname.endsWith('/ports'))
      return json({
        ports: [
          {
            id: 'p',
            network_id: 'n',
            device_id: 's',
            status: 'ACTIVE',
            security_groups: ['default'],
            fixed_ips: [],
          },
        ],
      });
    if (method === 'PUT' && pathname.includes('/ports/'))
      return json({ port: { id: 'p', network_id: 'n', status: 'ACTIVE' } });
    if (pathname.endsWith('/security-groups'))
      return json({
        security_groups: [
          {
            id: 'g',
            name: 'allow-ssh',
            project_id: 'p1',
            security_group_rules: [
              { id: 'r', direction: 'ingress', protocol: 'tcp', port_range_min: 22, port_range_max: 22 },
            ],
          },
        ],
      });
    const ip = {
      id: 'f',
      floating_ip_address: '1.2.3.4',
      status: 'DOWN',
      floating_network_id: 'public',
      tags: ['blazar', 'reservation:r-l'],
    };
    if (method === 'GET' && pathname.endsWith('/floatingips')) return json({ floatingips: [ip] });
    if (method === 'PUT') return json({ floatingip: { ...ip, ...(body as object) } });
    return json({ conflictingRequest: { code: 409, message: 'unexpected' } }, 409);
  }

  #server(done: boolean): object {
    return {
      id: 's',
      name: 'node-ab1234',
      status: done ? this.end : 'BUILD',
      user_id: 'u1',
      tenant_id: 'p1',
      created: new Date(this.clock.now()).toISOString(),
      flavor: {},
      'OS-EXT-STS:task_state': done ? null : 'spawning',
      ...(done && this.end === 'ERROR'
        ? { fault: { code: 500, message: 'No valid host was found. There are not enough hosts available.' } }
        : {}),
    };
  }
}

/** A clock on which waits are over at once, and took their time. */
class WaitingClock extends EagerClock {
  override after(ms: number, run: () => void): () => void {
    if (ms < 10_000) this.pass(ms);
    return super.after(ms, run);
  }
}

describe('a launch', () => {
  const launchPlan = good(plan());
  const run = (cloud: Building, ssh: boolean[] = [true], signal?: AbortSignal) => {
    const steps: string[] = [];
    const done = launchServer({
      session: cloud.session(),
      clock: cloud.clock,
      plan: launchPlan,
      say: (step) => steps.push(step),
      answersSsh: () => Promise.resolve(ssh.shift() ?? false),
      signal,
    });
    return { steps, done };
  };

  it('goes from the request to SSH: groups by id, the reserved address on the port', async () => {
    const cloud = new Building();
    const { steps, done } = run(cloud, [false, false, true]);
    const { server: made, ip, ssh, notes } = await done;
    assert.deepEqual([made.status, ip?.address, ssh, notes], ['ACTIVE', '1.2.3.4', true, []]);
    const puts = cloud.calls.filter(({ method }) => method === 'PUT').map(({ body }) => body);
    assert.deepEqual(puts, [
      { port: { security_groups: ['default', 'g'] } },
      { floatingip: { port_id: 'p' } },
    ]);
    // Nothing was allocated: the lease had an address.
    assert.ok(
      !cloud.calls.some(({ method, url }) => method === 'POST' && url.pathname.endsWith('/floatingips')),
    );
    assert.ok(steps.some((step) => step.includes('being installed (usually 1 to 3 minutes)')));
    assert.match(steps.at(-1) ?? '', /until SSH answers at 1\.2\.3\.4/);
  });

  it('in ERROR: the likely cause, and what to do', async () => {
    const cloud = new Building();
    cloud.end = 'ERROR';
    await assert.rejects(run(cloud).done, (thrown: unknown) => {
      assert.ok(thrown instanceof Problem);
      assert.match(thrown.message, /No host took it/);
      assert.match(thrown.next ?? '', /Delete it/);
      return true;
    });
  });

  const refused: [string, number, RegExp, RegExp][] = [
    ['nova-server-create-403-quota', 403, /quota is used up/, /Delete servers/],
    ['nova-server-create-403-ports', 403, /quota is used up: .*ports/, /Delete servers/],
    ['nova-server-create-403-reader', 403, /Policy doesn't allow/, /role/],
    ['nova-server-create-400-flavor', 400, /does not know the reserved flavor yet/, /half a minute/],
  ];
  for (const [recorded, status, what, next] of refused)
    it(`${recorded}: refused in words, and nothing is left`, async () => {
      const cloud = new Building();
      cloud.refusal = { recorded, status };
      await assert.rejects(run(cloud).done, (thrown: unknown) => {
        assert.ok(thrown instanceof Problem);
        assert.match(thrown.message, what);
        assert.match(thrown.next ?? '', next);
        return true;
      });
      assert.equal(cloud.looks, 0);
    });

  it('SSH that never answers is told, not waited for without end', async () => {
    const cloud = new Building();
    cloud.clock = new WaitingClock();
    const started = cloud.clock.now();
    const { ssh } = await run(cloud, []).done;
    assert.equal(ssh, false);
    assert.ok(cloud.clock.now() - started >= 15 * 60_000);
  });

  it('a cancel ends the waiting, and deletes nothing', async () => {
    const cloud = new Building();
    const stop = new AbortController();
    stop.abort();
    await assert.rejects(run(cloud, [], stop.signal).done, { name: 'AbortError' });
    assert.ok(!cloud.calls.some(({ method }) => method === 'DELETE'));
  });
});
