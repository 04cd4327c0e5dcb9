import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { startDemo, type Demo } from '../../../src/demo';
import { at, listAt, named, signIn, type Caller } from './client';
import { addressOf, floatingIps, leases, servers } from './places';
import { Visitor } from './visitor';

const MINUTE_MS = 60_000;
const LAB1 = 'hello_chameleon-alexbaker';

describe('demo: the world', () => {
  let demo: Demo;
  let kvm: Caller;
  let chi: Caller;
  beforeEach(async () => {
    demo = await startDemo();
    const [atKvm, atChi] = demo.clouds;
    assert(atKvm !== undefined && atChi !== undefined);
    [kvm, chi] = await Promise.all([signIn(atKvm), signIn(atChi)]);
  });
  afterEach(() => demo.stop());

  /** Minutes that a lease has left, as its dates (UTC without a zone) say. */
  const minutesLeft = (lease: unknown): number =>
    (Date.parse(`${String(at(lease, 'end_date'))}Z`) - Date.now()) / MINUTE_MS;

  it('begins as Lab 1 leaves it, with one key pair to import at CHI@TACC', async () => {
    const lease = named(await leases(kvm), LAB1);
    const start = Date.parse(`${String(at(lease, 'start_date'))}Z`);
    const end = Date.parse(`${String(at(lease, 'end_date'))}Z`);
    assert.equal(end - start, 6 * 60 * MINUTE_MS);
    assert.equal(at(lease, 'status'), 'ACTIVE');
    assert.equal(at(lease, 'reservations', 0, 'resource_type'), 'flavor:instance');
    assert.equal(at(lease, 'reservations', 0, 'status'), 'active');

    const server = named(
      listAt(
        (
          await kvm('compute', `/servers/detail?name=^${LAB1}$`, {
            headers: { 'OpenStack-API-Version': 'compute 2.47' },
          })
        ).body,
        'servers',
      ),
      LAB1,
    );
    assert.deepEqual([at(server, 'status'), at(server, 'OS-EXT-STS:power_state')], ['ACTIVE', 1]);
    const flavor = `reservation:${String(at(lease, 'reservations', 0, 'flavor_id'))}`;
    assert.equal(at(server, 'flavor', 'original_name'), flavor);
    const image = await kvm('image', `/v2/images/${String(at(server, 'image', 'id'))}`);
    assert.equal(at(image.body, 'name'), 'CC-Ubuntu24.04');
    assert.deepEqual(
      listAt(server, 'addresses', 'sharednet1').map((entry) => entry['OS-EXT-IPS:type']),
      ['fixed', 'floating'],
    );
    assert.deepEqual(
      listAt(server, 'security_groups').map((group) => group['name']),
      ['default', 'allow-ssh'],
    );

    const publicKey = (await readFile(demo.publicKeyFile, 'utf8')).split(' ')[1];
    const has = async (caller: Caller): Promise<boolean> =>
      listAt((await caller('compute', '/os-keypairs')).body, 'keypairs').some(
        (pair) => String(at(pair, 'keypair', 'public_key')).split(' ')[1] === publicKey,
      );
    assert.deepEqual([await has(kvm), await has(chi)], [true, false]);
    const body = { keypair: { name: 'laptop', public_key: await readFile(demo.publicKeyFile, 'utf8') } };
    const imported = await chi('compute', '/os-keypairs', { method: 'POST', body });
    assert.deepEqual([imported.status, await has(chi)], [200, true]);
  });

  it('warns in time: the MLflow lease ends in about 52 minutes, the Ray lease later', async () => {
    const all = await leases(chi);
    const mlflow = minutesLeft(named(all, 'mlflow_ab1234'));
    assert(mlflow > 51 && mlflow < 53.1, String(mlflow));
    assert(minutesLeft(named(all, 'mltrain_ab1234')) > 120);
  });

  it("writes Blazar's dates without a zone", async () => {
    for (const lease of [...(await leases(kvm)), ...(await leases(chi))]) {
      assert.match(String(at(lease, 'end_date')), /^\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000000$/);
      assert.match(String(at(lease, 'created_at')), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    }
  });

  it('has a class: a closed server, an ended lease with an idle address, and many more', async () => {
    assert((await leases(kvm)).length >= 20);
    const ended = named(await leases(kvm), 'hello_chameleon-evafrost');
    assert.equal(at(ended, 'status'), 'TERMINATED');
    const idle = (await floatingIps(kvm)).filter((ip) => ip['port_id'] === null);
    assert.deepEqual(
      idle.map((ip) => [ip['status'], ip['description']]),
      [['DOWN', 'hello_chameleon ef9012']],
    );
    const closed = named(await servers(kvm), 'hello_chameleon-caseydiaz');
    assert.deepEqual(
      listAt(closed, 'security_groups').map((group) => group['name']),
      ['default'],
    );
  });

  it('ends a lease when its time has come, and its server with it', async () => {
    const address = await addressOf(chi, 'node-mlflow-ab1234');
    const visitor = await Visitor.at(demo, address);
    const closed = once(visitor.client, 'close');
    await demo.world.advance(54 * MINUTE_MS);
    await closed;
    assert.equal(at(named(await leases(chi), 'mlflow_ab1234'), 'status'), 'TERMINATED');
    assert.equal(
      (await servers(chi)).some((server) => server['name'] === 'node-mlflow-ab1234'),
      false,
    );
    assert.equal(demo.reach(address, 22).filtered, true);
    const ip = (await floatingIps(chi)).find((each) => each['floating_ip_address'] === address);
    assert.deepEqual([ip?.['status'], ip?.['port_id']], ['DOWN', null]);
  });

  it('does not end a lease that was extended', async () => {
    const { id, end_date: end } = named(await leases(chi), 'mlflow_ab1234');
    const later = new Date(Date.parse(`${String(end)}Z`) + 60 * MINUTE_MS).toISOString();
    const body = { end_date: later.slice(0, 16).replace('T', ' ') };
    assert.equal((await chi('reservation', `/leases/${String(id)}`, { method: 'PUT', body })).status, 200);
    await demo.world.advance(54 * MINUTE_MS);
    assert.equal(at(named(await leases(chi), 'mlflow_ab1234'), 'status'), 'ACTIVE');
  });

  it("tells the demo's time in the Date header", async () => {
    await demo.world.advance(10 * 60 * MINUTE_MS);
    const [cloud] = demo.clouds;
    const { headers } = await fetch(cloud?.authUrl ?? '');
    const ahead = Date.parse(headers.get('Date') ?? '') - Date.now();
    assert(Math.abs(ahead - 10 * 60 * MINUTE_MS) < 5000, String(ahead));
  });

  it('releases an address', async () => {
    const idle = (await floatingIps(kvm)).find((ip) => ip['port_id'] === null);
    const path = `/v2.0/floatingips/${String(idle?.['id'])}`;
    assert.equal((await kvm('network', path, { method: 'DELETE' })).status, 204);
    assert.equal((await kvm('network', path)).status, 404);
  });

  it('takes a new server to which one can connect', async () => {
    const lease = named(await leases(kvm), LAB1);
    const old = named(await servers(kvm), LAB1);
    const gone = await kvm('compute', `/servers/${String(old['id'])}`, { method: 'DELETE' });
    assert.equal(gone.status, 204);
    const server = {
      name: 'again-ab1234',
      flavorRef: at(lease, 'reservations', 0, 'flavor_id'),
      imageRef: at(old, 'image', 'id'),
      key_name: 'alexbaker-laptop',
      security_groups: [{ name: 'allow-ssh' }],
      user_data: Buffer.from('#!/bin/sh\n# für alle\n').toString('base64'),
    };
    for (const wrong of ['#!/bin/sh', Buffer.alloc(49_150).toString('base64')]) {
      const body = { server: { ...server, user_data: wrong } };
      assert.equal((await kvm('compute', '/servers', { method: 'POST', body })).status, 400);
    }
    const made = await kvm('compute', '/servers', { method: 'POST', body: { server } });
    assert.equal(made.status, 202);
    await demo.world.advance(MINUTE_MS);
    const id = String(at(made.body, 'server', 'id'));
    const ports = await kvm('network', `/v2.0/ports?device_id=${id}`);
    const [free] = (await floatingIps(kvm)).filter((ip) => ip['port_id'] === null);
    const bound = await kvm('network', `/v2.0/floatingips/${String(free?.['id'])}`, {
      method: 'PUT',
      body: { floatingip: { port_id: at(ports.body, 'ports', 0, 'id') } },
    });
    assert.equal(bound.status, 200);
    const visitor = await Visitor.at(demo, String(free?.['floating_ip_address']));
    assert.equal((await visitor.run('hostname')).stdout, 'again-ab1234\n');
    const userData = await visitor.run('cat /var/lib/cloud/instance/user-data.txt');
    assert.equal(userData.stdout, '#!/bin/sh\n# für alle\n');
    await visitor.leave();
  });

  it('lets services fail and come back on the same port', async () => {
    await demo.world.stopService('CHI@TACC', 'blazar');
    await assert.rejects(leases(chi), /fetch failed/);
    assert((await servers(chi)).length > 0);
    await demo.world.startService('CHI@TACC', 'blazar');
    assert((await leases(chi)).length > 0);
  });

  it('has a TA who sees the class and has no key on any server', async () => {
    const ta = await startDemo({ as: 'ta' });
    try {
      const [cloud] = ta.clouds;
      assert(cloud !== undefined);
      const caller = await signIn(cloud);
      assert.deepEqual(ta.me, { netId: 'ta1001', username: 'ta' });
      const address = await addressOf(caller, LAB1);
      await assert.rejects(Visitor.at(ta, address), /authentication/);
    } finally {
      await ta.stop();
    }
  });
});

describe('demo: its end', () => {
  it('leaves no listener, no key and no timer', async () => {
    const demo = await startDemo();
    const [kvm] = demo.clouds;
    assert(kvm !== undefined);
    const address = await addressOf(await signIn(kvm), LAB1);
    const visitor = await Visitor.at(demo, address);
    const reached = demo.reach(address, 22);
    const cut = once(visitor.client, 'close');
    await demo.stop();
    await cut;
    await assert.rejects(fetch(kvm.authUrl), /fetch failed/);
    const refused = await new Promise<unknown>((resolve) => {
      const socket = connect(reached, () => {
        socket.destroy();
        resolve('connected');
      });
      socket.on('error', (error) => {
        resolve('code' in error ? error.code : error.message);
      });
    });
    assert.equal(refused, 'ECONNREFUSED');
    assert.equal(existsSync(demo.keyFile), false);
    const listening = process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap');
    assert.deepEqual(listening, []);
  });

  it('uses a key that is there, and leaves it', async () => {
    const first = await startDemo();
    const second = await startDemo({ sshKeyFile: first.keyFile });
    await second.stop();
    assert.deepEqual([second.keyFile, existsSync(first.keyFile)], [first.keyFile, true]);
    await first.stop();
  });
});
