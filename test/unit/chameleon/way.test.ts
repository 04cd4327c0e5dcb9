import assert from 'node:assert/strict';
import { neighbourAt, wayTo, type Owner, type SiteInventory } from '../../../src/chameleon';

const ME: Owner = { kind: 'me', why: '' };
interface Short {
  id: string;
  on?: Record<string, string>;
  floating?: string;
  owner?: Owner;
  status?: string;
}

function site(...servers: Short[]): SiteInventory {
  return {
    floatingIps: [],
    ports: [],
    servers: servers.map(({ id, on = {}, floating, owner = ME, status = 'ACTIVE' }) => ({
      id,
      name: id,
      status,
      owner,
      addresses: [
        ...Object.entries(on).map(([network, address]) => ({ network, address, version: 4, kind: 'fixed' })),
        ...(floating === undefined
          ? []
          : [{ network: 'sharednet1', address: floating, version: 4, kind: 'floating' }]),
      ],
    })),
  } as unknown as SiteInventory;
}
function way(of: string, inventory: SiteInventory): string | undefined {
  const server = inventory.servers.find(({ id }) => id === of);
  assert.ok(server);
  return wayTo(inventory, server)
    ?.map((hop) => `${hop.server.id}@${hop.address}`)
    .join(' ');
}

describe('the way to a server', () => {
  it('is direct where it has a public address, also one that only Neutron knows yet', () => {
    assert.equal(way('a', site({ id: 'a', floating: '192.0.2.1' })), 'a@192.0.2.1');
    const bound = site({ id: 'a', on: { net: '10.0.0.1' } });
    const ips = [{ serverId: 'a', address: '192.0.2.9' }] as unknown as SiteInventory['floatingIps'];
    assert.equal(way('a', { ...bound, floatingIps: ips }), 'a@192.0.2.9');
  });

  it('leads through a server of mine on the same network, at the address that it has there', () => {
    const inventory = site(
      { id: 'node1', on: { sharednet1: '10.56.0.5', private: '192.168.1.11' }, floating: '192.0.2.1' },
      { id: 'node2', on: { other: '10.1.1.1', private: '192.168.1.12' } },
    );
    assert.equal(way('node2', inventory), 'node1@192.0.2.1 node2@192.168.1.12');
  });

  it('leads through as many as it takes, and no more', () => {
    const inventory = site(
      { id: 'c', on: { n2: '10.2.0.3' } },
      { id: 'b', on: { n1: '10.1.0.2', n2: '10.2.0.2' } },
      { id: 'a', on: { n1: '10.1.0.1' }, floating: '192.0.2.1' },
    );
    assert.equal(way('c', inventory), 'a@192.0.2.1 b@10.1.0.2 c@10.2.0.3');
    assert.equal(way('b', inventory), 'a@192.0.2.1 b@10.1.0.2');
  });

  it('is none through what is somebody else’s, does not run, or shares no network', () => {
    const gate = { id: 'gate', on: { net: '10.0.0.1' }, floating: '192.0.2.1' };
    const inside = { id: 'in', on: { net: '10.0.0.2' } };
    const other: Owner = { kind: 'person', netId: 'cd5678', why: '' };
    assert.equal(way('in', site(gate, inside)), 'gate@192.0.2.1 in@10.0.0.2');
    assert.equal(way('in', site({ ...gate, owner: other }, inside)), undefined);
    assert.equal(way('in', site({ ...gate, status: 'SHUTOFF' }, inside)), undefined);
    assert.equal(way('in', site({ ...gate, on: { far: '10.9.0.1' } }, inside)), undefined);
    assert.equal(
      way(
        'in',
        site(
          { ...gate, owner: { kind: 'unknown', why: '' } },
          { ...inside, owner: { kind: 'unknown', why: '' } },
        ),
      ),
      undefined,
    );
    assert.equal(
      way('in', site({ ...gate, owner: other }, { ...inside, owner: other })),
      'gate@192.0.2.1 in@10.0.0.2',
    );
  });

  it('is none without any address', () => {
    assert.equal(way('a', site({ id: 'a' })), undefined);
  });
});

describe('the server at a private address', () => {
  const pair = (person: string, owner: Owner): Short[] => [
    { id: `${person}1`, on: { [`net-${person}`]: '192.168.1.11' }, owner },
    { id: `${person}2`, on: { [`net-${person}`]: '192.168.1.12' }, owner },
  ];
  const you: Owner = { kind: 'person', netId: 'cd5678', why: '' };

  it('is the one on the network of its gate, not another student’s at the same address', () => {
    const inventory = site(...pair('a', ME), ...pair('b', you));
    assert.equal(neighbourAt(inventory, 'a1', '192.168.1.12')?.id, 'a2');
    assert.equal(neighbourAt(inventory, 'b1', '192.168.1.12')?.id, 'b2');
    assert.equal(neighbourAt(inventory, 'a1', '192.168.1.13'), undefined);
    assert.equal(neighbourAt(inventory, 'gone', '192.168.1.12'), undefined);
  });

  it('is told by ports where networks have one name', () => {
    const same = site(
      { id: 'a1', on: { private: '192.168.1.11' } },
      { id: 'a2', on: { private: '192.168.1.12' } },
      { id: 'b2', on: { private: '192.168.1.12' } },
    );
    assert.equal(neighbourAt(same, 'a1', '192.168.1.12'), undefined, 'names alone do not tell');
    const port = (deviceId: string, networkId: string, address: string): object => ({
      deviceId,
      networkId,
      fixedIps: [{ address, subnetId: 's' }],
    });
    const ports = [
      port('a1', 'n1', '192.168.1.11'),
      port('a2', 'n1', '192.168.1.12'),
      port('b2', 'n2', '192.168.1.12'),
    ] as unknown as SiteInventory['ports'];
    assert.equal(neighbourAt({ ...same, ports }, 'a1', '192.168.1.12')?.id, 'a2');
  });
});
