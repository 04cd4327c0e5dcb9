import assert from 'node:assert/strict';
import * as v from 'valibot';
import { FromPanelSchema, ToPanelSchema } from '../../../webview/calendar/contract';
import type { SiteInventory } from '../../../src/chameleon';
import { calendarView } from '../../../src/extension/panels/calendarView';
import { emptySite } from './reserve/site';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-06-01T12:00:00Z');

/** One node, taken by a lease of mine from one hour ago until in two hours by the server's clock. */
function site(clockOffset = 0): SiteInventory {
  const empty = emptySite('CHI@TACC');
  const read = { state: 'fresh', asOf: NOW, error: undefined } as const;
  const now = NOW + clockOffset;
  return {
    ...empty,
    clockOffset,
    parts: { ...empty.parts, hosts: read, hostAllocations: read },
    hosts: [
      {
        id: '1',
        hypervisorHostname: 'uid',
        nodeType: 'gpu_mi100',
        nodeName: 'node1',
        reservable: true,
        authorizedProjects: undefined,
        unitsPerHour: undefined,
      },
    ],
    hostAllocations: [
      {
        hostId: '1',
        reservations: [{ id: 'r', leaseId: 'l', start: now - HOUR, end: now + 2 * HOUR }],
      },
    ],
  };
}

describe('availability calendar', () => {
  it('is what its panel takes, in this machine’s time', () => {
    for (const offset of [0, 24 * HOUR]) {
      const view = calendarView([site(offset)], { cloud: 'tacc', hours: 3, amount: 1 }, NOW);
      assert.ok(view);
      assert.equal(v.safeParse(ToPanelSchema, view).success, true);
      const [type] = view.types;
      assert.deepEqual([type?.freeNow, type?.soonest], [0, NOW + 2 * HOUR + 300_000]);
      assert.equal(type?.nodes[0]?.bookings[0]?.end, NOW + 2 * HOUR);
      assert.equal(type?.nodes[0]?.gaps[0]?.start, NOW + 2 * HOUR + 300_000);
    }
  });

  it('offers nothing where there are too few nodes', () => {
    const view = calendarView([site()], { cloud: 'tacc', hours: 3, amount: 2 }, NOW);
    assert.equal(view?.types[0]?.soonest, null);
  });

  it('says why there is nothing to see', () => {
    const at = (name: string): string | undefined =>
      calendarView([emptySite(name)], { cloud: '', hours: 3, amount: 1 }, NOW)?.note;
    assert.match(at('KVM@TACC') ?? '', /does not let members see/);
    assert.match(at('CHI@Edge') ?? '', /devices/);
    assert.match(at('CHI@UC') ?? '', /takes a while/);
    assert.equal(calendarView([], { cloud: '', hours: 3, amount: 1 }, NOW), undefined);
  });

  it('takes from its panel what it knows, and nothing else', () => {
    const takes = (message: unknown): boolean => v.safeParse(FromPanelSchema, message).success;
    assert.equal(takes({ kind: 'reserve', nodeType: 'a', node: null, start: NOW }), true);
    assert.equal(takes({ kind: 'reserve', nodeType: 'a', node: null, start: '1' }), false);
    assert.equal(takes({ kind: 'wanted', hours: 0, amount: 1 }), false);
    assert.equal(takes({ kind: 'wanted', hours: 1, amount: 1.5 }), false);
    assert.equal(takes({ kind: 'delete' }), false);
  });
});
