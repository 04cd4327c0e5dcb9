import * as v from 'valibot';

/** What the card's panel and the extension say to each other; both sides parse what they get. */
const LineSchema = v.strictObject({
  id: v.string(),
  kind: v.picklist(['card', 'person', 'project', 'resource', 'check']),
  title: v.string(),
  card: v.string(),
  now: v.picklist(['agreed', 'gone', 'contradicted', 'unknown']),
  why: v.string(),
});

const VerificationSchema = v.strictObject({
  digest: v.picklist(['ok', 'broken', 'scanned']),
  code: v.string(),
  lines: v.array(LineSchema),
});

export const ToPanelSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('card'),
    /** The picture, complete SVG documents made by `cardSvg`. */
    light: v.string(),
    dark: v.string(),
    /** The picture that was handed in without its record, as a `data:` URL: shown beside the drawn one. */
    handedIn: v.exactOptional(v.pipe(v.string(), v.regex(/^data:image\/(?:png|jpeg);base64,/))),
    /** The same content for those who don't see the picture. */
    text: v.strictObject({
      heading: v.string(),
      facts: v.array(v.strictObject({ label: v.string(), value: v.string() })),
      steps: v.array(v.strictObject({ title: v.string(), count: v.string(), checks: v.array(v.string()) })),
    }),
    /** With it the panel shows the comparison with the cloud instead of the ways to save. */
    verification: v.exactOptional(VerificationSchema),
  }),
  /** What came of a save, shown beside the buttons and read out. */
  v.strictObject({ kind: v.literal('said'), text: v.string() }),
]);

export const FromPanelSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('ready') }),
  v.strictObject({
    kind: v.literal('savePng'),
    /** Base64 of the PNG that the panel drew; at most some 12 MB. */
    png: v.pipe(v.string(), v.maxLength(16_000_000), v.regex(/^[A-Za-z0-9+/]+={0,2}$/)),
  }),
  v.strictObject({ kind: v.literal('saveJson') }),
  v.strictObject({ kind: v.literal('saveHtml') }),
  v.strictObject({ kind: v.literal('copied') }),
  v.strictObject({ kind: v.literal('failed'), what: v.pipe(v.string(), v.maxLength(500)) }),
]);

export type ToPanel = v.InferOutput<typeof ToPanelSchema>;
export type FromPanel = v.InferOutput<typeof FromPanelSchema>;
export type CardMessage = Extract<ToPanel, { kind: 'card' }>;
export type Verification = v.InferOutput<typeof VerificationSchema>;
export type VerificationLine = v.InferOutput<typeof LineSchema>;
