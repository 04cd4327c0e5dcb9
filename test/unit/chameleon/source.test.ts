import assert from 'node:assert/strict';
import { InventorySource, type RawParts } from '../../../src/chameleon';
import { config, FakeClock } from '../openstack/fakeCloud';
import { server, siteReader } from './world';

const MINUTE = 60_000;
/** More than there are between the first question and the last word of a refresh. */
const MOMENTS = 60;

function sourceOf(lists: Partial<RawParts>, clock: FakeClock): InventorySource {
  return new InventorySource({
    clouds: [{ ...config, region: 'KVM@TACC' }],
    clock,
    reader: () => siteReader(() => lists),
  });
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const namesIn = (source: InventorySource): readonly string[] =>
  (source.current.sites[0]?.servers ?? []).map(({ name }) => name);

describe('an inventory that is put together in turns', () => {
  const before = { servers: [server({ id: 's1', name: 'node1-cloud-ab1234' })] };
  const after = { servers: [...before.servers, server({ id: 's2', name: 'node2-cloud-ab1234' })] };

  it('is of all answers when a refresh ends, and is told', async () => {
    const source = sourceOf(after, new FakeClock());
    const told: number[] = [];
    source.onChange((inventory) => told.push(inventory.sites[0]?.servers.length ?? 0));
    const { sites } = await source.refresh();
    assert.deepEqual(
      sites[0]?.servers.map(({ name }) => name),
      namesIn(source),
    );
    assert.deepEqual(namesIn(source), ['node1-cloud-ab1234', 'node2-cloud-ab1234']);
    assert.equal(told.at(-1), 2);
  });

  it('is never put back to what it was, whenever another window’s newer answers come', async () => {
    const later = new FakeClock();
    later.pass(MINUTE);
    const theirs = sourceOf(after, later);
    await theirs.refresh();
    for (let moment = 0; moment < MOMENTS; moment += 1) {
      const ours = sourceOf(before, new FakeClock());
      const told: number[] = [];
      ours.onChange((inventory) => told.push(inventory.sites[0]?.servers.length ?? 0));
      const refreshed = ours.refresh();
      for (let gone = 0; gone < moment; gone += 1) await turn();
      assert.ok(ours.adopt(theirs.facts), `at ${moment}`);
      assert.equal(namesIn(ours).length, 2, `at once, at ${moment}`);
      await refreshed;
      await turn();
      await turn();
      assert.equal(namesIn(ours).length, 2, `in the end, at ${moment}`);
      assert.equal(told.at(-1), 2, `told, at ${moment}`);
      ours.dispose();
    }
    theirs.dispose();
  });
});
