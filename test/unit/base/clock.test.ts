import assert from 'node:assert/strict';
import { abortError, isAbort, Problem, sentenceOf, sleep, type Clock } from '../../../src/base';

/** A clock that moves only when told to. */
class ScriptedClock implements Clock {
  private time = 0;
  private timers: { at: number; run: () => void }[] = [];
  now(): number {
    return this.time;
  }
  after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + ms, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }
  advance(ms: number): void {
    this.time += ms;
    const due = this.timers.filter((timer) => timer.at <= this.time);
    this.timers = this.timers.filter((timer) => timer.at > this.time);
    for (const timer of due) timer.run();
  }
  get waiting(): number {
    return this.timers.length;
  }
}

describe('sleep', () => {
  it('ends after its time, and not before', async () => {
    const clock = new ScriptedClock();
    let ended = false;
    const sleeping = sleep(clock, 100).then(() => (ended = true));
    clock.advance(99);
    await Promise.resolve();
    assert.equal(ended, false);
    clock.advance(1);
    await sleeping;
    assert.equal(ended, true);
  });

  it('rejects at once on a cancel, and leaves no timer behind', async () => {
    const clock = new ScriptedClock();
    const cancel = new AbortController();
    const sleeping = sleep(clock, 100, cancel.signal);
    cancel.abort();
    await assert.rejects(sleeping, isAbort);
    assert.equal(clock.waiting, 0);
  });

  it('does not begin when it was cancelled before', async () => {
    const clock = new ScriptedClock();
    await assert.rejects(sleep(clock, 100, AbortSignal.abort()), isAbort);
    assert.equal(clock.waiting, 0);
  });
});

describe('Problem', () => {
  it('is told with its next step', () => {
    assert.equal(
      sentenceOf(new Problem('The lease has ended.', { next: 'Make a new one.' })),
      'The lease has ended. Make a new one.',
    );
    assert.equal(sentenceOf(new Problem('The lease has ended.')), 'The lease has ended.');
  });

  it('keeps its cause', () => {
    const cause = new Error('ECONNREFUSED');
    assert.equal(new Problem('Not reachable.', { cause }).cause, cause);
  });

  it('is not taken for a cancel', () => {
    assert.equal(isAbort(new Problem('x')), false);
    assert.equal(isAbort('AbortError'), false);
    assert.equal(isAbort(abortError()), true);
  });
});
