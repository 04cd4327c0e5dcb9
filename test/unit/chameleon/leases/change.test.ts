import assert from 'node:assert/strict';
import {
  deleteLease,
  extendLease,
  giveUpFloatingIps,
  renameLease,
  shortenLease,
} from '../../../../src/chameleon';
import { getLease, type Lease, type Session } from '../../../../src/openstack';
import { EagerClock, json } from '../../openstack/fakeCloud';
import { blazar, refusing, wireLease } from './blazar';

const HOUR = 3_600_000;
const END = Date.parse('2026-06-01T14:00:00Z');

async function first(session: Session): Promise<Lease> {
  return getLease(session, 'lease-1');
}

describe('change of a lease', () => {
  it('shortens, and says what changed', async () => {
    const cloud = blazar({
      GET: () => json({ lease: wireLease() }),
      PUT: () => json({ lease: wireLease({ end_date: '2026-06-01T13:00:00.000000', status: 'UPDATING' }) }),
    });
    const session = cloud.session();
    const done = await shortenLease({ session, lease: await first(session), end: END - HOUR + 12_345 });
    assert.equal(done.outcome, 'changed');
    assert.deepEqual(done.differences, [{ what: 'end', before: END, now: END - HOUR }]);
    assert.deepEqual(cloud.calls.at(-1)?.body, { end_date: '2026-06-01 13:00' });
  });

  it('does not send a “shorter” end that is later, nor a “later” one that is earlier', async () => {
    const cloud = blazar({ GET: () => json({ lease: wireLease() }) });
    const session = cloud.session();
    const lease = await first(session);
    assert.equal((await shortenLease({ session, lease, end: END })).outcome, 'refused');
    assert.equal((await extendLease({ session, lease, end: END })).outcome, 'refused');
    assert.equal(cloud.calls.length, 1);
  });

  it('after a refusal reads again and shows what it did nevertheless', async () => {
    let reads = 0;
    const cloud = blazar({
      GET: () => json({ lease: wireLease(reads++ === 0 ? {} : { status: 'ERROR' }) }),
      PUT: () =>
        refusing("Updating leases for 'flavor:instance' type reservations is not yet supported.", 409),
    });
    const session = cloud.session();
    const refused = await extendLease({ session, lease: await first(session), end: END + HOUR });
    assert.equal(refused.outcome, 'refused');
    assert.match(refused.what, /left the lease marked ERROR/);
    assert.deepEqual(refused.differences, [{ what: 'status', before: 'ACTIVE', now: 'ERROR' }]);
  });

  it('knows an answer that got lost for a success', async () => {
    let reads = 0;
    const cloud = blazar({
      GET: () => json({ lease: wireLease(reads++ === 0 ? {} : { end_date: '2026-06-01T15:00:00.000000' }) }),
      PUT: () => new Response('<html>cut', { status: 504 }),
    });
    const session = cloud.session();
    const done = await extendLease({ session, lease: await first(session), end: END + HOUR });
    assert.equal(done.outcome, 'changed');
    assert.match(done.what, /answer got lost/);
    assert.equal(cloud.calls.filter(({ method }) => method === 'PUT').length, 1, 'sent once');
  });

  it('tells when an address is in the way, and can give it up', async () => {
    const withIp = wireLease({
      reservations: [
        { id: 'r1', resource_type: 'physical:host', status: 'active', min: 1, max: 1 },
        { id: 'r2', resource_type: 'virtual:floatingip', status: 'active', amount: 1 },
      ],
    });
    const cloud = blazar({
      GET: () => json({ lease: withIp }),
      PUT: ({ body }) =>
        JSON.stringify(body).includes('end_date')
          ? refusing('Not enough floating IPs available')
          : json({ lease: withIp }),
    });
    const session = cloud.session();
    const lease = await first(session);
    assert.equal((await extendLease({ session, lease, end: END + HOUR })).byFloatingIp, true);
    await giveUpFloatingIps({ session, lease });
    assert.deepEqual(cloud.calls.at(-1)?.body, { reservations: [{ id: 'r2', amount: 0 }] });
  });

  it('renames, also a lease that is over; not to nothing', async () => {
    const over = wireLease({ status: 'TERMINATED' });
    const cloud = blazar({
      GET: () => json({ lease: over }),
      PUT: () => json({ lease: { ...over, name: 'old' } }),
    });
    const session = cloud.session();
    const lease = await first(session);
    assert.equal((await renameLease({ session, lease, name: ' old ' })).outcome, 'changed');
    assert.equal((await renameLease({ session, lease, name: ' ' })).outcome, 'refused');
    assert.equal((await renameLease({ session, lease, name: 'x'.repeat(81) })).outcome, 'refused');
    assert.equal(cloud.calls.filter(({ method }) => method === 'PUT').length, 1);
  });

  it('a lease in transition is deleted at the second try, never at a third', async () => {
    for (const [refusals, deletes] of [
      [1, 2],
      [9, 2],
    ] as const) {
      let asked = 0;
      const cloud = blazar({
        GET: () => json({ lease: wireLease() }),
        DELETE: () => (asked++ < refusals ? refusing('Invalid lease status.') : json({})),
      });
      const clock = new EagerClock();
      clock.after = (_ms, run) => {
        queueMicrotask(run);
        return () => undefined;
      };
      const session = cloud.session();
      const deleting = deleteLease(session, await first(session), { clock });
      if (refusals === 1) await deleting;
      else await assert.rejects(deleting, /just changing its state/);
      assert.equal(asked, deletes);
    }
  });
});
