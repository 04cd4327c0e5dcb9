import assert from 'node:assert/strict';
import { flat } from '../../../src/extension/rows/row';
import { inventoryOf } from '../chameleon/world';
import { bulkClass, rowsOf } from './bulk';

describe('a class of 600 servers, 300 floating IPs and 200 leases', () => {
  const inventory = inventoryOf(bulkClass());

  for (const [grouping, whose] of [
    ['lease', 'mine'],
    ['lease', 'everyone'],
    ['kind', 'everyone'],
    ['person', 'everyone'],
    ['lease', 'ks1042'],
  ] as const)
    it(`becomes rows by ${grouping} of ${whose} with each id once`, () => {
      const rows = flat(rowsOf(inventory, grouping, whose));
      assert.ok(rows.length > (whose === 'everyone' ? 1000 : 3), String(rows.length));
      assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length);
    });

  it('fits into a few megabytes', () => {
    const inventoryMb = JSON.stringify(inventory).length / 1e6;
    const rowsMb = JSON.stringify(rowsOf(inventory, 'lease', 'everyone')).length / 1e6;
    assert.ok(inventoryMb < 4 && rowsMb < 4);
  });
});
