import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hostAlias, hostKeysFromConsole, KnownHosts, parseHostKey } from '../../../src/ssh';
import { hostKeyOf, keyPair } from './labServer';
import { MemoryFiles } from './scripted';

const [one, two, rsa] = [keyPair(), keyPair(), keyPair('rsa')].map(hostKeyOf);
assert.ok(one !== undefined && two !== undefined && rsa !== undefined);
const line = (key: { type: string; base64: string }): string => `${key.type} ${key.base64}`;
const block = (...keys: (typeof one)[]): string =>
  [
    '-----BEGIN SSH HOST KEY KEYS-----',
    ...keys.map((key) => `${line(key)} root@node`),
    '-----END SSH HOST KEY KEYS-----',
  ].join('\r\n');

describe('host keys', () => {
  it('have the fingerprint that ssh shows', () => {
    // Of OpenSSH's own regress/unittests/sshkey/testdata/ed25519_1.pub.
    const key = parseHostKey(
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFOG6kY7Rf4UtCFvPwKgo/BztXck2xC4a2WyA34XtIwZ nobody@localhost',
    );
    assert.equal(key?.fingerprint, 'SHA256:L3k/oJubblSY0lB9Ulsl7emDMnRPKm/8udf2ccwk560');
  });

  it('that are none are not taken', () => {
    for (const text of [
      '',
      'ssh-ed25519',
      'ssh-ed25519 AAAA',
      `ssh-rsa ${one.base64}`,
      `ssh-ed25519 ${one.base64}$(x)`,
    ])
      assert.equal(parseHostKey(text), undefined, text);
  });

  it('stand under the server’s id, whatever it has in it', () => {
    assert.equal(hostAlias('6f1b-42'), 'chameleon-6f1b-42');
    assert.match(hostAlias('a b\n*,!"'), /^[A-Za-z0-9._-]+$/);
    assert.notEqual(hostAlias('a b'), hostAlias('a_b'));
  });
});

describe('keys on a console', () => {
  it('are those between the markers, also among the kernel’s words', () => {
    const text = `[ 1.0] x\r\n${block(one, rsa).replaceAll('ssh-', '[   12.3] cloud-init[900]: ssh-')}\r\nlogin: `;
    assert.deepEqual(hostKeysFromConsole(text), [one, rsa]);
  });

  it('are those of the last complete block', () => {
    assert.deepEqual(
      hostKeysFromConsole(`${block(one)}\n${block(two)}\n-----BEGIN SSH HOST KEY KEYS-----\n`),
      [two],
    );
  });

  it('of a block that was cut by a restart do not count', () => {
    assert.deepEqual(
      hostKeysFromConsole(`-----BEGIN SSH HOST KEY KEYS-----\n${line(one)}\n[ 0.0] Linux\n${block(two)}`),
      [two],
    );
  });

  it('are none where there is no block, and none outside of it', () => {
    assert.deepEqual(hostKeysFromConsole(''), []);
    assert.deepEqual(
      hostKeysFromConsole(`${line(one)}\n-----BEGIN SSH HOST KEY KEYS-----\n${line(two)}`),
      [],
    );
  });
});

describe('known hosts', () => {
  it('keep each server’s keys, replace one of the same type, forget', async () => {
    const files = new MemoryFiles();
    const known = new KnownHosts('/f/known_hosts', files);
    await Promise.all([known.pin('a', one), known.pin('a', rsa), known.pin('b', one)]);
    assert.deepEqual(await known.pinned('a'), [one, rsa]);
    await known.pin('a', two);
    assert.deepEqual(await known.pinned('a'), [rsa, two]);
    await known.forget('a');
    assert.deepEqual([await known.pinned('a'), await known.pinned('b')], [[], [one]]);
    assert.equal(files.texts.get('/f/known_hosts'), `chameleon-b ${line(one)}\n`);
  });

  it('leave lines alone that they do not understand, and do not write what is there', async () => {
    const files = new MemoryFiles();
    files.texts.set('/f', `# mine\n@revoked * ${line(two)}\nchameleon-a ${line(one)} comment\n`);
    const known = new KnownHosts('/f', files);
    assert.deepEqual(await known.pinned('a'), [one]);
    await known.forget('zzz');
    assert.equal(files.writes, 0);
    await known.pin('b', two);
    assert.match(files.texts.get('/f') ?? '', /^# mine\n@revoked .*\nchameleon-a .* comment\nchameleon-b /);
  });

  it('are readable by their owner only, and leave no drafts', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'known-'));
    try {
      const file = path.join(folder, 'deep', 'known_hosts');
      const known = new KnownHosts(file);
      await known.pin('a', one);
      await writeFile(file, await readFile(file), { mode: 0o644 });
      await known.pin('b', two);
      if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o777, 0o600);
      assert.deepEqual(await readdir(path.dirname(file)), ['known_hosts']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('of two windows that pin at once are all there', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'pins-'));
    try {
      const file = path.join(folder, 'made', 'known_hosts');
      const [a, b] = [new KnownHosts(file), new KnownHosts(file)];
      const ids = Array.from({ length: 12 }, (_, at) => `server-${at}`);
      await Promise.all(ids.map((id, at) => (at % 2 === 0 ? a : b).pin(id, one)));
      const text = await readFile(file, 'utf8');
      assert.deepEqual(
        ids.filter((id) => !text.includes(`chameleon-${id} `)),
        [],
      );
      assert.deepEqual(await readdir(path.dirname(file)), ['known_hosts'], 'no lock is left');
    } finally {
      await rm(folder, { recursive: true });
    }
  }).timeout(20_000);
});
