/** Times as people of this machine read them. */

const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const short = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric' });
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });

/** `18:00` */
export function clock(at: number): string {
  return time.format(at);
}

/** `Mon 1 Jun` */
export function date(at: number): string {
  return day.format(at).replace(',', '');
}

/** `Mon 1 Jun 18:00`, or `18:00` on the day of `now`. */
export function moment(at: number, now: number): string {
  return date(at) === date(now) ? clock(at) : `${date(at)} ${clock(at)}`;
}

/** `Sat 28` */
export function shortDate(at: number): string {
  return short.format(at).replace(',', '');
}

/** Midnights and noons within a span, local. */
export function ticks(from: number, until: number): { at: number; label: string; isDay: boolean }[] {
  const first = new Date(from);
  first.setHours(0, 0, 0, 0);
  const found: { at: number; label: string; isDay: boolean }[] = [];
  for (const at = first; at.getTime() < until; at.setHours(at.getHours() + 12)) {
    if (at.getTime() < from) continue;
    const isDay = at.getHours() === 0;
    found.push({ at: at.getTime(), label: isDay ? shortDate(at.getTime()) : '', isDay });
  }
  return found;
}
