import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import {
  holderName,
  holds,
  systemClock,
  tryLock,
  unlock,
  whileLocked,
  type Clock,
  type FileLock,
} from '../../../src/base';
import { Leader } from '../../../src/extension/leader';

describe('leader of several windows', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'leader-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const lock = (id: string): FileLock => ({
    file: path.join(folder, 'lock'),
    id,
    clock: systemClock,
    staleMs: 30_000,
  });
  const leader = (
    id: string,
    changed: (leads: boolean) => void = () => undefined,
    clock: Clock = systemClock,
  ): Leader => new Leader(path.join(folder, 'leader.lock'), id, clock, changed);
  const grow = async (name: string, ageMs: number): Promise<void> => {
    const then = (Date.now() - ageMs) / 1000;
    await utimes(path.join(folder, name), then, then);
  };

  it('is one, whoever asks first', async () => {
    const [a, b] = [leader('a'), leader('b')];
    await a.start();
    await b.start();
    assert.deepEqual([a.leads, b.leads], [true, false]);
    await a.stop();
    await b.stop();
  });

  it('passes on when it closes, and when it was not heard of', async () => {
    let became = 0;
    const a = leader('a');
    await a.start();
    await a.stop();
    const b = leader('b', () => (became += 1));
    await b.start();
    assert.deepEqual([b.leads, became], [true, 1]);
    await b.stop();
    await writeFile(path.join(folder, 'leader.lock'), 'a window that crashed');
    await grow('leader.lock', 31_000);
    const c = leader('c');
    await c.start();
    assert.equal(c.leads, true);
    await c.stop();
  });

  it('passes on at once when its process has ended, unless that was on another machine', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    const written: [string, boolean][] = [
      [`${pid}@${hostname()} ended`, true],
      [`${pid}@other-${hostname()} not known here`, false],
      [`${process.ppid}@${hostname()} lives`, false],
    ];
    for (const [holder, passes] of written) {
      await writeFile(path.join(folder, 'leader.lock'), holder);
      const next = leader(holderName());
      await next.start();
      assert.equal(next.leads, passes, holder);
      await next.stop();
    }
  });

  it('of many windows that find a stale lock at once, at most one gets it', async () => {
    await writeFile(path.join(folder, 'lock'), 'gone');
    await grow('lock', 31_000);
    const got = await Promise.all(Array.from({ length: 20 }, (_, at) => tryLock(lock(String(at)))));
    assert.equal(got.filter(Boolean).length, 1);
  });

  it('a fresh lock is not taken, nor given back by another', async () => {
    assert.equal(await tryLock(lock('a')), true);
    await grow('lock', 29_000);
    assert.equal(await tryLock(lock('b')), false);
    await unlock(lock('b'));
    assert.equal(await holds(lock('a')), true);
  });

  it('runs one thing at a time, over all windows', async () => {
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 5 }, (_, at) =>
        whileLocked(lock(String(at)), async () => {
          inside += 1;
          most = Math.max(most, inside);
          await new Promise((resolve) => setImmediate(resolve));
          inside -= 1;
        }),
      ),
    );
    assert.equal(most, 1);
  });

  it('waiting for it can be cancelled', async () => {
    await tryLock(lock('a'));
    const cancel = new AbortController();
    const waiting = whileLocked(lock('b'), () => Promise.resolve(), cancel.signal);
    cancel.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
  });
});
