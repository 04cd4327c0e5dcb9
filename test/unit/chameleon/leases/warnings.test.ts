import assert from 'node:assert/strict';
import { warningsDue, type WarningState } from '../../../../src/chameleon';
import type { Lease } from '../../../../src/openstack';

const MINUTE = 60_000;
const END = Date.parse('2026-06-01T18:00:00Z');

function lease(over: Partial<Lease> = {}): Lease {
  return {
    id: 'l1',
    name: 'mlflow_ab1234',
    status: 'ACTIVE',
    userId: 'u1',
    projectId: 'p1',
    start: END - 180 * MINUTE,
    end: END,
    created: END - 180 * MINUTE,
    degraded: false,
    reservations: [],
    events: [],
    ...over,
  };
}

/** What is warned of at those minutes before the end, one after the other. */
function warned(minutesLeft: readonly number[], of: Lease = lease()): (number | undefined)[] {
  let state: WarningState = {};
  return minutesLeft.map((minutes) => {
    const answer = warningsDue(of, state, of.end - minutes * MINUTE);
    state = answer.state;
    return answer.due;
  });
}

describe('warnings before the end of a lease', () => {
  it('come at 60, 15 and 5 minutes, each once', () => {
    assert.deepEqual(warned([61, 60, 59, 15, 14, 5, 1]), [
      undefined,
      60,
      undefined,
      15,
      undefined,
      5,
      undefined,
    ]);
  });

  it('after a sleep past several of them, only the last is said, once', () => {
    assert.deepEqual(warned([90, 3, 2]), [undefined, 5, undefined]);
  });

  it('a day before the end of a long lease only', () => {
    const long = lease({ start: END - 3 * 1440 * MINUTE });
    assert.deepEqual(warned([1441, 1440], long), [undefined, 1440]);
    assert.deepEqual(warned([1440], lease({ start: END - 1500 * MINUTE })), [undefined]);
  });

  it('are armed again by an extension', () => {
    const first = warningsDue(lease(), {}, END - 10 * MINUTE);
    assert.equal(first.due, 15);
    const longer = lease({ end: END + 120 * MINUTE });
    assert.equal(warningsDue(longer, first.state, END).due, undefined);
    assert.equal(warningsDue(longer, first.state, longer.end - 14 * MINUTE).due, 15);
  });

  it('never for one that is over, ended or not begun', () => {
    assert.equal(warningsDue(lease(), {}, END + 1).due, undefined);
    for (const status of ['TERMINATED', 'PENDING', 'DELETING'])
      assert.equal(warningsDue(lease({ status }), {}, END - MINUTE).due, undefined);
  });

  it('not at the start of a lease that is no longer than the threshold', () => {
    const short = lease({ start: END - 60 * MINUTE });
    assert.deepEqual(warned([60, 15], short), [undefined, 15]);
  });

  it('by the person’s own thresholds', () => {
    assert.equal(warningsDue(lease(), {}, END - 30 * MINUTE, [30]).due, 30);
    assert.equal(warningsDue(lease(), {}, END - 31 * MINUTE, [30]).due, undefined);
  });
});
