import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  addInclude,
  includes,
  removeInclude,
  withInclude,
  withoutInclude,
  type RunSsh,
} from '../../../src/ssh';
import { atOnce } from '../atOnce';

const OURS = "/home/me/App Support/it's/config";
const ssh: RunSsh = async (args) => {
  const { status, stdout, stderr } = spawnSync('ssh', args, { encoding: 'utf8' });
  return { code: status ?? undefined, stdout, stderr };
};
const hasSsh = spawnSync('ssh', ['-V']).status === 0;

describe('our line in the person’s ssh config', () => {
  it('stands first, once, and goes away without a trace', () => {
    for (const text of [
      '',
      'Host *\n  User me\n',
      'Host a\r\n  User me\r\n',
      '\uFEFFHost a\n  User me',
      '\n\n# mine\nHost a\n',
    ]) {
      const after = withInclude(text, OURS);
      assert.ok(includes(after, OURS), JSON.stringify(after));
      assert.equal(withInclude(after, OURS), after);
      assert.equal(withoutInclude(after, OURS), text);
      assert.equal(withoutInclude(text, OURS), text);
    }
  });

  it('counts only where it counts for all hosts', () => {
    assert.ok(!includes(`Host a\n  Include "${OURS}"\n`, OURS));
    assert.ok(!includes(`# Include "${OURS}"\n`, OURS));
    assert.ok(!includes(`Include "${OURS}.old"\n`, OURS));
    assert.ok(includes(`  include="${OURS}"\nHost a\n`, OURS));
  });
});

(hasSsh ? describe : describe.skip)('the person’s ssh config', () => {
  let folder: string;
  let config: string;
  let ours: string;
  const add = (address = '192.0.2.7'): Promise<void> =>
    addInclude({ config, ours, wanted: { host: 'node1', address }, ssh });
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'user ssh '));
    config = path.join(folder, 'config');
    ours = path.join(folder, 'our config');
    writeFileSync(ours, 'Host node1\n  HostName 192.0.2.7\n');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const hostName = (): string | undefined =>
    /^hostname (.*)$/m.exec(execFileSync('ssh', ['-G', '-F', config, 'node1'], { encoding: 'utf8' }))?.[1];

  it('is made where there is none, for its owner alone', async () => {
    await add();
    assert.equal(statSync(config).mode & 0o777, 0o600);
    assert.equal(hostName(), '192.0.2.7');
  });

  it('keeps its text, its mode and its place behind a symlink', async () => {
    const real = path.join(folder, 'dotfiles');
    writeFileSync(real, 'Host *\n  HostName elsewhere.example\n');
    chmodSync(real, 0o640);
    symlinkSync(real, config);
    await add();
    assert.ok(lstatSync(config).isSymbolicLink());
    assert.equal(statSync(real).mode & 0o777, 0o640);
    assert.equal(hostName(), '192.0.2.7', 'ours come first');
    assert.ok(readFileSync(real, 'utf8').endsWith('Host *\n  HostName elsewhere.example\n'));
    await add();
    assert.equal(await removeInclude(config, ours), true);
    assert.equal(readFileSync(real, 'utf8'), 'Host *\n  HostName elsewhere.example\n');
    assert.equal(await removeInclude(config, ours), false);
    assert.deepEqual(readdirSync(folder).sort(), ['config', 'dotfiles', 'our config'], 'no drafts');
  });

  it('that ssh itself does not read is not touched, with ssh’s reason', async () => {
    for (const text of ['Hots *\n', 'Host *\n  Port many\n', Buffer.from([0x48, 0xff, 0xfe]), 'Host a\0\n']) {
      writeFileSync(config, text);
      const before = readFileSync(config);
      await assert.rejects(add(), /left as it is/);
      assert.deepEqual(readFileSync(config), before);
    }
  });

  it('that would lead elsewhere, or not be read afterwards, is put back', async () => {
    writeFileSync(config, 'Host *\n  User me\n');
    await assert.rejects(add('203.0.113.9'), /leads node1 elsewhere/);
    assert.equal(readFileSync(config, 'utf8'), 'Host *\n  User me\n');
    writeFileSync(ours, 'Nonsense here\n');
    await assert.rejects(add(), /does not read/);
    assert.equal(readFileSync(config, 'utf8'), 'Host *\n  User me\n');
    rmSync(config);
    await assert.rejects(add(), /does not read/);
    assert.ok(!readdirSync(folder).includes('config'));
  });

  it('takes the lines of two editors that add them at the same moment, each once', async () => {
    const real = path.join(folder, 'dotfiles');
    const mine = 'Host *\n  User me\n';
    writeFileSync(real, mine);
    chmodSync(real, 0o640);
    symlinkSync(real, config);
    const theirs = ['code', 'cursor'].map((name) => path.join(folder, name));
    for (const file of theirs) writeFileSync(file, readFileSync(ours));
    const program = `
      import { spawnSync } from 'node:child_process';
      import { addInclude } from '#room/ssh/userConfig.ts';
      async function run(ours: string) {
        await addInclude({
          config: ${JSON.stringify(config)},
          ours,
          wanted: { host: 'node1', address: '192.0.2.7' },
          ssh: async (args) => {
            const { status, stdout, stderr } = spawnSync('ssh', args, { encoding: 'utf8' });
            return { code: status ?? undefined, stdout, stderr };
          },
        });
      }`;
    // Two windows of each.
    await atOnce(folder, program, [...theirs, ...theirs]);
    const text = readFileSync(real, 'utf8');
    for (const file of theirs) assert.equal(text.split(`Include "${file}"`).length, 2, text);
    assert.ok(text.endsWith(mine));
    assert.ok(lstatSync(config).isSymbolicLink());
    assert.equal(statSync(real).mode & 0o777, 0o640);
    assert.deepEqual(
      readdirSync(folder).filter((name) => /\.lock|\.new/.test(name)),
      [],
    );
    for (const file of theirs) await removeInclude(config, file);
    assert.equal(readFileSync(real, 'utf8'), mine);
  }).timeout(60_000);

  it('that is a folder is refused', async () => {
    await assert.rejects(
      addInclude({ config: folder, ours, wanted: { host: 'a', address: 'b' }, ssh }),
      /not a file/,
    );
  });

  it('that somebody else changes meanwhile is left to them', async () => {
    writeFileSync(config, 'Host *\n  User me\n');
    const busy: RunSsh = async (args) => {
      writeFileSync(config, 'Host *\n  User other\n');
      return ssh(args);
    };
    await assert.rejects(
      addInclude({ config, ours, wanted: { host: 'node1', address: '192.0.2.7' }, ssh: busy }),
      /changed by somebody else/,
    );
    assert.equal(readFileSync(config, 'utf8'), 'Host *\n  User other\n');
  });
});
