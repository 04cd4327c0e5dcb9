import * as v from 'valibot';
import { isAbort } from '../../base';
import type { RawAnswer } from '../../openstack';

/** As much of a session as asking Nova for usage takes. */
export interface UsageSession {
  raw(call: {
    readonly service: 'compute';
    readonly method: 'GET';
    readonly path: string;
    readonly query: Record<string, string>;
    readonly maxBytes?: number;
    readonly signal?: AbortSignal;
  }): Promise<RawAnswer>;
}

/** A server that Nova has accounted for, deleted ones included. Nova tells no user here. */
export interface UsedServer {
  readonly id: string;
  readonly name: string;
  readonly started: number;
  readonly ended: number | undefined;
}

const UsageSchema = v.object({
  tenant_usage: v.object({
    server_usages: v.optional(
      v.array(
        v.object({
          instance_id: v.string(),
          name: v.string(),
          started_at: v.string(),
          ended_at: v.nullable(v.string()),
        }),
      ),
      [],
    ),
  }),
});

const margin = 24 * 3_600_000;

/**
 * The servers that lived in a project around a time, by Nova's usage (`GET /os-simple-tenant-usage/{project}`,
 * which members may read for their own project; at the base microversion it is not paged). `undefined` where the
 * site did not answer with usage: then nothing is told about servers that are gone.
 */
export async function usedServers(
  session: UsageSession,
  projectId: string,
  around: { readonly from: number; readonly until: number },
  signal: AbortSignal,
): Promise<readonly UsedServer[] | undefined> {
  try {
    const answer = await session.raw({
      service: 'compute',
      method: 'GET',
      path: `/os-simple-tenant-usage/${encodeURIComponent(projectId)}`,
      query: { start: novaTime(around.from - margin), end: novaTime(around.until + margin), detailed: '1' },
      signal,
    });
    return answer.status === 200 && !answer.truncated ? serversIn(answer.text) : undefined;
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    return undefined;
  }
}

function serversIn(text: string): readonly UsedServer[] | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), UsageSchema), text);
  if (!parsed.success) return undefined;
  return parsed.output.tenant_usage.server_usages.map((usage) => ({
    id: usage.instance_id,
    name: usage.name,
    started: utc(usage.started_at),
    ended: usage.ended_at === null ? undefined : utc(usage.ended_at),
  }));
}

/** Nova writes and reads these times in UTC without a zone. */
function novaTime(time: number): string {
  return new Date(time).toISOString().slice(0, 19);
}

function utc(text: string): number {
  return Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);
}
