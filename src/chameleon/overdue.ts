import type { Attention } from './attention';

/** What was said already: a thing's id, and when (this machine's time, ms since 1970). */
export type OverdueState = Readonly<Record<string, number>>;

const DAY_MS = 86_400_000;
/** Not quite a day: who opens the editor each morning is told each morning. */
const AGAIN_MS = 20 * 3_600_000;

/**
 * What of mine runs too long, or without an end, and was not said today. Things that are gone are forgotten.
 * @returns `due`: to be said now; `state`: what to keep for the next call
 */
export function overdueDue(
  found: readonly Attention[],
  state: OverdueState,
  now: number,
): { readonly due: readonly Attention[]; readonly state: OverdueState } {
  const mine = found.filter(
    ({ kind, owner }) => owner.kind === 'me' && (kind === 'overdueServer' || kind === 'endlessServer'),
  );
  const due = mine.filter(({ subject }) => now - (state[subject.id] ?? -Infinity) >= AGAIN_MS);
  // A site that does not answer now shows nothing: what was said of it lately is remembered all the same.
  const remembered = Object.entries(state).filter(([, said]) => now - said < DAY_MS);
  if (due.length === 0 && remembered.length === Object.keys(state).length) return { due, state };
  return {
    due,
    state: {
      ...Object.fromEntries(remembered),
      ...Object.fromEntries(due.map(({ subject }) => [subject.id, now])),
    },
  };
}
