import assert from 'node:assert/strict';
import { systemClock } from '../../../src/base';
import { attention, cleanUp, InventorySource, planCleanUp, type Inventory } from '../../../src/chameleon';
import { startDemo, type Demo } from '../../../src/demo';
import { downloadObject, Session, uploadObject } from '../../../src/openstack';

describe('demo: all of mine is cleaned up', function () {
  this.timeout(60_000);
  let demo: Demo;
  let sessions: Map<string, Session>;
  let source: InventorySource;

  before(async () => {
    demo = await startDemo();
    sessions = new Map(
      demo.clouds.map((cloud) => [
        cloud.name,
        new Session(cloud, { fetch: globalThis.fetch, clock: systemClock, random: () => 0.5 }),
      ]),
    );
    source = new InventorySource({
      clouds: demo.clouds,
      clock: systemClock,
      me: { netId: demo.me.netId },
      session: ({ name }) => sessionOf(name),
    });
  });
  after(async () => {
    source.dispose();
    await demo.stop();
  });

  const sessionOf = (cloud: string): Session => {
    const session = sessions.get(cloud);
    if (session === undefined) throw new Error(`no session ${cloud}`);
    return session;
  };

  it('its services that a site lacks are absent, not an error', async () => {
    const { sites } = await source.refresh();
    const states = Object.fromEntries(
      sites.map(({ site, parts }) => [
        site.name,
        [parts.volumes.state, parts.objectContainers.state, parts.zunContainers.state],
      ]),
    );
    assert.deepEqual(states, {
      'KVM@TACC': ['fresh', 'absent', 'absent'],
      'CHI@TACC': ['absent', 'fresh', 'absent'],
    });
  });

  it('what needs attention: my volume in no server, a classmate’s idle address', async () => {
    const inventory = await source.refresh();
    const found = inventory.sites.flatMap((site) =>
      attention(site, { now: Date.now() + site.clockOffset, expectedHours: () => undefined }),
    );
    assert.ok(found.some(({ kind, name }) => kind === 'detachedVolume' && name === 'block-persist-ab1234'));
    assert.ok(found.some(({ kind, owner }) => kind === 'idleFloatingIp' && owner.netId === 'ef9012'));
  });

  it('objects go up and come back', async () => {
    const session = sessionOf(demo.clouds[1]?.name ?? '');
    const at = { container: 'object-persist-ab1234', name: 'models/a b.bin' };
    const content = Buffer.alloc(200_000, 'model');
    await uploadObject(
      session,
      at,
      {
        bytes: content.byteLength,
        async *read() {
          yield await Promise.resolve(content);
        },
      },
      () => undefined,
    );
    const back: Uint8Array[] = [];
    await downloadObject(
      session,
      at,
      (piece) => Promise.resolve(void back.push(piece)),
      () => undefined,
    );
    assert.ok(Buffer.concat(back).equals(content));
  });

  it('and the class keeps all of its own', async () => {
    const before = await source.refresh();
    const { items } = planCleanUp(before, { kind: 'allOfMine' });
    assert.ok(items.length >= 10, String(items.length));
    const report = await cleanUp({
      items,
      session: sessionOf,
      clock: systemClock,
      signal: new AbortController().signal,
      progress: () => undefined,
      pollMs: 20,
    });
    assert.deepEqual(
      report.filter(({ outcome }) => outcome !== 'gone').map(({ item, why }) => `${item.name}: ${why ?? ''}`),
      [],
    );
    const after = await source.refresh();
    assert.deepEqual(planCleanUp(after, { kind: 'allOfMine' }).items, []);
    assert.deepEqual(others(after), others(before));
    assert.ok(others(after).length > 100);
  });
});

/** What is not mine, at all sites. */
function others({ sites }: Inventory): string[] {
  return sites.flatMap((site) => [
    ...[site.leases, site.servers, site.floatingIps, site.volumes, site.networks, site.routers].flatMap(
      (list) => list.filter(({ owner }) => owner.kind !== 'me').map(({ id }) => id),
    ),
    ...site.objectContainers.filter(({ owner }) => owner.kind !== 'me').map(({ name }) => name),
    ...site.securityGroups.map(({ id }) => id),
    ...site.keyPairs.map(({ name }) => name),
  ]);
}
