import * as v from 'valibot';
import { OpenStackError, serviceName } from './error';

/** What a service may leave out or send as null, as `undefined`. */
export function maybe<T extends v.GenericSchema>(schema: T) {
  return v.pipe(
    v.nullish(schema),
    v.transform((value) => value ?? undefined),
  );
}

/** A list that a service may leave out or send as null. */
export function listOf<T extends v.GenericSchema>(schema: T) {
  return v.nullish(v.array(schema), []);
}

/** ISO time with or without an offset: without one, OpenStack means UTC. */
export const utc = v.pipe(
  v.string(),
  v.transform((text) => {
    const spaced = text.trim().replace(' ', 'T');
    return Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(spaced) ? spaced : `${spaced}Z`);
  }),
  v.check((time) => !Number.isNaN(time), 'is no date'),
);

/**
 * Dates as Blazar writes them (`2026-06-01T14:00:00.000000`, `2026-06-01 13:59:58`): UTC without saying so, which
 * `new Date` would take for local time.
 * @returns ms since 1970
 * @throws RangeError for what is no date
 */
export function parseBlazarDate(text: string): number {
  const parsed = v.safeParse(utc, text);
  if (!parsed.success) throw new RangeError(`${text} is no date`);
  return parsed.output;
}

/** As Blazar wants them: `YYYY-MM-DD HH:MM`, UTC, seconds cut. */
export function blazarDate(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}

/**
 * Wire data becomes a record here and nowhere else.
 * @throws OpenStackError `badAnswer`, which says where the answer is other than expected, never its content
 * @param place where the value stands in the answer, if it is a part of it
 */
export function parsed<T extends v.GenericSchema>(
  schema: T,
  value: unknown,
  service: string,
  place?: string,
): v.InferOutput<T> {
  const answer = v.safeParse(schema, value);
  if (answer.success) return answer.output;
  const [issue] = answer.issues;
  const where = [place, v.getDotPath(issue)].filter(Boolean).join('.') || 'the answer';
  throw badAnswer(service, `${where} is not as expected (wanted ${issue.expected ?? 'another form'})`);
}

/** The answer of something that is not the service, or of another version of it. */
export function badAnswer(service: string, what: string): OpenStackError {
  return new OpenStackError(`The answer of ${serviceName(service)} can't be understood: ${what}.`, {
    kind: 'badAnswer',
    service,
    next: 'If your network asks for a login first, log in to it; else report this with the log.',
  });
}
