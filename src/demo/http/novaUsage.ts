import type { ServerRecord } from '../world/records';
import type { SiteWorld } from '../world/site';
import { microseconds } from '../world/time';
import { Fault, ok, type Reply, type SignedCall } from './api';

const HOUR_MS = 3_600_000;

/**
 * `GET /os-simple-tenant-usage/{project}?start=&end=&detailed=1`: how long each server existed in that time, those
 * that are gone included, with no user id. Keys: OpenStack's compute API reference (there is no recorded answer).
 */
export function usage(site: SiteWorld, call: SignedCall, project: string, now: number): Reply {
  if (project !== site.project.id)
    throw new Fault(403, "Policy doesn't allow os_compute_api:os-simple-tenant-usage:show to be performed.");
  const start = asked(call, 'start') ?? now - 28 * 24 * HOUR_MS;
  const end = Math.min(asked(call, 'end') ?? now, now);
  const lives = livesOf(site).filter((life) => life.from < end && (life.until ?? now) > start);
  const rows = lives.map((life) => rowOf(site, life, { start, end, now }));
  const total = (of: (server: ServerRecord) => number): number =>
    lives.reduce((sum, life, at) => sum + (rows[at]?.hours ?? 0) * of(life.server), 0);
  return ok({
    tenant_usage: {
      tenant_id: site.project.id,
      start: microseconds(start),
      stop: microseconds(end),
      total_hours: total(() => 1),
      total_vcpus_usage: total((server) => server.flavor.vcpus),
      total_memory_mb_usage: total((server) => server.flavor.ramMb),
      total_local_gb_usage: total((server) => server.flavor.diskGb),
      ...(call.query.get('detailed') === '1' ? { server_usages: rows } : {}),
    },
  });
}

interface Life {
  readonly server: ServerRecord;
  readonly from: number;
  readonly until: number | undefined;
}

function livesOf(site: SiteWorld): Life[] {
  return [
    ...[...site.servers.values()].map((server) => ({ server, from: server.created, until: undefined })),
    ...site.past.map(({ server, endedAt }) => ({ server, from: server.created, until: endedAt })),
  ];
}

function rowOf(
  site: SiteWorld,
  { server, from, until }: Life,
  { start, end, now }: { readonly start: number; readonly end: number; readonly now: number },
) {
  return {
    instance_id: server.id,
    name: server.name,
    hours: (Math.min(until ?? end, end) - Math.max(from, start)) / HOUR_MS,
    tenant_id: site.project.id,
    flavor: server.flavor.name,
    vcpus: server.flavor.vcpus,
    memory_mb: server.flavor.ramMb,
    local_gb: server.flavor.diskGb,
    started_at: microseconds(from),
    ended_at: until === undefined ? null : microseconds(until),
    state: until === undefined ? server.status.toLowerCase() : 'terminated',
    uptime: Math.floor(((until ?? now) - from) / 1000),
  };
}

/** Nova reads `YYYY-MM-DDTHH:MM:SS`, UTC. @throws Fault 400 for anything else */
function asked(call: SignedCall, name: string): number | undefined {
  const text = call.query.get(name);
  if (text === null) return undefined;
  const time = Date.parse(`${text.replace(/\.\d+$/, '').replace(/Z$/, '')}Z`);
  if (Number.isNaN(time)) throw new Fault(400, `Invalid input for query parameters ${name}. Value: ${text}.`);
  return time;
}
