import assert from 'node:assert/strict';
import { overdueDue, type Attention } from '../../../src/chameleon';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-06-01T12:00:00Z');

function found(over: Partial<Attention> = {}): Attention {
  return {
    kind: 'overdueServer',
    subject: { kind: 'server', id: 's1' },
    name: 'node-mltrain-ab1234',
    owner: { kind: 'me', why: 'Your account made it.' },
    reason: 'runs 31 h, its lab takes 5 h',
    why: 'It runs much longer than its lab takes.',
    action: 'cleanUp',
    ...over,
  };
}

describe('overdue', () => {
  it('is said once a day', () => {
    const first = overdueDue([found()], {}, NOW);
    assert.equal(first.due.length, 1);
    assert.equal(overdueDue([found()], first.state, NOW + 19 * HOUR).due.length, 0);
    assert.equal(overdueDue([found()], first.state, NOW + 24 * HOUR).due.length, 1);
  });

  it('of my servers that run too long or without an end, and of nothing else', () => {
    assert.equal(overdueDue([found({ kind: 'endlessServer' })], {}, NOW).due.length, 1);
    assert.equal(overdueDue([found({ kind: 'idleFloatingIp' })], {}, NOW).due.length, 0);
    for (const kind of ['person', 'unknown'] as const)
      assert.equal(overdueDue([found({ owner: { kind, why: '' } })], {}, NOW).due.length, 0);
  });

  it('is not said again because a site did not answer for a while', () => {
    const first = overdueDue([found()], {}, NOW);
    const away = overdueDue([], first.state, NOW + HOUR);
    assert.equal(overdueDue([found()], away.state, NOW + 2 * HOUR).due.length, 0);
  });

  it('forgets after a day, and keeps the same state while nothing changes', () => {
    const first = overdueDue([found()], {}, NOW);
    assert.equal(overdueDue([], first.state, NOW + HOUR).state, first.state);
    assert.deepEqual(overdueDue([], first.state, NOW + 25 * HOUR).state, {});
  });
});
