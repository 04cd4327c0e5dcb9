/** How each service writes a moment. All are UTC; only Nova's and Keystone's say so. */

const MINUTE_MS = 60_000;

/** Blazar's dates, and Nova's `launched_at`: `2026-06-01T14:00:00.000000`, no zone. */
export function microseconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}.000000`;
}

/** Blazar's `created_at`: `2026-06-01 14:00:00`, no zone. */
export function withSpace(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}

/** Nova, Neutron and Glance: `2026-06-01T14:00:00Z`. */
export function withZone(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/** Keystone: `2026-06-01T14:00:00.000000Z`. */
export function microsecondsWithZone(time: number): string {
  return `${microseconds(time)}Z`;
}

/** Blazar keeps whole minutes. */
export function cutToMinute(time: number): number {
  return Math.floor(time / MINUTE_MS) * MINUTE_MS;
}

/** A date as a lease request gives it, `YYYY-MM-DD HH:MM` in UTC; `undefined` if it is not one. */
export function requestedDate(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$/.test(text)) return undefined;
  const time = Date.parse(`${text.replace(' ', 'T')}:00Z`);
  return Number.isNaN(time) ? undefined : time;
}
