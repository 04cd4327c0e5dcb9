import assert from 'node:assert/strict';
import { Problem } from '../../../../src/base';
import {
  planLease,
  siteByName,
  type LeasePlan,
  type LeaseWish,
  type Site,
  type WishedResource,
} from '../../../../src/chameleon';

const NOW = Date.parse('2026-06-01T12:00:30Z');
const HOUR = 3_600_000;

function siteNamed(name: string): Site {
  const site = siteByName(name);
  if (site === undefined) throw new Error(`no site ${name}`);
  return site;
}
const chi = siteNamed('CHI@TACC');
const kvm = siteNamed('KVM@TACC');
const node = { kind: 'hosts', nodeType: 'gpu_mi100', amount: 2 } as const;
const wish = (over: Partial<LeaseWish> = {}): LeaseWish => ({
  name: 'mlflow_ab1234',
  start: NOW + HOUR,
  end: NOW + 4 * HOUR,
  resources: [node],
  ...over,
});

function planned(over: Partial<LeaseWish> = {}, site = chi): LeasePlan {
  const plan = planLease(wish(over), site, NOW);
  if (!('request' in plan)) throw new Error(plan.map((each) => each.message).join());
  return plan;
}

function refusal(over: Partial<LeaseWish>, site = chi): string {
  const plan = planLease(wish(over), site, NOW);
  if ('request' in plan) throw new Error('it was planned');
  assert.ok(plan.every((each) => each instanceof Problem && each.next !== undefined));
  return plan.map((each) => each.message).join(' ');
}

describe('plan of a lease', () => {
  it('nodes: every required key, the query as a text', () => {
    assert.deepEqual(planned().request.reservations, [
      {
        resource_type: 'physical:host',
        min: 2,
        max: 2,
        hypervisor_properties: '',
        resource_properties: '["==","$node_type","gpu_mi100"]',
      },
    ]);
  });

  it('one node by name: both conditions under one `and`', () => {
    const [reservation] = planned({ resources: [{ ...node, amount: 1, nodeName: 'liqid01' }] }).request
      .reservations;
    assert.equal(
      reservation?.['resource_properties'],
      '["and",["==","$node_type","gpu_mi100"],["==","$node_name","liqid01"]]',
    );
  });

  it('flavors carry an affinity even if it is none; addresses their network', () => {
    const resources: WishedResource[] = [
      { kind: 'flavor', id: '2', name: 'm1.small', amount: 1 },
      { kind: 'floatingIps', networkId: 'net', amount: 1 },
    ];
    assert.deepEqual(planned({ resources }, kvm).request.reservations, [
      { resource_type: 'flavor:instance', flavor_id: '2', amount: 1, affinity: null },
      { resource_type: 'virtual:floatingip', network_id: 'net', amount: 1 },
    ]);
  });

  it('counts lease hours over all machines', () => {
    assert.equal(planned().leaseHours, 6);
    assert.equal(planned({ start: 'now', end: NOW + HOUR - 30_000 }).leaseHours, 2);
  });

  it('a start within this minute is `now`: Blazar cuts seconds, and calls it the past', () => {
    assert.equal(planned({ start: NOW }).request.start, 'now');
    assert.equal(planned({ start: NOW + 30_000 }).request.start, 'now');
    assert.equal(planned({ start: NOW + HOUR }).request.start, Date.parse('2026-06-01T13:00:00Z'));
  });

  it('refuses what the service would refuse with a riddle', () => {
    assert.match(refusal({ name: ' ' }), /no name/);
    assert.match(refusal({ name: 'x'.repeat(81) }), /80/);
    assert.match(refusal({ start: NOW - HOUR }), /past/);
    assert.match(refusal({ end: NOW + HOUR }), /before it starts/);
    assert.match(refusal({ end: NOW + 8 * 24 * HOUR + HOUR }), /7 days/);
    assert.match(refusal({ resources: [] }), /Nothing to run on/);
    assert.match(refusal({ resources: [{ ...node, amount: 0 }] }), /whole number|Nothing/);
    assert.match(refusal({ resources: [{ ...node, amount: 1.5 }] }), /whole number/);
    assert.match(refusal({}, kvm), /KVM@TACC has no nodes/);
    assert.match(
      refusal({ resources: [{ kind: 'flavor', id: '2', name: 'm1.small', amount: 1 }] }),
      /CHI@TACC has no flavors/,
    );
  });

  it('allows months for virtual machines, seven days for those with a GPU', () => {
    const end = NOW + 30 * 24 * HOUR;
    const flavor = { kind: 'flavor', id: '2', name: 'm1.small', amount: 1 } as const;
    assert.equal(planned({ end, resources: [flavor] }, kvm).request.reservations.length, 1);
    assert.match(refusal({ end, resources: [{ ...flavor, name: 'g1.h100.pci.1' }] }, kvm), /7 days/);
  });
});
