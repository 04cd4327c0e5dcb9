import assert from 'node:assert/strict';
import { allocateFloatingIp, bindToServer, deleteLease, endLeaseNow } from '../../../src/chameleon';
import { getLease, OpenStackError, type Lease } from '../../../src/openstack';
import { EagerClock, FakeCloud, json, type Sent } from '../openstack/fakeCloud';
import { refusing, wireLease } from './leases/blazar';

const lost = (): never => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('cut'), { code: 'ECONNRESET' }) });
};
const wireIp = (id: string, description: string, portId: string | null = null, tags: string[] = []) => ({
  id,
  floating_ip_address: `129.114.26.${id.length}`,
  fixed_ip_address: null,
  port_id: portId,
  port_details: null,
  status: 'DOWN',
  floating_network_id: 'n1',
  description,
  tags,
  created_at: '2026-06-01T12:00:00Z',
});
const network = {
  id: 'n1',
  name: 'public',
  status: 'ACTIVE',
  shared: false,
  'router:external': true,
  subnets: [],
  project_id: 'p0',
};

const wirePort = {
  id: 'port-1',
  name: '',
  status: 'ACTIVE',
  network_id: 'n1',
  device_id: 's1',
  device_owner: 'compute:nova',
  fixed_ips: [],
};

describe('a change whose answer got lost', () => {
  /** A Neutron in which `happens` is what becomes of the request that gets no answer. */
  function neutron(happens: (all: object[]) => void, fails: () => Response = lost): FakeCloud {
    const ips: object[] = [wireIp('old', 'node-ab1234')];
    const cloud = new FakeCloud(({ method, url }: Sent) => {
      if (method !== 'GET') {
        happens(ips);
        return fails();
      }
      if (url.pathname.endsWith('/networks')) return json({ networks: [network] });
      if (url.pathname.endsWith('/ports')) return json({ ports: [wirePort] });
      return json({ floatingips: ips });
    });
    cloud.clock = new EagerClock();
    return cloud;
  }
  const changes = (cloud: FakeCloud): number => cloud.calls.filter(({ method }) => method !== 'GET').length;

  it('an address that was taken is found by what is said of it, and no second one is taken', async () => {
    const cloud = neutron((ips) => {
      ips.push(wireIp('classmate', 'node-cd5678'), wireIp('mine', 'node-ab1234'));
    });
    const ip = await allocateFloatingIp(cloud.session(), 'node-ab1234');
    assert.deepEqual([ip.id, changes(cloud)], ['mine', 1]);
  });

  const others: readonly (readonly [string, (ips: object[]) => void])[] = [
    ['nothing was taken, and the old one of that name is no new one', () => undefined],
    ['a classmate took one', (ips) => ips.push(wireIp('classmate', 'node-cd5678'))],
    ['one is on a server already', (ips) => ips.push(wireIp('used', 'node-ab1234', 'port-9'))],
    [
      'one is a lease’s',
      (ips) => ips.push(wireIp('reserved', 'node-ab1234', null, ['blazar', 'reservation:r1'])),
    ],
  ];
  for (const [what, happens] of others)
    it(`${what}: that is an error, once`, async () => {
      const cloud = neutron(happens);
      await assert.rejects(allocateFloatingIp(cloud.session(), 'node-ab1234'), OpenStackError);
      assert.equal(changes(cloud), 1);
    });

  it('an empty pool is told as that', async () => {
    const cloud = neutron(
      () => undefined,
      () => json({ NeutronError: { type: 'X', message: 'No more IP addresses', detail: '' } }, 409),
    );
    await assert.rejects(allocateFloatingIp(cloud.session(), 'x'), /No floating IP is left/);
  });

  it('an address that is on its server by now is on it', async () => {
    const cloud = neutron((ips) => {
      ips[0] = wireIp('old', 'node-ab1234', 'port-1');
    });
    const bound = await bindToServer(cloud.session(), { id: 'old', address: 'a' }, { id: 's1', name: 's' });
    assert.deepEqual([bound.portId, changes(cloud)], ['port-1', 1]);
    const not = neutron(() => undefined);
    await assert.rejects(
      bindToServer(not.session(), { id: 'old', address: 'a' }, { id: 's1', name: 's' }),
      OpenStackError,
    );
    assert.equal(changes(not), 1);
  });

  /** A Blazar with one lease, in which `then` is how it is read after the request that gets no answer. */
  async function leaseOf(then: () => Response, fails: () => Response = lost) {
    let changed = false;
    const cloud = new FakeCloud(({ method }: Sent) => {
      if (method === 'GET') return changed ? then() : json({ lease: wireLease() });
      changed = true;
      return fails();
    });
    cloud.clock = new EagerClock();
    const session = cloud.session();
    const lease: Lease = await getLease(session, 'lease-1');
    return { cloud, session, lease };
  }
  const gone = (): Response => json({ error: 404, error_message: 'Lease not found' }, 404);
  const still = (): Response => json({ lease: wireLease() });

  it('a lease that is gone by now was deleted; one that is there was not', async () => {
    const done = await leaseOf(gone);
    await deleteLease(done.session, done.lease);
    assert.equal(changes(done.cloud), 1);
    const not = await leaseOf(still);
    await assert.rejects(deleteLease(not.session, not.lease));
    assert.equal(changes(not.cloud), 1);
    const refused = await leaseOf(gone, () => refusing("Policy doesn't allow it", 403));
    await assert.rejects(deleteLease(refused.session, refused.lease), /You may not do that/);
  });

  it('a lease that ended meanwhile was ended; one that runs on was not', async () => {
    const done = await leaseOf(() => json({ lease: wireLease({ end_date: '2026-06-01T12:00:00.000000' }) }));
    const ended = await endLeaseNow(done.session, done.lease);
    assert.ok(ended.end < done.lease.end);
    assert.equal(changes(done.cloud), 1);
    const not = await leaseOf(still);
    await assert.rejects(endLeaseNow(not.session, not.lease));
  });
});
