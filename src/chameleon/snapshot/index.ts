import * as v from 'valibot';
import type { CloudConfig } from '../../openstack';
import type { CloudFacts, RawParts } from '../assemble';
import { noParts, partNames } from '../reader';
import { siteOf } from '../sites';
import type { PartName } from '../types';
import { listSchemas, maybe } from './records';

/**
 * What one window knows, for the others of this machine: a line about all clouds, then one with the values of each
 * part that has any, in the same order. So a reader parses only what is newer than its own. No token, no secret: who
 * is signed in is told by names, and the credential by its id alone.
 */
const VERSION = 1;

const reason = v.object({ what: v.string(), next: maybe(v.string()) });
const named = v.object({ id: v.string(), name: v.string() });
const part = v.object({
  state: v.picklist(['fresh', 'stale', 'failed', 'absent', 'loading']),
  asOf: maybe(v.number()),
  error: maybe(reason),
  askedAt: v.number(),
});
const head = v.object({
  version: v.literal(VERSION),
  clouds: v.array(
    v.object({
      cloud: v.string(),
      credential: v.string(),
      as: maybe(v.object({ user: named, project: maybe(named), roles: v.array(v.string()) })),
      signIn: maybe(reason),
      clockOffset: v.number(),
      parts: v.record(v.string(), part),
    }),
  ),
});
type Head = v.InferOutput<typeof head>;

/** The text that `readSnapshot` takes. */
export function snapshotOf(facts: readonly CloudFacts[], clouds: readonly CloudConfig[]): string {
  const known = facts.flatMap((each) => {
    const config = clouds.find(({ name }) => name === each.cloud);
    return config === undefined ? [] : [{ each, config }];
  });
  const first = {
    version: VERSION,
    clouds: known.map(({ each, config }) => ({
      cloud: each.cloud,
      credential: credentialOf(config),
      as: each.as,
      signIn: each.signIn,
      clockOffset: each.clockOffset,
      parts: Object.fromEntries(
        askedParts(each.askedAt).map(([name, askedAt]) => [name, { ...each.parts[name], askedAt }]),
      ),
    })),
  };
  const values = known.flatMap(({ each }) =>
    askedParts(each.askedAt).map(([name]) => written(each.raw[name])),
  );
  return [written(first), ...values].join('\n');
}

function written(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (each === undefined ? null : each));
}

/** What a snapshot says of one cloud. */
export interface SnapshotOfCloud {
  /** The parts that were asked for later than our own, and nothing of the others. */
  readonly newer: CloudFacts;
  /** When each part that it has was asked for. */
  readonly askedAt: CloudFacts['askedAt'];
}

/**
 * What the others know and this window does not yet, for each cloud that both are signed in to alike. What is not of
 * this form is nothing, whoever wrote it.
 */
export function readSnapshot(
  text: string,
  clouds: readonly CloudConfig[],
  own: readonly CloudFacts[],
): readonly SnapshotOfCloud[] {
  const lines = text.split('\n');
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), head), lines[0]);
  if (!read.success) return [];
  let at = 1;
  const found: SnapshotOfCloud[] = [];
  for (const each of read.output.clouds) {
    const names = partNames.filter((name) => name in each.parts);
    const values = new Map(names.map((name, place) => [name, lines[at + place]] as const));
    at += names.length;
    const config = clouds.find(({ name }) => name === each.cloud);
    const mine = own.find(({ cloud }) => cloud === each.cloud);
    if (config === undefined || mine === undefined || credentialOf(config) !== each.credential) continue;
    const askedAt = Object.fromEntries(names.map((name) => [name, each.parts[name]?.askedAt]));
    found.push({ newer: newerThan(mine, each, values, config), askedAt });
  }
  return found;
}

function newerThan(
  mine: CloudFacts,
  theirs: Head['clouds'][number],
  values: ReadonlyMap<PartName, string | undefined>,
  config: CloudConfig,
): CloudFacts {
  let facts: CloudFacts = {
    cloud: mine.cloud,
    site: siteOf(config),
    as: theirs.as,
    signIn: theirs.signIn,
    clockOffset: theirs.clockOffset,
    raw: noParts,
    parts: mine.parts,
    askedAt: {},
  };
  for (const name of partNames) {
    const said = theirs.parts[name];
    if (said === undefined || said.askedAt <= (mine.askedAt[name] ?? -1)) continue;
    const raw = withValues(facts.raw, name, values.get(name));
    if (raw === undefined) continue;
    const { askedAt, ...state } = said;
    facts = {
      ...facts,
      raw,
      parts: { ...facts.parts, [name]: state },
      askedAt: { ...facts.askedAt, [name]: askedAt },
    };
  }
  return facts;
}

function withValues(raw: RawParts, name: PartName, line: string | undefined): RawParts | undefined {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), listSchemas[name]), line);
  return read.success ? { ...raw, [name]: read.output } : undefined;
}

function askedParts(askedAt: CloudFacts['askedAt']): (readonly [PartName, number])[] {
  return partNames.flatMap((name) => {
    const time = askedAt[name];
    return time === undefined ? [] : [[name, time] as const];
  });
}

/** What tells one sign-in from another of the same site; never a secret. */
function credentialOf({ authUrl, region, credential }: CloudConfig): string {
  const who =
    credential.kind === 'federated' ? `project ${credential.project}` : `credential ${credential.id}`;
  return `${authUrl} ${region} ${who}`;
}
