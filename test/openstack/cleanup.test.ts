import assert from 'node:assert/strict';
import * as v from 'valibot';
import { systemClock } from '../../src/base';
import { cleanUp, planCleanUp, type CleanUpItem, type CleanUpResult } from '../../src/chameleon';
import {
  attachVolume,
  createObjectContainer,
  createVolume,
  deleteNetwork,
  deleteObject,
  deleteObjectContainer,
  deleteVolume,
  detachVolume,
  getVolume,
  listNetworks,
  OpenStackError,
  uploadObject,
  type Session,
} from '../../src/openstack';
import { column } from './client';
import { cloud, session, source } from './clouds';
import { idNamed, Made, until } from './made';

const LAB = {
  server: 'node-clean-ab1234',
  lease: 'lease_clean_ab1234',
  volume: 'block-clean-ab1234',
  network: 'private-net-clean-ab1234',
  router: 'router-clean-ab1234',
  container: 'object-clean-ab1234',
};
const THEIRS = { network: 'private-net-clean-ef9012', container: 'object-clean-ef9012' };

/** Two students in one project; the second one's things are called as the first one's wherever a maker tells them apart. */
describe('cleaning up on a real OpenStack', () => {
  const a = session(cloud('student_a'));
  const b = session(cloud('ta_c'));
  const ofA = new Made(a);
  const ofB = new Made(b);
  const undo: (() => Promise<unknown>)[] = [];
  let earlier: Record<string, string[]>;
  let report: CleanUpResult[];
  let items: readonly CleanUpItem[];

  before(async function () {
    this.timeout(400_000);
    const lease = await ofA.flavorLease(LAB.lease, 'm1.small', 1);
    assert.equal(lease.status, 'ACTIVE');
    const server = await ofA.server({
      name: LAB.server,
      flavor: `reservation:${lease.reservations[0]?.id ?? ''}`,
    });
    await ofA.floatingIp(server);
    const twin = await ofB.server({ name: LAB.server, flavor: 'm1.tiny' });
    await ofB.floatingIp(twin);
    const [volume, theirVolume] = await Promise.all([aVolume(a), aVolume(b)]);
    await attachVolume(a, server.id, volume);
    await attachVolume(b, twin.id, theirVolume);
    undo.push(() => detachVolume(b, twin.id, theirVolume).then(() => free(b, theirVolume)));
    await Promise.all([volume, theirVolume].map((id) => until(() => getVolume(a, id), isInUse)));
    await network(a, LAB.network, LAB.router);
    await network(b, THEIRS.network);
    for (const [owner, name] of [
      [a, LAB.container],
      [b, THEIRS.container],
    ] as const) {
      await createObjectContainer(owner, name);
      undo.push(() => emptied(owner, name));
      for (const object of ['a/one.txt', 'two.txt']) await put(owner, name, object);
    }
    earlier = await world();
  });

  after(async function () {
    this.timeout(300_000);
    for (const each of undo.reverse()) await each().catch(ignoreGone);
    await ofA.undo();
    await ofB.undo();
  });

  it('is planned: all that the lab made, in the order of deletion, and nothing of the other', async () => {
    ({ items } = planCleanUp(await source([cloud('student_a')]).refresh(), {
      kind: 'named',
      names: new Set(Object.values(LAB)),
      sites: ['KVM@TACC'],
    }));
    assert.deepEqual(
      items.map(({ kind }) => kind),
      ['server', 'floatingIp', 'volume', 'router', 'network', 'objectContainer', 'lease'],
    );
  });

  it('is done, and the official client finds all of A’s gone and all of B’s there', async function () {
    this.timeout(200_000);
    report = await run(items);
    assert.deepEqual(
      report.map(({ item, outcome, why }) => `${item.kind} ${outcome} ${why ?? ''}`.trim()),
      items.map(({ kind }) => `${kind} gone`),
    );
    const now = await world();
    for (const [kind, ids] of Object.entries(earlier)) {
      const gone = ids.filter((id) => !now[kind]?.includes(id));
      const expected = items.filter((item) => item.kind === kind).map((item) => item.id);
      assert.deepEqual(gone.sort(), [...expected].sort(), kind);
    }
    assert.ok((await column('ta_c', 'Name', 'server', 'list')).includes(LAB.server));
    assert.ok((await column('ta_c', 'Name', 'volume', 'list')).includes(LAB.volume));
    assert.ok((await column('ta_c', 'Name', 'network', 'list')).includes(THEIRS.network));
    assert.deepEqual(await column('ta_c', 'Name', 'object', 'list', THEIRS.container), [
      'a/one.txt',
      'two.txt',
    ]);
  });

  it('is run again: everything was gone already, nothing else is touched', async () => {
    const again = await run(items);
    assert.deepEqual([...new Set(again.map(({ outcome }) => outcome))], ['wasGone']);
  });

  it('what is somebody else’s is refused even when it is asked for', async () => {
    const inventory = await source([cloud('ta_c')]).refresh();
    const [site] = inventory.sites;
    const server = site?.servers.find(({ name, owner }) => name === LAB.server && owner.kind === 'me');
    const volume = site?.volumes.find(({ name, owner }) => name === LAB.volume && owner.kind === 'me');
    assert.ok(server !== undefined && volume !== undefined);
    const forged = [
      { kind: 'server', id: server.id, name: server.name },
      { kind: 'volume', id: volume.id, name: volume.name },
    ].map((each): CleanUpItem => ({
      ...each,
      kind: each.kind === 'server' ? 'server' : 'volume',
      cloud: 'student_a',
      site: 'KVM@TACC',
      detail: '',
      ticked: true,
    }));
    const refused = await run(forged);
    assert.deepEqual(
      refused.map(({ outcome }) => outcome),
      ['refused', 'refused'],
    );
    assert.match(refused[0]?.why ?? '', /somebody else’s/);
    assert.ok((await column('ta_c', 'ID', 'server', 'list')).includes(server.id));
  });

  function run(of: readonly CleanUpItem[]): Promise<CleanUpResult[]> {
    return cleanUp({
      items: of,
      session: () => a,
      clock: systemClock,
      signal: new AbortController().signal,
      progress: () => undefined,
      pollMs: 300,
    });
  }

  async function aVolume(owner: Session): Promise<string> {
    const { id } = await createVolume(owner, { name: LAB.volume, sizeGb: 1 });
    undo.push(() => deleteVolume(owner, id));
    await until(
      () => getVolume(owner, id),
      ({ status }) => status === 'available',
    );
    return id;
  }

  /** A network with a subnet, and a router to the outside where one is named. */
  async function network(owner: Session, name: string, router?: string): Promise<void> {
    const id = await made(owner, 'network', { name });
    undo.push(() => deleteNetwork(owner, id));
    const subnet = await made(owner, 'subnet', { network_id: id, cidr: '192.168.77.0/24', ip_version: 4 });
    if (router === undefined) return;
    const external = idNamed(await listNetworks(owner), 'public');
    const routerId = await made(owner, 'router', {
      name: router,
      external_gateway_info: { network_id: external },
    });
    await owner.json({
      service: 'network',
      method: 'PUT',
      path: `/v2.0/routers/${routerId}/add_router_interface`,
      body: { subnet_id: subnet },
    });
  }
});

async function made(owner: Session, kind: 'network' | 'subnet' | 'router', body: object): Promise<string> {
  const answer = await owner.json({
    service: 'network',
    method: 'POST',
    path: `/v2.0/${kind}s`,
    body: { [kind]: body },
  });
  const record = v.parse(v.record(v.string(), v.object({ id: v.string() })), answer)[kind];
  assert.ok(record);
  return record.id;
}

/** What the official client sees of the project, by kind. */
async function world(): Promise<Record<string, string[]>> {
  const list = (kind: string, id: string, ...words: string[]) =>
    column('ta_c', id, ...words).then((ids) => [kind, ids] as const);
  return Object.fromEntries([
    await list('server', 'ID', 'server', 'list'),
    await list('floatingIp', 'ID', 'floating', 'ip', 'list'),
    await list('volume', 'ID', 'volume', 'list'),
    await list('router', 'ID', 'router', 'list'),
    await list('network', 'ID', 'network', 'list'),
    await list('objectContainer', 'Name', 'container', 'list'),
    await list('securityGroup', 'ID', 'security', 'group', 'list'),
  ]);
}

async function put(owner: Session, container: string, name: string): Promise<void> {
  const content = Buffer.from(`of ${name}`);
  await uploadObject(
    owner,
    { container, name },
    {
      bytes: content.byteLength,
      async *read() {
        yield await Promise.resolve(content);
      },
    },
    () => undefined,
  );
}

async function emptied(owner: Session, container: string): Promise<void> {
  for (const name of ['a/one.txt', 'two.txt']) await deleteObject(owner, container, name).catch(ignoreGone);
  await deleteObjectContainer(owner, container);
}

async function free(owner: Session, volume: string): Promise<void> {
  await until(
    () => getVolume(owner, volume),
    ({ status }) => status === 'available',
  );
}

function isInUse({ status }: { readonly status: string }): boolean {
  return status === 'in-use';
}

function ignoreGone(thrown: unknown): void {
  if (thrown instanceof OpenStackError && thrown.kind === 'notFound') return;
  throw thrown;
}
