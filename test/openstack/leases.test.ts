import assert from 'node:assert/strict';
import { Problem } from '../../src/base';
import {
  deleteLease,
  endLeaseNow,
  explainRefusal,
  extendLease,
  extensionCaution,
  isRunning,
} from '../../src/chameleon';
import { createLease, getLease, getServer, listLeases, OpenStackError } from '../../src/openstack';
import { cloud, onlySite, session, source, wire } from './clouds';
import { Made, until } from './made';

const HOUR = 3_600_000;
const MINUTE = 60_000;

describe('Leases of a real Blazar', () => {
  const seen = wire();
  const open = session(cloud('student_a'), seen);
  const made = new Made(open);
  afterEach(() => made.undo());

  it('a lease of hosts is extended, to the minute', async () => {
    const site = onlySite(await source([cloud('student_a')]).refresh({ parts: ['keyPairs'] })).site;
    const lease = await made.hostLease('lease-extend-ab1234', 1, 1);
    assert.equal(lease.status, 'ACTIVE');
    assert.equal(extensionCaution(site, lease, []), undefined);
    const end = lease.end + 2 * HOUR + 12_345;
    const { outcome, lease: now } = await extendLease({ session: open, lease, end });
    assert.equal(outcome, 'changed');
    assert.equal(now.end, Math.floor(end / MINUTE) * MINUTE);
    assert.equal((await getLease(open, lease.id)).end, now.end);
  });

  it('a lease of flavors: warned of before, refused with its meaning, read again as it is then', async () => {
    const site = onlySite(await source([cloud('student_a')]).refresh({ parts: ['keyPairs'] })).site;
    const lease = await made.flavorLease('lease-flavor-ab1234', 'm1.small', 1);
    assert.match(extensionCaution(site, lease, []) ?? '', /never seen to work at KVM@TACC/);
    assert.equal(extensionCaution(site, lease, ['KVM@TACC']), undefined);
    const refused = await extendLease({ session: open, lease, end: lease.end + HOUR });
    assert.equal(refused.outcome, 'refused');
    assert.match(refused.what, /cannot change a reservation of a flavor/);
    assert.match(refused.what, /left the lease marked ERROR/);
    assert.match(refused.next ?? '', /Make a new lease/);
    assert.equal(refused.lease.status, 'ERROR');
    assert.equal(refused.lease.end, lease.end);
    // What runs in it goes on: the countdown must too.
    assert.ok(isRunning(refused.lease));
    assert.deepEqual(await getLease(open, lease.id), refused.lease);
  });

  it('an extension into somebody else’s time is refused, and the lease stays as it was', async () => {
    const first = await made.hostLease('lease-first-ab1234', 2, 1);
    // Both hosts are somebody's from the end of the first lease on.
    const start = first.end + 2 * MINUTE;
    const next = await createLease(open, {
      name: 'lease-next-ab1234',
      start,
      end: start + HOUR,
      reservations: [hosts(2)],
    });
    try {
      const refused = await extendLease({ session: open, lease: first, end: first.end + HOUR });
      assert.equal(refused.outcome, 'refused');
      assert.match(refused.what, /No node is free for that whole time/);
      assert.match(refused.next ?? '', /another time/);
      assert.equal(refused.lease.end, first.end);
      assert.equal(refused.lease.status, (await getLease(open, first.id)).status);
    } finally {
      await deleteLease(open, next);
    }
  });

  it('more hosts than there are: 500 with its meaning', async () => {
    await assert.rejects(made.hostLease('lease-many-ab1234', 9, 1), (thrown: unknown) => {
      assert.ok(thrown instanceof OpenStackError);
      assert.equal(thrown.kind, 'serverFault');
      assert.match(thrown.said ?? '', /Not enough hosts available/);
      assert.match(explainRefusal(thrown).what, /No node is free/);
      return true;
    });
    assert.ok(
      !(await listLeases(open)).some((lease) => lease.name === 'lease-many-ab1234' && isRunning(lease)),
    );
  });

  it('an end that is no later than the present one is not sent at all', async () => {
    const lease = await made.hostLease('lease-same-ab1234', 1, 1);
    const before = seen.calls.length;
    const { outcome, next } = await extendLease({ session: open, lease, end: lease.end + 30_000 });
    assert.equal(outcome, 'refused');
    assert.equal(next, 'Choose a later time.');
    assert.equal(seen.calls.length, before);
  });

  it('ended now: its row stays as TERMINATED, its server goes with it', async () => {
    const lease = await made.flavorLease('lease-ended-ab1234', 'm1.small', 1);
    const server = await made.server({
      name: 'node-ended-ab1234',
      flavor: `reservation:${lease.reservations[0]?.id ?? ''}`,
    });
    assert.equal(server.status, 'ACTIVE', server.fault?.message);
    let ended = false;
    try {
      await endLeaseNow(open, lease);
      ended = true;
    } catch (thrown) {
      // Blazar 14 takes no change of a lease of flavors, not even this one; the sentence says so.
      assert.ok(thrown instanceof Problem);
      assert.match(thrown.message, /cannot change a reservation of a flavor/);
      await deleteLease(open, lease);
    }
    await until(
      () => listLeases(open),
      (leases) => !leases.some(({ id, status }) => id === lease.id && status !== 'TERMINATED'),
    );
    assert.equal(
      (await listLeases(open)).some(({ id }) => id === lease.id),
      ended,
    );
    await until(
      () => getServer(open, server.id).then(() => false, isGone),
      (gone) => gone,
    );
  });

  it('a lease of hosts is ended now and stays as TERMINATED', async () => {
    const lease = await made.hostLease('lease-endhost-ab1234', 1, 1);
    await endLeaseNow(open, lease);
    const now = await until(
      () => getLease(open, lease.id),
      ({ status }) => status === 'TERMINATED',
    );
    assert.ok(now.end < lease.end);
    assert.ok(!isRunning(now));
    // As an old list has it: Blazar takes the new end in the minute of the old one, and the lease stays over.
    for (const old of [now, lease]) {
      const late = await extendLease({ session: open, lease: old, end: lease.end + 2 * HOUR });
      assert.equal(late.outcome, 'refused');
      assert.match(late.what, /ended already/);
    }
  });

  it('deleted: no row is left, and a second time is told in words', async () => {
    const lease = await made.hostLease('lease-deleted-ab1234', 1, 1);
    await deleteLease(open, lease);
    assert.ok(!(await listLeases(open)).some(({ id }) => id === lease.id));
    await assert.rejects(deleteLease(open, lease), (thrown: unknown) => {
      assert.ok(thrown instanceof Problem);
      assert.match(thrown.message, /not there any more/);
      assert.notEqual(thrown.next, undefined);
      return true;
    });
  });

  it('a fellow student’s lease is seen, with its owner, and another project’s is not', async () => {
    const theirs = new Made(session(cloud('ta_c')));
    try {
      const lease = await theirs.hostLease('lease-shared-ef9012', 1, 1);
      const mine = onlySite(await source([cloud('student_a')]).refresh()).leases;
      const found = mine.find(({ id }) => id === lease.id);
      assert.deepEqual([found?.owner.kind, found?.owner.netId], ['person', 'ef9012']);
      const elsewhere = onlySite(await source([cloud('ta_c_other')]).refresh()).leases;
      assert.ok(!elsewhere.some(({ id }) => id === lease.id));
    } finally {
      await theirs.undo();
    }
  });
});

function hosts(amount: number) {
  return {
    resource_type: 'physical:host',
    min: amount,
    max: amount,
    hypervisor_properties: '',
    resource_properties: '',
  };
}

function isGone(thrown: unknown): boolean {
  if (thrown instanceof OpenStackError && thrown.kind === 'notFound') return true;
  throw thrown;
}
