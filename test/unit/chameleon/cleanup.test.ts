import assert from 'node:assert/strict';
import { cleanUp, planCleanUp, type CleanUpItem, type CleanUpScope } from '../../../src/chameleon';
import { FakeCloud, FakeClock, json } from '../openstack/fakeCloud';
import {
  floatingIp,
  inventoryOf,
  lease,
  network,
  onLease,
  OTHER,
  port,
  router,
  server,
  volume,
  zunContainer,
} from './world';

const lab: CleanUpScope = {
  kind: 'named',
  names: new Set(['lease_ab1234', 'node-ab1234', 'net-ab1234', 'object-ab1234', 'block-ab1234']),
  sites: ['KVM@TACC'],
};
const all: CleanUpScope = { kind: 'allOfMine' };

const inventory = inventoryOf({
  leases: [
    lease({ id: 'l1', name: 'lease_ab1234' }),
    lease({ id: 'l2', name: 'lease_ab1234', userId: OTHER }),
    lease({ id: 'l3', name: 'shared_ab1234' }),
    lease({ id: 'l4', name: 'over_ab1234', status: 'TERMINATED' }),
  ],
  servers: [
    server({ id: 's1', name: 'node-ab1234', flavor: onLease('l1') }),
    // Not named as the lab names it, but on its lease: it ends with it.
    server({ id: 's2', name: 'extra', flavor: onLease('l1') }),
    server({ id: 's3', name: 'node-ab1234', userId: OTHER, flavor: onLease('l2') }),
    server({ id: 's4', name: 'node-cd5678', userId: OTHER, flavor: onLease('l3') }),
    server({ id: 's5', name: 'another-ab1234' }),
  ],
  floatingIps: [
    floatingIp({ id: 'f1', address: '1.1.1.1', portId: 'p', serverId: 's1' }),
    floatingIp({ id: 'f2', address: '2.2.2.2', portId: 'p', serverId: 's3' }),
    floatingIp({ id: 'f3', address: '3.3.3.3', tags: ['reservation:r-l1'] }),
    // A classmate's address that came onto my server.
    floatingIp({ id: 'f4', address: '4.4.4.4', portId: 'q', serverId: 's1', description: 'lab cd5678' }),
    floatingIp({ id: 'f5', address: '5.5.5.5', description: 'for ab1234' }),
    floatingIp({ id: 'f6', address: '6.6.6.6' }),
  ],
  volumes: [
    volume({ id: 'v1', name: 'block-ab1234', attachments: [{ serverId: 's1', device: undefined }] }),
    volume({ id: 'v2', name: 'block-ab1234', userId: OTHER }),
    volume({ id: 'v3', name: 'block-lent-ab1234', attachments: [{ serverId: 's4', device: undefined }] }),
  ],
  networks: [
    network({ id: 'n1', name: 'net-ab1234' }),
    network({ id: 'n2', name: 'net-cd5678' }),
    network({ id: 'n3', name: 'sharednet1', shared: true }),
    network({ id: 'n4', name: 'shared-ab1234', shared: true }),
  ],
  routers: [router({ id: 'r1', name: 'router-ab1234' }), router({ id: 'r2', name: 'router' })],
  ports: [
    port({ id: 'p1', name: 'port-ab1234' }),
    port({ id: 'p2', name: 'port-ab1234', deviceId: 's4' }),
    port({ id: 'p3', name: 'port-cd5678' }),
  ],
  securityGroups: [{ id: 'g', name: 'allow-ssh-ab1234', description: '', projectId: 'p1', rules: [] }],
  objectContainers: [
    { name: 'object-ab1234', count: 2, bytes: 10 },
    { name: 'object-cd5678', count: 2, bytes: 10 },
  ],
  zunContainers: [
    zunContainer({ id: 'z1', name: 'edge-ab1234' }),
    zunContainer({ id: 'z2', name: 'edge-ab1234', userId: OTHER }),
  ],
  keyPairs: [{ name: 'id_rsa_chameleon', publicKey: 'ssh-rsa AAAA', fingerprint: 'aa' }],
});

const ids = (scope: CleanUpScope): string[] =>
  planCleanUp(inventory, scope).items.map(({ kind, id }) => `${kind} ${id}`);

describe('the plan of a clean-up', () => {
  it('of a lab: what it named and what stands on its lease, in the order of deletion', () => {
    assert.deepEqual(ids(lab), [
      'server s1',
      'server s2',
      'floatingIp f1',
      'volume v1',
      'network n1',
      'objectContainer object-ab1234',
      'lease l1',
    ]);
  });

  it('of all of mine: never a shared network, a group, a key pair, an ended lease or anything of others', () => {
    assert.deepEqual(ids(all), [
      'zunContainer z1',
      'server s1',
      'server s2',
      'server s5',
      'floatingIp f1',
      'floatingIp f5',
      'volume v1',
      'port p1',
      'router r1',
      'network n1',
      'objectContainer object-ab1234',
      'lease l1',
    ]);
  });

  it('a lease with somebody else’s server, and a volume in one, are kept, with the reason', () => {
    const { kept } = planCleanUp(inventory, all);
    assert.deepEqual(
      kept.map(({ name, why }) => `${name}: ${why}`),
      [
        'shared_ab1234: node-cd5678 of somebody else runs on it and would end with it.',
        'block-lent-ab1234: It is in node-cd5678, which is somebody else’s.',
      ],
    );
  });

  it('data that no lab asked to delete is not ticked', () => {
    const ticked = (scope: CleanUpScope): string[] =>
      planCleanUp(inventory, scope)
        .items.filter((item) => item.ticked)
        .map(({ kind }) => kind);
    assert.ok(ticked(lab).includes('volume') && ticked(lab).includes('objectContainer'));
    assert.ok(!ticked(all).includes('volume') && !ticked(all).includes('objectContainer'));
    assert.ok(ticked(all).includes('server'));
  });

  it('of a lab at another site there is nothing', () => {
    assert.deepEqual(planCleanUp(inventory, { ...lab, sites: ['CHI@TACC'] }).items, []);
  });
});

function item(kind: CleanUpItem['kind'], id: string, name = id): CleanUpItem {
  return { cloud: 'kvm', site: 'KVM@TACC', kind, id, name, detail: '', ticked: true };
}

const serverWire = (id: string, userId = 'u1', name = id): object => ({
  server: {
    id,
    name,
    status: 'ACTIVE',
    user_id: userId,
    tenant_id: 'p1',
    created: '2026-06-01T10:00:00Z',
    flavor: {},
  },
});

describe('a clean-up', () => {
  it('goes on after a refusal, tells why, and keeps the order', async () => {
    const gone = new Set<string>();
    const cloud = new FakeCloud(({ method, url }) => {
      const { pathname } = url;
      if (method === 'DELETE' && pathname.includes('/servers/')) {
        gone.add(pathname);
        return new Response(null, { status: 204 });
      }
      if (pathname.includes('/servers/'))
        return gone.has(pathname)
          ? json({ itemNotFound: { message: 'gone' } }, 404)
          : json(
              serverWire(
                pathname.endsWith('theirs') ? 'theirs' : 's',
                pathname.endsWith('theirs') ? 'u2' : 'u1',
              ),
            );
      if (pathname.endsWith('/networks'))
        return json({
          networks: [{ id: 'n', name: 'n', status: 'ACTIVE', subnets: [], project_id: 'p1' }],
        });
      if (pathname.endsWith('/ports')) return json({ ports: [] });
      if (method === 'DELETE') return json({ NeutronError: { message: 'There are ports on it' } }, 409);
      return json({ floatingips: [] });
    });
    const told: string[] = [];
    const report = await cleanUp({
      items: [item('server', 's'), item('server', 'theirs'), item('floatingIp', 'f'), item('network', 'n')],
      session: () => cloud.session(),
      clock: cloud.clock,
      signal: new AbortController().signal,
      progress: (done, total, { id }) => told.push(`${done}/${total} ${id}`),
    });
    assert.deepEqual(
      report.map((each) => each.outcome),
      ['gone', 'refused', 'wasGone', 'refused'],
    );
    assert.match(report[1]?.why ?? '', /somebody else’s/);
    assert.match(report[3]?.why ?? '', /still on it/);
    assert.equal(told.at(-1), '4/4 n');
    const deletions = cloud.calls.filter(({ method }) => method === 'DELETE').map(({ url }) => url.pathname);
    assert.deepEqual(deletions, ['/v2.1/servers/s', '/v2.0/networks/n']);
  });

  it('a cancel leaves the rest, and says so', async () => {
    const stop = new AbortController();
    stop.abort();
    const cloud = new FakeCloud();
    const report = await cleanUp({
      items: [item('server', 's'), item('lease', 'l')],
      session: () => cloud.session(),
      clock: new FakeClock(),
      signal: stop.signal,
      progress: () => undefined,
    });
    assert.deepEqual(
      report.map((each) => each.outcome),
      ['notDone', 'notDone'],
    );
    assert.equal(cloud.sent.length, 0);
  });

  it('an address that sits on a server that was not chosen is left alone', async () => {
    const ip = {
      id: 'f',
      floating_ip_address: '1.1.1.1',
      port_id: 'p',
      port_details: { device_id: 's9', device_owner: 'compute:nova' },
      status: 'ACTIVE',
      floating_network_id: 'public',
    };
    const cloud = new FakeCloud(() => json({ floatingips: [ip] }));
    const [result] = await cleanUp({
      items: [item('floatingIp', 'f')],
      session: () => cloud.session(),
      clock: cloud.clock,
      signal: new AbortController().signal,
      progress: () => undefined,
    });
    assert.equal(result?.outcome, 'refused');
    assert.ok(!cloud.calls.some(({ method }) => method === 'DELETE'));
  });
});
