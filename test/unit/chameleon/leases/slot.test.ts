import assert from 'node:assert/strict';
import { nextHour, slotOf } from '../../../../src/chameleon';

const at = (text: string): number => Date.parse(`2026-06-01T${text}:00Z`);

describe('clock rules of a lease', () => {
  it('start on the hour and end at :50, within the length', () => {
    const slot = slotOf(at('13:20'), 3, { startOnHour: true, endMinute: 50 }, at('12:00'));
    assert.deepEqual(slot, { start: at('14:00'), end: at('16:50') });
  });

  it('now stays now, and takes what is left', () => {
    const slot = slotOf('now', 3, { startOnHour: true, endMinute: 50 }, at('12:20'));
    assert.deepEqual(slot, { start: 'now', end: at('14:50') });
  });

  it('a start that has passed is now', () => {
    assert.equal(slotOf(at('11:00'), 1, {}, at('12:00')).start, 'now');
  });

  it('never leaves a lease of a minute', () => {
    assert.equal(slotOf('now', 1, { endMinute: 50 }, at('12:49')).end, at('13:50'));
    assert.equal(slotOf('now', 1, { endMinute: 50 }, at('12:51')).end, at('13:50'));
  });

  it('without rules it is as asked for', () => {
    assert.deepEqual(slotOf(at('13:20'), 2, {}, at('12:00')), { start: at('13:20'), end: at('15:20') });
  });

  it('a full hour is its own next hour', () => {
    assert.equal(nextHour(at('13:00')), at('13:00'));
    assert.equal(nextHour(at('13:01')), at('14:00'));
  });
});
