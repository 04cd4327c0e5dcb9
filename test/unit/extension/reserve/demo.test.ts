import assert from 'node:assert/strict';
import { systemClock, type Clock } from '../../../../src/base';
import {
  availabilityOf,
  awaitActive,
  InventorySource,
  planLease,
  reserveLease,
  shortenLease,
  wishOf,
  type LeaseDraft,
  type SiteInventory,
} from '../../../../src/chameleon';
import { startDemo, type Demo } from '../../../../src/demo';
import { listFlavors, Session } from '../../../../src/openstack';

const HOUR = 3_600_000;

describe('a lease in the demo', function () {
  this.timeout(60_000);
  let demo: Demo;
  let source: InventorySource;
  const sessions = new Map<string, Session>();
  before(async () => {
    demo = await startDemo();
    for (const cloud of demo.clouds)
      sessions.set(cloud.name, new Session(cloud, { fetch, clock: systemClock, random: Math.random }));
    source = new InventorySource({
      clouds: demo.clouds,
      clock: systemClock,
      session: (cloud) => sessionOf(cloud.name),
    });
    await source.refresh();
  });
  /** A wait passes at once, in the demo too. */
  const clock: Clock = {
    now: () => systemClock.now(),
    after: (ms, run) => {
      void demo.world.advance(ms).then(run);
      return () => undefined;
    },
  };
  after(async () => {
    source.dispose();
    await demo.stop();
  });

  function sessionOf(cloud: string): Session {
    const session = sessions.get(cloud);
    if (session === undefined) throw new Error(`no ${cloud}`);
    return session;
  }
  function siteNamed(name: string): SiteInventory {
    const site = source.current.sites.find((each) => each.site.name === name);
    if (site === undefined) throw new Error(`no ${name}`);
    return site;
  }
  const draft = (over: Partial<LeaseDraft>): LeaseDraft => ({
    machine: { kind: 'hosts', nodeType: 'compute_skylake' },
    amount: 1,
    name: 'free_ab1234',
    start: 'now',
    hours: 2,
    floatingIps: 1,
    rules: {},
    ...over,
  });

  async function made(siteName: string, wanted: LeaseDraft) {
    const site = siteNamed(siteName);
    const session = sessionOf(site.cloud);
    const now = Date.now() + site.clockOffset;
    const plan = planLease(wishOf(wanted, site, now), site.site, now);
    assert.ok('request' in plan, 'it can be planned');
    const lease = await reserveLease({ session, plan, clock });
    return { session, lease: await awaitActive({ session, lease, clock }) };
  }

  it('of nodes, which the availability shows as mine', async () => {
    const types = availabilityOf(siteNamed('CHI@TACC'));
    assert.ok(types !== undefined && types.length > 0);
    const [free] = types.filter(({ nodes }) => nodes.some(({ bookings }) => bookings.length === 0));
    assert.ok(free);
    const machine = { kind: 'hosts', nodeType: free.nodeType } as const;
    const { session, lease } = await made('CHI@TACC', draft({ machine }));
    assert.equal(lease.status, 'ACTIVE');
    await source.refresh({ parts: ['leases', 'hostAllocations'] });
    const mine = availabilityOf(siteNamed('CHI@TACC'))
      ?.flatMap(({ nodes }) => nodes.flatMap(({ bookings }) => bookings))
      .filter(({ leaseId, whose }) => leaseId === lease.id && whose === 'mine');
    assert.equal(mine?.length, 1);
    const shorter = await shortenLease({ session, lease, end: lease.end - HOUR });
    assert.deepEqual([shorter.outcome, shorter.lease.end], ['changed', lease.end - HOUR]);
  });

  it('of a flavor, with a reserved address', async () => {
    const flavor = (await listFlavors(sessionOf(siteNamed('KVM@TACC').cloud))).find(
      ({ name }) => name === 'm1.small',
    );
    assert.ok(flavor);
    const machine = { kind: 'flavor', id: flavor.id, name: flavor.name } as const;
    const { lease } = await made('KVM@TACC', draft({ machine }));
    assert.deepEqual(
      lease.reservations.map(({ resourceType }) => resourceType),
      ['flavor:instance', 'virtual:floatingip'],
    );
  });

  it('where what flavors are taken can’t be read, nothing is claimed', () => {
    assert.equal(availabilityOf(siteNamed('KVM@TACC')), undefined);
  });

  it('of more nodes than there are is refused in words', async () => {
    await assert.rejects(made('CHI@TACC', draft({ amount: 40 })), /No node is free/);
  });
});
