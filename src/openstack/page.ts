import * as v from 'valibot';
import { ownTurn } from '../base';
import { badAnswer, parsed } from './border';
import type { Session } from './session';

export interface List<T extends v.GenericSchema> {
  readonly service: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** The key of the list in the answer. */
  readonly key: string;
  readonly item: T;
  /** Id of an item on the wire, for the marker. Without it the list comes whole. */
  readonly marker?: (item: v.InferOutput<T>) => string;
  readonly signal?: AbortSignal | undefined;
}

/** Asked for at once where a service pages; Nova gives at most this many. */
const PAGE_SIZE = 1000;
const MOST_PAGES = 100;

/**
 * A whole list. The next page is asked for by `marker`, not by the service's own link, which may name an internal
 * host (`platform` 4.1), until a page is empty or is the last by having no `…_links`.
 * @throws OpenStackError
 */
export async function listAll<T extends v.GenericSchema>(
  session: Session,
  list: List<T>,
): Promise<v.InferOutput<T>[]> {
  const { service, key } = list;
  const all: v.InferOutput<T>[] = [];
  const seen = new Set<string>();
  for (let page = 0, after: string | undefined; page < MOST_PAGES; page += 1) {
    const answer = await session.json({
      service,
      method: 'GET',
      path: list.path,
      query: {
        ...list.query,
        ...(list.marker === undefined ? {} : { limit: String(PAGE_SIZE) }),
        ...(after === undefined ? {} : { marker: after }),
      },
      ...(list.headers === undefined ? {} : { headers: list.headers }),
      signal: list.signal,
    });
    const body = parsed(v.record(v.string(), v.unknown()), answer, service);
    const items = parsed(v.array(v.unknown()), body[key], service);
    const before = all.length;
    await inPieces(items, (piece, from) => {
      all.push(...itemsOf(list, piece, from));
    });
    const last = all.length === before ? undefined : all.at(-1);
    if (list.marker === undefined || last === undefined || !hasNext(body, key)) return all;
    after = list.marker(last);
    if (seen.has(after)) throw badAnswer(service, 'its pages go in a circle');
    seen.add(after);
  }
  throw badAnswer(service, 'its list does not end');
}

/** So many records are taken at once: a class has 600 servers, and nothing else runs meanwhile. */
const PIECE = 50;

/** Goes through a long list with a breath between the pieces, so that an editor's host never stands still for long. */
async function inPieces(
  all: readonly unknown[],
  take: (piece: readonly unknown[], from: number) => void,
): Promise<void> {
  for (let from = 0; from < all.length; from += PIECE) {
    await ownTurn();
    take(all.slice(from, from + PIECE), from);
  }
}

function itemsOf<T extends v.GenericSchema>(
  { item, service }: List<T>,
  piece: readonly unknown[],
  from: number,
): v.InferOutput<T>[] {
  return piece.map((each, at) => parsed(item, each, service, String(from + at)));
}

const links = v.array(v.object({ rel: v.string() }));

function hasNext(body: Readonly<Record<string, unknown>>, key: string): boolean {
  const linked = v.safeParse(links, body[`${key}_links`]);
  const byLink = linked.success && linked.output.some((link) => link.rel === 'next');
  return byLink || typeof body['next'] === 'string'; // Glance
}
