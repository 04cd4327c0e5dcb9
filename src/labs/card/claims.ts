import type { Inventory, SiteInventory } from '../../chameleon';
import type { Lab, LabCheck, Verdict } from '../types';
import { parametersFor } from '../parameters';
import { inVariant } from '../variants';
import { subjectOfCard } from './comparePeople';
import type { CardCheck, CardRecord, CardResource, CardSite } from './record';

/**
 * What the QR code of a card claims, for a picture that has lost its record. The text keeps to the 45 signs that QR
 * codes store in 5.5 bits (ISO/IEC 18004, 7.3.4), so that the code stays coarse enough for a screenshot: letters are
 * told without case, all else as `$XX`. Fields are apart by `:`, items by a space, their parts by `/`.
 */
export interface CardClaims {
  readonly lab: string;
  readonly edition: string;
  readonly variant: string;
  readonly netId: string;
  readonly username: string;
  /** Milliseconds since 1970, in whole seconds. */
  readonly takenAt: number;
  /** Ids are the first 12 hexadecimal digits: enough to tell things of one project apart. */
  readonly sites: readonly { readonly name: string; readonly project: string; readonly user: string }[];
  readonly resources: readonly {
    readonly kind: CardResource['kind'];
    readonly site: number;
    readonly id: string;
  }[];
  /** In the order of the lab's checks. */
  readonly verdicts: readonly Verdict[];
  readonly digest: string;
}

const form = 'CL2';
const kinds: readonly CardResource['kind'][] = ['lease', 'server', 'floatingIp'];
const verdicts: readonly Verdict[] = ['passed', 'passed earlier', 'failed', 'unknown', 'manual'];
/** Longer lists would make the code too fine to be read from a screenshot. */
const most = { sites: 4, resources: 12, checks: 160 };

/** The claims of a record as text. */
export function claimsText(record: CardRecord): string {
  const sites = record.sites.slice(0, most.sites);
  return [
    form,
    told(record.lab.id, 40),
    told(record.lab.edition, 10),
    told(record.lab.variant, 20),
    told(record.subject.netId, 20),
    told(record.subject.usernames[0], 32),
    Math.floor(record.takenAt / 1000)
      .toString(36)
      .toUpperCase(),
    sites
      .map(({ name, project }) =>
        [
          told(name, 20),
          told(shortId(project?.id ?? '')),
          told(shortId(record.subject.userIds[name] ?? '')),
        ].join('/'),
      )
      .join(' '),
    record.resources
      .slice(0, most.resources)
      .map(({ kind, site, id }) =>
        [kinds.indexOf(kind), sites.findIndex(({ name }) => name === site), told(shortId(id))].join('/'),
      )
      .join(' '),
    inPairs(record.checks.slice(0, most.checks).map(({ verdict }) => verdicts.indexOf(verdict))),
    record.digest.toUpperCase(),
  ].join(':');
}

/** The claims in a code's text; `undefined` if it is no card's. */
export function claimsIn(text: string): CardClaims | undefined {
  const fields = text.split(':');
  const [, lab, edition, variant, netId, username, taken, sites, resources, pairs, digest] = fields;
  const takenAt = parseInt(taken ?? '', 36) * 1000;
  if (fields[0] !== form || fields.length !== 11 || !Number.isSafeInteger(takenAt)) return undefined;
  if (digest === undefined || !/^[0-9A-F]{64}$/.test(digest) || !/^[0-9A-Z]*$/.test(pairs ?? ''))
    return undefined;
  const items = (list: string | undefined): string[][] =>
    list === undefined || list === '' ? [] : list.split(' ').map((item) => item.split('/'));
  return {
    lab: heard(lab).toLowerCase(),
    edition: heard(edition).toLowerCase(),
    variant: heard(variant).toLowerCase(),
    netId: heard(netId).toLowerCase(),
    username: heard(username).toLowerCase(),
    takenAt,
    sites: items(sites).map(([name, project, user]) => ({
      name: heard(name),
      project: heard(project).toLowerCase(),
      user: heard(user).toLowerCase(),
    })),
    resources: items(resources).flatMap(([kind, site, id]) => {
      const known = kinds[Number(kind)];
      return known === undefined ? [] : [{ kind: known, site: Number(site), id: heard(id).toLowerCase() }];
    }),
    verdicts: outOfPairs(pairs ?? '').flatMap((at) => verdicts[at] ?? []),
    digest: digest.toLowerCase(),
  };
}

/**
 * The claims as a record to compare: the words come from the lab's file, whole ids and names from what is there now.
 * What is not there has no name and a short id. Without a lab its checks are numbers.
 */
export function claimedRecord(claims: CardClaims, lab: Lab | undefined, inventory: Inventory): CardRecord {
  const variant = Object.keys(lab?.variants ?? {}).find((key) => key.toLowerCase() === claims.variant);
  const known = lab === undefined ? undefined : inVariant(lab, variant);
  const sites = claims.sites.map((site) => claimedSite(site, claims, lab, inventory));
  const record: CardRecord = {
    format: 'chameleon-labs-card',
    version: 1,
    lab: {
      id: claims.lab,
      title: lab?.title ?? claims.lab,
      edition: claims.edition,
      unit: lab?.unit ?? 0,
      source: lab?.source ?? '',
      ...(variant === undefined ? {} : { variant }),
    },
    subject: subjectOf(claims, sites, inventory),
    parameters: {},
    sites: sites.map(({ site }) => site),
    resources: claims.resources.map((each) => claimedResource(each, sites[each.site])),
    steps: (known?.steps ?? []).map(({ id, title, cleanup }) => ({
      id,
      title,
      ...(cleanup ? { cleanup } : {}),
    })),
    checks: claimedChecks(claims, known),
    takenAt: claims.takenAt,
    zone: 'UTC',
    digest: claims.digest,
  };
  if (lab === undefined) return record;
  const person = subjectOfCard(record, inventory);
  return { ...record, parameters: parametersFor(lab, inventory, { kind: 'person', person }) };
}

interface ClaimedSite {
  readonly site: CardSite;
  /** The user's id there. */
  readonly user: string;
  readonly there: readonly SiteInventory[];
}

function claimedSite(
  { name, project, user }: CardClaims['sites'][number],
  { takenAt }: CardClaims,
  lab: Lab | undefined,
  inventory: Inventory,
): ClaimedSite {
  const isIt = (other: string): boolean => other.toUpperCase() === name;
  const there = inventory.sites.filter(({ site }) => isIt(site.name));
  const same = there
    .map((each) => each.project)
    .find((each) => each !== undefined && shortId(each.id) === project);
  const whole = there[0]?.site.name ?? lab?.sites.find(isIt) ?? name;
  return {
    site: {
      name: whole,
      ...(project === '' ? {} : { project: same ?? { id: project, name: project } }),
      serverTime: takenAt,
    },
    user:
      inventory.people.map(({ userIds }) => userIds[whole]).find((id) => shortId(id ?? '') === user) ?? user,
    there,
  };
}

function subjectOf(
  { netId, username }: CardClaims,
  sites: readonly ClaimedSite[],
  { people }: Inventory,
): CardRecord['subject'] {
  const names = people.flatMap((person) => person.usernames);
  return {
    ...(netId === '' ? {} : { netId }),
    usernames: username === '' ? [] : [names.find((name) => name.toLowerCase() === username) ?? username],
    userIds: Object.fromEntries(
      sites.filter(({ user }) => user !== '').map(({ site, user }) => [site.name, user]),
    ),
  };
}

function claimedResource(
  { kind, id }: CardClaims['resources'][number],
  at: ClaimedSite | undefined,
): CardResource {
  const resource = { kind, site: at?.site.name ?? '', status: '' };
  const here = at?.there ?? [];
  const found = <T extends { readonly id: string }>(all: readonly T[]): T | undefined =>
    all.find((each) => shortId(each.id) === id);
  switch (kind) {
    case 'lease': {
      const lease = found(here.flatMap(({ leases }) => leases));
      if (lease === undefined) break;
      return { ...resource, id: lease.id, name: lease.name, from: lease.start, until: lease.end };
    }
    case 'server': {
      const server = found(here.flatMap(({ servers }) => servers));
      if (server === undefined) break;
      return { ...resource, id: server.id, name: server.name, from: server.created };
    }
    case 'floatingIp': {
      const ip = found(here.flatMap(({ floatingIps }) => floatingIps));
      if (ip === undefined) break;
      return { ...resource, id: ip.id, name: ip.address };
    }
  }
  return { ...resource, id, name: '' };
}

/** A verdict more than the lab has checks is a check that the lab does not have. */
function claimedChecks({ verdicts: claimed }: CardClaims, lab: Lab | undefined): CardCheck[] {
  const checks = (lab?.steps ?? []).flatMap((step) => step.checks.map((check) => ({ step: step.id, check })));
  return claimed.map((verdict, at): CardCheck => {
    const known: { readonly step: string; readonly check: LabCheck } | undefined = checks[at];
    return {
      id: known?.check.id ?? `check-${at + 1}`,
      step: known?.step ?? '',
      title: known?.check.title ?? `Check ${at + 1}`,
      about: known?.check.about ?? 'project',
      verdict,
      reason: '',
      optional: known?.check.optional ?? false,
    };
  });
}

/** How a code tells an id: its first 12 signs without dashes. */
export function shortId(id: string): string {
  return id.replaceAll('-', '').slice(0, 12).toLowerCase();
}

/** Text in signs of the code, at most so many. */
function told(text: string | undefined, longest = 36): string {
  const signs = [...(text ?? '').toUpperCase()].map((sign) =>
    /[0-9A-Z.+*-]/.test(sign)
      ? sign
      : [...new TextEncoder().encode(sign)]
          .map((byte) => `$${byte.toString(16).padStart(2, '0').toUpperCase()}`)
          .join(''),
  );
  let whole = '';
  for (const sign of signs) {
    if (whole.length + sign.length > longest) break;
    whole += sign;
  }
  return whole;
}

function heard(text = ''): string {
  const bytes = [...text.matchAll(/\$([0-9A-F]{2})|([^$])/g)].map(([, hex, sign]) =>
    hex === undefined ? (sign ?? '').charCodeAt(0) : parseInt(hex, 16),
  );
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

/** Two numbers of 0 to 4 in one sign of base 36; 5 fills the last one up. */
function inPairs(numbers: readonly number[]): string {
  return numbers
    .map((first, at) => (at % 2 === 0 ? (first * 6 + (numbers[at + 1] ?? 5)).toString(36) : ''))
    .join('')
    .toUpperCase();
}

function outOfPairs(text: string): number[] {
  return [...text].flatMap((sign) => {
    const pair = parseInt(sign, 36);
    return [Math.floor(pair / 6), pair % 6].filter((each) => each < 5);
  });
}
