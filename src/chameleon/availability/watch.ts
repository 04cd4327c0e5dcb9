import { slotOf, type ClockRules } from '../leases';
import { freeCount } from './free';
import type { NodeTypeTimeline } from './timeline';

/** A slot that somebody waits for: kept between sessions, so plain data. */
export interface SlotWish {
  readonly id: string;
  readonly site: string;
  readonly nodeType: string;
  readonly amount: number;
  readonly hours: number;
  readonly name: string;
  readonly floatingIps: number;
  readonly rules: ClockRules;
  /** Server time, ms since 1970; `now`: as soon as one frees. */
  readonly start: number | 'now';
}

/**
 * Whether it could be reserved now. `over`: the time that was waited for has come, and nothing was free.
 * @param now server time
 */
export function slotState(
  wish: SlotWish,
  types: readonly NodeTypeTimeline[],
  now: number,
): 'free' | 'taken' | 'over' {
  if (wish.start !== 'now' && wish.start <= now) return 'over';
  const type = types.find(({ nodeType }) => nodeType === wish.nodeType);
  if (type === undefined) return 'taken';
  const slot = slotOf(wish.start, wish.hours, wish.rules, now);
  const span = { start: slot.start === 'now' ? now : slot.start, end: slot.end };
  return freeCount(type, span) >= wish.amount ? 'free' : 'taken';
}

/** What is to be said now, and what to keep: each time a slot becomes free it is said once. */
export function slotNews(
  wishes: readonly SlotWish[],
  told: ReadonlySet<string>,
  stateOf: (wish: SlotWish) => ReturnType<typeof slotState> | undefined,
): {
  readonly free: readonly SlotWish[];
  readonly over: readonly SlotWish[];
  readonly told: ReadonlySet<string>;
} {
  const states = wishes.map((wish) => ({ wish, state: stateOf(wish) }));
  const inState = (wanted: string): SlotWish[] =>
    states.filter(({ state }) => state === wanted).map(({ wish }) => wish);
  const free = inState('free');
  // What could not be read now stays as it was.
  const still = states.filter(({ state, wish }) => state === undefined && told.has(wish.id));
  return {
    free: free.filter(({ id }) => !told.has(id)),
    over: inState('over'),
    told: new Set([...free.map(({ id }) => id), ...still.map(({ wish }) => wish.id)]),
  };
}
