import assert from 'node:assert/strict';
import { inTurn, type Asked, type Step } from '../../../src/extension/inTurn';

type State = readonly string[];

describe('steps of a wizard', () => {
  /** Steps that answer by a script, and what each was asked with. */
  function scripted(script: Readonly<Record<string, Asked<string>[]>>): {
    steps: readonly Step<State>[];
    asked: string[];
  } {
    const asked: string[] = [];
    const steps = Object.entries(script).map(([name, answers]): Step<State> => (state) => {
      asked.push(`${name}(${state.join('')})`);
      const answer = answers.shift();
      return Promise.resolve(
        answer === undefined || answer.kind === 'back'
          ? answer
          : { kind: answer.kind, value: [...state, answer.value] },
      );
    });
    return { steps, asked };
  }
  const chosen = (value: string): Asked<string> => ({ kind: 'chosen', value });
  const given = (value: string): Asked<string> => ({ kind: 'given', value });
  const back: Asked<string> = { kind: 'back' };

  it('hands each what the ones before gave', async () => {
    const { steps, asked } = scripted({ a: [chosen('1')], b: [given('2')], c: [chosen('3')] });
    assert.deepEqual(await inTurn([], steps), ['1', '2', '3']);
    assert.deepEqual(asked, ['a()', 'b(1)', 'c(12)']);
  });

  it('goes back to the one that was asked before, past what was given, with what was known then', async () => {
    const { steps, asked } = scripted({
      a: [chosen('1'), chosen('x')],
      b: [given('2'), given('y')],
      c: [back, chosen('z')],
    });
    assert.deepEqual(await inTurn([], steps), ['x', 'y', 'z']);
    assert.deepEqual(asked, ['a()', 'b(1)', 'c(12)', 'a()', 'b(x)', 'c(xy)']);
  });

  it('goes out by the first that was asked', async () => {
    const { steps } = scripted({ a: [given('1')], b: [chosen('2'), back], c: [back] });
    assert.equal(await inTurn([], steps), 'back');
  });

  it('ends as a cancel where a step is dismissed', async () => {
    const { steps, asked } = scripted({ a: [chosen('1')], b: [undefined], c: [chosen('3')] });
    await assert.rejects(inTurn([], steps), { name: 'AbortError' });
    assert.deepEqual(asked, ['a()', 'b(1)']);
  });
});
