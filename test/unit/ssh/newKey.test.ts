import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeKeyPair, publicKeyOf } from '../../../src/ssh';

describe('a new key pair', function () {
  // Large primes take their time on a busy machine.
  this.timeout(60_000);
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'keys-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  it('has a private key for its owner alone, and its public half beside it', async () => {
    const file = path.join(home, '.ssh', 'id_rsa_chameleon');
    const publicKey = await makeKeyPair(file, 'chameleon');
    assert.match(publicKey, /^ssh-rsa \S+ chameleon$/);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await stat(path.dirname(file))).mode & 0o777, 0o700);
    assert.match(await readFile(file, 'utf8'), /^-----BEGIN OPENSSH PRIVATE KEY-----/);
    // The two belong together: the public one is told from the private one alone.
    await rm(`${file}.pub`);
    assert.equal(await publicKeyOf(file), publicKey.split(' ', 2).join(' '));
  });

  it('is never written over one that is there', async () => {
    const file = path.join(home, 'id_rsa_chameleon');
    await writeFile(file, 'mine');
    await assert.rejects(makeKeyPair(file, 'chameleon'), { code: 'EEXIST' });
    assert.equal(await readFile(file, 'utf8'), 'mine');
  });
});
