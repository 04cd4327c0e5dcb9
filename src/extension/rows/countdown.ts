import { leaseToEndNext, timeLeft, type Inventory } from '../../chameleon';
import { iconless } from '../plainText';
import { bothTimes } from './when';

/** The status bar item as data. */
export interface Countdown {
  readonly text: string;
  readonly spoken: string;
  readonly tooltip: readonly string[];
  readonly alarm: 'none' | 'warning' | 'error';
  readonly cloud: string;
  readonly leaseId: string;
}

const MINUTE_MS = 60_000;

/**
 * The lease of mine that ends next, by its site's own clock; `undefined` without one.
 * Yellow from 60 minutes, red from 15. @param now this machine's time, ms since 1970
 */
export function countdown(inventory: Inventory, now: number): Countdown | undefined {
  const next = leaseToEndNext(inventory, now);
  if (next === undefined) return undefined;
  const { site, lease } = next;
  const left = lease.end - (now + site.clockOffset);
  const words = timeLeft(left);
  return {
    text: `$(clock) ${iconless(shortened(lease.name))} ${digits(left)}`,
    spoken: `Lease ${lease.name} at ${site.site.name} ends in ${words}`,
    tooltip: [
      `${lease.name} at ${site.site.name} ends in ${words}`,
      `${bothTimes(lease.end)}, by the site's clock`,
      'Click: extend, end early, open, mute',
    ],
    alarm: left <= 15 * MINUTE_MS ? 'error' : left <= 60 * MINUTE_MS ? 'warning' : 'none',
    cloud: site.cloud,
    leaseId: lease.id,
  };
}

/** `2:14`, or `3 d 4 h` from a day on, or `45 s` in the last minute. */
function digits(left: number): string {
  const minutes = Math.floor(left / MINUTE_MS);
  if (minutes < 1 || minutes >= 24 * 60) return timeLeft(left);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}

function shortened(name: string): string {
  return name.length > 32 ? `${name.slice(0, 31)}…` : name;
}
