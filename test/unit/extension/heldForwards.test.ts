import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock, type Clock } from '../../../src/base';
import { HeldForwards } from '../../../src/extension/heldForwards';
import { bundled } from '../atOnce';

describe('forwards of several windows', () => {
  let folder: string;
  const windows: HeldForwards[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'held-'));
  });
  afterEach(async () => {
    await Promise.all(windows.splice(0).map((each) => each.dispose()));
    await rm(folder, { recursive: true, force: true });
  });
  const window = (id: string, lost: string[] = [], clock: Clock = still): HeldForwards => {
    const made = new HeldForwards(folder, id, clock, (forward) => lost.push(forward));
    windows.push(made);
    return made;
  };
  /** The time is this machine's; nothing happens by itself. */
  const still: Clock = { now: () => systemClock.now(), after: () => () => undefined };
  const grow = async (ageMs: number): Promise<void> => {
    const then = (Date.now() - ageMs) / 1000;
    for (const name of await readdir(folder)) await utimes(path.join(folder, name), then, then);
  };

  it('are each held by one, and go on in another when it closes', async () => {
    const [a, b] = [window('a'), window('b')];
    assert.deepEqual([await a.take('s:8000'), await b.take('s:8000')], [true, false]);
    assert.equal(await b.take('s:8888'), true, 'another forward');
    assert.equal(await a.take('s:8000'), true, 'it has it already');
    await a.dispose();
    assert.equal(await b.take('s:8000'), true);
    await b.release('s:8000');
    assert.equal(await window('c').take('s:8000'), true);
  });

  it('of a window that is not heard of any more are taken over once it had the time to speak', async () => {
    await window('a').take('s:8000');
    await grow(31_000);
    let later = 0;
    const b = window('b', [], { ...still, now: () => Date.now() + later });
    assert.equal(await b.take('s:8000'), false, 'it may only have slept, as we have');
    assert.equal(await b.take('s:8000'), false, 'so soon that says nothing');
    later = 10_000;
    assert.equal(await b.take('s:8000'), true);
  });

  it('stay where they are when the machine slept', async () => {
    const lost: string[] = [];
    const [a, b] = [window('a', lost), window('b')];
    await a.take('s:8000');
    await grow(3_600_000);
    assert.equal(await b.take('s:8000'), false);
    await a.beat();
    assert.equal(await b.take('s:8000'), false);
    assert.deepEqual(lost, []);
  });

  it('that were taken over are given up by who had them', async () => {
    const lost: string[] = [];
    let later = 0;
    const [a, b] = [window('a', lost), window('b', [], { ...still, now: () => Date.now() + later })];
    await a.take('s:8000');
    await grow(31_000);
    await b.take('s:8000');
    later = 10_000;
    await b.take('s:8000');
    await a.beat();
    assert.deepEqual(lost, ['s:8000']);
    await a.release('s:8000');
    assert.equal(await window('c').take('s:8000'), false, 'it is b’s');
  });

  it('hold between two processes; one that is killed holds nothing', async () => {
    const program = await bundled(
      folder,
      `import { HeldForwards } from '#room/extension/heldForwards.ts';
       import { holderName, systemClock } from '#room/base/index.ts';
       const held = new HeldForwards(${JSON.stringify(path.join(folder, 'locks'))}, holderName(), systemClock, () => {});
       held.take('s:8000').then((got) => process.send?.(got));
       process.on('message', () => held.dispose().then(() => process.exit()));`,
    );
    const start = async (): Promise<{ child: ChildProcess; got: unknown }> => {
      const child = fork(program);
      const got = ((await once(child, 'message')) as unknown[])[0];
      return { child, got };
    };
    const here = new HeldForwards(path.join(folder, 'locks'), 'here', still, () => undefined);
    windows.push(here);
    const first = await start();
    assert.deepEqual([first.got, await here.take('s:8000')], [true, false]);
    first.child.send('close');
    await once(first.child, 'exit');
    assert.equal(await here.take('s:8000'), true);
    const second = await start();
    assert.equal(second.got, false);
    await here.release('s:8000');
    second.child.kill('SIGKILL');
    const third = await start();
    assert.equal(third.got, true);
    third.child.kill('SIGKILL');
    await once(third.child, 'exit');
    assert.equal(await here.take('s:8000'), true, 'its process is gone');
  }).timeout(60_000);
});
