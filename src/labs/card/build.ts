import {
  me,
  belongsTo,
  type Inventory,
  type OwnedServer,
  type Person,
  type SiteInventory,
} from '../../chameleon';
import type { CheckResult, Lab, LabRun } from '../types';
import { fill, namesOf, slotsOf, type Bindings } from '../bind';
import { inVariant } from '../variants';
import { digestOf } from './digest';
import { publishable } from './redact';
import type { CardCheck, CardRecord, CardResource, CardSite } from './record';

/** What a card is made from. */
export interface CardSources {
  readonly run: LabRun;
  readonly lab: Lab;
  readonly inventory: Inventory;
  readonly subject: { readonly kind: 'me' } | { readonly kind: 'person'; readonly person: Person };
  /** Milliseconds since 1970 by this machine. */
  readonly takenAt: number;
  /** IANA name of this machine's time zone; the machine's own without it. */
  readonly zone?: string;
}

/**
 * The record of one run: who, where, which resources, every check of the lab. A check that was not run is in it as
 * `unknown`, so leaving one out can be seen. Holds no secret and no private path.
 */
export function cardRecord(sources: CardSources): CardRecord {
  const { run, inventory, takenAt } = sources;
  const lab = inVariant(sources.lab, run.variant);
  const person = sources.subject.kind === 'me' ? me(inventory) : sources.subject.person;
  const checks = checksOf(lab, run);
  const sites = inventory.sites.filter(({ site }) => isTouched(site.name, lab, run));
  const covered: Omit<CardRecord, 'digest'> = {
    format: 'chameleon-labs-card',
    version: 1,
    lab: {
      id: lab.id,
      title: lab.title,
      edition: run.edition,
      unit: lab.unit,
      source: lab.source,
      ...(run.variant === undefined ? {} : { variant: run.variant }),
    },
    subject: subjectOf(person, sites),
    parameters: Object.fromEntries(
      Object.entries(run.parameters).map(([name, value]) => [name, publishable(value)]),
    ),
    sites: sites.map((site) => siteOf(site, takenAt)),
    resources: sites.flatMap((site) => resourcesOf(site, inventory, person, hostNames(lab, run))),
    steps: lab.steps.map(({ id, title, cleanup }) => ({ id, title, ...(cleanup ? { cleanup } : {}) })),
    checks,
    takenAt,
    zone: sources.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
  return { ...covered, digest: digestOf(covered) };
}

function isTouched(site: string, lab: Lab, run: LabRun): boolean {
  return lab.sites.includes(site) || run.checks.some((check) => check.site === site);
}

function subjectOf(person: Person, sites: readonly SiteInventory[]): CardRecord['subject'] {
  const here = new Set(sites.map(({ site }) => site.name));
  return {
    ...(person.netId === undefined ? {} : { netId: person.netId }),
    usernames: [...person.usernames],
    userIds: Object.fromEntries(Object.entries(person.userIds).filter(([site]) => here.has(site))),
  };
}

function siteOf(site: SiteInventory, takenAt: number): CardSite {
  return {
    name: site.site.name,
    ...(site.user === undefined ? {} : { signedIn: { id: site.user.id, name: site.user.name } }),
    ...(site.project === undefined ? {} : { project: { id: site.project.id, name: site.project.name } }),
    serverTime: Math.max(0, Math.round(takenAt + site.clockOffset)),
  };
}

/** The exact names that the lab gives its servers and leases for these parameters. */
function hostNames(lab: Lab, run: LabRun): ReadonlySet<string> {
  const param = run.parameters;
  const variant = lab.variants[run.variant ?? '']?.vars ?? {};
  const bindings: Bindings = { param, name: namesOf(lab.names, param, variant), saved: {}, variant };
  const filled = Object.values(lab.hosts)
    .map((host) => host.server)
    .filter((template) => template !== undefined)
    .filter((template) => slotsOf(template).every((slot) => isBound(slot, bindings)))
    .map((template) => fill(template, bindings, 'plain'));
  return new Set([...filled, ...Object.values(bindings.name)]);
}

function isBound(slot: string, { param, name, variant }: Bindings): boolean {
  if (slot.startsWith('variant.')) return variant[slot.slice('variant.'.length)] !== undefined;
  return slot.startsWith('name.')
    ? name[slot.slice('name.'.length)] !== undefined
    : param[slot] !== undefined;
}

/** The lab's servers and leases of that person with their addresses; if none has the lab's names, all of theirs. */
function resourcesOf(
  site: SiteInventory,
  inventory: Inventory,
  person: Person,
  names: ReadonlySet<string>,
): CardResource[] {
  const siteName = site.site.name;
  const mine = <T extends Parameters<typeof belongsTo>[2]>(all: readonly T[]): T[] =>
    all.filter((each) => belongsTo(inventory, siteName, each, person));
  const named = mine(site.servers).filter((server) => names.has(server.name));
  const servers = named.length > 0 ? named : mine(site.servers);
  const leaseIds = new Set(servers.map((server) => server.leaseId));
  const leases = mine(site.leases).filter(
    (lease) => leaseIds.has(lease.id) || names.has(lease.name) || named.length === 0,
  );
  const serverIds = new Set(servers.map((server) => server.id));
  return [
    ...leases.map((lease): CardResource => ({
      kind: 'lease',
      site: siteName,
      id: lease.id,
      name: lease.name,
      status: lease.status,
      from: lease.start,
      until: lease.end,
    })),
    ...servers.map((server) => serverOf(server, siteName)),
    ...site.floatingIps
      .filter((ip) => ip.serverId !== undefined && serverIds.has(ip.serverId))
      .map((ip): CardResource => ({
        kind: 'floatingIp',
        site: siteName,
        id: ip.id,
        name: ip.address,
        status: ip.status,
      })),
  ];
}

function serverOf(server: OwnedServer, site: string): CardResource {
  return {
    kind: 'server',
    site,
    id: server.id,
    name: server.name,
    status: server.status,
    ...(server.leaseId === undefined ? {} : { leaseId: server.leaseId }),
    from: server.created,
  };
}

function checksOf(lab: Lab, run: LabRun): CardCheck[] {
  const results = new Map(run.checks.map((check) => [check.id, check]));
  const ofLab = lab.steps.flatMap((step) =>
    step.checks.map((check): CardCheck => {
      const result = results.get(check.id);
      if (result !== undefined) return cardCheck(result);
      return {
        id: check.id,
        step: step.id,
        title: check.title,
        about: check.about,
        verdict: 'unknown',
        cause: 'notRun',
        reason: 'It was not run.',
        optional: check.optional,
      };
    }),
  );
  const known = new Set(ofLab.map((check) => check.id));
  return [...ofLab, ...run.checks.filter((check) => !known.has(check.id)).map(cardCheck)];
}

function cardCheck(result: CheckResult): CardCheck {
  return {
    id: result.id,
    step: result.step,
    title: publishable(result.title),
    ...(result.site === undefined ? {} : { site: result.site }),
    about: result.about,
    verdict: result.verdict,
    ...(result.cause === undefined ? {} : { cause: result.cause }),
    reason: publishable(result.reason),
    ...(result.seenAt === undefined ? {} : { seenAt: Math.round(result.seenAt) }),
    optional: result.optional,
  };
}
