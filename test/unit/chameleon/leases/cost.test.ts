import assert from 'node:assert/strict';
import { costOfLease, costOfWish, type WishedResource } from '../../../../src/chameleon';
import { parseBlazarDate, type BlazarHost, type Lease, type Reservation } from '../../../../src/openstack';

const HOUR = 3_600_000;
const start = parseBlazarDate('2026-06-01T12:00:00.000000');

const node = (nodeType: string, unitsPerHour?: number): BlazarHost => ({
  id: '1',
  hypervisorHostname: 'uid-1',
  nodeType,
  nodeName: 'nc01',
  reservable: true,
  authorizedProjects: undefined,
  unitsPerHour,
});

function lease(...reservations: readonly Partial<Reservation>[]): Lease {
  const empty: Reservation = {
    id: 'r',
    resourceType: 'physical:host',
    status: 'active',
    amount: undefined,
    min: undefined,
    max: undefined,
    flavorId: undefined,
    vcpus: undefined,
    memoryMb: undefined,
    resourceProperties: undefined,
    networkId: undefined,
    missingResources: false,
  };
  return {
    id: 'l',
    name: 'lease',
    status: 'ACTIVE',
    userId: 'u',
    projectId: 'p',
    start,
    end: start + 3 * HOUR,
    created: start,
    degraded: false,
    reservations: reservations.map((each) => ({ ...empty, ...each })),
    events: [],
  };
}

describe('What a lease costs', () => {
  const vm: WishedResource = { kind: 'flavor', id: '3', name: 'm1.medium', amount: 3 };
  const address: WishedResource = { kind: 'floatingIps', networkId: 'n', amount: 1 };

  it('hours of machines, units by the table of the testbed; an address costs nothing', () => {
    const cost = costOfWish([vm, address], 8 * HOUR, {});
    assert.equal(cost.hours, 24);
    assert.equal(cost.units?.toFixed(6), '0.960000');
    assert.equal(cost.dollars, undefined);
  });

  it('dollars by the prices of the course, for all of it or not at all', () => {
    const prices = { 'm1.medium': 0.05, gpu_mi100: 0.6 };
    assert.equal(costOfWish([vm], 10 * HOUR, { prices }).dollars?.toFixed(6), '1.500000');
    const both: WishedResource[] = [vm, { kind: 'flavor', id: '9', name: 'm1.odd', amount: 1 }];
    assert.deepEqual(costOfWish(both, HOUR, { prices }), { hours: 4, units: undefined, dollars: undefined });
  });

  const nodes: readonly (readonly [string, number | undefined])[] = [
    ['compute_skylake', 1],
    ['gpu_mi100', 2],
    ['compute_gigaio', 4],
    ['gpu_a100_pcie', 16],
    ['gpu_h100', undefined],
  ];
  for (const [nodeType, units] of nodes)
    it(`an hour of ${nodeType}: ${units ?? 'nobody knows'}`, () => {
      assert.equal(costOfWish([{ kind: 'hosts', nodeType, amount: 1 }], HOUR, {}).units, units);
    });

  it('what the nodes of the site say counts for more; of several the dearest', () => {
    const hosts = [node('gpu_h100', 8), node('gpu_h100', 12), node('compute_skylake', 3)];
    assert.equal(costOfWish([{ kind: 'hosts', nodeType: 'gpu_h100', amount: 2 }], HOUR, { hosts }).units, 24);
  });

  it('a lease that is there: node type and flavor are in its reservations', () => {
    const hosts = lease({
      max: 2,
      resourceProperties: '["and",["==","$node_type","gpu_mi100"],["==","$node_name","nc35"]]',
    });
    assert.deepEqual(costOfLease(hosts, { prices: { gpu_mi100: 0.5 } }), { hours: 6, units: 12, dollars: 3 });
    const flavors = lease(
      { resourceType: 'flavor:instance', amount: 2, resourceProperties: '{"id":"3","name":"m1.medium"}' },
      { resourceType: 'virtual:floatingip', amount: 1 },
    );
    assert.equal(costOfLease(flavors, {}).units?.toFixed(6), '0.240000');
  });

  it('guesses nothing: a query without a node type, a type of reservation that is new, no JSON', () => {
    for (const each of [
      { max: 1, resourceProperties: '["==","$gpu.gpu","True"]' },
      { max: 1, resourceProperties: '["!=","$node_type","gpu_mi100"]' },
      { resourceType: 'virtual:quantum' },
      { resourceType: 'flavor:instance', amount: 1, resourceProperties: 'm1.medium' },
    ]) {
      const { units, dollars } = costOfLease(lease(each), { prices: { gpu_mi100: 1, 'm1.medium': 1 } });
      assert.deepEqual([units, dollars], [undefined, undefined], JSON.stringify(each));
    }
  });

  it('a network costs as one node does; a lease that was turned round costs nothing', () => {
    assert.deepEqual(costOfWish([{ kind: 'network', name: 'n' }], 2 * HOUR, {}), {
      hours: 0,
      units: 2,
      dollars: 0,
    });
    assert.equal(costOfWish([vm], -HOUR, {}).hours, 0);
  });
});
