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

export type RowParts = Pick<Row, 'id' | 'label' | 'icon' | 'context'> &
  Partial<Omit<Row, 'children'>> & {
    /** A function is called when somebody asks: most rows of a class are under others that nobody opens. */
    readonly children?: readonly Row[] | (() => readonly Row[]);
  };

/** A row with the defaults filled in: a leaf without children, open with them, spoken as label and description. */
export function row({ children: given = [], ...parts }: RowParts): Row {
  let made = typeof given === 'function' ? undefined : given;
  const description = parts.description ?? '';
  return {
    description,
    tone: undefined,
    tooltip: [],
    spoken: description === '' ? parts.label : `${parts.label}, ${description.replaceAll(' · ', ', ')}`,
    subject: undefined,
    click: undefined,
    ...parts,
    fold: parts.fold ?? (made?.length === 0 ? 'leaf' : 'open'),
    get children() {
      made ??= typeof given === 'function' ? given() : given;
      return made;
    },
  };
}

/** All that is seen and heard of rows themselves, as one text: the same if and only if they look the same. */
export function looksOf(rows: readonly Row[]): string {
  return JSON.stringify(
    rows.map((each) => [
      each.id,
      each.label,
      each.description,
      each.icon,
      each.tone,
      each.tooltip,
      each.spoken,
      each.context,
      each.fold,
      each.subject,
      each.click,
    ]),
  );
}

/** All rows of a tree, parents before children. */
export function flat(rows: readonly Row[]): readonly Row[] {
  return rows.flatMap((each) => [each, ...flat(each.children)]);
}
