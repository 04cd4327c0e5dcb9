import * as v from 'valibot';
import type { RawAnswer } from '../openstack';
import type { ProbeSession } from './world';

type Call = Parameters<ProbeSession['raw']>[0];
type Item = Readonly<Record<string, unknown>>;

/** A list that holds whole items, so that one of them need not be asked for alone. */
interface Collection {
  readonly path: string;
  /** Its key in the answer, and the key of one item's own answer. */
  readonly list: string;
  readonly item: string;
  /** By which fields callers pick from it. */
  readonly by: readonly string[];
  /** Nova takes a name as a pattern, in capitals or not; Neutron as it is. */
  readonly names: 'exact' | 'pattern';
  readonly pageSize: number | undefined;
}

const plain = (path: string, list: string, item: string, pageSize?: number): Collection => ({
  path,
  list,
  item,
  by: ['id', 'name', 'description', 'network_id', 'device_id'],
  names: 'exact',
  pageSize,
});

/** Of each service, the lists whose items are the same as each one's own answer; Blazar knows no pages. */
const collections: Readonly<Record<string, readonly Collection[]>> = {
  reservation: [plain('/leases', 'leases', 'lease')],
  compute: [{ ...plain('/servers/detail', 'servers', 'server', 1000), by: ['name'], names: 'pattern' }],
  network: [
    plain('/v2.0/networks', 'networks', 'network', 1000),
    plain('/v2.0/subnets', 'subnets', 'subnet', 1000),
    plain('/v2.0/ports', 'ports', 'port', 1000),
    plain('/v2.0/routers', 'routers', 'router', 1000),
    plain('/v2.0/floatingips', 'floatingips', 'floatingip', 1000),
    plain('/v2.0/security-groups', 'security_groups', 'security_group', 1000),
  ],
  volumev3: [{ ...plain('/volumes/detail', 'volumes', 'volume', 1000), by: [] }],
};

const ItemSchema = v.pipe(
  v.record(v.string(), v.unknown()),
  v.check(({ id }) => typeof id === 'string', 'no id'),
);
const MAX_BYTES = 32_000_000;
const MOST_PAGES = 50;

/**
 * A session whose answers many runs share: the same question is asked once, and what is in a list is taken from it
 * (one lease, the ports of one network). Of `signal`, not of one caller, it depends how long is waited.
 */
export function sharedSession(session: ProbeSession, signal: AbortSignal): ProbeSession {
  const answers = new Map<string, Promise<RawAnswer>>();
  const lists = new Map<string, Promise<readonly Item[] | undefined>>();
  const once = (call: Call): Promise<RawAnswer> => {
    const words = JSON.stringify([
      call.service,
      call.path,
      Object.entries(call.query ?? {}).sort(),
      Object.entries(call.headers ?? {}).sort(),
    ]);
    const answer = answers.get(words) ?? session.raw({ ...call, signal });
    answers.set(words, answer);
    return answer;
  };
  const itemsOf = (service: string, collection: Collection): Promise<readonly Item[] | undefined> => {
    const key = `${service} ${collection.path}`;
    const items = lists.get(key) ?? wholeList(once, service, collection);
    lists.set(key, items);
    return items;
  };
  return {
    get clockOffset() {
      return session.clockOffset;
    },
    async raw(call) {
      if (call.method !== 'GET') return session.raw(call);
      const wanted = wantedOf(call);
      if (wanted === undefined) return once(call);
      const items = await itemsOf(call.service, wanted.collection);
      const answer = items === undefined ? undefined : wanted.pick(items);
      return answer === undefined ? once(call) : json(answer);
    },
  };
}

interface Wanted {
  readonly collection: Collection;
  /** The body of the answer; `undefined` where only the service can tell. */
  pick(items: readonly Item[]): unknown;
}

/** What a call wants of a list; `undefined` if it is another question. */
function wantedOf(call: Call): Wanted | undefined {
  const url = new URL(call.path, 'http://list');
  const asked: [string, string][] = [...url.searchParams, ...Object.entries(call.query ?? {})];
  const fields = asked.filter(([key]) => key !== 'limit');
  for (const collection of collections[call.service] ?? []) {
    if (url.pathname === collection.path)
      return fields.every((field) => canPick(collection, field))
        ? { collection, pick: (items) => ({ [collection.list]: picked(items, fields, collection) }) }
        : undefined;
    const base = `${collection.path.replace(/\/detail$/, '')}/`;
    const id = url.pathname.startsWith(base) ? url.pathname.slice(base.length) : '';
    if (id === '' || id === 'detail' || id.includes('/') || fields.length > 0) continue;
    return {
      collection,
      pick: (items) => {
        // One that is in no list may still be there, another project's or just made: the service says.
        const item = items.find((each) => each['id'] === decodeURIComponent(id));
        return item === undefined ? undefined : { [collection.item]: item };
      },
    };
  }
  return undefined;
}

/** Whole names with sets of characters in them mean the same to every kind of pattern; other patterns do not. */
const plainPattern = /^\^(?:[\w-]|\[[\w]+\])+\$$/;

function canPick({ by, names }: Collection, [key, value]: readonly [string, string]): boolean {
  return by.includes(key) && (key !== 'name' || names === 'exact' || plainPattern.test(value));
}

/** The same field named twice means either. */
function picked(
  items: readonly Item[],
  fields: readonly (readonly [string, string])[],
  { names }: Collection,
): readonly Item[] {
  const values = new Map<string, string[]>();
  for (const [key, value] of fields) values.set(key, [...(values.get(key) ?? []), value]);
  const tests = [...values].map(([key, wanted]) => {
    const fits =
      key === 'name' && names === 'pattern'
        ? wanted
            .map((pattern) => new RegExp(pattern, 'iu'))
            .map((each) => (value: string) => each.test(value))
        : wanted.map((each) => (value: string) => value === each);
    return { key, fits };
  });
  return items.filter((item) =>
    tests.every(({ key, fits }) => {
      const value = item[key];
      return typeof value === 'string' && fits.some((fit) => fit(value));
    }),
  );
}

/** All pages; `undefined` where the service does not list as expected: then each question goes to it. */
async function wholeList(
  ask: (call: Call) => Promise<RawAnswer>,
  service: string,
  { path, list, pageSize }: Collection,
): Promise<readonly Item[] | undefined> {
  const PageSchema = v.pipe(
    v.string(),
    v.parseJson(),
    v.looseObject({ [list]: v.array(ItemSchema), [`${list}_links`]: v.optional(v.array(v.unknown())) }),
  );
  const items: Item[] = [];
  let marker: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await ask({
      service,
      method: 'GET',
      path,
      query: {
        ...(pageSize === undefined ? {} : { limit: String(pageSize) }),
        ...(marker === undefined ? {} : { marker }),
      },
      maxBytes: MAX_BYTES,
    });
    if (answer.status !== 200 || answer.truncated) return undefined;
    const body = v.safeParse(PageSchema, answer.text);
    if (!body.success) return undefined;
    const part = v.parse(v.array(ItemSchema), body.output[list]);
    items.push(...part);
    const last = part.at(-1)?.['id'];
    if (body.output[`${list}_links`] === undefined || typeof last !== 'string' || last === marker)
      return items;
    marker = last;
  }
  return undefined;
}

function json(body: unknown): RawAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    text: JSON.stringify(body),
    truncated: false,
  };
}
