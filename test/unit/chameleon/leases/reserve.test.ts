import assert from 'node:assert/strict';
import { awaitActive, reserveLease, type LeasePlan } from '../../../../src/chameleon';
import { getLease } from '../../../../src/openstack';
import { EagerClock, json } from '../../openstack/fakeCloud';
import { blazar, refusing, wireLease } from './blazar';

const plan: LeasePlan = {
  request: {
    name: 'mlflow_ab1234',
    start: 'now',
    end: Date.parse('2026-06-01T14:00:00Z'),
    reservations: [],
  },
  leaseHours: 2,
};
const fresh = { created_at: '2026-06-01 12:00:00', status: 'PENDING' };

describe('reserving', () => {
  it('asks once, with `now` as the word', async () => {
    const cloud = blazar({ POST: () => json({ lease: wireLease(fresh) }, 201) });
    const lease = await reserveLease({ session: cloud.session(), plan, clock: cloud.clock });
    assert.equal(lease.id, 'lease-1');
    assert.deepEqual(cloud.calls[0]?.body, {
      name: 'mlflow_ab1234',
      start_date: 'now',
      end_date: '2026-06-01 14:00',
      events: [],
      reservations: [],
    });
  });

  it('finds the lease whose answer got lost, instead of asking again', async () => {
    const cloud = blazar({
      POST: () => new Response('', { status: 502 }),
      GET: () => json({ leases: [wireLease({ id: 'old' }), wireLease({ ...fresh, id: 'new' })] }),
    });
    const lease = await reserveLease({ session: cloud.session(), plan, clock: cloud.clock });
    assert.equal(lease.id, 'new');
    assert.equal(cloud.calls.filter(({ method }) => method === 'POST').length, 1);
  });

  it('takes no lease of the same name for it: of another member, of another end, or from before', async () => {
    for (const other of [
      { ...fresh, user_id: 'u2' },
      { ...fresh, end_date: '2026-06-01T15:00:00.000000' },
      { ...fresh, created_at: '2026-06-01 11:00:00' },
    ]) {
      const cloud = blazar({
        POST: () => new Response('', { status: 502 }),
        GET: () => json({ leases: [wireLease(other)] }),
      });
      await assert.rejects(reserveLease({ session: cloud.session(), plan, clock: cloud.clock }));
    }
  });

  it('by a restricted credential is not even sent', async () => {
    const cloud = blazar({ POST: () => json({ lease: wireLease(fresh) }, 201) });
    cloud.restricted = true;
    await assert.rejects(
      reserveLease({ session: cloud.session(), plan, clock: cloud.clock }),
      /made without “Unrestricted”/,
    );
    assert.equal(cloud.calls.length, 0);
  });

  it('says what a refusal means, and looks for nothing', async () => {
    const cloud = blazar({ POST: () => refusing('Not enough hosts available') });
    await assert.rejects(
      reserveLease({ session: cloud.session(), plan, clock: cloud.clock }),
      /No node is free/,
    );
    assert.equal(cloud.calls.length, 1);
  });

  it('waits for ACTIVE, and not for a lease that begins tomorrow', async () => {
    let looks = 0;
    const cloud = blazar({
      GET: () => json({ lease: wireLease({ status: (looks += 1) < 3 ? 'PENDING' : 'ACTIVE' }) }),
    });
    const clock = new EagerClock();
    const session = cloud.session();
    const lease = await getLease(session, 'lease-1');
    const seen: string[] = [];
    const active = await awaitActive({ session, lease, clock, seen: ({ status }) => seen.push(status) });
    assert.equal(active.status, 'ACTIVE');
    assert.deepEqual(seen, ['PENDING', 'ACTIVE']);
    const later = { ...lease, status: 'PENDING', start: clock.now() + 86_400_000 };
    assert.equal(await awaitActive({ session, lease: later, clock }), later);
  });
});
