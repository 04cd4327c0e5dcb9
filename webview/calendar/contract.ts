import * as v from 'valibot';

/** What the availability calendar and the extension say to each other; both sides parse what they get. */
const time = v.pipe(v.number(), v.finite());

const BookingSchema = v.strictObject({
  start: time,
  end: time,
  whose: v.picklist(['mine', 'project', 'others']),
  /** Its lease's name, where it is one of this project. */
  name: v.exactOptional(v.string()),
});

const NodeSchema = v.strictObject({
  name: v.string(),
  bookings: v.array(BookingSchema),
  /** Times at which the wanted length fits. */
  gaps: v.array(v.strictObject({ start: time, end: time })),
});

const TypeSchema = v.strictObject({
  nodeType: v.string(),
  nodes: v.array(NodeSchema),
  /** Nodes that are free from now on for the wanted length. */
  freeNow: v.number(),
  /** The first start at which enough nodes are free; `null`: none within the calendar. */
  soonest: v.nullable(time),
});

/** All times are this machine's, ms since 1970: the extension has taken the server's clock off. */
export const ToPanelSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('calendar'),
    sites: v.array(v.strictObject({ cloud: v.string(), name: v.string() })),
    cloud: v.string(),
    /** Why there is nothing to see (KVM), or that the lists are still on their way. */
    note: v.exactOptional(v.string()),
    /** When the lists were true. */
    asOf: v.nullable(time),
    from: time,
    until: time,
    now: time,
    hours: v.number(),
    amount: v.number(),
    types: v.array(TypeSchema),
  }),
]);

export const FromPanelSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('ready') }),
  v.strictObject({ kind: v.literal('refresh') }),
  v.strictObject({ kind: v.literal('site'), cloud: v.pipe(v.string(), v.maxLength(200)) }),
  v.strictObject({
    kind: v.literal('wanted'),
    hours: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(168)),
    amount: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(99)),
  }),
  v.strictObject({
    kind: v.literal('reserve'),
    nodeType: v.pipe(v.string(), v.maxLength(200)),
    /** A node's name, or nothing for any of the type. */
    node: v.nullable(v.pipe(v.string(), v.maxLength(200))),
    start: time,
  }),
  v.strictObject({ kind: v.literal('watch'), nodeType: v.pipe(v.string(), v.maxLength(200)) }),
]);

export type ToPanel = v.InferOutput<typeof ToPanelSchema>;
export type FromPanel = v.InferOutput<typeof FromPanelSchema>;
export type CalendarMessage = Extract<ToPanel, { kind: 'calendar' }>;
export type CalendarType = CalendarMessage['types'][number];
export type CalendarNode = CalendarType['nodes'][number];
