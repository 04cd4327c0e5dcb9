import assert from 'node:assert/strict';
import {
  consoleOutput,
  createLease,
  listHostAllocations,
  listLeases,
  listServers,
  OpenStackError,
  parseBlazarDate,
  updateLease,
} from '../../../src/openstack';
import { FakeCloud, json } from './fakeCloud';

const server = (id: string, more: object = {}) => ({
  id,
  name: `node-${id}`,
  status: 'ACTIVE',
  user_id: 'u1',
  tenant_id: 'p1',
  created: '2026-06-01T10:00:00Z',
  updated: '2026-06-01T10:05:00Z',
  key_name: null,
  image: '',
  flavor: { original_name: 'reservation:r1', vcpus: 1, ram: 2048, disk: 20 },
  addresses: {},
  ...more,
});

const lease = (more: object = {}) => ({
  id: 'l1',
  name: 'lease1_cloud_ab1234',
  user_id: 'u1',
  project_id: 'p1',
  start_date: '2026-06-01T14:00:00.000000',
  end_date: '2026-06-01T20:00:00.000000',
  created_at: '2026-06-01 13:59:58',
  status: 'ACTIVE',
  degraded: false,
  reservations: [],
  events: [],
  ...more,
});

describe('lists', () => {
  it('follow the pages by marker, whatever host the link names', async () => {
    const pages: Record<string, object> = {
      '': {
        servers: [server('a'), server('b')],
        servers_links: [{ rel: 'next', href: 'http://10.0.0.1/x' }],
      },
      b: { servers: [server('c')] },
    };
    const cloud = new FakeCloud(({ url }) => json(pages[url.searchParams.get('marker') ?? '']));
    const servers = await listServers(cloud.session());
    assert.deepEqual(
      servers.map(({ id }) => id),
      ['a', 'b', 'c'],
    );
    assert.ok(cloud.calls.every(({ url }) => url.host === 'nova.example'));
  });

  it('do not go round in circles', async () => {
    const cloud = new FakeCloud(() =>
      json({ servers: [server('a')], servers_links: [{ rel: 'next', href: 'x' }] }),
    );
    await assert.rejects(listServers(cloud.session()), /circle/);
    assert.equal(cloud.calls.length, 2);
  });

  for (const [what, answer] of [
    ['HTML', new Response('<html>log in</html>')],
    ['nothing', new Response('')],
    ['truncated JSON', new Response('{"servers": [')],
    ['null', json(null)],
    ['a list', json([])],
    ['another key', json({ machines: [] })],
    ['null instead of the list', json({ servers: null })],
    ['items of another form', json({ servers: [{ id: 7 }] })],
  ] as const)
    it(`refuse ${what}`, async () => {
      const cloud = new FakeCloud(() => answer);
      await assert.rejects(
        listServers(cloud.session()),
        (thrown) => thrown instanceof OpenStackError && thrown.kind === 'badAnswer',
      );
    });

  it('never follow a redirect to a login page', async () => {
    const cloud = new FakeCloud(
      () => new Response('', { status: 302, headers: { location: 'https://login.example' } }),
    );
    await assert.rejects(listServers(cloud.session()), OpenStackError);
    assert.equal(cloud.calls.length, 1);
  });
});

describe('a server', () => {
  it('is read with what Nova leaves out while it builds', async () => {
    const cloud = new FakeCloud(() =>
      json({ servers: [server('a', { 'OS-EXT-STS:task_state': 'spawning' })] }),
    );
    const [first] = await listServers(cloud.session());
    assert.equal(first?.taskState, 'spawning');
    assert.equal(first?.imageId, undefined);
    assert.deepEqual(first?.securityGroups, []);
    assert.equal(first?.flavor.originalName, 'reservation:r1');
  });

  for (const status of [400, 404, 409, 501])
    it(`has no console where Nova answers ${status}`, async () => {
      const cloud = new FakeCloud(() => json({}, status));
      assert.equal(await consoleOutput(cloud.session(), 'a', 100), undefined);
    });

  it('keeps the refusal of a console that is there', async () => {
    const cloud = new FakeCloud(() => json({}, 403));
    await assert.rejects(consoleOutput(cloud.session(), 'a', 100), OpenStackError);
  });
});

describe('leases', () => {
  it('have dates in UTC without saying so, wherever this machine is', () => {
    for (const text of [
      '2026-06-01T14:00:00.000000',
      '2026-06-01 14:00:00',
      '2026-06-01T14:00:00Z',
      '2026-06-01T16:00:00+02:00',
    ])
      assert.equal(parseBlazarDate(text), Date.UTC(2026, 5, 1, 14), text);
    assert.throws(() => parseBlazarDate('soon'), RangeError);
  });

  it('are read with reservations as objects or as JSON text', async () => {
    const reservation = { id: 'r1', resource_type: 'flavor:instance', status: 'active', amount: 1 };
    for (const each of [reservation, JSON.stringify(reservation)]) {
      const cloud = new FakeCloud(() => json({ leases: [lease({ reservations: [each] })] }));
      const [first] = await listLeases(cloud.session());
      assert.equal(first?.reservations[0]?.resourceType, 'flavor:instance');
      assert.equal(first?.end, Date.UTC(2026, 5, 1, 20));
    }
  });

  it('are asked for whole: Blazar knows no pages', async () => {
    const cloud = new FakeCloud(() => json({ leases: [lease()] }));
    await listLeases(cloud.session());
    assert.equal(cloud.calls[0]?.url.search, '');
  });

  it('are made and moved with absolute dates, cut to the minute', async () => {
    const cloud = new FakeCloud(() => json({ lease: lease() }, 201));
    const session = cloud.session();
    const end = Date.UTC(2026, 5, 1, 20, 5, 59);
    await createLease(session, { name: 'x', start: 'now', end, reservations: [] });
    await updateLease(session, 'l1', { end });
    await updateLease(session, 'l1', { end: 'now' });
    assert.deepEqual(
      cloud.calls.map(({ body }) => body),
      [
        { name: 'x', start_date: 'now', end_date: '2026-06-01 20:05', events: [], reservations: [] },
        { end_date: '2026-06-01 20:05' },
        { end_date: 'now' },
      ],
    );
  });

  it('meet hosts by Blazar’s ids, numbers or text', async () => {
    const times = { start_date: '2026-06-01T14:00:00.0', end_date: '2026-06-01T15:00:00.0' };
    const cloud = new FakeCloud(() =>
      json({
        allocations: [{ resource_id: 3, reservations: [{ id: 'r', lease_id: 'l', ...times }] }],
      }),
    );
    const [first] = await listHostAllocations(cloud.session());
    assert.equal(first?.hostId, '3');
  });
});
