import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KeptForwards, serverOf, specOf } from '../../../src/extension/keptForwards';
import type { Forward, ForwardState } from '../../../src/ssh';
import { atOnce } from '../atOnce';

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
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'kept-'));
    file = path.join(folder, 'kept.json');
  });
  afterEach(() => rm(folder, { recursive: true }));
  const looked = async (): Promise<KeptForwards> => {
    const kept = new KeptForwards(file);
    await kept.look();
    return kept;
  };
  const ids = (kept: KeptForwards): string[] => kept.list().map(({ id }) => id);

  it('come back with the port that they had last, whatever the address is then', async () => {
    await new KeptForwards(file).note([forward('up', 8000, 8003)]);
    const [kept] = (await looked()).list();
    assert.ok(kept);
    assert.ok(!(await readFile(file, 'utf8')).includes('192.0.2.1'), 'addresses are recycled');
    const moved = { ...target, address: '192.0.2.77' };
    assert.deepEqual(specOf(kept, moved), { ...forward('up').spec, localPort: 8003, target: moved });
  });

  it('are written only when something changed, for their owner alone', async () => {
    const kept = new KeptForwards(file);
    await kept.note([forward('connecting')]);
    const { ino, mode } = await stat(file);
    if (process.platform !== 'win32') assert.equal(mode & 0o777, 0o600);
    await kept.note([forward('up')]);
    await kept.note([forward('up')]);
    await (await looked()).pin(forward('up'), false);
    assert.equal((await stat(file)).ino, ino);
    assert.deepEqual(await readdir(folder), ['kept.json'], 'no lock and no draft');
  });

  it('are forgotten when stopped, unless pinned', async () => {
    const kept = new KeptForwards(file);
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

  it('are as they were last, however quickly that changes', async () => {
    const kept = new KeptForwards(file);
    await Promise.all([
      kept.note([forward('connecting')]),
      kept.note([forward('stopped')]),
      kept.note([forward('up')]),
      kept.note([forward('stopped')]),
    ]);
    assert.deepEqual(ids(await looked()), []);
  });

  it('of two windows are each changed by its own, also where the other does not know of that', async () => {
    const [a, b] = [new KeptForwards(file), new KeptForwards(file)];
    await a.note([forward('up')]);
    await b.note([forward('up', 9000)]);
    assert.deepEqual(ids(await looked()), ['s1:8000', 's1:9000']);
    await b.pin(forward('up'), true);
    await a.note([forward('stopped')]);
    await b.note([forward('stopped', 9000)]);
    assert.deepEqual(ids(await looked()), ['s1:8000'], 'the other window pinned it');
    await a.look();
    await b.forget('s1:8000');
    assert.equal(await a.look(), true);
  });

  it('of two processes that write at once are all there', async () => {
    const program = `
      import { KeptForwards } from '#room/extension/keptForwards.ts';
      const forward = ${JSON.stringify(forward('up'))};
      async function run(name: string) {
        const kept = new KeptForwards(${JSON.stringify(file)});
        for (let at = 0; at < 20; at += 1)
          await kept.note([{ ...forward, spec: { ...forward.spec, id: name + at } }] as never);
      }`;
    await atOnce(folder, program, ['a', 'b']);
    const wanted = ['a', 'b'].flatMap((name) => Array.from({ length: 20 }, (_, at) => `${name}${at}`));
    assert.deepEqual(ids(await looked()).sort(), wanted.sort());
  }).timeout(60_000);

  it('of another server stay while this one’s change', async () => {
    const kept = new KeptForwards(file);
    await kept.note([forward('up')]);
    const other = forward('up', 9000);
    await kept.note([{ ...other, spec: { ...other.spec, id: 's2:9000' } }]);
    assert.deepEqual(ids(kept), ['s1:8000', 's2:9000']);
  });

  it('follow their server by its id; pinned ones the next of mine with the same name', async () => {
    const kept = new KeptForwards(undefined);
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

  it('of a damaged file are those that can be read', async () => {
    await new KeptForwards(file).note([forward('up')]);
    const [right = ''] = [(await readFile(file, 'utf8')).trim().slice(1, -1)];
    for (const [text, left] of [
      ['', []],
      ['{"a":1}', []],
      ['[1', []],
      [`[null, 3, {"id":"a"}, ${right}]`, ['s1:8000']],
    ] as const) {
      await writeFile(file, text);
      assert.deepEqual(ids(await looked()), left, text);
    }
  });
});
