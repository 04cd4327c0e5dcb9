import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import {
  listNetworks,
  listPorts,
  listSecurityGroups,
  setPortSecurityGroups,
  type Server,
  type Session,
} from '../../src/openstack';
import { SEEN_REALLY } from '../labs/seenReally';
import { buildCli, cli, newHome } from './cli';
import { cloud, session } from './clouds';
import { cloudNames, privatePorts } from './labPorts';
import { idNamed, Made } from './made';

const NET_ID = 'lz21';
/** What OpenStack alone can tell of Lab 2; the logins and all behind them are tried in test/labs and test/ssh. */
const ASKED = SEEN_REALLY['lab2-cloud']?.openstack ?? [];

interface Check {
  readonly id: string;
  readonly verdict: string;
  readonly reason: string;
}

describe('Lab 2 on a real OpenStack', () => {
  const open: Session = session(cloud('student_a'));
  const made = new Made(open);
  const home = newHome();
  const servers: Server[] = [];
  const sharedPorts: string[] = [];

  before(async () => {
    await buildCli();
    const own = await privatePorts(made, cloudNames(NET_ID));
    const [networks, groups] = await Promise.all([listNetworks(open), listSecurityGroups(open)]);
    const first = await made.flavorLease(`lease1_cloud_${NET_ID}`, 'm1.medium', 8);
    const second = await made.flavorLease(`lease2_cloud_${NET_ID}`, 'm1.medium', 8, 2);
    for (const [at, id] of own.entries()) {
      // A port of its own on sharednet1: Nova puts groups on no port that has no port security.
      const shared1 = await made.part('/ports', {
        port: {
          network_id: idNamed(networks, 'sharednet1'),
          security_groups: ['default', 'allow-ssh', 'allow-http-80'].map((name) => idNamed(groups, name)),
        },
      });
      const lease = at === 0 ? first : second;
      servers.push(await made.serverAt(`node${at + 1}-cloud-${NET_ID}`, lease, [shared1, id]));
      sharedPorts.push(shared1);
    }
    await made.addressAt(sharedPorts[0] ?? '', `Cloud IP for ${NET_ID}`);
  });

  after(async () => {
    await made.undo();
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
});
