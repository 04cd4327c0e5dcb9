/** Writes moments for people: local time on the row, UTC beside it in the tooltip. */

const DAY_MS = 86_400_000;

/** `18:00`, or `Wed 18:00` on another day, or `3 Dec 18:00` more than six days away. @param at, now ms since 1970 */
export function localTime(at: number, now: number): string {
  const date = new Date(at);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  // `Thu Dec 03 2026`, in every locale.
  const day = date.toDateString();
  if (day === new Date(now).toDateString()) return time;
  const isNear = Math.abs(at - now) < 6 * DAY_MS;
  return `${isNear ? day.slice(0, 3) : `${date.getDate()} ${day.slice(4, 7)}`} ${time}`;
}

/** `2026-11-24 18:00 UTC` */
export function utcTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Servers of a lease, and leases of a class, share their ends: each is written once. */
const written = new Map<number, string>();
const MOST_WRITTEN = 5_000;

/** `2026-11-24 19:00 (2026-11-24 18:00 UTC)`: both, for a tooltip. */
export function bothTimes(at: number): string {
  const known = written.get(at);
  if (known !== undefined) return known;
  if (written.size >= MOST_WRITTEN) written.clear();
  const text = bothTimesOf(at);
  written.set(at, text);
  return text;
}

function bothTimesOf(at: number): string {
  const date = new Date(at);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())} (${utcTime(at)})`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
