import assert from 'node:assert/strict';
import { backoffMs, forwardStep, type ForwardEvent, type ForwardState } from '../../../src/ssh';

const states: Record<ForwardState['kind'], ForwardState> = {
  connecting: { kind: 'connecting', since: 1 },
  up: { kind: 'up', since: 1, latencyMs: 5 },
  degraded: { kind: 'degraded', since: 1, what: 'ill', next: undefined },
  waiting: { kind: 'waiting', since: 1, retryAt: 9, what: 'broke', next: undefined },
  refused: { kind: 'refused', since: 1, what: 'no', next: 'do' },
  stopped: { kind: 'stopped', since: 1 },
};
const events: Record<ForwardEvent['kind'], ForwardEvent> = {
  start: { kind: 'start' },
  stop: { kind: 'stop' },
  answered: { kind: 'answered', latencyMs: 7 },
  ailing: { kind: 'ailing', what: 'ill', next: 'wait' },
  lost: { kind: 'lost', what: 'broke', next: undefined, retryMs: 1000 },
  refused: { kind: 'refused', what: 'no', next: 'do' },
};
/** The kind after an event; `=`: the very same state. */
const table: Record<ForwardState['kind'], Record<ForwardEvent['kind'], ForwardState['kind'] | '='>> = {
  connecting: {
    start: '=',
    stop: 'stopped',
    answered: 'up',
    ailing: 'degraded',
    lost: 'waiting',
    refused: 'refused',
  },
  up: {
    start: 'connecting',
    stop: 'stopped',
    answered: 'up',
    ailing: 'degraded',
    lost: 'waiting',
    refused: 'refused',
  },
  degraded: {
    start: 'connecting',
    stop: 'stopped',
    answered: 'up',
    ailing: 'degraded',
    lost: 'waiting',
    refused: 'refused',
  },
  waiting: {
    start: 'connecting',
    stop: 'stopped',
    answered: '=',
    ailing: '=',
    lost: 'waiting',
    refused: 'refused',
  },
  refused: { start: 'connecting', stop: 'stopped', answered: '=', ailing: '=', lost: '=', refused: '=' },
  stopped: { start: 'connecting', stop: '=', answered: '=', ailing: '=', lost: '=', refused: '=' },
};

describe('the state of a forward', () => {
  for (const [from, row] of Object.entries(table))
    for (const [event, expected] of Object.entries(row))
      it(`${from} + ${event} → ${expected}`, () => {
        const before = states[from as ForwardState['kind']];
        const after = forwardStep(before, events[event as ForwardEvent['kind']], 50);
        if (expected === '=') assert.equal(after, before);
        else {
          assert.equal(after.kind, expected);
          assert.equal(after.since, after.kind === before.kind ? 1 : 50);
        }
      });

  it('says until when it waits', () => {
    assert.deepEqual(forwardStep(states.up, events.lost, 50), {
      kind: 'waiting',
      since: 50,
      retryAt: 1050,
      what: 'broke',
      next: undefined,
    });
  });

  it('waits longer from failure to failure, half a minute at most', () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 5000].map(backoffMs),
      [1000, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000],
    );
  });
});
