import assert from 'node:assert/strict';
import {
  personNamed,
  belongsTo,
  endsWithLease,
  type SiteInventory,
  type Inventory,
} from '../../src/chameleon';
import { listServers } from '../../src/openstack';
import { column } from './client';
import { cloud, onlySite, session, source, wire } from './clouds';
import { Made } from './made';

describe('The inventory of a real project', () => {
  const made = new Made(session(cloud('student_a')));
  let inventory: Inventory;
  let site: SiteInventory;

  before(async () => {
    const lease = await made.flavorLease('lease-join-ab1234', 'm1.small', 2);
    const [reservation] = lease.reservations;
    assert.ok(reservation !== undefined);
    const server = await made.server({
      name: 'node-join-ab1234',
      flavor: `reservation:${reservation.id}`,
    });
    assert.equal(server.status, 'ACTIVE', server.fault?.message);
    await made.floatingIp(server);
    inventory = await source([cloud('student_a')]).refresh();
    site = onlySite(inventory);
  });
  after(() => made.undo());

  const same = (what: string, ours: () => readonly string[], theirs: readonly string[]): void => {
    it(`lists the ${what} that the official client lists, id by id`, async () => {
      const [name, ...words] = theirs;
      const ids = [...ours()].sort();
      assert.ok(ids.length > 0);
      assert.deepEqual(ids, await column('student_a', name ?? '', ...words));
    });
  };
  same('servers', () => idsOf(site.servers), ['ID', 'server', 'list']);
  same('floating IPs', () => idsOf(site.floatingIps), ['ID', 'floating', 'ip', 'list']);
  same('leases', () => idsOf(site.leases), ['id', 'reservation', 'lease', 'list']);
  same('ports', () => idsOf(site.ports), ['ID', 'port', 'list']);
  same('networks', () => idsOf(site.networks), ['ID', 'network', 'list']);
  same('security groups', () => idsOf(site.securityGroups), ['ID', 'security', 'group', 'list']);
  same('images', () => idsOf(site.images), ['ID', 'image', 'list']);
  same('key pairs', () => site.keyPairs.map(({ name }) => name), ['Name', 'keypair', 'list']);

  it('shows the statuses that the official client shows', async () => {
    assert.deepEqual(
      site.servers.map(({ status }) => status).sort(),
      await column('student_a', 'Status', 'server', 'list'),
    );
    const byName = new Map(site.servers.map((server) => [server.name, server]));
    assert.equal(byName.get('node-persist-ab1234')?.status, 'SHUTOFF');
    assert.equal(byName.get('node-gpu-cd5678')?.status, 'ERROR');
  });

  it('tells why a server is in ERROR, which Nova’s list leaves out', async () => {
    const failed = site.servers.find(({ name }) => name === 'node-gpu-cd5678');
    assert.match(failed?.fault?.message ?? '', /No valid host/);
    const listed = await listServers(session(cloud('student_a')));
    assert.equal(listed.find(({ id }) => id === failed?.id)?.fault, undefined);
  });

  it('asks for that reason once', async () => {
    const seen = wire();
    const lists = source([cloud('student_a')], seen);
    await lists.refresh({ parts: ['servers'] });
    const again = onlySite(await lists.refresh({ parts: ['servers'] }));
    const failed = again.servers.find(({ name }) => name === 'node-gpu-cd5678');
    assert.match(failed?.fault?.message ?? '', /No valid host/);
    const own = seen.calls.filter((call) => call.path.endsWith(`/servers/${failed?.id ?? ''}`));
    assert.equal(own.length, 1);
  });

  it('knows whose each server is', () => {
    const owners = new Map(site.servers.map(({ name, owner }) => [name, [owner.kind, owner.netId]]));
    assert.deepEqual(owners.get('node1-cloud-ab1234'), ['me', 'ab1234']);
    assert.deepEqual(owners.get('node-persist-ab1234'), ['me', 'ab1234']);
    assert.deepEqual(owners.get('node-eval-loop-cd5678'), ['person', 'cd5678']);
    assert.deepEqual(owners.get('node-llm-ef9012'), ['person', 'ef9012']);
    for (const { owner } of site.servers) assert.notEqual(owner.why, '');
  });

  it('student_b, signed in, has the same project with the owners turned round', async () => {
    const other = onlySite(await source([cloud('student_b')]).refresh());
    assert.deepEqual(idsOf(other.servers), idsOf(site.servers));
    const owners = new Map(other.servers.map(({ name, owner }) => [name, owner]));
    assert.equal(owners.get('node-eval-loop-cd5678')?.kind, 'me');
    assert.equal(owners.get('node1-cloud-ab1234')?.kind, 'person');
    assert.equal(owners.get('node1-cloud-ab1234')?.netId, 'ab1234');
  });

  it('a floating IP is its server’s owner’s, or who its description names', () => {
    const nameOf = (id: string | undefined): string | undefined =>
      site.servers.find((server) => server.id === id)?.name;
    const bound = site.floatingIps.find((ip) => nameOf(ip.serverId) === 'node-eval-loop-cd5678');
    assert.deepEqual([bound?.owner.kind, bound?.owner.netId], ['person', 'cd5678']);
    const free = site.floatingIps.find((ip) => ip.description === 'Free IP of ab1234');
    assert.deepEqual([free?.serverId, free?.owner.kind, free?.owner.netId], [undefined, 'me', 'ab1234']);
    const nobodys = site.floatingIps.find((ip) => ip.portId === undefined && ip.description === '');
    assert.equal(nobodys?.owner.kind, 'unknown');
  });

  it('joins a server with the lease whose flavor it has', () => {
    const lease = site.leases.find(({ name }) => name === 'lease-join-ab1234');
    const server = site.servers.find(({ name }) => name === 'node-join-ab1234');
    assert.equal(lease?.owner.kind, 'me');
    assert.equal(server?.leaseId, lease?.id);
    const ip = site.floatingIps.find(({ serverId }) => serverId === server?.id);
    assert.equal(ip?.leaseId, lease?.id);
    const going = endsWithLease(site, lease?.id ?? '');
    assert.deepEqual(idsOf(going.servers), [server?.id]);
    // The address is only bound to it: nobody's lease reserved it, so it stays.
    assert.deepEqual(going.floatingIps, []);
  });

  it('what was made without a lease has none', () => {
    const others = site.servers.filter(({ name }) => name !== 'node-join-ab1234');
    for (const { name, leaseId } of others) assert.equal(leaseId, undefined, name);
  });

  it('people: each net ID once, with what is theirs', () => {
    for (const netId of ['ab1234', 'cd5678', 'ef9012']) {
      const person = personNamed(inventory, netId);
      assert.ok(person !== undefined, netId);
      assert.equal(inventory.people.filter((each) => each.netId === netId).length, 1);
      const theirs = site.servers.filter((server) => belongsTo(inventory, site.site.name, server, person));
      assert.deepEqual(
        theirs.map(({ name }) => name).sort(),
        site.servers
          .map(({ name }) => name)
          .filter((name) => name.endsWith(netId))
          .sort(),
      );
    }
  });

  it('two projects of one person side by side stay apart', async () => {
    const { sites } = await source([cloud('ta_c'), cloud('ta_c_other')]).refresh();
    assert.deepEqual(
      sites.map(({ project }) => project?.name),
      ['CHI-251409', 'CHI-231095'],
    );
    assert.deepEqual(
      sites[1]?.servers.map(({ name }) => name),
      ['node-other-project'],
    );
    assert.ok(!sites[0]?.servers.some(({ name }) => name === 'node-other-project'));
  });

  it('the server’s clock is this machine’s', () => {
    assert.ok(Math.abs(site.clockOffset) < 2000, `${site.clockOffset}`);
  });
});

function idsOf(all: readonly { readonly id: string }[]): string[] {
  return all.map(({ id }) => id);
}
