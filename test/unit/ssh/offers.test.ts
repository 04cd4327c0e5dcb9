import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../../src/base';
import { nodeFiles, type Keys } from '../../../src/ssh';
import { offersOf } from '../../../src/ssh/offers';
import { securityKey } from './securityKey';

const hasKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined;

(hasKeygen ? describe : describe.skip)('keys to offer', function () {
  // A long RSA key takes its time on a busy machine.
  this.timeout(20_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'offers '));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const make = (name: string, ...options: string[]): string => {
    const file = path.join(folder, name);
    execFileSync('ssh-keygen', ['-q', '-a', '1', '-f', file, ...options]);
    return file;
  };
  const offered = async (file: string, unlock?: Keys['unlock']): Promise<readonly [number, number]> => {
    const keys: Keys = {
      agent: undefined,
      files: [{ path: file }],
      ...(unlock === undefined ? {} : { unlock }),
    };
    const { methods, locked } = await offersOf(keys, 'cc', nodeFiles, systemClock);
    return [methods.length, locked.length];
  };

  for (const [name, type, ...form] of [
    ['ed25519', 'ed25519'],
    ['rsa', 'rsa'],
    ['ecdsa', 'ecdsa'],
    ['rsa-pem', 'rsa', '-m', 'PEM'],
    ['ecdsa-pem', 'ecdsa', '-m', 'PEM'],
    ['rsa-pkcs8', 'rsa', '-m', 'PKCS8'],
    ['ecdsa-pkcs8', 'ecdsa', '-m', 'PKCS8'],
  ] as const)
    it(`are read in ssh-keygen’s form ${name}, plain and locked`, async () => {
      const file = make(name, '-N', '', '-t', type, ...(type === 'rsa' ? ['-b', '2048'] : []), ...form);
      assert.deepEqual(await offered(file), [1, 0]);
      // The same key is locked: to make one of RSA takes long.
      const lock = ['-p', '-P', '', '-N', 'the passphrase'];
      execFileSync('ssh-keygen', ['-q', '-a', '1', ...lock, ...form, '-f', file]);
      assert.deepEqual(await offered(file), [0, 1], 'nobody to ask');
      const asked: boolean[] = [];
      const answers = ['a wrong one', 'the passphrase'];
      const unlock = async (_file: string, wrong: boolean): Promise<string | undefined> => {
        asked.push(wrong);
        return answers.shift();
      };
      assert.deepEqual(await offered(file, unlock), [1, 0]);
      assert.deepEqual(asked, [false, true], 'asked again only because it was wrong');
    });

  it('stay locked when the person does not tell, and are asked for three times at most', async () => {
    const file = make('stubborn', '-t', 'ed25519', '-N', 'the passphrase');
    assert.deepEqual(await offered(file, async () => undefined), [0, 1]);
    let times = 0;
    const wrong = async (): Promise<string> => {
      times += 1;
      return 'wrong';
    };
    assert.deepEqual(await offered(file, wrong), [0, 1]);
    assert.equal(times, 3);
  });

  it('that are broken ask for no passphrase', async () => {
    const file = make('broken', '-t', 'ed25519', '-N', '');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'));
    const ask = async (): Promise<string> => assert.fail('asked');
    assert.deepEqual(await offered(file, ask), [0, 1]);
  });

  it('that only the person’s own ssh can use are named, and not taken for locked', async () => {
    const device = path.join(folder, 'id_ed25519_sk');
    writeFileSync(device, securityKey());
    const mine = make('mine', '-t', 'ed25519', '-N', '');
    const keysOf = (...files: string[]): Keys => ({
      agent: undefined,
      files: files.map((file) => ({ path: file })),
    });
    const of = async (keys: Keys): Promise<readonly [number, readonly string[], readonly string[]]> => {
      const { methods, locked, beyond } = await offersOf(keys, 'cc', nodeFiles, systemClock);
      return [methods.length, locked, beyond];
    };
    assert.deepEqual(await of(keysOf(device, mine)), [1, [], ['id_ed25519_sk']]);
    execFileSync('ssh-keygen', [
      '-q',
      '-s',
      make('ca', '-t', 'ed25519', '-N', ''),
      '-I',
      'me',
      `${mine}.pub`,
    ]);
    assert.deepEqual(await of(keysOf(mine)), [1, [], ['mine-cert.pub']]);
    assert.deepEqual(await of({ ...keysOf(), certificates: ['/elsewhere/c-cert.pub'] }), [
      0,
      [],
      ['c-cert.pub'],
    ]);
  });
});
