/**
 * The course's clock rules: leases start on the hour and end some minutes before the next one, because two leases
 * of one node back to back race against its cleaning (`platform` 5 and 7).
 */
export interface ClockRules {
  readonly startOnHour?: boolean | undefined;
  /** The minute of the hour (0 to 59, UTC) at which a lease ends: 50 or 55 in most labs. */
  readonly endMinute?: number | undefined;
}

/** From when to when, server time, ms since 1970. */
export interface Slot {
  readonly start: number | 'now';
  readonly end: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** The first full hour at or after that time. @param time ms since 1970; full hours are the same in UTC and in all zones but a few */
export function nextHour(time: number): number {
  return Math.ceil(time / HOUR_MS) * HOUR_MS;
}

/**
 * The time that a lease of so many hours takes by the rules: from `wanted` (rounded up to the hour where the rules
 * say so, except for `now`, which takes what is left of this hour) to the last allowed minute within its length.
 * @param now server time
 */
export function slotOf(wanted: number | 'now', hours: number, rules: ClockRules, now: number): Slot {
  const start = wanted === 'now' || wanted <= now ? 'now' : startBy(wanted, rules);
  const from = start === 'now' ? Math.floor(now / MINUTE_MS) * MINUTE_MS : start;
  return { start, end: endBy(from, hours, rules) };
}

function startBy(wanted: number, { startOnHour }: ClockRules): number {
  return startOnHour === true ? nextHour(wanted) : Math.floor(wanted / MINUTE_MS) * MINUTE_MS;
}

function endBy(from: number, hours: number, { endMinute }: ClockRules): number {
  const full = from + hours * HOUR_MS;
  if (endMinute === undefined) return full;
  const hour = Math.floor(full / HOUR_MS) * HOUR_MS;
  const before = hour + endMinute * MINUTE_MS;
  const end = before <= full ? before : before - HOUR_MS;
  // A start just before the minute would leave next to nothing: then it goes on to the one after.
  return end - from < (hours * HOUR_MS) / 2 ? end + HOUR_MS : end;
}
