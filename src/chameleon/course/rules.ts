import { timeLeft } from '../lifecycle';
import type { Course } from './readCourse';
import { DAYS } from './schema';

/**
 * What of the course's rules a lease would break, in full sentences: said in the summary, since only people can allow
 * an exception. @param start, end ms since 1970
 */
export function brokenRules(course: Course, start: number, end: number): readonly string[] {
  const { maxHours, days, from, to, timeZone } = course.leases;
  const zone = timeZone ?? 'UTC';
  const begins = partsIn(zone, start);
  // A lease that ends at midnight ends on the day that it was.
  const ends = partsIn(zone, end - 1);
  const place = zone === 'UTC' ? 'UTC' : zone.replace(/^.*\//, '').replaceAll('_', ' ');
  return [
    ...(maxHours !== undefined && end - start > maxHours * 3_600_000
      ? [`The course allows ${maxHours} h at a time; this is ${timeLeft(end - start)}.`]
      : []),
    ...(days !== undefined && !days.includes(begins.day)
      ? [`The course does not reserve on this day of the week; it does on ${days.join(', ')} (${place}).`]
      : []),
    ...(from !== undefined && begins.clock < from ? [`The course's hours begin at ${from} (${place}).`] : []),
    ...(to !== undefined && (ends.clock >= to || ends.day !== begins.day)
      ? [`The course's hours end at ${to} (${place}).`]
      : []),
  ];
}

/** Day and time of a moment in a zone: `08:05`. */
function partsIn(timeZone: string, at: number): { day: (typeof DAYS)[number]; clock: string } {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const part = (type: string): string =>
    format.formatToParts(at).find((each) => each.type === type)?.value ?? '';
  const day = DAYS.find((each) => each === part('weekday').toLowerCase());
  return { day: day ?? 'mon', clock: `${part('hour')}:${part('minute')}` };
}
