import assert from 'node:assert/strict';
import { setImmediate as turnOver } from 'node:timers/promises';
import { MessagePace } from '../../../src/extension/messagePace';
import { ScriptedClock } from '../ssh/scripted';

/** As VS Code counts them: from the first on for 800 ms, and of those it shows three. */
const SPAN_MS = 800;
const SHOWN = 3;

describe('pace of messages', () => {
  it('shows one that comes alone at once', async () => {
    const pace = new MessagePace(new ScriptedClock());
    await pace.turn();
    assert.equal(pace.taken() > 0, true);
  });

  it('lets seven that come together be seen all', async () => {
    const clock = new ScriptedClock();
    const pace = new MessagePace(clock);
    const began = clock.now();
    const shown: number[] = [];
    pace.taken();
    shown.push(0);
    for (let message = 0; message < 6; message += 1)
      void pace.turn().then(() => shown.push(clock.now() - began));
    for (let ms = 0; ms < 3000; ms += 50) {
      clock.advance(50);
      await turnOver();
    }
    assert.equal(shown.length, 7);
    for (const first of shown)
      assert.ok(shown.filter((at) => at >= first && at <= first + SPAN_MS).length <= SHOWN, shown.join(', '));
  });

  it('waits for nobody after a while', () => {
    const clock = new ScriptedClock();
    const pace = new MessagePace(clock);
    pace.taken();
    pace.taken();
    clock.advance(SPAN_MS);
    assert.equal(pace.taken(), 0);
  });
});
