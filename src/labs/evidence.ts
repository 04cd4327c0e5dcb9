import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import path from 'node:path';
import * as v from 'valibot';
import { Problem, replaceFile } from '../base';
import type { EvidenceKey, EvidenceStore } from './world';

const kept = v.strictObject({
  /** Ms since 1970, by the server's clock where it is known. */
  seenAt: v.number(),
  reason: v.string(),
  saved: v.record(v.string(), v.unknown()),
  /** Ids of the resources that it was seen on, by the name under which the lab saves them. */
  ids: v.record(v.string(), v.string()),
});
const evidence = v.strictObject({
  version: v.literal(1),
  /** The variant of the lab, which nothing tells any more when all is cleaned up. */
  variant: v.exactOptional(v.string()),
  checks: v.record(v.string(), kept),
});

export type KeptCheck = Readonly<v.InferOutput<typeof kept>>;
/** What was seen of one attempt at a lab. */
export type Evidence = Readonly<v.InferOutput<typeof evidence>>;

export const NO_EVIDENCE: Evidence = { version: 1, checks: {} };

/**
 * Whether kept evidence still speaks of the same attempt: no resource that it was seen on has been replaced by
 * another. One that is gone is no contradiction: that is what evidence is kept for.
 */
export function stillHolds(keptCheck: KeptCheck, saved: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(keptCheck.ids).every(([key, id]) => saved[key] === undefined || saved[key] === id);
}

/** The resource ids among saved values: the names that end in `Id`. */
export function idsIn(saved: Readonly<Record<string, unknown>>): Record<string, string> {
  const ids: Record<string, string> = {};
  for (const [key, value] of Object.entries(saved))
    if (key.endsWith('Id') && typeof value === 'string') ids[key] = value;
  return ids;
}

/** Keeps nothing: for looking at somebody else's lab. */
export const keepsNothing: EvidenceStore = {
  load: () => Promise.resolve(undefined),
  save: () => Promise.resolve(),
};

/**
 * Evidence in files of mode 600, written whole or not at all.
 * @param place a file that ends in `.json` (all evidence in it is taken for the one lab asked), or a folder with one
 * file for each project, person and lab
 */
export function fileEvidence(place: string): EvidenceStore {
  const fileOf = (key: EvidenceKey): string =>
    place.endsWith('.json') ? place : path.join(place, `${nameOf(key)}.json`);
  return {
    load: async (key) => readEvidence(fileOf(key)),
    save: async (key, value) => replaceFile(fileOf(key), `${JSON.stringify(value, undefined, 1)}\n`),
  };
}

function nameOf({ project, person, lab }: EvidenceKey): string {
  // People and projects have names that no file may have.
  const digest = createHash('sha256').update(`${project}\n${person}`).digest('hex').slice(0, 16);
  return `${lab}-${digest}`;
}

async function readEvidence(file: string): Promise<Evidence | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    throw new Problem(`The kept evidence ${file} can't be read.`, { cause: thrown });
  }
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), evidence), text);
  if (parsed.success) return parsed.output;
  throw new Problem(`${file} is not kept evidence of this version.`, {
    next: 'Move it away; what can still be seen is seen again.',
  });
}
