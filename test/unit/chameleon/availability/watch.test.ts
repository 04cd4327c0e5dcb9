import assert from 'node:assert/strict';
import { slotNews, slotState, type NodeTypeTimeline, type SlotWish } from '../../../../src/chameleon';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-06-01T12:00:00Z');

const wish: SlotWish = {
  id: 'w1',
  site: 'CHI@TACC',
  nodeType: 'gpu_mi100',
  amount: 1,
  hours: 3,
  name: 'mlflow_ab1234',
  floatingIps: 1,
  rules: {},
  start: 'now',
};

function taken(from: number, to: number): readonly NodeTypeTimeline[] {
  const booking = { leaseId: 'l', whose: 'others' as const, start: NOW + from * HOUR, end: NOW + to * HOUR };
  return [{ nodeType: 'gpu_mi100', nodes: [{ name: 'n1', hostId: '1', bookings: [booking] }] }];
}

describe('watch for a slot', () => {
  it('sees it free, taken, and over', () => {
    assert.equal(slotState(wish, taken(-2, 1), NOW), 'taken');
    assert.equal(slotState(wish, taken(2, 4), NOW), 'taken', 'somebody comes within the length');
    assert.equal(slotState(wish, taken(4, 5), NOW), 'free');
    assert.equal(slotState({ ...wish, start: NOW + 5 * HOUR }, taken(-2, 1), NOW), 'free');
    assert.equal(slotState({ ...wish, start: NOW - 1 }, taken(4, 5), NOW), 'over');
    assert.equal(slotState({ ...wish, nodeType: 'gpu_h100' }, taken(4, 5), NOW), 'taken');
  });

  it('says it once each time it becomes free', () => {
    const first = slotNews([wish], new Set(), () => 'free');
    assert.deepEqual(
      first.free.map(({ id }) => id),
      ['w1'],
    );
    const second = slotNews([wish], first.told, () => 'free');
    assert.equal(second.free.length, 0);
    const gone = slotNews([wish], second.told, () => 'taken');
    assert.equal(gone.told.size, 0);
    assert.equal(slotNews([wish], gone.told, () => 'free').free.length, 1);
  });

  it('an answer that failed changes nothing', () => {
    const told = new Set(['w1']);
    assert.deepEqual(
      slotNews([wish], told, () => undefined),
      { free: [], over: [], told },
    );
  });
});
