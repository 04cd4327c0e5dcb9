import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import {
  createLease,
  deleteLease,
  getLease,
  getServer,
  listFlavors,
  listImages,
  listNetworks,
  listPorts,
  listSecurityGroups,
  setPortSecurityGroups,
  type Lease,
  type Server,
  type Session,
} from '../../src/openstack';
import { buildCli, cli, newHome } from './cli';
import { cloud, session } from './clouds';
import { idNamed, Made, until } from './made';

const NET_ID = 'lz21';
const HOUR = 3_600_000;
/** What OpenStack alone can tell of Lab 2; the logins and all behind them are tried in test/labs and test/ssh. */
const ASKED = [
  'private-net',
  'private-subnet',
  'port1',
  'sg-allow-ssh',
  'sg-allow-http-80',
  'lease1-active',
  'lease1-flavor',
  'node1-active',
  'node1-image',
  'node1-reserved-flavor',
  'node1-nics',
  'node1-groups',
  'fip-node1',
  'port2',
  'port3',
  'lease2-active',
  'node2-active',
  'node3-active',
  'node23-groups',
];

interface Check {
  readonly id: string;
  readonly verdict: string;
  readonly reason: string;
}

describe('Lab 2 on a real OpenStack', () => {
  const open: Session = session(cloud('student_a'));
  const made = new Made(open);
  const home = newHome();
  const undo: (() => Promise<unknown>)[] = [];
  const servers: Server[] = [];

  before(async () => {
    await buildCli();
    const network = await post('/networks', { network: { name: `private_cloud_net_${NET_ID}` } });
    await post('/subnets', {
      subnet: {
        name: `private_cloud_subnet_${NET_ID}`,
        network_id: network,
        ip_version: 4,
        cidr: '192.168.1.0/24',
        gateway_ip: null,
      },
    });
    const ports = [];
    for (const n of [1, 2, 3])
      ports.push(
        await post('/ports', {
          port: {
            name: `port${n}_${NET_ID}`,
            network_id: network,
            fixed_ips: [{ ip_address: `192.168.1.1${n}` }],
            port_security_enabled: false,
          },
        }),
      );
    const leases = [await lease(1, 1), await lease(2, 2)];
    for (const [at, port] of ports.entries())
      servers.push(await launch(at + 1, leases[at === 0 ? 0 : 1], port));
    const [first] = servers;
    assert(first !== undefined);
    const shared = (await listPorts(open)).find(
      ({ deviceId, portSecurity }) => deviceId === first.id && portSecurity,
    );
    const floating = await post('/floatingips', {
      floatingip: {
        floating_network_id: idNamed(await listNetworks(open), 'public'),
        port_id: shared?.id,
        description: `Cloud IP for ${NET_ID}`,
      },
    });
    await until(
      async () =>
        JSON.stringify(
          await open.json({ service: 'network', method: 'GET', path: `/v2.0/floatingips/${floating}` }),
        ),
      (text) => text.includes('"ACTIVE"'),
    );
  });

  after(async () => {
    for (const { id } of servers) await made.removeServer(id);
    for (const each of undo.reverse()) await each().catch(() => undefined);
    rmSync(home, { recursive: true, force: true });
  });

  it('what OpenStack can tell passes', async () => {
    const wrong = (await checked()).filter(({ verdict }) => verdict !== 'passed');
    assert.deepEqual(wrong, []);
  });

  it('a group taken off the public port fails that check alone', async () => {
    const [first] = servers;
    const port = (await listPorts(open)).find(
      ({ deviceId, portSecurity }) => deviceId === first?.id && portSecurity,
    );
    assert(port !== undefined);
    const group = (await listSecurityGroups(open)).find(({ name }) => name === 'allow-http-80');
    await setPortSecurityGroups(
      open,
      port.id,
      port.securityGroupIds.filter((id) => id !== group?.id),
    );
    const wrong = (await checked()).filter(({ verdict }) => verdict !== 'passed');
    assert.deepEqual(
      wrong.map(({ id, verdict }) => [id, verdict]),
      [['node1-groups', 'failed']],
    );
    assert.match(wrong[0]?.reason ?? '', /allow-http-80/);
    await setPortSecurityGroups(open, port.id, [...port.securityGroupIds]);
  });

  it('nothing of it passes for a net ID that is longer, or shorter', async () => {
    for (const netID of [`${NET_ID}0`, 'lz2']) {
      const passed = (await checked(netID)).filter(({ verdict }) => verdict === 'passed').map(({ id }) => id);
      assert.deepEqual(passed, ['sg-allow-ssh', 'sg-allow-http-80'], netID);
    }
  });

  async function checked(netID = NET_ID): Promise<Check[]> {
    const ran = await cli(home, [
      ...['check', 'lab2-cloud', '--cloud', 'student_a', '--json', '--param', `netID=${netID}`],
      ...['--param', 'username=student_a', ...ASKED.flatMap((id) => ['--only', id])],
    ]);
    assert.notEqual(ran.stdout, '', ran.stderr);
    const { checks } = JSON.parse(ran.stdout) as { readonly checks: readonly Check[] };
    return checks
      .filter(({ id }) => ASKED.includes(id))
      .map(({ id, verdict, reason }) => ({ id, verdict, reason }));
  }

  /** @returns the id of what was made, which the suite takes away again */
  async function post(path: string, body: Record<string, unknown>): Promise<string> {
    const answer = (await open.json({
      service: 'network',
      method: 'POST',
      path: `/v2.0${path}`,
      body,
    })) as Record<string, { readonly id: string }>;
    const [{ id } = { id: '' }] = Object.values(answer);
    undo.push(() => open.json({ service: 'network', method: 'DELETE', path: `/v2.0${path}/${id}` }));
    return id;
  }

  async function lease(n: number, amount: number): Promise<Lease> {
    const flavor = idNamed(
      (await listFlavors(open)).filter(({ name }) => !name.startsWith('reservation:')),
      'm1.medium',
    );
    const { id } = await createLease(open, {
      name: `lease${n}_cloud_${NET_ID}`,
      start: 'now',
      end: Date.now() + 8 * HOUR,
      reservations: [{ resource_type: 'flavor:instance', flavor_id: flavor, amount, affinity: null }],
    });
    undo.push(() => deleteLease(open, id));
    const settled = await until(
      () => getLease(open, id),
      ({ status }) => status === 'ACTIVE' || status === 'ERROR',
    );
    assert.equal(settled.status, 'ACTIVE');
    return settled;
  }

  async function launch(n: number, of: Lease | undefined, port: string): Promise<Server> {
    const flavor = await until(
      async () =>
        (await listFlavors(open)).find(({ name }) => name === `reservation:${of?.reservations[0]?.id}`),
      (found) => found !== undefined,
    );
    const groups = await listSecurityGroups(open);
    // A port of its own on sharednet1: Nova puts groups on no port that has no port security.
    const shared = await post('/ports', {
      port: {
        network_id: idNamed(await listNetworks(open), 'sharednet1'),
        security_groups: ['default', 'allow-ssh', 'allow-http-80'].map((name) => idNamed(groups, name)),
      },
    });
    const body = (await open.json({
      service: 'compute',
      method: 'POST',
      path: '/servers',
      body: {
        server: {
          name: `node${n}-cloud-${NET_ID}`,
          flavorRef: flavor?.id,
          imageRef: idNamed(await listImages(open), 'CC-Ubuntu24.04'),
          key_name: 'id_rsa_chameleon',
          networks: [{ port: shared }, { port }],
        },
      },
    })) as { readonly server: { readonly id: string } };
    const server = await until(
      () => getServer(open, body.server.id),
      ({ status }) => status !== 'BUILD',
    );
    assert.equal(server.status, 'ACTIVE', server.name);
    return server;
  }
});
