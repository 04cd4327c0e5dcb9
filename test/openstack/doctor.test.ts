import assert from 'node:assert/strict';
import { causeOf, type Diagnosis } from '../../src/doctor';
import {
  bindFloatingIp,
  listSecurityGroups,
  OpenStackError,
  setPortSecurityGroups,
  updateLease,
} from '../../src/openstack';
import { LadderWorld, NAME, RIGHT_KEY } from './ladderWorld';
import { turn } from './knobs';
import { idNamed, until } from './made';

const HOUR = 3_600_000;
const BOOTED = `[    0.000000] Linux version 6.8.0-45-generic`;

/** The lowest rung that failed, in a line. */
function cause(diagnosis: Diagnosis): string {
  const found = causeOf(diagnosis);
  return found === undefined ? 'none' : `${found.id}: ${found.what}`;
}

describe('the ladder on a real cloud with a real sshd behind a floating IP', function () {
  this.timeout(300_000);
  let world: LadderWorld;
  const back: (() => Promise<unknown>)[] = [];
  before(async () => {
    world = await LadderWorld.make();
  });
  afterEach(async () => {
    for (const undo of back.splice(0).reverse()) await undo();
  });
  after(async () => {
    for (const knob of [`console/${NAME}`, 'spawn_fail']) turn(knob, undefined);
    await world?.tidy();
  });

  /** What the ladder finds at the latest: a listener, say, comes and goes within a moment. */
  const finds = async (wanted: RegExp, options?: Parameters<LadderWorld['climb']>[0]): Promise<Diagnosis> =>
    until(
      () => world.climb(options),
      (diagnosis) => wanted.test(cause(diagnosis)),
    );

  it('when nothing is wrong, every rung passes', async () => {
    const { rungs } = await finds(/^none$/);
    assert.deepEqual(
      rungs.filter(({ verdict }) => verdict !== 'passed'),
      [],
    );
    assert.equal(rungs.length, 13);
  });

  it('lease: it has ended, by the time of the site', async () => {
    const { rungs } = await finds(/^lease: The lease .* has ended/, { now: world.lease.end + HOUR });
    assert.ok(rungs.slice(1).every(({ verdict }) => verdict === 'notAsked'));
  });

  it('server: it is shut off', async () => {
    await world.made.act(world.server, 'os-stop', 'SHUTOFF');
    back.push(() => world.made.act(world.server, 'os-start', 'ACTIVE'));
    await finds(/^server: It is not running \(SHUTOFF\)/);
  });

  it('server: it is paused', async () => {
    await world.made.act(world.server, 'pause', 'PAUSED');
    back.push(() => world.made.act(world.server, 'unpause', 'ACTIVE'));
    await finds(/^server: It is not running \(PAUSED\)/);
  });

  it('server: it failed to build, with the site’s own words', async () => {
    turn('spawn_fail', 'ladder-broken');
    back.push(async () => {
      turn('spawn_fail', undefined);
      await Promise.resolve();
    });
    const server = await world.made.server({ name: 'node-ladder-broken-ab1234', flavor: 'm1.tiny' });
    assert.equal(server.status, 'ERROR');
    const found = await finds(/^server: /, { server });
    assert.match(cause(found), /It failed to build. The site says: .*|No node was found for it/);
    await world.made.removeServer(server.id);
  });

  for (const [what, text, wanted] of [
    [
      'its kernel has panicked',
      `${BOOTED}\n[    1.9] Kernel panic - not syncing: VFS\n`,
      /^console: Its kernel/,
    ],
    [
      'it waits in emergency mode',
      `${BOOTED}\nYou are in emergency mode. After logging in, type "journalctl -xb"\n`,
      /^console: .*emergency mode/,
    ],
    [
      'it got no address',
      `${BOOTED}\nci-info: |  ens3  | False |     .     |     .     |   .   | fa:16:3e:00:00:01 |\n`,
      /^console: .*without getting an address/,
    ],
  ] as const)
    it(`console: ${what}`, async () => {
      turn(`console/${NAME}`, text);
      back.push(async () => {
        turn(`console/${NAME}`, undefined);
        await Promise.resolve();
      });
      await finds(wanted);
    });

  it('console: it does not show the end of the boot, which is no fault yet', async () => {
    turn(`console/${NAME}`, `${BOOTED}\n[    6.1] cloud-init[512]: Cloud-init v. 24.2 running 'init'\n`);
    back.push(async () => {
      turn(`console/${NAME}`, undefined);
      await Promise.resolve();
    });
    const { rungs } = await until(
      () => world.climb(),
      (found) => found.rungs.some(({ id, verdict }) => id === 'console' && verdict === 'unknown'),
    );
    assert.match(rungs.find(({ id }) => id === 'console')?.what ?? '', /does not show the end of its boot/);
  });

  it('address: it has none', async () => {
    await bindFloatingIp(world.session, world.ip.id, null);
    back.push(() => bindAgain());
    const { rungs } = await finds(/^address: (It has no public address|.* not attached)/);
    assert.equal(rungs.find(({ id }) => id === 'address')?.repair, 'attachFloatingIp');
  });

  it('address: its floating IP is on another server’s port', async () => {
    const other = await world.made.server({
      name: 'node-ladder-other-ab1234',
      flavor: 'm1.tiny',
      network: NAME,
    });
    await bindFloatingIp(world.session, world.ip.id, await world.made.portOf(other));
    back.push(async () => {
      await bindAgain();
      await world.made.removeServer(other.id);
    });
    // The way then leads through that neighbour, and what answers there is somebody else: see below. Alone it has none.
    await world.made.act(other, 'os-stop', 'SHUTOFF');
    await finds(/^address: (It has no public address|The floating IP .* is attached to something else)/);
  });

  it('address: its network has no router, so that it can’t have one', async () => {
    const dry = 'net-ladder-dry-ab1234';
    await world.made.network(dry, { router: false });
    const server = await world.made.server({
      name: 'node-ladder-dry-ab1234',
      flavor: 'm1.tiny',
      network: dry,
    });
    await assert.rejects(
      bindFloatingIp(world.session, world.ip.id, await world.made.portOf(server)),
      (thrown) => thrown instanceof OpenStackError && /not reachable/i.test(thrown.message),
    );
    await finds(/^address: The network net-ladder-dry-ab1234 has no router/, { server });
  });

  it('securityGroup: none of its groups opens port 22', async () => {
    const port = await world.made.portOf(world.server);
    const groups = await listSecurityGroups(world.session);
    const own = ['default', 'allow-ssh'].map((name) => idNamed(groups, name));
    await setPortSecurityGroups(world.session, port, own.slice(0, 1));
    back.push(() => setPortSecurityGroups(world.session, port, own));
    const { rungs } = await finds(/^securityGroup: None of its security groups \(“default”\) lets SSH in/);
    assert.equal(rungs.find(({ id }) => id === 'securityGroup')?.repair, 'openSshPort');
  });

  it('keyPair: the private key here is another, and so the login is refused', async () => {
    const { rungs } = await finds(/^keyPair: None of the private keys/, { key: world.ssh.keys.stranger });
    assert.match(rungs.find(({ id }) => id === 'login')?.what ?? '', /None of your keys is accepted/);
  });

  it('tcp: sshd does not listen', async () => {
    await world.ssh.host('ssh', world.ssh.node1, 'off');
    back.push(() => world.ssh.host('ssh', world.ssh.node1, 'on'));
    await finds(/^tcp: .*refuses connections/);
  });

  it('banner: sshd says nothing', async () => {
    await world.ssh.host('ssh', world.ssh.node1, 'hang');
    back.push(() => world.ssh.host('ssh', world.ssh.node1, 'on'));
    await finds(/^banner: It takes the connection and says nothing/);
  });

  it('hostKey: it was rebuilt, and its console says so; or it is somebody else', async () => {
    const known = world.strangers();
    await finds(/^none$/, { known });
    assert.ok((await known.pinned(world.server.id)).length > 0);
    await world.ssh.host('rekey', world.ssh.node1);
    back.push(() => world.printRightKeys());
    await finds(/^hostKey: It shows another key than before/, { known });
    await finds(/^hostKey: What answers is not this server/);
    await world.printRightKeys();
    const { rungs } = await finds(/^hostKey: It shows another key than before/, { known });
    assert.match(rungs.find(({ id }) => id === 'hostKey')?.next ?? '', /so it was rebuilt/);
    await finds(/^none$/);
  });

  it('login: the server does not take the key that it was made with', async () => {
    await world.ssh.host('sshd', world.ssh.node1, 'PubkeyAuthentication no');
    back.push(() => world.ssh.host('sshd', world.ssh.node1));
    await finds(/^login: /);
  });

  it('shell: it ends at once', async () => {
    await world.ssh.host('sshd', world.ssh.node1, 'ForceCommand echo This account is not available; exit 1');
    back.push(() => world.ssh.host('sshd', world.ssh.node1));
    await finds(/^shell: Its shell ends at once \(1\)/);
  });

  it('disk: it is full', async () => {
    await world.ssh.host('disk', world.ssh.node1, 'full');
    back.push(() => world.ssh.host('disk', world.ssh.node1, 'free'));
    const key = world.ssh.keys.ed25519;
    assert.notEqual(key, RIGHT_KEY);
    await finds(/^disk: The disk of \/home\/cc is full/);
  });

  it('services: one listens on 127.0.0.1, and of another there is nothing', async () => {
    const services = [
      { name: 'nginx', port: 80 },
      { name: 'MLflow', port: 8000 },
    ];
    await finds(/^services: Nginx listens on 127\.0\.0\.1:80; nothing listens on 8000 \(MLflow\)/, {
      services,
    });
  });

  it('lease: an extension that was refused left it in error, and the server runs on', async () => {
    const { id, end } = world.lease;
    await assert.rejects(updateLease(world.session, id, { end: end + HOUR }));
    const { rungs } = await finds(/^lease: The lease .* is in error/);
    assert.equal(rungs.find((rung) => rung.id === 'login')?.verdict, 'passed');
  });

  async function bindAgain(): Promise<void> {
    await bindFloatingIp(world.session, world.ip.id, await world.made.portOf(world.server));
    await finds(/^none$/);
  }
});
