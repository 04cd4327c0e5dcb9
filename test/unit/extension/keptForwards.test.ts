import assert from 'node:assert/strict';
import { KeptForwards, serverOf, specOf, type Memory } from '../../../src/extension/keptForwards';
import type { Forward, ForwardState } from '../../../src/ssh';

class Paper implements Memory {
  value: unknown;
  writes = 0;
  get(): unknown {
    return this.value;
  }
  async update(_key: string, value: unknown): Promise<void> {
    this.writes += 1;
    this.value = JSON.parse(JSON.stringify(value));
  }
}
const target = { serverId: 's1', name: 'node-a', address: '192.0.2.1', port: 22, user: 'cc', via: [] };
const forward = (kind: ForwardState['kind'], port = 8000, localPort: number | undefined = port): Forward => ({
  spec: {
    id: `s1:${port}`,
    target,
    remoteHost: '127.0.0.1',
    remotePort: port,
    localPort: port,
    name: 'M',
    path: '/x',
  },
  localPort,
  state: { kind, since: 0 } as ForwardState,
  bytes: { in: 0, out: 0 },
  last: undefined,
});
const server = (id: string, name: string, kind: 'me' | 'person' = 'me', status = 'ACTIVE') => ({
  id,
  name,
  status,
  owner: { kind, why: '' },
});

describe('forwards that are remembered', () => {
  it('come back with the port that they had last, whatever the address is then', async () => {
    const paper = new Paper();
    await new KeptForwards(paper).note([forward('up', 8000, 8003)]);
    const [kept] = new KeptForwards(paper).list();
    assert.ok(kept);
    assert.ok(!JSON.stringify(paper.value).includes('192.0.2.1'), 'addresses are recycled');
    const moved = { ...target, address: '192.0.2.77' };
    assert.deepEqual(specOf(kept, moved), { ...forward('up').spec, localPort: 8003, target: moved });
  });

  it('are written only when something changed', async () => {
    const paper = new Paper();
    const kept = new KeptForwards(paper);
    await kept.note([forward('connecting')]);
    await kept.note([forward('up')]);
    await kept.note([forward('up')]);
    assert.equal(paper.writes, 1);
  });

  it('are forgotten when stopped, unless pinned', async () => {
    const kept = new KeptForwards(new Paper());
    await kept.note([forward('up'), forward('up', 8888)]);
    await kept.pin(forward('up', 8888), true);
    await kept.note([forward('stopped', 8000, undefined), forward('stopped', 8888, undefined)]);
    assert.deepEqual(
      kept.list().map(({ id, pinned, stopped }) => [id, pinned, stopped]),
      [['s1:8888', true, true]],
    );
    await kept.pin(forward('stopped', 8888), false);
    assert.deepEqual(kept.list(), []);
  });

  it('of another server stay while this one’s change', async () => {
    const kept = new KeptForwards(new Paper());
    await kept.note([forward('up')]);
    const other = forward('up', 9000);
    await kept.note([{ ...other, spec: { ...other.spec, id: 's2:9000' } }]);
    assert.deepEqual(
      kept.list().map(({ id }) => id),
      ['s1:8000', 's2:9000'],
    );
  });

  it('follow their server by its id; pinned ones the next of mine with the same name', async () => {
    const kept = new KeptForwards(new Paper());
    await kept.note([forward('up')]);
    const [plain] = kept.list();
    assert.ok(plain);
    const pinned = { ...plain, pinned: true };
    assert.equal(serverOf(plain, [server('s1', 'renamed', 'person')])?.id, 's1');
    assert.equal(serverOf(plain, [server('s2', 'node-a')]), undefined);
    assert.equal(serverOf(pinned, [server('s2', 'node-a')])?.id, 's2');
    assert.equal(serverOf(pinned, [server('s2', 'node-ab')]), undefined);
    assert.equal(serverOf(pinned, [server('s2', 'node-a', 'person')]), undefined);
    assert.equal(serverOf(pinned, [server('s2', 'node-a'), server('s3', 'node-a')]), undefined, 'which?');
    assert.equal(
      serverOf(pinned, [server('s1', 'node-a', 'me', 'SHUTOFF'), server('s2', 'node-a')]),
      undefined,
    );
    assert.equal(specOf(pinned, { ...target, serverId: 's2' }).id, 's2:8000');
  });

  it('of a damaged memory are those that can be read', () => {
    const paper = new Paper();
    const kept = new KeptForwards(paper);
    for (const value of [undefined, 'x', { a: 1 }, [null, 3, { id: 'a' }]]) {
      paper.value = value;
      assert.deepEqual(kept.list(), []);
    }
  });
});
