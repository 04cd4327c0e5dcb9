import assert from 'node:assert/strict';
import { startDemo, type Demo } from '../../../src/demo';
import { systemClock } from '../../../src/base';
import { InventorySource, type Inventory } from '../../../src/chameleon';
import { Session } from '../../../src/openstack';

describe('demo of a whole class', () => {
  let demo: Demo;
  let source: InventorySource;
  before(async function () {
    this.timeout(60_000);
    demo = await startDemo({ wholeClass: true });
    source = new InventorySource({
      clouds: demo.clouds,
      session: (cloud) => new Session(cloud, { fetch, clock: systemClock, random: Math.random }),
      clock: systemClock,
      me: { netId: demo.me.netId },
    });
  });
  after(async () => {
    source.dispose();
    await demo.stop();
  });

  it('has the people and things of a class in its fullest week; first servers before the slowest service answered', async function () {
    this.timeout(60_000);
    demo.world.slow('KVM@TACC', 'neutron', 4000);
    let early: Inventory | undefined;
    const stop = source.onChange((inventory) => {
      const kvm = inventory.sites.find(({ site }) => site.name === 'KVM@TACC');
      if (kvm !== undefined && kvm.servers.length > 0 && kvm.parts.floatingIps.asOf === undefined)
        early ??= inventory;
    });
    const { sites, people } = await source.refresh();
    stop();
    assert.ok(early, 'no server was shown before the addresses had come');
    const sum = (of: 'leases' | 'servers' | 'floatingIps'): number =>
      sites.reduce((all, site) => all + site[of].length, 0);
    assert.deepEqual([sum('leases'), sum('servers'), sum('floatingIps')], [200, 600, 300]);
    assert.ok(people.length >= 191, `${people.length} people`);
    const owned = sites.flatMap(({ servers }) => servers).filter(({ owner }) => owner.kind === 'person');
    assert.ok(owned.length > 580, `${owned.length} servers of a known person`);
  });
});
