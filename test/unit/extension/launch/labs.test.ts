/** Labs 2 and 3 are launched in the demo from their files, as the extension does it, and then checked. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { systemClock } from '../../../../src/base';
import {
  cleanUp,
  groupFor,
  launchServer,
  planCleanUp,
  type CleanUpItem,
  type SiteInventory,
} from '../../../../src/chameleon';
import { hindrance, planOf } from '../../../../src/extension/launch/draft';
import { launchesOf, reservationsOf, type FilledLaunch } from '../../../../src/labs';
import {
  createKeyPair,
  createLease,
  listFlavors,
  listPorts,
  setPortSecurityGroups,
  type Session,
} from '../../../../src/openstack';
import { dialBy } from '../../../../src/ssh';
import { cloudNames, privatePorts } from '../../../openstack/labPorts';
import { Made } from '../../../openstack/made';
import { SEEN_REALLY } from '../../../labs/seenReally';
import { firstOf, Visitor } from '../../demo/visitor';
import { DemoDesk } from '../../labs/labDesk';

const SITE = 'KVM@TACC';
const KEY = 'id_rsa_chameleon';
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** A lab in a demo of its own, up to the click on Launch. */
class Launching {
  readonly desk: DemoDesk;
  readonly session: Session;

  private constructor(desk: DemoDesk) {
    this.desk = desk;
    this.session = desk.sessionAt(SITE);
  }

  /** With what the lab reserves, and without what was left of an earlier try. */
  static async of(lab: string): Promise<Launching> {
    const launching = new Launching(await DemoDesk.open(lab));
    await launching.cleanUp(['network', 'router']);
    await launching.#reserve();
    return launching;
  }

  get site(): SiteInventory {
    const site = this.desk.inventory.sites.find((each) => each.site.name === SITE);
    assert(site !== undefined);
    return site;
  }

  /** Deletes all of mine of these kinds. */
  async cleanUp(kinds: readonly CleanUpItem['kind'][]): Promise<void> {
    const { items } = planCleanUp(this.desk.inventory, { kind: 'allOfMine' });
    const session = (cloud: string): Session =>
      this.desk.sessionAt(cloud === this.site.cloud ? SITE : 'CHI@TACC');
    const report = await cleanUp({
      items: items.filter(({ kind }) => kinds.includes(kind)),
      session,
      clock: systemClock,
      signal: new AbortController().signal,
      progress: () => undefined,
      pollMs: 20,
    });
    const left = report.filter(({ outcome }) => outcome !== 'gone');
    assert.deepEqual(
      left.map(({ item, why }) => `${item.name}: ${why ?? ''}`),
      [],
    );
    await this.desk.refresh();
  }

  async #reserve(): Promise<void> {
    const flavors = await listFlavors(this.session);
    for (const { name, flavor, amount, hours } of reservationsOf(
      this.desk.lab,
      undefined,
      this.desk.parameters(),
    ))
      await createLease(this.session, {
        name,
        start: 'now',
        end: Date.now() + hours * HOUR_MS,
        reservations: [
          {
            resource_type: 'flavor:instance',
            flavor_id: flavors.find((each) => each.name === flavor)?.id,
            amount,
            affinity: null,
          },
        ],
      });
    await this.desk.demo.world.advance(MINUTE_MS);
  }

  /** All servers side by side, with one key. @returns what is told of them beside */
  async launch(): Promise<readonly string[]> {
    const { desk, session } = this;
    const keyPair = { name: KEY, publicKey: await readFile(desk.demo.publicKeyFile, 'utf8') };
    await createKeyPair(session, keyPair);
    await desk.refresh();
    const flavors = await listFlavors(session);
    const key = { ...keyPair, how: '', file: desk.demo.keyFile };
    const plans = launchesOf(desk.lab, desk.parameters(), undefined).map((launch) => {
      const ground = { site: () => this.site, flavors, keys: { best: key, all: [key] } };
      const plan = planOf({ ground, wish: this.#wish(launch), key }, Date.now());
      if (!('request' in plan)) throw new Error(hindrance(plan));
      return plan;
    });
    for (const group of plans.flatMap(({ groups }) => groups)) await groupFor(session, group);
    const launched = await Promise.all(
      plans.map((plan) =>
        launchServer({
          session,
          clock: systemClock,
          signal: undefined,
          plan,
          pollMs: 20,
          say: () => undefined,
          made: () => void desk.demo.world.advance(MINUTE_MS),
          answersSsh: async (address, signal) => {
            const stop = signal ?? new AbortController().signal;
            const socket = await dialBy(desk.demo.reach)(address, 22, stop);
            const greeting = await firstOf(socket);
            socket.destroy();
            return greeting.startsWith('SSH-');
          },
        }),
      ),
    );
    await desk.refresh();
    return launched.flatMap(({ server, ssh, notes }) => [
      ...(ssh === true ? [`SSH answers at ${server.name}`] : []),
      ...notes,
    ]);
  }

  #wish(launch: FilledLaunch) {
    const { name, image, networks, securityGroups: groups, floatingIp, userData } = launch;
    const leaseId = this.site.leases.find((each) => each.name === launch.lease)?.id;
    return { name, image, leaseId, flavor: undefined, networks, groups, floatingIp, userData };
  }

  /** Logs in at a server by its public address. */
  visit(server: string): Promise<Visitor> {
    const id = this.site.servers.find(({ name }) => name === server)?.id;
    const address = this.site.floatingIps.find(({ serverId }) => serverId === id)?.address;
    assert(address !== undefined, server);
    return Visitor.at(this.desk.demo, address);
  }

  /** Of the checks that the real OpenStack was asked, the clean-up apart, those that do not pass. */
  async notPassed(): Promise<string[]> {
    const asked = (SEEN_REALLY[this.desk.lab.id]?.openstack ?? []).filter((id) => !id.startsWith('cleanup-'));
    assert(asked.length > 10);
    const checks = await this.desk.check({ only: asked });
    return checks.filter(({ id, verdict }) => asked.includes(id) && verdict !== 'passed').map(tell);
  }

  close(): Promise<void> {
    return this.desk.close();
  }
}

const tell = ({ id, verdict, reason }: { id: string; verdict: string; reason: string }): string =>
  `${id}: ${verdict}: ${reason}`;

const me = 'ab1234';

describe('Lab 2, launched in the demo', () => {
  let lab2: Launching;
  beforeEach(async () => {
    lab2 = await Launching.of('lab2-cloud');
  });
  afterEach(() => lab2.close());

  it('on the ports that the lab has one make: all that OpenStack can tell passes', async () => {
    await privatePorts(new Made(lab2.session), cloudNames(me));
    assert.deepEqual(await lab2.launch(), [`SSH answers at node1-cloud-${me}`]);
    assert.deepEqual(await lab2.notPassed(), []);
    const logins = ['ssh-node1', 'hosts-entry-node1', 'ssh-node2-jump', 'ssh-node3-jump'];
    const checks = await lab2.desk.check({ only: logins });
    assert.deepEqual(
      checks.filter(({ id, verdict }) => logins.includes(id) && verdict !== 'passed').map(tell),
      [],
    );
    const node1 = await lab2.visit(`node1-cloud-${me}`);
    const { stdout } = await node1.run('sudo cat /var/lib/cloud/instance/user-data.txt');
    assert.match(stdout, /^#cloud-config\n/);
    await node1.leave();
    await lab2.cleanUp(['server', 'floatingIp', 'network', 'lease']);
    const left = [...lab2.site.ports, ...lab2.site.networks].map(({ name }) => name);
    assert.deepEqual(
      left.filter((name) => name.startsWith('port') || name.endsWith(me)),
      [],
    );
  });

  for (const [what, wrong, refused] of [
    [
      'a port without its fixed address',
      { [`port2_${me}`]: { fixed_ips: [] } },
      [
        /^port2: failed: .*192\.168\.1\.12/,
        new RegExp(`^node2-active: failed: node2-cloud-${me} is not on private_cloud_net_${me} as 192`),
        /^node23-groups: unknown: /,
      ],
    ],
    [
      'port security left on',
      { [`port1_${me}`]: { port_security_enabled: true } },
      [new RegExp(`^port1: failed: Port security is still on at port1_${me}`)],
    ],
  ] as const)
    it(`${what}: refused by the right checks`, async () => {
      await privatePorts(new Made(lab2.session), cloudNames(me), wrong);
      await lab2.launch();
      const told = await lab2.notPassed();
      assert.equal(told.length, refused.length, told.join('\n'));
      for (const [at, line] of told.entries()) assert.match(line, refused[at] ?? /^$/);
    });

  it('without the ports it is said what is missing', async () => {
    await assert.rejects(lab2.launch(), /There is no network or port port1_ab1234 here/);
  });
});

describe('Lab 3, launched in the demo', () => {
  let lab3: Launching;
  beforeEach(async () => {
    lab3 = await Launching.of('lab3-mlops');
  });
  afterEach(() => lab3.close());

  it('on the ports that `play ports` makes as Terraform does: all that OpenStack can tell passes', async () => {
    const hello = await lab3.visit('hello_chameleon-alexbaker');
    assert.match((await hello.run('play ports')).stdout, /port-node3-mlops-ab1234 {2}192\.168\.1\.13/);
    const ports = await listPorts(lab3.session);
    await hello.run('play ports');
    await hello.leave();
    assert.equal((await listPorts(lab3.session)).length, ports.length, 'the second time none is made');
    assert.deepEqual(await lab3.launch(), [`SSH answers at node1-mlops-${me}`]);
    assert.deepEqual(await lab3.notPassed(), []);
    const shared = (await listPorts(lab3.session)).find(
      ({ name }) => name === `sharednet1-node2-mlops-${me}`,
    );
    assert(shared !== undefined);
    await setPortSecurityGroups(lab3.session, shared.id, shared.securityGroupIds.slice(1));
    const told = await lab3.notPassed();
    assert.match(
      told[0] ?? '',
      new RegExp(`^shared-ports: failed: ${shared.name} has not exactly the eight groups`),
    );
    assert.match(told[1] ?? '', /^fip-node1: unknown/);
    assert.equal(told.length, 2);
  });
});
