import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { CheckResult } from '../../../src/labs';
import { createKeyPair } from '../../../src/openstack';
import { DemoDesk } from '../labs/labDesk';

describe('demo: Lab 1 as the extension checks it', () => {
  let lab1: DemoDesk;
  before(async () => {
    lab1 = await DemoDesk.open('lab1-hello-chameleon');
  });
  after(() => lab1.close());

  it('has classmates who are known by net ID and user name, and two with a fault to be found', async () => {
    const { people } = await lab1.refresh();
    const known = people.map((person) => person.netId);
    for (const netId of ['ab1234', 'cd5678', 'ef9012', 'ga3456', 'jk7890'])
      assert(known.includes(netId), netId);
    const casey = people.find((person) => person.netId === 'cd5678');
    assert.deepEqual(casey?.usernames, ['caseydiaz']);
    assert(people.length >= 20);
  });

  it('fails at the key pair of CHI@TACC alone, which importing the key repairs', async () => {
    const open = (checks: readonly CheckResult[]): string[] =>
      checks
        .filter(({ id, verdict }) => verdict !== 'passed' && !id.startsWith('cleanup-'))
        .map(({ id, verdict, reason }) =>
          verdict === 'failed' || verdict === 'manual'
            ? `${id}: ${verdict}`
            : `${id}: ${verdict} (${reason})`,
        );
    // The demo has no third site to ask.
    const others = (checks: readonly CheckResult[]): string[] =>
      open(checks).filter((line) => !line.startsWith('keypair-chi-uc: unknown'));
    const before = await lab1.check();
    assert.deepEqual(others(before), ['keypair-chi-tacc: failed', 'hello-linux-optional: manual']);
    const publicKey = await readFile(lab1.demo.publicKeyFile, 'utf8');
    await createKeyPair(lab1.sessionAt('CHI@TACC'), { name: 'laptop', publicKey });
    assert.deepEqual(others(await lab1.check()), ['hello-linux-optional: manual']);
  });
});
