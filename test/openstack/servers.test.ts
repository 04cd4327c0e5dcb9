import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { systemClock } from '../../src/base';
import {
  allocateFloatingIp,
  bindToServer,
  goneVolume,
  launchServer,
  openPort,
  planLaunch,
  settledServer,
  settledVolume,
} from '../../src/chameleon';
import {
  attachVolume,
  bindFloatingIp,
  consoleOutput,
  consoleUrl,
  createObjectContainer,
  createSecurityGroup,
  createServer,
  createVolume,
  deleteFloatingIp,
  deleteImage,
  deleteKeyPair,
  deleteObject,
  deleteObjectContainer,
  deleteServer,
  deleteVolume,
  detachVolume,
  downloadObject,
  getImage,
  listFlavors,
  listImages,
  listKeyPairs,
  listNetworks,
  OpenStackError,
  rebootServer,
  rebuildServer,
  snapshotServer,
  startServer,
  stopServer,
  uploadObject,
  type Server,
} from '../../src/openstack';
import { adminClient, client, column } from './client';
import { cloud, onlySite, session, source } from './clouds';
import { Made, until } from './made';

const A_KEY = `ssh-ed25519 ${Buffer.concat([Buffer.from('0000000b7373682d6564323535313900000020', 'hex'), randomBytes(32)]).toString('base64')}`;

describe('what is done to servers of a real OpenStack', function () {
  this.timeout(200_000);
  const open = session(cloud('student_a'));
  const made = new Made(open);
  const waiting = { session: open, clock: systemClock, pollMs: 300 };
  const undo: (() => Promise<unknown>)[] = [];
  let server: Server;

  before(async () => {
    server = await made.server({ name: 'node-acts-ab1234', flavor: 'm1.tiny', groups: ['default'] });
  });
  after(async () => {
    // Servers first: a security group of one that is there can't go.
    await made.undo();
    for (const each of undo.reverse()) await each().catch(ignoreGone);
  });

  const statusOf = async (): Promise<unknown> =>
    field(await client('student_a', 'server', 'show', server.id), 'status');

  it('stop, start, reboot, each as the official client sees it', async () => {
    await stopServer(open, server.id);
    await settledServer(waiting, server.id);
    assert.equal(await statusOf(), 'SHUTOFF');
    await assert.rejects(stopServer(open, server.id), isKind('conflict'));
    await startServer(open, server.id);
    await settledServer(waiting, server.id);
    assert.equal(await statusOf(), 'ACTIVE');
    for (const hard of [false, true]) {
      await rebootServer(open, server.id, { hard });
      assert.equal((await settledServer(waiting, server.id)).status, 'ACTIVE');
    }
  });

  it('an image of it, and the server rebuilt from that', async () => {
    const id = await snapshotServer(open, server.id, 'snapshot-acts-ab1234');
    undo.push(() => deleteImage(open, id));
    await until(
      () => getImage(open, id),
      ({ status }) => status === 'active',
    );
    await settledServer(waiting, server.id);
    assert.ok((await column('student_a', 'Name', 'image', 'list')).includes('snapshot-acts-ab1234'));
    await rebuildServer(open, server.id, id);
    const now = await settledServer(waiting, server.id);
    assert.deepEqual([now.status, now.imageId], ['ACTIVE', id]);
  });

  it('what it printed, and where its screen is', async () => {
    assert.match((await consoleOutput(open, server.id, 20)) ?? '', /\S/);
    assert.match(await consoleUrl(open, server.id, 'novnc'), /^http.*token/);
  });

  it('a port is opened by the group that opens it, although another has its name; nothing of it is changed', async () => {
    const twin = await createSecurityGroup(open, { name: 'allow-8888', description: 'opens nothing' });
    undo.push(() =>
      open.json({ service: 'network', method: 'DELETE', path: `/v2.0/security-groups/${twin.id}` }),
    );
    const before = await column('student_a', 'ID', 'security', 'group', 'list');
    const wanted = { name: 'allow-8888', port: 8888 };
    const first = await openPort(open, server, wanted);
    assert.equal(first.outcome, 'opened');
    assert.notEqual(first.group.id, twin.id);
    assert.equal((await openPort(open, server, wanted)).outcome, 'already');
    assert.deepEqual(await column('student_a', 'ID', 'security', 'group', 'list'), before);
    const port = await made.portOf(server);
    const shown = field(await client('student_a', 'port', 'show', port), 'security_group_ids');
    assert.ok(Array.isArray(shown) && shown.includes(first.group.id) && !shown.includes(twin.id));
  });

  it('a port that no group opens yet gets one', async () => {
    const { group, outcome } = await openPort(open, server, { name: 'allow-12345', port: 12_345 });
    undo.push(() =>
      open.json({ service: 'network', method: 'DELETE', path: `/v2.0/security-groups/${group.id}` }),
    );
    assert.equal(outcome, 'opened');
    const rules = await column('student_a', 'Port Range', 'security', 'group', 'rule', 'list', group.id);
    assert.ok(rules.includes('12345:12345'));
  });

  it('an address is taken, put on it, moved to another server, taken off, released', async () => {
    const other = await made.server({ name: 'node-acts2-ab1234', flavor: 'm1.tiny' });
    const ip = await allocateFloatingIp(open, 'ab1234');
    undo.push(() => deleteFloatingIp(open, ip.id));
    const holder = async (): Promise<unknown> =>
      field(await client('student_a', 'floating', 'ip', 'show', ip.address), 'port_id');
    await bindToServer(open, ip, server);
    assert.equal(await holder(), await made.portOf(server));
    await bindFloatingIp(open, ip.id, null);
    await bindToServer(open, ip, other);
    assert.equal(await holder(), await made.portOf(other));
    await bindFloatingIp(open, ip.id, null);
    assert.equal(await holder(), null);
    await deleteFloatingIp(open, ip.id);
    const left = await column('student_a', 'Floating IP Address', 'floating', 'ip', 'list');
    assert.ok(!left.includes(ip.address));
  });

  it('a volume is made, attached, detached and deleted; not deleted while it is attached', async () => {
    const { id } = await createVolume(open, { name: 'block-acts-ab1234', sizeGb: 1, type: 'ceph-ssd' });
    undo.push(() => deleteVolume(open, id));
    assert.equal((await settledVolume(waiting, id)).status, 'available');
    await attachVolume(open, server.id, id);
    const attached = await settledVolume(waiting, id);
    assert.equal(attached.attachments[0]?.serverId, server.id);
    await assert.rejects(deleteVolume(open, id), isKind('badRequest'));
    await detachVolume(open, server.id, id);
    assert.equal((await settledVolume(waiting, id)).status, 'available');
    await deleteVolume(open, id);
    await goneVolume(waiting, id);
    assert.ok(!(await column('student_a', 'ID', 'volume', 'list')).includes(id));
  });

  it('objects go up and come back the same, with odd names, large ones in pieces', async () => {
    const container = 'object-acts-ab1234';
    await createObjectContainer(open, container);
    undo.push(() => deleteObjectContainer(open, container));
    const content = randomBytes(3_000_000);
    const name = 'models/ü & 100%?.bin';
    undo.push(() => deleteObject(open, container, name));
    const told: number[] = [];
    await uploadObject(
      open,
      { container, name },
      { bytes: content.byteLength, read: () => pieces(content) },
      (done) => told.push(done),
    );
    assert.equal(told.at(-1), content.byteLength);
    assert.deepEqual(await column('student_a', 'Name', 'object', 'list', container), [name]);
    const hash = createHash('sha256');
    const bytes = await downloadObject(
      open,
      { container, name },
      (piece) => Promise.resolve(void hash.update(piece)),
      () => undefined,
    );
    assert.equal(bytes, content.byteLength);
    assert.equal(hash.digest('hex'), createHash('sha256').update(content).digest('hex'));
    await assert.rejects(deleteObjectContainer(open, container), isKind('conflict'));
  });

  it('a server is launched on a lease: key imported, groups by id, an address, until SSH is asked for', async () => {
    const userData = '#!/bin/sh\nname_node=\'für "$node"\'\necho "$name_node" >> /etc/motd\n';
    const lease = await made.flavorLease('lease-launch-ab1234', 'm1.small', 1);
    const site = onlySite(await source([cloud('student_a')]).refresh());
    const plan = planLaunch(
      {
        name: 'node-launch-ab1234',
        image: 'CC-Ubuntu24.04',
        leaseId: lease.id,
        flavor: undefined,
        networks: ['sharednet1', 'private-net-cloud-ab1234'],
        groups: [{ name: 'allow-ssh', port: 22 }],
        keyPair: { name: 'key-launch-ab1234', publicKey: A_KEY },
        floatingIp: true,
        userData,
      },
      { site, flavors: await listFlavors(open), now: Date.now() },
    );
    assert.ok('request' in plan, JSON.stringify(plan));
    undo.push(() => deleteKeyPair(open, 'key-launch-ab1234'));
    const asked: string[] = [];
    const launched = await launchServer({
      ...waiting,
      plan,
      say: () => undefined,
      answersSsh: (address) => Promise.resolve(asked.push(address) > 1),
    });
    undo.push(() => deleteFloatingIp(open, launched.ip?.id ?? ''));
    undo.push(() => deleteServer(open, launched.server.id));
    assert.deepEqual(launched.notes, []);
    assert.equal(launched.ssh, true);
    assert.deepEqual(asked, [launched.ip?.address, launched.ip?.address]);
    // Nova learns of an address that Neutron bound a moment later.
    const seen = await until(
      () => client('student_a', 'server', 'show', launched.server.id),
      (shown) => JSON.stringify(field(shown, 'addresses')).includes(launched.ip?.address ?? '?'),
    );
    assert.equal(field(seen, 'status'), 'ACTIVE');
    assert.equal(field(seen, 'key_name'), 'key-launch-ab1234');
    assert.ok(JSON.stringify(field(seen, 'security_groups')).includes('allow-ssh'));
    assert.equal(await userDataOf(launched.server.id), userData);
    assert.equal(field(seen, 'OS-EXT-SRV-ATTR:user_data'), undefined);
    assert.ok((await listKeyPairs(open)).some(({ name }) => name === 'key-launch-ab1234'));
    // It stands where the lease has it: the inventory joins them.
    const now = onlySite(await source([cloud('student_a')]).refresh());
    assert.equal(now.servers.find(({ id }) => id === launched.server.id)?.leaseId, lease.id);
  });

  it('user data of the size that a plan lets through is kept whole, one byte more is refused', async () => {
    const [flavors, images, networks] = [
      await listFlavors(open),
      await listImages(open),
      await listNetworks(open),
    ];
    const idOf = (list: readonly { readonly id: string; readonly name: string }[], wanted: string): string =>
      list.find(({ name }) => name === wanted)?.id ?? assert.fail(`no ${wanted}`);
    const asked = {
      name: 'node-userdata-ab1234',
      imageId: idOf(images, 'CC-Ubuntu24.04'),
      flavorId: idOf(flavors, 'm1.tiny'),
      interfaces: [{ networkId: idOf(networks, 'sharednet1') }],
      securityGroupIds: [],
    };
    const most = `#!/bin/sh\n#${'x'.repeat(49_138)}`;
    await assert.rejects(
      createServer(open, { ...asked, userData: `${most}x` }),
      (thrown: unknown) => isKind('badRequest')(thrown) && String(thrown).includes('user_data'),
    );
    const id = await createServer(open, { ...asked, userData: most });
    undo.push(() => deleteServer(open, id));
    assert.equal(await userDataOf(id), most);
  });

  it('a launch that no host takes ends with its likely cause', async () => {
    const site = onlySite(await source([cloud('student_a')]).refresh());
    const plan = planLaunch(
      {
        name: 'node-toolarge-ab1234',
        image: 'CC-Ubuntu24.04',
        leaseId: undefined,
        flavor: 'g1.h100',
        networks: ['sharednet1'],
        groups: [],
        keyPair: { name: 'id_rsa_chameleon', publicKey: site.keyPairs[0]?.publicKey ?? '' },
        floatingIp: false,
        userData: undefined,
      },
      { site, flavors: await listFlavors(open), now: Date.now() },
    );
    assert.ok('request' in plan, JSON.stringify(plan));
    await assert.rejects(
      launchServer({ ...waiting, plan, say: () => undefined, answersSsh: () => Promise.resolve(false) }),
      /No host took it/,
    );
    const failed = onlySite(await source([cloud('student_a')]).refresh()).servers.find(
      ({ name }) => name === 'node-toolarge-ab1234',
    );
    assert.equal(failed?.status, 'ERROR');
    await deleteServer(open, failed.id);
  });
});

/** As Nova keeps it: it shows it to an administrator alone, and from this version on. */
async function userDataOf(id: string): Promise<string> {
  const shown = await adminClient('--os-compute-api-version', '2.3', 'server', 'show', id);
  return Buffer.from(String(field(shown, 'OS-EXT-SRV-ATTR:user_data')), 'base64').toString();
}

async function* pieces(content: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.byteLength; at += 65_536)
    yield await Promise.resolve(content.subarray(at, at + 65_536));
}

function field(record: unknown, name: string): unknown {
  if (typeof record !== 'object' || record === null) throw new Error('no record');
  return Object.entries(record).find(([key]) => key === name)?.[1];
}

function isKind(kind: OpenStackError['kind']): (thrown: unknown) => boolean {
  return (thrown) => thrown instanceof OpenStackError && thrown.kind === kind;
}

function ignoreGone(thrown: unknown): void {
  if (thrown instanceof OpenStackError && thrown.kind === 'notFound') return;
  throw thrown;
}
