import * as v from 'valibot';
import { builtInSites } from './sites';
import type { Site } from './types';

/** The testbed's own list of its sites; no sign-in is needed. */
const DIRECTORY = 'https://api.chameleoncloud.org/sites';
const PATIENCE_MS = 10_000;
/** Some KB for each site. */
const MAX_CHARS = 1_000_000;

const directory = v.object({ total: v.optional(v.number()), items: v.array(v.unknown()) });
const item = v.object({
  uid: v.pipe(v.string(), v.regex(/^[\w-]+$/)),
  name: v.pipe(v.string(), v.regex(/^\w+@\w+$/)),
  web: v.pipe(v.string(), v.regex(/^https:\/\/[\w.-]+\/?$/)),
  site_class: v.optional(
    v.fallback(v.picklist(['baremetal', 'kvm', 'edge', 'unknown']), 'unknown'),
    'unknown',
  ),
});

/**
 * The sites that an answer of the directory lists. `undefined` unless it is whole: a page in its place, or half of it,
 * must make no site disappear.
 */
export function readDirectory(text: string): readonly Site[] | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), directory), text);
  if (!parsed.success) return undefined;
  const { total, items } = parsed.output;
  const listed = items.flatMap((each) => {
    const read = v.safeParse(item, each);
    return read.success ? [siteIn(read.output)] : [];
  });
  const isWhole = listed.length === (total ?? items.length) && items.length === listed.length;
  const familiar = builtInSites.filter(({ name }) => listed.some((each) => each.name === name));
  return isWhole && familiar.length * 2 > builtInSites.length ? listed : undefined;
}

/** Where it says nothing of Keystone: at the usual port. */
function siteIn({ uid, name, web, site_class: kind }: v.InferOutput<typeof item>): Site {
  const root = web.replace(/\/$/, '');
  const same = builtInSites.find((each) => each.web === root);
  return { uid, name, web: root, authUrl: same?.authUrl ?? `${root}:5000/v3`, kind };
}

/** Asks the directory. @returns its text; `undefined` if nothing came of it that could be read */
export async function askDirectory(
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
    const answer = await fetch(DIRECTORY, { headers: { Accept: 'application/json' }, signal: limit });
    const text = answer.ok ? await answer.text() : '';
    return text.length <= MAX_CHARS && readDirectory(text) !== undefined ? text : undefined;
  } catch {
    return undefined; // away, or in the middle of something: what is known serves on
  }
}
