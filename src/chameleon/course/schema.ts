import * as v from 'valibot';

/** The course file as it is written; `media/course/course.schema.json` says the same to the editor. */
const clock = v.pipe(v.string(), v.regex(/^([01]\d|2[0-4]):[0-5]\d$/, 'is no time like 08:00'));
const hours = v.pipe(v.number(), v.minValue(0));
const word = v.pipe(v.string(), v.minLength(1));

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const assist = v.strictObject({
  launch: v.exactOptional(v.boolean()),
  repair: v.exactOptional(v.boolean()),
});

export const courseSchema = v.strictObject({
  title: word,
  /** Names of the class's projects, the same at all sites. */
  projects: v.exactOptional(v.array(word), []),
  /** A CSV file beside this one: netid, usernames, email, group. */
  roster: v.exactOptional(word),
  people: v.exactOptional(
    v.array(
      v.strictObject({
        netId: v.exactOptional(word),
        usernames: v.exactOptional(v.array(word), []),
        email: v.exactOptional(word),
        group: v.exactOptional(word),
      }),
    ),
    [],
  ),
  /** Ids of the labs of this course; all without it. */
  labs: v.exactOptional(v.array(word)),
  /** What one-click help is allowed, over what each lab says; `labs` for single ones. */
  assist: v.exactOptional(
    v.strictObject({ ...assist.entries, labs: v.exactOptional(v.record(word, assist), {}) }),
  ),
  leases: v.exactOptional(
    v.strictObject({
      maxHours: v.exactOptional(hours),
      startOnHour: v.exactOptional(v.boolean()),
      endMinute: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(59))),
      days: v.exactOptional(v.array(v.picklist(DAYS))),
      from: v.exactOptional(clock),
      to: v.exactOptional(clock),
      timeZone: v.exactOptional(v.pipe(word, v.check(isTimeZone, 'is no time zone like America/New_York'))),
    }),
    {},
  ),
  overdue: v.exactOptional(
    v.strictObject({
      /** Times its lab's expected length. */
      factor: v.exactOptional(v.pipe(v.number(), v.minValue(1))),
      /** For servers of no lab. */
      hours: v.exactOptional(hours),
    }),
    {},
  ),
  /** US dollars an hour, by flavor or node type. */
  prices: v.exactOptional(v.record(word, v.pipe(v.number(), v.minValue(0))), {}),
});

export type CourseText = v.InferOutput<typeof courseSchema>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
