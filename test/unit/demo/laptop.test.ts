import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeLaptop } from '../../../src/demo/laptop';
import { bundled } from '../atOnce';

const parts = { comment: 'me@laptop', keyFile: undefined, files: { 'notes.txt': 'mine' } };

describe('the folder of a demo', () => {
  let folder: string;
  let program: string;
  const children: ChildProcess[] = [];
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'demos-'));
    program = await bundled(
      folder,
      `import { makeLaptop } from '#room/demo/laptop.ts';
       makeLaptop(${JSON.stringify({ comment: 'me@laptop', files: {} })} as never).then((made) => process.send?.(made.folder));
       process.on('message', () => undefined);`,
    );
  });
  afterEach(async () => {
    for (const child of children.splice(0)) await killed(child);
    // What this test's own processes left goes with the next start, as a person's does.
    await (await makeLaptop(parts)).remove();
  });
  after(() => rm(folder, { recursive: true }));

  /** Another process with a demo, and its folder. */
  async function other(): Promise<{ child: ChildProcess; left: string }> {
    const child = fork(program);
    children.push(child);
    const [left] = (await once(child, 'message')) as unknown[];
    assert.ok(typeof left === 'string');
    return { child, left };
  }
  async function killed(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  it('goes with the demo', async () => {
    const laptop = await makeLaptop(parts);
    assert.ok(existsSync(path.join(laptop.folder, 'notes.txt')) && existsSync(laptop.keyFile));
    await laptop.remove();
    assert.ok(!existsSync(laptop.folder));
  });

  it('is taken away by the next one where its process was killed, and stays while it lives', async () => {
    const [dead, living] = [await other(), await other()];
    await killed(dead.child);
    assert.ok(existsSync(dead.left), 'a process that is killed takes nothing away');
    const laptop = await makeLaptop(parts);
    assert.deepEqual([existsSync(dead.left), existsSync(living.left)], [false, true]);
    await (await makeLaptop(parts)).remove();
    assert.ok(existsSync(laptop.keyFile), 'this process lives, too');
    await laptop.remove();
  });

  it('of another machine stays, and one that says nobody’s name', async () => {
    const dead = await other();
    await killed(dead.child);
    const elsewhere = await mkdtemp(path.join(tmpdir(), 'chameleon-demo-'));
    const nobodys = await mkdtemp(path.join(tmpdir(), 'chameleon-demo-'));
    try {
      await writeFile(path.join(elsewhere, '.holder'), `${dead.child.pid}@another.example.org 1`);
      await (await makeLaptop(parts)).remove();
      assert.deepEqual(
        [dead.left, elsewhere, nobodys].map((each) => existsSync(each)),
        [false, true, true],
      );
    } finally {
      for (const each of [elsewhere, nobodys]) await rm(each, { recursive: true });
    }
  });
});
