import assert from 'node:assert/strict';
import { attention, faultWords, type Attention, type SiteInventory } from '../../../src/chameleon';
import type { RawParts } from '../../../src/chameleon';
import {
  floatingIp,
  HOUR,
  inventoryOf,
  lease,
  now,
  onLease,
  OTHER,
  reservation,
  server,
  volume,
} from './world';

function siteOf(raw: Partial<RawParts>, site?: string): SiteInventory {
  const [only] = inventoryOf(raw, site).sites;
  assert.ok(only);
  return only;
}

function found(raw: Partial<RawParts>, hours?: number, site?: string): Attention[] {
  return [...attention(siteOf(raw, site), { now, expectedHours: () => hours })];
}

const kinds = (list: readonly Attention[]): string[] => list.map((each) => `${each.kind} ${each.name}`);

describe('needs attention', () => {
  it('an address on no server, unless it was just taken, is reserved or is used', () => {
    const ips = [
      floatingIp({ id: 'old', address: '1.1.1.1', created: now - 72 * HOUR, description: 'lab ab1234' }),
      floatingIp({ id: 'new', address: '2.2.2.2', created: now - HOUR / 4 }),
      floatingIp({ id: 'reserved', address: '3.3.3.3', tags: ['blazar', 'reservation:r-l'] }),
      floatingIp({ id: 'used', address: '4.4.4.4', portId: 'p' }),
      floatingIp({ id: 'ageless', address: '5.5.5.5', created: undefined }),
    ];
    const list = found({ floatingIps: ips });
    assert.deepEqual(kinds(list), ['idleFloatingIp 1.1.1.1', 'idleFloatingIp 5.5.5.5']);
    assert.equal(list[0]?.reason, 'idle floating IP, taken 3 d ago');
    assert.equal(list[0].owner.kind, 'me');
    assert.equal(list[0].action, 'release');
    assert.equal(list[1]?.reason, 'idle floating IP');
  });

  it('a volume in no server, unless it is new, is attached or is on its way', () => {
    const old = now - 30 * HOUR;
    assert.deepEqual(
      kinds(
        found({
          volumes: [
            volume({ id: 'a', name: 'left', created: old }),
            volume({ id: 'b', name: 'new', created: now - HOUR / 10 }),
            volume({
              id: 'c',
              name: 'used',
              status: 'in-use',
              created: old,
              attachments: [{ serverId: 's', device: '/dev/vdb' }],
            }),
            volume({ id: 'd', name: 'going', status: 'deleting', created: old }),
            volume({ id: 'e', name: 'broken', status: 'error_deleting', created: now }),
          ],
        }),
      ),
      ['detachedVolume left', 'detachedVolume broken'],
    );
  });

  it('a server in ERROR, with the likely cause and not a second reason', () => {
    const fault = { code: 500, message: 'No valid host was found. There are not enough hosts available.' };
    const list = found({
      servers: [server({ id: 's', name: 'node', status: 'ERROR', fault, created: now - 90 * HOUR })],
    });
    assert.deepEqual(kinds(list), ['serverInError node']);
    assert.match(list[0]?.why ?? '', /not ACTIVE yet/);
    assert.doesNotMatch(list[0]?.why ?? '', /No valid host/);
  });

  it('a lease on which nothing runs: not in its first half hour, not one of addresses alone', () => {
    const leases = [
      lease({ id: 'used', name: 'used' }),
      lease({ id: 'empty', name: 'empty', userId: OTHER }),
      lease({ id: 'new', name: 'new', start: now - HOUR / 4 }),
      lease({ id: 'over', name: 'over', status: 'TERMINATED' }),
      lease({ id: 'later', name: 'later', status: 'PENDING', start: now + HOUR }),
      lease({
        id: 'ips',
        name: 'ips',
        reservations: [reservation({ id: 'x', resourceType: 'virtual:floatingip' })],
      }),
    ];
    const servers = [server({ id: 's', name: 'node', flavor: onLease('used') })];
    assert.deepEqual(kinds(found({ leases, servers })), ['emptyLease empty']);
  });

  it('nobody is accused from a list that failed, nor on bare metal without the hosts', () => {
    const raw = {
      leases: [lease({ id: 'empty', name: 'empty' })],
      servers: [server({ id: 's', name: 'node' })],
    };
    const whole = siteOf(raw, 'CHI@TACC');
    assert.deepEqual(kinds(attention(whole, { now, expectedHours: () => undefined })), [
      'endlessServer node',
      'emptyLease empty',
    ]);
    for (const part of ['servers', 'leases', 'hosts', 'hostAllocations'] as const) {
      const state = { state: 'stale', asOf: now - HOUR, error: { what: 'No.', next: undefined } } as const;
      const site: SiteInventory = { ...whole, parts: { ...whole.parts, [part]: state } };
      assert.deepEqual(kinds(attention(site, { now, expectedHours: () => undefined })), [], part);
    }
  });

  it('a server that runs twice as long as its lab, and one that no lease ends', () => {
    const leases = [lease({ id: 'l', name: 'l', start: now - 31 * HOUR })];
    const long = server({
      id: 's',
      name: 'node',
      flavor: onLease('l'),
      launchedAt: now - 31 * HOUR,
    });
    const [overdue] = found({ leases, servers: [long] }, 5);
    assert.equal(overdue?.reason, 'runs 1 d 7 h, its lab takes 5 h');
    assert.deepEqual(kinds(found({ leases, servers: [long] }, 16)), []);
    const patient = { now, expectedHours: () => 5, overdueFactor: 10 };
    assert.deepEqual(kinds(attention(siteOf({ leases, servers: [long] }), patient)), []);
    assert.deepEqual(kinds(found({ leases, servers: [{ ...long, status: 'SHUTOFF' }] }, 5)), []);
    const ended = leases.map((each) => ({ ...each, status: 'TERMINATED' }));
    assert.deepEqual(kinds(found({ leases: ended, servers: [long] }, 5)), ['endlessServer node']);
  });

  it('faults: what is not known is told as the site says it', () => {
    assert.match(faultWords('No fixed IP addresses available for network'), /no address left/);
    assert.match(faultWords('Exceeded maximum number of retries.'), /Several hosts/);
    assert.equal(faultWords('Something else.'), 'The site says: Something else.');
  });
});
