import type {
  Inventory,
  OwnedFloatingIp,
  OwnedLease,
  OwnedServer,
  Person,
  SiteInventory,
} from '../chameleon';
import type { CheckResult, LabRun } from '../labs';

/** The JSON that scripts rely on. Times are ISO, UTC. */
export function inventoryShape({ takenAt, sites }: Inventory) {
  return { takenAt: iso(takenAt), sites: sites.map((site) => siteShape(site, takenAt)) };
}

/** One site of `inventory --json` and of `inspect --json`. */
export function siteShape(site: SiteInventory, takenAt: number) {
  return {
    site: site.site.name,
    project: site.project,
    user: site.user,
    ...(site.signIn === undefined ? {} : { error: site.signIn.what }),
    parts: Object.fromEntries(
      Object.entries(site.parts)
        .filter(([, { state }]) => state !== 'loading') // it was not asked for
        .map(([name, part]) => [
          name,
          {
            state: part.state,
            ageSeconds:
              part.asOf === undefined ? null : Math.max(0, Math.round((takenAt - part.asOf) / 1000)),
            ...(part.error === undefined ? {} : { error: part.error.what }),
          },
        ]),
    ),
    leases: site.leases.map(leaseShape),
    servers: site.servers.map(serverShape),
    floatingIps: site.floatingIps.map(floatingIpShape),
  };
}

function leaseShape({ id, name, status, owner, leaseId, start, end }: OwnedLease) {
  return { id, name, status, owner, leaseId, start: iso(start), end: iso(end) };
}

function serverShape({ id, name, status, owner, leaseId, addresses }: OwnedServer) {
  return {
    id,
    name,
    status,
    owner,
    leaseId: leaseId ?? null,
    addresses: addresses.map(({ network, address, kind }) => ({ network, address, kind })),
  };
}

function floatingIpShape({ id, address, status, owner, leaseId, serverId }: OwnedFloatingIp) {
  return { id, name: address, status, owner, leaseId: leaseId ?? null, address, serverId: serverId ?? null };
}

/** `check --json` */
export function runShape(run: LabRun) {
  return {
    lab: run.lab,
    edition: run.edition,
    variant: run.variant ?? null,
    parameters: run.parameters,
    checks: run.checks.map(checkShape),
  };
}

/** One check; `cause` only with `unknown`. */
export function checkShape({ id, step, title, site, about, verdict, cause, reason, seenAt }: CheckResult) {
  return {
    id,
    step,
    title,
    site: site ?? null,
    about,
    verdict,
    ...(cause === undefined ? {} : { cause }),
    reason,
    seenAt: seenAt === undefined ? null : iso(seenAt),
  };
}

/** `inspect --json` calls a person by all that is known. */
export function personShape({ netId, usernames, userIds, group }: Person) {
  return { netId: netId ?? null, usernames, userIds, group: group ?? null };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
