import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { systemClock } from '../../../src/base';
import { InventorySource, siteOf, type Inventory } from '../../../src/chameleon';
import { startDemo, type Demo } from '../../../src/demo';
import { keepsNothing, readLab, runLab, type CheckResult, type Lab } from '../../../src/labs';
import { consoleOutput, createKeyPair, Session } from '../../../src/openstack';
import { Connections, dialBy, hostKeysFromConsole, KnownHosts } from '../../../src/ssh';

const LAB_FILE = path.join(import.meta.dirname, '../../../media/labs/lab1-hello-chameleon.lab.yaml');

describe('demo: Lab 1 as the extension checks it', () => {
  const { signal } = new AbortController();
  let demo: Demo;
  let lab: Lab;
  let sessions: ReadonlyMap<string, Session>;
  let inventory: Inventory;
  let connections: Connections;

  before(async () => {
    const reading = readLab(await readFile(LAB_FILE, 'utf8'), path.basename(LAB_FILE));
    assert('lab' in reading);
    lab = reading.lab;
    demo = await startDemo();
    const outside = { fetch: globalThis.fetch, clock: systemClock, random: () => 0.5 };
    const made = demo.clouds.map((cloud) => [cloud.name, new Session(cloud, outside)] as const);
    sessions = new Map(made);
    const source = new InventorySource({
      clouds: demo.clouds,
      clock: systemClock,
      me: { netId: demo.me.netId, usernames: [demo.me.username] },
      session: (cloud) => sessionOf(cloud.name),
    });
    inventory = await source.refresh();
    connections = new Connections({
      keys: { agent: undefined, files: [{ path: demo.keyFile }] },
      knownHosts: new KnownHosts(path.join(demo.folder, 'known_hosts')),
      decision: {
        consoleKeys: async ({ serverId }) => {
          const text = await consoleOutput(sessionOf('demo-kvm-tacc'), serverId, 400, signal);
          return text === undefined ? undefined : hostKeysFromConsole(text);
        },
        accept: () => Promise.resolve(false),
      },
      dial: dialBy(demo.reach),
      clock: systemClock,
    });
  });
  after(async () => {
    connections.dispose();
    await demo.stop();
  });

  function sessionOf(name: string): Session {
    const session = sessions.get(name);
    assert(session !== undefined);
    return session;
  }

  async function check(): Promise<readonly CheckResult[]> {
    const run = await runLab({
      lab,
      parameters: { username: demo.me.username, keyFile: demo.publicKeyFile, folder: demo.folder },
      subject: { kind: 'me' },
      evidence: keepsNothing,
      signal,
      world: {
        inventory,
        session: (site) => {
          const cloud = demo.clouds.find((each) => siteOf(each).name === site);
          return cloud === undefined ? undefined : sessionOf(cloud.name);
        },
        fetch: globalThis.fetch,
        dial: dialBy(demo.reach),
        clock: systemClock,
        connect: (target, aborted) => connections.to(target, aborted),
        local: { readFile: (file) => readFile(file), home: demo.folder },
      },
    });
    return run.checks;
  }

  it('has classmates who are known by net ID and user name, and two with a fault to be found', () => {
    const known = inventory.people.map((person) => person.netId);
    for (const netId of ['ab1234', 'cd5678', 'ef9012', 'ga3456', 'jk7890'])
      assert(known.includes(netId), netId);
    const casey = inventory.people.find((person) => person.netId === 'cd5678');
    assert.deepEqual(casey?.usernames, ['caseydiaz']);
    assert(inventory.people.length >= 20);
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
    const before = await check();
    assert.deepEqual(others(before), ['keypair-chi-tacc: failed', 'hello-linux-optional: manual']);
    const publicKey = await readFile(demo.publicKeyFile, 'utf8');
    await createKeyPair(sessionOf('demo-chi-tacc'), { name: 'laptop', publicKey });
    assert.deepEqual(others(await check()), ['hello-linux-optional: manual']);
  });
});
