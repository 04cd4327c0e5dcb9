import assert from 'node:assert/strict';
import { systemClock } from '../../../src/base';
import { InventorySource } from '../../../src/chameleon';
import { startDemo, type Demo } from '../../../src/demo';
import { Session } from '../../../src/openstack';

describe('demo of a whole class', function () {
  this.timeout(60_000);
  let demo: Demo;
  before(async () => {
    demo = await startDemo({ wholeClass: true });
  });
  after(() => demo.stop());

  it('has the people and things of its fullest week, and shows servers before the slowest service answers', async () => {
    let release = (): void => undefined;
    const servers = new Promise<void>((resolve) => {
      release = resolve;
    });
    // The list of addresses answers once servers were seen: were they to wait for it, nothing would ever come.
    const fetchInTurn: typeof fetch = async (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      if (url.includes('/v2.0/floatingips')) await servers;
      return fetch(input, init);
    };
    const source = new InventorySource({
      clouds: demo.clouds,
      session: (cloud) => new Session(cloud, { fetch: fetchInTurn, clock: systemClock, random: Math.random }),
      clock: systemClock,
      me: { netId: demo.me.netId },
    });
    const stop = source.onChange(({ sites }) => {
      if (sites.every((site) => site.servers.length > 0)) release();
    });
    const { sites, people } = await source.refresh();
    stop();
    source.dispose();
    const sum = (of: 'leases' | 'servers' | 'floatingIps'): number =>
      sites.reduce((all, site) => all + site[of].length, 0);
    assert.deepEqual([sum('leases'), sum('servers'), sum('floatingIps')], [200, 600, 300]);
    assert.ok(people.length >= 191, `${people.length} people`);
    const owned = sites.flatMap((site) => site.servers).filter(({ owner }) => owner.kind === 'person');
    assert.ok(owned.length > 580, `${owned.length} servers of a known person`);
  });
});
