import assert from 'node:assert/strict';
import { partNames, type PartName, type SiteInventory } from '../../src/chameleon';
import { cloud, onlySite, source } from './clouds';
import { Made } from './made';
import { session } from './clouds';
import { startServices, stopService } from './services';

describe('Services that stop, one after the other', () => {
  const made = new Made(session(cloud('student_a')));
  const lists = source([cloud('student_a')]);
  const anew = async (): Promise<SiteInventory> => onlySite(await lists.refresh({ parts: partNames }));

  before(async () => {
    await made.hostLease('lease-outage-ab1234', 1, 1);
  });
  after(async () => {
    lists.dispose();
    await startServices();
    await made.undo();
  });

  const services: { name: string; blind: readonly PartName[]; mayFail?: readonly PartName[] }[] = [
    { name: 'nova-api', blind: ['servers', 'keyPairs'] },
    // Nova asks Neutron for the security groups of its list.
    {
      name: 'neutron-server',
      blind: ['floatingIps', 'ports', 'networks', 'routers', 'securityGroups'],
      mayFail: ['servers'],
    },
    { name: 'glance-api', blind: ['images'] },
    { name: 'blazar-api', blind: ['leases'] },
  ];
  for (const { name, blind, mayFail = [] } of services)
    it(`without ${name}: ${blind.join(', ')} are kept with their age and the reason, the rest is fresh`, async () => {
      const before = await anew();
      assertAllFresh(before);
      await stopService(name);
      try {
        const now = await anew();
        assert.equal(now.signIn, undefined);
        for (const part of partNames) {
          const { state, asOf, error } = now.parts[part];
          if (blind.includes(part)) {
            assert.equal(state, 'stale', part);
            assert.equal(asOf, before.parts[part].asOf, part);
            assert.match(error?.what ?? '', /can't be reached at 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/, part);
            assert.notEqual(error?.next, undefined, part);
            assert.deepEqual(now[part], before[part], part);
            assert.ok(now[part].length > 0, part);
          } else if (state === 'stale' && mayFail.includes(part)) {
            assert.deepEqual(now[part], before[part], part);
          } else {
            assert.equal(state, before.parts[part].state, part);
            assert.ok((asOf ?? 0) >= (before.parts[part].asOf ?? 0), part);
          }
        }
        // Owners and joins hang on several lists: none is forgotten because one list is old.
        assert.deepEqual(whose(now), whose(before));
      } finally {
        await startServices();
      }
      assertAllFresh(await anew());
    });

  it('without Keystone: who is signed in sees on, who signs in is told, and is let in as soon as it is there', async () => {
    assertAllFresh(await anew());
    const late = source([cloud('student_b')]);
    await stopService('keystone');
    try {
      const now = await anew();
      assert.equal(now.signIn, undefined);
      assertAllFresh(now);
      const shut = onlySite(await late.refresh());
      assert.match(shut.signIn?.what ?? '', /Keystone \(sign-in\) can't be reached/);
      for (const part of partNames) assert.equal(shut.parts[part].state, 'failed', part);
    } finally {
      await startServices();
    }
    const open = onlySite(await late.refresh());
    assert.equal(open.signIn, undefined);
    assertAllFresh(open);
    late.dispose();
  });
});

function assertAllFresh(site: SiteInventory): void {
  for (const part of partNames) {
    const { state, error } = site.parts[part];
    assert.ok(state === 'fresh' || state === 'absent', `${part}: ${state}: ${error?.what ?? ''}`);
  }
}

function whose({ servers, leases, floatingIps }: SiteInventory): string[] {
  return [...servers, ...leases, ...floatingIps].map(
    ({ id, owner, leaseId }) => `${id} ${owner.kind} ${owner.netId ?? ''} ${leaseId ?? ''}`,
  );
}
