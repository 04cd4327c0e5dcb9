import * as v from 'valibot';

/**
 * The completion card as data. Strict objects: a record with anything unknown in it is not a card, so nothing can
 * hide beside what the digest covers and the picture shows. Times are milliseconds since 1970, UTC.
 */
const text = v.pipe(v.string(), v.maxLength(2000));
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(8.64e15));
const texts = v.record(text, text);

const SubjectSchema = v.strictObject({
  netId: v.exactOptional(text),
  usernames: v.array(text),
  /** Keystone's user id by site name. */
  userIds: texts,
});

const SiteSchema = v.strictObject({
  name: text,
  /** Who Keystone says is signed in there: of the machine that made the card. */
  signedIn: v.exactOptional(v.strictObject({ id: text, name: text })),
  project: v.exactOptional(v.strictObject({ id: text, name: text })),
  /** The site's own clock at `takenAt`. */
  serverTime: time,
});

const ResourceSchema = v.strictObject({
  kind: v.picklist(['lease', 'server', 'floatingIp']),
  site: text,
  id: text,
  /** A floating IP's name is its address. */
  name: text,
  status: text,
  leaseId: v.exactOptional(text),
  /** When it began: a lease's start, a server's creation. */
  from: v.exactOptional(time),
  /** A lease's end. */
  until: v.exactOptional(time),
});

const CheckSchema = v.strictObject({
  id: text,
  step: text,
  title: text,
  site: v.exactOptional(text),
  about: v.picklist(['project', 'person', 'thisMachine', 'host']),
  verdict: v.picklist(['passed', 'passed earlier', 'failed', 'unknown', 'manual']),
  cause: v.exactOptional(
    v.picklist([
      'notRun',
      'needs',
      'unreachable',
      'notAllowed',
      'noKey',
      'notSubject',
      'badAnswer',
      'timeout',
    ]),
  ),
  reason: text,
  seenAt: v.exactOptional(time),
  optional: v.boolean(),
});

export const CardRecordSchema = v.strictObject({
  format: v.literal('chameleon-labs-card'),
  version: v.literal(1),
  lab: v.strictObject({
    id: v.pipe(text, v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)),
    title: text,
    edition: text,
    unit: v.number(),
    source: text,
    variant: v.exactOptional(text),
  }),
  subject: SubjectSchema,
  parameters: texts,
  sites: v.array(SiteSchema),
  resources: v.array(ResourceSchema),
  /** `cleanup`: what is open there is to be done last, and no failure before. */
  steps: v.array(v.strictObject({ id: text, title: text, cleanup: v.exactOptional(v.literal(true)) })),
  checks: v.array(CheckSchema),
  /** By the clock of the machine that made the card. */
  takenAt: time,
  /** That machine's time zone, as IANA names it. */
  zone: text,
  /** SHA-256 over the canonical JSON of everything else, hexadecimal. */
  digest: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});

export type CardRecord = v.InferOutput<typeof CardRecordSchema>;
export type CardSite = CardRecord['sites'][number];
export type CardResource = CardRecord['resources'][number];
export type CardCheck = CardRecord['checks'][number];

/** What the cloud says now of one line of a card. */
export type Agreement = 'agreed' | 'gone' | 'contradicted' | 'unknown';

export interface CardLine {
  /** A check's id, or what else is compared: `person`, `project/SITE`, `lease/ID`, `server/ID`, `floatingIp/ID`, … */
  readonly id: string;
  readonly kind: 'card' | 'person' | 'project' | 'resource' | 'check';
  readonly title: string;
  /** What the card says, in words. */
  readonly card: string;
  readonly now: Agreement;
  readonly why: string;
}

/** A card compared with the cloud, line by line. */
export interface CardVerdict {
  /** `scanned`: only the QR code was read, so there is no record by which the digest could be made again. */
  readonly digest: 'ok' | 'broken' | 'scanned';
  readonly lines: readonly CardLine[];
}
