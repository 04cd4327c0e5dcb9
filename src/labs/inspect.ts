import { belongsTo, type Inventory, type Person, type SiteInventory } from '../chameleon';
import { namesOf } from './bind';
import { keepsNothing } from './evidence';
import { hasBegun, parametersFor } from './parameters';
import { runLab } from './run';
import type { CheckResult, Lab, LabRun } from './types';
import { inVariant } from './variants';
import type { ProbeWorld } from './world';

export interface Inspection {
  readonly person: Person;
  /** The signed-in sites, cut down to what is theirs. */
  readonly sites: readonly SiteInventory[];
  /** The labs of which something of theirs is there, in the way in which they do it. */
  readonly labs: readonly { readonly lab: Lab; readonly run: LabRun }[];
  /** One sentence; undefined if nothing is seen from outside. */
  readonly likelyFault: string | undefined;
}

/** A student's resources and labs, as far as the cloud and the open network tell. @throws AbortError */
export async function inspect(request: {
  readonly inventory: Inventory;
  readonly person: Person;
  readonly labs: readonly Lab[];
  readonly world: ProbeWorld;
  readonly signal: AbortSignal;
}): Promise<Inspection> {
  const { inventory, person, world, signal } = request;
  const subject = { kind: 'person', person } as const;
  const begun = request.labs
    .map((lab) => ({ lab, parameters: parametersFor(lab, inventory, subject) }))
    .filter(({ lab, parameters }) => hasBegun(lab, parameters, inventory));
  const labs = await Promise.all(
    begun.map(async ({ lab, parameters }) => {
      const run = await runLab({ lab, parameters, world, subject, evidence: keepsNothing, signal });
      return { lab: inVariant(lab, run.variant), run };
    }),
  );
  const sites = inventory.sites.map((site) => theirsAt(inventory, site, person));
  return { person, sites, labs, likelyFault: likelyFault(sites, labs, inventory.takenAt) };
}

function theirsAt(inventory: Inventory, site: SiteInventory, person: Person): SiteInventory {
  const theirs = (resource: Parameters<typeof belongsTo>[2]): boolean =>
    belongsTo(inventory, site.site.name, resource, person);
  return {
    ...site,
    leases: site.leases.filter(theirs),
    servers: site.servers.filter(theirs),
    floatingIps: site.floatingIps.filter(theirs),
  };
}

/** What is most likely wrong, most telling first. */
export function likelyFault(
  sites: readonly SiteInventory[],
  labs: readonly { readonly lab: Lab; readonly run: LabRun }[],
  now: number,
): string | undefined {
  return brokenServer(sites) ?? brokenLease(sites) ?? failedCheck(labs, sites) ?? endedLease(sites, now);
}

function brokenServer(sites: readonly SiteInventory[]): string | undefined {
  const server = sites.flatMap((site) => site.servers).find(({ status }) => status === 'ERROR');
  if (server === undefined) return undefined;
  const said = server.fault?.message ?? 'the cloud gave no reason';
  return /no valid host/i.test(said)
    ? `The server ${server.name} found no place to run: its lease is not active, its node is taken, or it was launched without the reservation.`
    : `The server ${server.name} is in ERROR: ${said.slice(0, 160)}`;
}

function brokenLease(sites: readonly SiteInventory[]): string | undefined {
  const lease = sites.flatMap((site) => site.leases).find(({ status }) => status === 'ERROR');
  return lease === undefined
    ? undefined
    : `The lease ${lease.name} is in ERROR, so nothing new starts on it; what runs keeps running until its end.`;
}

/** The first failure of a lab that is under way; clean-up rows are open then, and no fault. */
function failedCheck(
  labs: readonly { readonly lab: Lab; readonly run: LabRun }[],
  sites: readonly SiteInventory[],
): string | undefined {
  for (const { lab, run } of labs.filter((each) => isUnderWay(each, sites))) {
    const last = new Set(lab.steps.filter((step) => step.cleanup).map((step) => step.id));
    const failed = run.checks.find(
      (check) => check.verdict === 'failed' && !check.optional && !last.has(check.step),
    );
    const told = failed ?? run.checks.find(isSilent);
    if (told !== undefined) return told.reason;
  }
  return undefined;
}

/** A lease that has not ended, or a server: of an ended attempt nothing fails any more. */
function isUnderWay({ lab, run }: { lab: Lab; run: LabRun }, sites: readonly SiteInventory[]): boolean {
  const names = new Set(Object.values(namesOf(lab.names, run.parameters)));
  return sites
    .filter(({ site }) => lab.sites.includes(site.name))
    .flatMap(({ leases, servers }) => [...leases.filter(({ status }) => status !== 'TERMINATED'), ...servers])
    .some(({ name }) => names.has(name));
}

function isSilent(check: CheckResult): boolean {
  return check.verdict === 'unknown' && check.cause === 'timeout' && !check.optional;
}

function endedLease(sites: readonly SiteInventory[], now: number): string | undefined {
  const leases = sites.flatMap((site) => site.leases);
  const alive = new Set(leases.filter((lease) => lease.end > now).map((lease) => lease.name));
  const ended = leases
    .filter((lease) => lease.end <= now && !alive.has(lease.name))
    .sort((a, b) => b.end - a.end)[0];
  if (ended === undefined) return undefined;
  const idle = sites.flatMap((site) => site.floatingIps).filter((ip) => ip.portId === undefined).length;
  const left =
    idle === 0 ? '' : ` ${idle === 1 ? 'An idle floating IP is' : `${idle} idle floating IPs are`} left.`;
  return `The lease ${ended.name} has ended, and its servers were deleted with it.${left}`;
}
