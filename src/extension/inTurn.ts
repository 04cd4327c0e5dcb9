import { abortError } from '../base';

/** What came of one step of a wizard; `undefined` where it is dismissed. */
export type StepAnswer<T> =
  { readonly kind: 'chosen'; readonly value: T } | { readonly kind: 'back' } | undefined;

/** What came of a step that may have had nothing to ask: the way back does not stop at what was `given`. */
export type Asked<T> = StepAnswer<T> | { readonly kind: 'given'; readonly value: T };

export type Step<S> = (state: S) => Promise<Asked<S>>;

/**
 * The steps of a wizard one after the other; back leads to the one that was asked before, as it was then.
 * @returns `back` from the first that was asked
 * @throws AbortError when a step is dismissed
 */
export async function inTurn<S>(start: S, steps: readonly Step<S>[]): Promise<S | 'back'> {
  const asked: { readonly at: number; readonly state: S }[] = [];
  let at = 0;
  let state = start;
  for (;;) {
    const step = steps[at];
    if (step === undefined) return state;
    const answer = await step(state);
    if (answer === undefined) throw abortError();
    if (answer.kind === 'back') {
      const before = asked.pop();
      if (before === undefined) return 'back';
      ({ at, state } = before);
      continue;
    }
    if (answer.kind === 'chosen') asked.push({ at, state });
    state = answer.value;
    at += 1;
  }
}
