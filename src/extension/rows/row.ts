/** What has an id at a site (an object container's and a key pair's is its name). */
export const resourceKinds = [
  'lease',
  'server',
  'floatingIp',
  'volume',
  'objectContainer',
  'zunContainer',
  'network',
  'router',
  'securityGroup',
  'keyPair',
  'image',
] as const;
export type ResourceKind = (typeof resourceKinds)[number];

/** What a row is about; a command gets this, never a copy of the record, and looks it up in the inventory of now. */
export type Subject =
  | { readonly kind: 'site'; readonly cloud: string }
  | { readonly kind: ResourceKind; readonly cloud: string; readonly id: string }
  | {
      readonly kind: 'service';
      readonly cloud: string;
      readonly serverId: string;
      readonly lab: string;
      readonly service: string;
    }
  | { readonly kind: 'forward'; readonly id: string }
  | { readonly kind: 'lab'; readonly lab: string }
  | { readonly kind: 'step'; readonly lab: string; readonly step: string }
  | { readonly kind: 'check'; readonly lab: string; readonly check: string };

/** A theme colour by meaning; `rowItem.ts` knows the theme's names. */
export type Tone = 'good' | 'busy' | 'warning' | 'bad' | 'quiet';

/** One line of a tree as data: what it says, to eyes and to a screen reader. */
export interface Row {
  /** The same for the same thing across refreshes: a tree keeps what is expanded by it. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** A codicon's name. */
  readonly icon: string;
  readonly tone: Tone | undefined;
  /** Lines of plain text; never Markdown. */
  readonly tooltip: readonly string[];
  /** The whole row in one spoken sentence. */
  readonly spoken: string;
  /** For `when` clauses: words joined by `.`, for example `server.running.mine`. */
  readonly context: string;
  readonly fold: 'open' | 'folded' | 'leaf';
  readonly subject: Subject | undefined;
  /** The command of a click; it gets the row. */
  readonly click: string | undefined;
  readonly children: readonly Row[];
}

export type RowParts = Pick<Row, 'id' | 'label' | 'icon' | 'context'> & Partial<Row>;

/** A row with the defaults filled in: a leaf without children, open with them, spoken as label and description. */
export function row(parts: RowParts): Row {
  const children = parts.children ?? [];
  const description = parts.description ?? '';
  return {
    description,
    tone: undefined,
    tooltip: [],
    spoken: description === '' ? parts.label : `${parts.label}, ${description.replaceAll(' · ', ', ')}`,
    subject: undefined,
    click: undefined,
    ...parts,
    children,
    fold: parts.fold ?? (children.length > 0 ? 'open' : 'leaf'),
  };
}

/** All rows of a tree, parents before children. */
export function flat(rows: readonly Row[]): readonly Row[] {
  return rows.flatMap((each) => [each, ...flat(each.children)]);
}
