import assert from 'node:assert/strict';
import { belongings, belongsTo, labelOf } from '../../../src/chameleon';
import { bulkClass } from '../extension/bulk';
import { inventoryOf } from './world';

describe('whose everything is, for a whole class at once', () => {
  it('says of each resource and each person what is said of them one by one', () => {
    const inventory = inventoryOf(bulkClass());
    const ownersOf = belongings(inventory);
    assert.ok(inventory.people.length > 180);
    let shared = 0;
    for (const { site, leases, servers, floatingIps, volumes } of inventory.sites)
      for (const each of [...leases.slice(0, 40), ...servers.slice(0, 40), ...floatingIps, ...volumes]) {
        const one = inventory.people.filter((person) => belongsTo(inventory, site.name, each, person));
        const all = inventory.people.filter((person) => ownersOf(site.name, each).has(person));
        assert.deepEqual(all.map(labelOf), one.map(labelOf));
        shared += one.length;
      }
    assert.ok(shared > 100, `${shared} resources of somebody`);
  });

  it('takes no name for another’s that only ends like it', () => {
    const inventory = inventoryOf(bulkClass());
    const [site] = inventory.sites;
    assert.ok(site);
    const nobodys = { owner: { kind: 'unknown', why: '' }, leaseId: undefined } as const;
    const ownersOf = belongings(inventory);
    const names = (name: string): string[] =>
      [...ownersOf(site.site.name, { ...nobodys, name })].map(labelOf);
    assert.deepEqual(names('node1-cloud-ks1005'), ['ks1005']);
    assert.deepEqual(names('node1-cloud-xks1005'), []);
    assert.deepEqual(names('ks1005-old'), []);
  });
});
