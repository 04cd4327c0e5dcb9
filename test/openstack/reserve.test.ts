/** Leases from wish to end on a real Blazar. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { parse } from 'yaml';
import { Problem, systemClock } from '../../src/base';
import {
  awaitActive,
  deleteLease,
  explainRefusal,
  freeCount,
  giveUpFloatingIps,
  planLease,
  renameLease,
  reserveLease,
  shortenLease,
  type LeasePlan,
  type LeaseWish,
  type Site,
  type WishedResource,
} from '../../src/chameleon';
import { timelines } from '../../src/chameleon/availability/timeline';
import {
  createLease,
  getLease,
  listFlavors,
  listHostAllocations,
  listHosts,
  listLeases,
  listNetworks,
  OpenStackError,
  scopeToken,
  Session,
  type Lease,
} from '../../src/openstack';
import { cloud, session } from './clouds';
import { idNamed, until } from './made';
import { oslab } from './start';

const HOUR = 3_600_000;
/** The lab is one site with hosts and flavors alike. */
const site: Site = {
  uid: 'lab',
  name: 'KVM@TACC',
  web: 'http://127.0.0.1',
  authUrl: 'http://127.0.0.1:15000/v3',
  kind: 'unknown',
};
const node = { kind: 'hosts', nodeType: 'compute_skylake', amount: 1 } as const;

/** Stock Blazar shows its hosts to operators alone; Chameleon's policy shows them to members. */
async function administrator(): Promise<Session> {
  const file = v.parse(
    adminFile,
    parse(readFileSync(path.join(oslab, 'creds', 'admin.clouds.yaml'), 'utf8')),
  );
  const { auth } = file.clouds.admin;
  const own = cloud('student_a');
  return new Session(own, {
    fetch,
    clock: systemClock,
    random: Math.random,
    signIn: async (config, outside) => {
      const user = {
        name: auth.username,
        password: auth.password,
        domain: { name: auth.user_domain_name },
      };
      const project = { name: auth.project_name, domain: { name: auth.project_domain_name } };
      const answer = await fetch(`${config.authUrl}/auth/tokens`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
          auth: { identity: { methods: ['password'], password: { user } }, scope: { project } },
        }),
      });
      const { token } = v.parse(adminToken, await answer.json());
      return scopeToken(
        config.authUrl,
        answer.headers.get('x-subject-token') ?? '',
        token.project.id,
        outside,
      );
    },
  });
}

const adminFile = v.object({
  clouds: v.object({
    admin: v.object({
      auth: v.object({
        username: v.string(),
        password: v.string(),
        project_name: v.string(),
        user_domain_name: v.string(),
        project_domain_name: v.string(),
      }),
    }),
  }),
});
const adminToken = v.object({ token: v.object({ project: v.object({ id: v.string() }) }) });

describe('reserving on a real Blazar', function () {
  this.timeout(180_000);
  const open = session(cloud('student_a'));
  const made: string[] = [];
  afterEach(async () => {
    for (const id of made.splice(0)) {
      const lease = await getLease(open, id).catch(() => undefined);
      if (lease !== undefined) await deleteLease(open, lease);
    }
  });

  function planned(resources: readonly WishedResource[], over: Partial<LeaseWish> = {}): LeasePlan {
    const now = Date.now() + open.clockOffset;
    const plan = planLease(
      { name: 'reserve-ab1234', start: 'now', end: now + 2 * HOUR, resources, ...over },
      site,
      now,
    );
    assert.ok('request' in plan, JSON.stringify(plan));
    return plan;
  }

  async function reserved(plan: LeasePlan): Promise<Lease> {
    const lease = await reserveLease({ session: open, plan, clock: systemClock });
    made.push(lease.id);
    return lease;
  }

  async function refusal(plan: LeasePlan): Promise<string> {
    try {
      await reserved(plan);
    } catch (thrown) {
      assert.ok(thrown instanceof Problem && thrown.next !== undefined);
      return thrown.message;
    }
    throw new Error('it was not refused');
  }

  async function publicNetwork(): Promise<string> {
    return idNamed(await listNetworks(open), 'public');
  }

  it('a node with an address becomes active; renamed, shortened, its address given up, deleted', async () => {
    const ips = { kind: 'floatingIps', networkId: await publicNetwork(), amount: 1 } as const;
    const lease = await reserved(planned([node, ips]));
    const seen: string[] = [];
    const active = await awaitActive({
      session: open,
      lease,
      clock: systemClock,
      seen: ({ status }) => seen.push(status),
    });
    assert.equal(active.status, 'ACTIVE', seen.join());
    const renamed = await renameLease({ session: open, lease: active, name: 'renamed-ab1234' });
    assert.deepEqual([renamed.outcome, renamed.lease.name], ['changed', 'renamed-ab1234']);
    const shorter = await shortenLease({ session: open, lease: renamed.lease, end: active.end - HOUR });
    assert.deepEqual([shorter.outcome, shorter.lease.end], ['changed', active.end - HOUR]);
    assert.deepEqual(
      shorter.differences.filter(({ what }) => what === 'end'),
      [{ what: 'end', before: active.end, now: active.end - HOUR }],
    );
    await until(
      () => getLease(open, lease.id),
      ({ status }) => status === 'ACTIVE',
    );
    const without = await giveUpFloatingIps({ session: open, lease: await getLease(open, lease.id) });
    // This Blazar may refuse an amount of none; whatever it does is said, and the lease is read again.
    if (without.outcome === 'refused') assert.ok(without.what.length > 10);
    await deleteLease(open, await getLease(open, lease.id));
    assert.ok(!(await listLeases(open)).some(({ id }) => id === lease.id));
  });

  it('a flavor, and a lease that begins later', async () => {
    const id = idNamed(await listFlavors(open), 'm1.tiny');
    const flavor = { kind: 'flavor', id, name: 'm1.tiny', amount: 1 } as const;
    const start = Date.now() + 24 * HOUR;
    const lease = await reserved(planned([flavor], { start, end: start + HOUR }));
    assert.equal((await awaitActive({ session: open, lease, clock: systemClock })).status, 'PENDING');
    assert.equal(lease.start, Math.floor(start / 60_000) * 60_000);
  });

  it('what is free agrees with what Blazar then lends', async () => {
    const operator = await administrator();
    const types = async () =>
      timelines({
        hosts: await listHosts(operator),
        allocations: await listHostAllocations(operator),
        leases: await listLeases(open),
        projectId: undefined,
        myUserId: (await open.token()).user.id,
      });
    const start = Date.now() + 72 * HOUR;
    const span = { start, end: start + HOUR };
    const before = (await types()).find(({ nodeType }) => nodeType === 'compute_skylake');
    assert.ok(before !== undefined && before.nodes.length > 0);
    const free = freeCount(before, span);
    assert.ok(free > 0);
    const lease = await reserved(planned([{ ...node, amount: free }], span));
    const after = (await types()).find(({ nodeType }) => nodeType === 'compute_skylake');
    assert.ok(after);
    assert.equal(freeCount(after, span), 0);
    const mine = after.nodes
      .flatMap(({ bookings }) => bookings)
      .filter(({ leaseId }) => leaseId === lease.id);
    assert.deepEqual([mine.length, mine.every(({ whose }) => whose === 'mine')], [free, true]);
    assert.match(await refusal(planned([node], span)), /No node is free/);
  });

  it('more than there is, a type that nobody has, and more addresses than the pool: each in words', async () => {
    assert.match(await refusal(planned([{ ...node, amount: 50 }])), /No node is free/);
    assert.match(await refusal(planned([{ ...node, nodeType: 'gpu_h100' }])), /No node is free/);
    const ips = { kind: 'floatingIps', networkId: await publicNetwork(), amount: 200 } as const;
    assert.match(await refusal(planned([node, ips])), /No floating IP/);
    assert.deepEqual(
      (await listLeases(open)).filter(({ name, status }) => name === 'reserve-ab1234' && status === 'ACTIVE'),
      [],
      'nothing is left of what was refused',
    );
  });

  it('each refusal of the table that can be had here has its sentence and its next step', async () => {
    const now = Date.now() + open.clockOffset;
    const host = { resource_type: 'physical:host', min: 1, max: 1, hypervisor_properties: '' };
    const any = { ...host, resource_properties: '' };
    const flavor = { resource_type: 'flavor:instance', flavor_id: 'nope', amount: 1, affinity: null };
    const wish = { name: 'trap-ab1234', start: 'now' as const, end: now + HOUR };
    const wrong = [
      [{ ...wish, reservations: [{ ...host, resource_properties: '["==","$vcpus",8]' }] }, /Malformed/],
      [{ ...wish, reservations: [host] }, /Missing parameter/],
      [{ ...wish, reservations: [{ ...host, resource_properties: '["==","$nope","x"]' }] }, /no such node/],
      [{ ...wish, reservations: [{ ...any, resource_type: 'network' }] }, /nothing of that kind/],
      [{ ...wish, reservations: [flavor] }, /no such flavor/],
      [{ ...wish, reservations: [any], start: now - 2 * 60_000 }, /start lies in the past/],
      [{ ...wish, reservations: [any], start: now + 2 * HOUR }, /end is no later than the start/],
    ] as const;
    const explained =
      (means: RegExp) =>
      (thrown: unknown): true => {
        assert.ok(thrown instanceof OpenStackError);
        const { what, next } = explainRefusal(thrown);
        assert.match(what, means);
        assert.ok(next.length > 10);
        return true;
      };
    for (const [asked, means] of wrong)
      await assert.rejects(
        createLease(open, asked).then(({ id }) => {
          made.push(id);
        }),
        explained(means),
      );
    await assert.rejects(getLease(open, 'no-such-lease'), explained(/not there any more/));
  });

  it('a restricted credential is refused with the way out', async () => {
    const restricted = session(cloud('student_b'));
    await assert.rejects(
      reserveLease({ session: restricted, plan: planned([node]), clock: systemClock }),
      (thrown: unknown) => thrown instanceof Problem && `${thrown.next ?? ''}`.includes('Unrestricted'),
    );
  });
});
