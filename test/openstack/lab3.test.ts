import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import {
  deleteLease,
  listNetworks,
  listPorts,
  listSecurityGroups,
  setPortSecurityGroups,
  type Lease,
  type Server,
  type Session,
} from '../../src/openstack';
import { SEEN_REALLY } from '../labs/seenReally';
import { buildCli, cli, newHome } from './cli';
import { cloud, session } from './clouds';
import { mlopsNames, privatePorts } from './labPorts';
import { idNamed, Made } from './made';

const NET_ID = 'lz31';
const ASKED = SEEN_REALLY['lab3-mlops']?.openstack ?? [];
const CLEANUP = ASKED.filter((id) => id.startsWith('cleanup-'));
const PORTS = [8000, 8080, 8081, 8082, 9001, 9090];
const GROUPS = ['allow-ssh', 'allow-http-80', ...PORTS.map((port) => `allow-${port}`)];

interface Check {
  readonly id: string;
  readonly verdict: string;
  readonly reason: string;
}

describe('Lab 3 on a real OpenStack', () => {
  const open: Session = session(cloud('student_a'));
  /** What the student made, and the groups, which the class keeps. */
  const made = new Made(open);
  const kept = new Made(open);
  const home = newHome();
  const servers: Server[] = [];
  let lease: Lease;
  let first = '';

  before(async () => {
    await buildCli();
    const known = await listSecurityGroups(open);
    for (const port of PORTS) {
      const name = `allow-${port}`;
      if (known.some((group) => group.name === name)) continue;
      const id = await kept.part('/security-groups', { security_group: { name } });
      await kept.part('/security-group-rules', {
        security_group_rule: {
          security_group_id: id,
          direction: 'ingress',
          ethertype: 'IPv4',
          protocol: 'tcp',
          port_range_min: port,
          port_range_max: port,
          remote_ip_prefix: '0.0.0.0/0',
        },
      });
    }
    const [groups, networks] = await Promise.all([listSecurityGroups(open), listNetworks(open)]);
    const own = await privatePorts(made, mlopsNames(NET_ID));
    lease = await made.flavorLease(`lease_mlops_${NET_ID}`, 'm1.medium', 8, 3);
    for (const [at, id] of own.entries()) {
      const node = `node${at + 1}-mlops-${NET_ID}`;
      const shared = await made.part('/ports', {
        port: {
          name: `sharednet1-${node}`,
          network_id: idNamed(networks, 'sharednet1'),
          security_groups: GROUPS.map((name) => idNamed(groups, name)),
        },
      });
      if (at === 0) first = shared;
      servers.push(await made.serverAt(node, lease, [shared, id]));
    }
    await made.addressAt(first, `MLOps IP for ${NET_ID}`);
  });

  after(async () => {
    await made.undo();
    await kept.undo();
    rmSync(home, { recursive: true, force: true });
  });

  it('what OpenStack can tell passes, and nothing is cleaned up yet', async () => {
    assert.deepEqual(await notPassed(), sorted(CLEANUP));
  });

  it('a group taken off a port, and one server fewer', async () => {
    const port = (await listPorts(open)).find(({ id }) => id === first);
    assert(port !== undefined);
    await setPortSecurityGroups(open, first, port.securityGroupIds.slice(1));
    assert.deepEqual(await notPassed(), sorted(['shared-ports', 'fip-node1', ...CLEANUP]));
    await setPortSecurityGroups(open, first, [...port.securityGroupIds]);
    const third = servers[2];
    assert(third !== undefined);
    await made.act(third, 'os-stop', 'SHUTOFF');
    assert.deepEqual(await notPassed(), sorted(['servers-active', 'servers-reserved', ...CLEANUP]));
    await made.act(third, 'os-start', 'ACTIVE');
  });

  it('nothing of it passes for a net ID that is longer, or shorter', async () => {
    for (const netID of [`${NET_ID}0`, 'lz3']) {
      const passed = (await checked(netID)).filter(({ verdict }) => verdict === 'passed').map(({ id }) => id);
      assert.deepEqual(passed.sort(), ['keypair-present', 'security-groups'], netID);
    }
  });

  it('clean-up: each row passes when its own is gone, and not before', async () => {
    const evidence = ['--evidence', path.join(home, 'evidence.json')];
    assert.deepEqual(await notPassed(evidence), sorted(CLEANUP));
    for (const { id } of servers.slice(1)) await made.removeServer(id);
    assert.deepEqual(await cleanup(evidence), sorted(CLEANUP), 'one server is left');
    await made.removeServer(servers[0]?.id ?? '');
    assert.deepEqual(await cleanup(evidence), sorted(CLEANUP.filter((id) => id !== 'cleanup-servers')));
    await deleteLease(open, lease.id);
    const left = CLEANUP.filter((id) => !['cleanup-servers', 'cleanup-lease'].includes(id));
    assert.deepEqual(await cleanup(evidence), sorted(left));
    await made.undo();
    assert.deepEqual(await cleanup(evidence), []);
  });

  /** The checks that do not pass. */
  async function notPassed(more: readonly string[] = []): Promise<string[]> {
    const checks = await checked(NET_ID, more);
    return sorted(checks.filter(({ verdict }) => !verdict.startsWith('passed')).map(({ id }) => id));
  }

  async function cleanup(evidence: readonly string[]): Promise<string[]> {
    return (await notPassed(evidence)).filter((id) => CLEANUP.includes(id));
  }

  async function checked(netID: string, more: readonly string[] = []): Promise<Check[]> {
    const ran = await cli(home, [
      ...['check', 'lab3-mlops', '--cloud', 'student_a', '--json', '--param', `netID=${netID}`],
      ...[...more, ...ASKED.flatMap((id) => ['--only', id])],
    ]);
    assert.notEqual(ran.stdout, '', ran.stderr);
    const { checks } = JSON.parse(ran.stdout) as { readonly checks: readonly Check[] };
    assert.equal(checks.filter(({ id }) => ASKED.includes(id)).length, ASKED.length);
    return checks.filter(({ id }) => ASKED.includes(id));
  }
});

function sorted(ids: readonly string[]): string[] {
  return [...ids].sort();
}
