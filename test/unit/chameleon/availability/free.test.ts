import assert from 'node:assert/strict';
import {
  CLEANING_MS,
  freeCount,
  gapsOf,
  nextHour,
  roomAfter,
  soonestFit,
  type NodeTypeTimeline,
} from '../../../../src/chameleon';
import { timelines } from '../../../../src/chameleon/availability/timeline';
import type { BlazarHost } from '../../../../src/openstack';

const HOUR = 3_600_000;
const T0 = Date.parse('2026-06-01T12:00:00Z');
const at = (hours: number): number => T0 + hours * HOUR;
const window = { start: T0, end: at(48) };

function host(id: string, over: Partial<BlazarHost> = {}): BlazarHost {
  return {
    id,
    hypervisorHostname: `uid-${id}`,
    nodeType: 'gpu_mi100',
    nodeName: `node${id}`,
    reservable: true,
    authorizedProjects: undefined,
    unitsPerHour: undefined,
    ...over,
  };
}

function types(
  bookings: Readonly<Record<string, readonly (readonly [number, number, string?])[]>>,
  hosts: readonly BlazarHost[] = Object.keys(bookings).map((id) => host(id)),
): readonly NodeTypeTimeline[] {
  return timelines({
    hosts,
    allocations: Object.entries(bookings).map(([hostId, spans]) => ({
      hostId,
      reservations: spans.map(([start, end, leaseId = 'theirs'], index) => ({
        id: `r${hostId}${index}`,
        leaseId,
        start: at(start),
        end: at(end),
      })),
    })),
    leases: [
      { id: 'mine', userId: 'me' },
      { id: 'class', userId: 'other' },
    ],
    projectId: 'p1',
    myUserId: 'me',
  });
}

function only(all: readonly NodeTypeTimeline[]): NodeTypeTimeline {
  assert.equal(all.length, 1);
  assert.ok(all[0]);
  return all[0];
}

describe('availability', () => {
  it('marks what is mine, the class’s, and others’', () => {
    const [node] = only(
      types({
        1: [
          [5, 6, 'class'],
          [0, 1, 'mine'],
          [9, 10],
        ],
      }),
    ).nodes;
    assert.deepEqual(
      node?.bookings.map(({ whose }) => whose),
      ['mine', 'project', 'others'],
    );
  });

  it('leaves out what this project may not have', () => {
    const hosts = [
      host('1'),
      host('2', { reservable: false }),
      host('3', { authorizedProjects: ['p2'] }),
      host('4', { authorizedProjects: ['p2', 'p1'] }),
    ];
    assert.deepEqual(
      only(types({}, hosts)).nodes.map(({ name }) => name),
      ['node1', 'node4'],
    );
  });

  it('counts a node as taken while it is cleaned, before and after', () => {
    const type = only(types({ 1: [[2, 4]] }));
    assert.equal(freeCount(type, { start: at(0), end: at(2) - CLEANING_MS }), 1);
    assert.equal(freeCount(type, { start: at(0), end: at(2) - CLEANING_MS + 1 }), 0);
    assert.equal(freeCount(type, { start: at(4) + CLEANING_MS, end: at(5) }), 1);
    assert.equal(freeCount(type, { start: at(4) + CLEANING_MS - 1, end: at(5) }), 0);
  });

  it('finds the gaps of a node that are long enough, and no shorter one', () => {
    const [node] = only(
      types({
        1: [
          [2, 4],
          [5, 8],
        ],
      }),
    ).nodes;
    assert.ok(node);
    assert.deepEqual(gapsOf(node, window, HOUR), [
      { start: at(0), end: at(2) - CLEANING_MS },
      { start: at(8) + CLEANING_MS, end: at(48) },
    ]);
  });

  it('bookings that overlap or lie in the past make no gap of their own', () => {
    const [node] = only(
      types({
        1: [
          [-5, 3],
          [1, 6],
          [2, 4],
        ],
      }),
    ).nodes;
    assert.ok(node);
    assert.deepEqual(gapsOf(node, window, HOUR), [{ start: at(6) + CLEANING_MS, end: at(48) }]);
  });

  it('soonest fit: now where it can be, else when enough nodes are back', () => {
    const type = only(types({ 1: [[0, 3]], 2: [[0, 6]], 3: [] }));
    const wanted = (amount: number) => ({ amount, lengthMs: 2 * HOUR });
    assert.equal(soonestFit(type, wanted(1), window), at(0));
    assert.equal(soonestFit(type, wanted(2), window), at(3) + CLEANING_MS);
    assert.equal(soonestFit(type, wanted(3), window), at(6) + CLEANING_MS);
    assert.equal(soonestFit(type, wanted(4), window), undefined);
  });

  it('soonest fit by the course’s rule starts on the hour, and only where it still fits', () => {
    const type = only(
      types({
        1: [
          [0, 3],
          [6, 40],
        ],
      }),
    );
    assert.equal(soonestFit(type, { amount: 1, lengthMs: HOUR }, window, nextHour), at(4));
    assert.equal(soonestFit(type, { amount: 1, lengthMs: 2 * HOUR }, window, nextHour), at(41));
    assert.equal(soonestFit(type, { amount: 1, lengthMs: 9 * HOUR }, window, nextHour), undefined);
  });

  it('the room after a lease ends with the next booking of any of its nodes', () => {
    const all = types({
      1: [
        [0, 3, 'mine'],
        [9, 10],
      ],
      2: [
        [0, 3, 'mine'],
        [6, 7],
      ],
      3: [[3, 4]],
    });
    assert.equal(roomAfter(all, 'mine'), at(6) - CLEANING_MS);
    assert.equal(roomAfter(all, 'unknown'), undefined);
  });
});
