import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  digestLines,
  downloadFolder,
  folderSizes,
  upload,
  type Connection,
  type CopyProgress,
} from '../../src/ssh';
import { up, type Lab } from './setup';
import { freely, World } from './world';

const signal = new AbortController().signal;

describe('files of a real server', () => {
  let lab: Lab;
  let world: World;
  let here: string;
  let connection: Connection;
  before(async () => {
    lab = await up();
  });
  beforeEach(async () => {
    world = new World(lab);
    here = mkdtempSync(path.join(tmpdir(), 'saved '));
    connection = await world.connections.to(lab.mlflow, signal);
    await there('rm -rf work up && mkdir -p work/deep/er');
  });
  afterEach(async () => {
    await there('rm -rf work up');
    await world.end();
    rmSync(here, { recursive: true });
  });
  const there = async (command: string, env: Record<string, string> = {}): Promise<string> => {
    const { exit, stdout, stderr } = await connection.run(command, freely(env));
    assert.equal(exit, 0, stderr);
    return stdout;
  };
  const quiet = (): void => undefined;

  it('are saved whole, with sizes before and digests after that sha256sum agrees with', async () => {
    await there(
      'cd work && head -c 3000000 /dev/urandom > model.bin && : > empty && printf hello > deep/er/note.txt && ' +
        'printf x > "$ODD" && ln -s /etc/passwd link && mkfifo pipe',
      { ODD: `$(touch pwned)\`id\` "q" 'r'\n\u001b[31m.ipynb` },
    );
    const [size, none] = await folderSizes(connection, ['~/work', '/no such'], signal);
    assert.ok((size?.bytes ?? 0) >= 3_000_000, JSON.stringify(size));
    assert.equal(none?.bytes, undefined);
    const told: CopyProgress[] = [];
    const { files, left } = await downloadFolder(connection, '~/work', here, signal, (so) => told.push(so));
    assert.deepEqual([...left].sort(), ['link', 'pipe']);
    assert.equal(files.length, 4);
    const { bytes, ofBytes } = told.at(-1) ?? { bytes: 0, ofBytes: 1 };
    assert.equal(bytes, ofBytes);
    writeFileSync(path.join(here, 'SHA256SUMS'), digestLines(files));
    execFileSync('sha256sum', ['--strict', '--quiet', '-c', 'SHA256SUMS'], { cwd: here });
    assert.equal(
      files.find((file) => file.path === 'model.bin')?.sha256,
      (await there('sha256sum work/model.bin')).slice(0, 64),
    );
    assert.deepEqual(
      readdirSync(here).filter((name) => name.endsWith('.part') || name === 'pwned'),
      [],
    );
    assert.equal((await there('ls -a')).includes('pwned'), false);
  });

  it('are gone on with where they were cut, and not copied twice', async () => {
    await there('head -c 20000000 /dev/urandom > work/big && printf 1 > work/a');
    const stop = new AbortController();
    await assert.rejects(
      downloadFolder(connection, '~/work', here, stop.signal, ({ bytes }) => {
        if (bytes > 5_000_000) stop.abort();
      }),
      { name: 'AbortError' },
    );
    const draft = readdirSync(here).find((name) => name.endsWith('.part'));
    assert.ok(draft);
    const had = statSync(path.join(here, draft)).size;
    assert.ok(had > 4_000_000 && had < 20_000_000, String(had));
    const first: number[] = [];
    const { files } = await downloadFolder(connection, '~/work', here, signal, ({ now, bytes }) => {
      if (now === 'big') first.push(bytes);
    });
    assert.ok((first[1] ?? 0) >= had, 'what was there is not copied again');
    assert.equal(
      files.find((file) => file.path === 'big')?.sha256,
      (await there('sha256sum work/big')).slice(0, 64),
    );
    const inode = statSync(path.join(here, 'big')).ino;
    await downloadFolder(connection, '~/work', here, signal, quiet);
    assert.equal(statSync(path.join(here, 'big')).ino, inode);
    await there('printf 22 > work/a');
    await downloadFolder(connection, '~/work', here, signal, quiet);
    assert.equal(readFileSync(path.join(here, 'a'), 'utf8'), '22');
  });

  it('are put there whole, with their folders, and gone on with', async () => {
    const data = randomBytes(6_000_000);
    const folder = path.join(here, 'my data');
    execFileSync('mkdir', ['-p', path.join(folder, 'deep')]);
    writeFileSync(path.join(folder, 'deep', `it's "big" $(id)`), data);
    writeFileSync(path.join(folder, 'empty'), '');
    await there('mkdir up');
    const stop = new AbortController();
    await assert.rejects(
      upload(connection, folder, '~/up', stop.signal, ({ bytes }) => {
        if (bytes > 2_000_000) stop.abort();
      }),
      { name: 'AbortError' },
    );
    const copied = await upload(connection, folder, '~/up', signal, quiet);
    assert.equal(copied.length, 2);
    const found = await there('cd "up/my data" && find . -type f | sort && sha256sum deep/* | cut -c 1-65');
    assert.ok(found.includes(createHash('sha256').update(data).digest('hex')), found);
    assert.ok(!found.includes('.part'));
  });

  it('that are not there, or may not be read, are said', async () => {
    await assert.rejects(
      downloadFolder(connection, '~/nothing', here, signal, quiet),
      /not found|No such file/,
    );
    writeFileSync(path.join(here, 'a'), 'a');
    await assert.rejects(upload(connection, here, '/root', signal, quiet), /Permission denied/i);
  });
});
