import { belongsTo, me, type Inventory, type OwnedLease, type OwnedServer, type Person } from '../chameleon';
import { fill, namesOf, slotsOf, type Bindings } from './bind';
import type { Lab, LabService, Only } from './types';
import type { Server } from '../openstack';
import type { Subject } from './world';

/**
 * What the inventory tells of a lab's parameters: first how the person's own resources are named, since some type
 * the net ID where a lab means the user name, then who they are.
 * @param before what a run went by: it still holds when all that was named so is cleaned up
 */
export function parametersFor(
  lab: Lab,
  inventory: Inventory,
  subject: Subject,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const person = subject.kind === 'me' ? me(inventory) : subject.person;
  const values: Record<string, string> = {};
  const [username] = person.usernames;
  if (lab.parameters['netID'] !== undefined && person.netId !== undefined) values['netID'] = person.netId;
  if (lab.parameters['username'] !== undefined && username !== undefined) values['username'] = username;
  Object.assign(values, before, fromNames(lab, thingsOf(inventory, subject, person)));
  for (const [name, value] of Object.entries(values)) {
    const pattern = lab.parameters[name]?.pattern;
    if (pattern === undefined || !new RegExp(`^(?:${pattern})$`, 'u').test(value)) delete values[name];
  }
  return values;
}

function fromNames(lab: Lab, things: readonly Thing[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { site, name } of things)
    if (lab.sites.includes(site))
      for (const template of Object.values(lab.names))
        for (const [slot, value] of Object.entries(valuesIn(lab, template, name) ?? {}))
          values[slot] ??= value;
  return values;
}

/** A server or lease, by its name, at a site. */
interface Thing {
  readonly site: string;
  readonly name: string;
}

/** Looked for once in an inventory of hundreds of servers: a dozen labs read its names at each draw. */
const mine = new WeakMap<Inventory, readonly Thing[]>();

function thingsOf(inventory: Inventory, subject: Subject, person: Person): readonly Thing[] {
  if (subject.kind !== 'me') return thingsOfPerson(inventory, person);
  const known = mine.get(inventory) ?? thingsOfPerson(inventory, person);
  mine.set(inventory, known);
  return known;
}

function thingsOfPerson(inventory: Inventory, person: Person): readonly Thing[] {
  return inventory.sites.flatMap(({ site: { name: site }, leases, servers }) =>
    [
      // Servers first: an ended lease of an older attempt may be named otherwise.
      ...servers.filter((server) => belongsTo(inventory, site, server, person)),
      ...leases
        .filter((lease) => belongsTo(inventory, site, lease, person))
        .sort((a, b) => b.start - a.start),
    ].map(({ name }) => ({ site, name })),
  );
}

/** How names are read by a template. */
interface Reader {
  readonly slots: readonly string[];
  readonly pattern: RegExp;
}

/** Hundreds of servers are held against each lab's templates whenever something is drawn. */
const readers = new WeakMap<Lab, Map<string, Reader | undefined>>();

/** The parameters that make `template` be `name`; undefined if none do. */
export function valuesIn(lab: Lab, template: string, name: string): Record<string, string> | undefined {
  const known = readers.get(lab) ?? new Map<string, Reader | undefined>();
  readers.set(lab, known);
  if (!known.has(template)) known.set(template, readerOf(lab, template));
  const reader = known.get(template);
  const found = reader?.pattern.exec(name);
  if (reader === undefined || found === null || found === undefined) return undefined;
  const values: Record<string, string> = {};
  for (const [at, slot] of reader.slots.entries()) {
    const value = found[at + 1];
    if (value === undefined || (values[slot] !== undefined && values[slot] !== value)) return undefined;
    values[slot] = value;
  }
  return values;
}

function readerOf(lab: Lab, template: string): Reader | undefined {
  const slots = slotsOf(template);
  if (slots.length === 0) return undefined;
  const literals = template.split(/\{\{[^}]*\}\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  // A name that a person chose freely tells nothing: it would fit everything.
  if (literals.every((literal) => literal === '')) return undefined;
  const pattern = literals.reduce((text, literal, at) => {
    const slot = slots[at - 1] ?? '';
    return `${text}(${(lab.parameters[slot]?.pattern ?? '.+').replace(/\((?!\?)/g, '(?:')})${literal}`;
  });
  return { slots, pattern: new RegExp(`^${pattern}$`, 'u') };
}

/** The labs that a server seems to be part of, by its name, with the services that they run on it. */
export function labsOnServer(
  labs: readonly Lab[],
  server: Pick<Server, 'name'>,
): { lab: Lab; host: string | undefined; services: LabService[] }[] {
  return labs.flatMap((lab) =>
    serversOf(lab)
      .filter(({ named }) => valuesIn(lab, named, server.name) !== undefined)
      .map(({ host, services }) => ({ lab, host, services })),
  );
}

/** A server that a lab makes. */
interface Made {
  readonly template: string;
  /** Of the lab's hosts; `undefined`: it is reached by an address. */
  readonly host: string | undefined;
  /** Part of some variants only. */
  readonly only: Only;
  /** The template with the lab's own names in it: of parameters alone. */
  readonly named: string;
  readonly services: LabService[];
}

/** Made once a lab: hundreds of servers are held against them in one turn. */
const made = new WeakMap<Lab, readonly Made[]>();

/** Hosts by their own names, and what is launched beside them. */
function serversOf(lab: Lab): readonly Made[] {
  const known = made.get(lab);
  if (known !== undefined) return known;
  const all = new Map(lab.launch.map(({ name, only }) => [name, madeOf(lab, name, undefined, only)]));
  for (const [host, { server, only }] of Object.entries(lab.hosts))
    if (server !== undefined) all.set(server, madeOf(lab, server, host, only));
  const list = [...all.values()];
  made.set(lab, list);
  return list;
}

function madeOf(lab: Lab, template: string, host: string | undefined, only: Only): Made {
  return {
    template,
    host,
    only,
    named: template.replace(/\{\{\s*name\.(\w+)\s*\}\}/g, (_, key: string) => lab.names[key] ?? ''),
    services: Object.values(lab.services).filter((service) => service.host === host),
  };
}

/** What is there of a lab under the names that these parameters give, in any of its variants. */
export interface DeployedLab {
  /** Those that have not ended. */
  readonly leases: readonly OwnedLease[];
  readonly servers: readonly {
    readonly cloud: string;
    /** Of the lab's hosts; `undefined`: it is reached by an address. */
    readonly host: string | undefined;
    readonly server: OwnedServer;
  }[];
  /** The names of its servers that are not there; of what is in some variants only, none. */
  readonly missing: readonly string[];
}

/** Finds a lab's own leases and servers in the inventory. */
export function deployedOf(
  lab: Lab,
  parameters: Readonly<Record<string, string>>,
  inventory: Inventory,
): DeployedLab {
  const names = namesIn(lab, parameters);
  const wanted = serversOf(lab).map(({ template, ...rest }) => ({
    ...rest,
    names: filledIn(lab, parameters, template),
  }));
  const sites = inventory.sites.filter(({ site }) => lab.sites.includes(site.name));
  // The first that has a name; of a class of hundreds each server is looked up.
  const hosts = new Map(
    wanted.flatMap(({ host, names: all }) => all.map((name) => [name, host] as const)).reverse(),
  );
  const servers = sites.flatMap(({ cloud, servers: all }) =>
    all
      .filter(({ name }) => hosts.has(name))
      .map((server) => ({ cloud, host: hosts.get(server.name), server })),
  );
  return {
    leases: sites.flatMap(({ leases }) =>
      leases.filter(({ name, status }) => names.has(name) && status !== 'TERMINATED'),
    ),
    servers,
    missing: wanted
      .filter(
        ({ only, names: all }) =>
          only === undefined && !servers.some(({ server }) => all.includes(server.name)),
      )
      .flatMap(({ names: all }) => all.slice(0, 1)),
  };
}

/** True if anything of the lab is there in the inventory under the names that these parameters give. */
export function hasBegun(
  lab: Lab,
  parameters: Readonly<Record<string, string>>,
  inventory: Inventory,
): boolean {
  const names = namesIn(lab, parameters);
  return inventory.sites
    .filter(({ site }) => lab.sites.includes(site.name))
    .some(({ leases, servers }) => [...leases, ...servers].some(({ name }) => names.has(name)));
}

/** The values of each way of the lab; one without values where it has no variants. */
function waysOf(lab: Lab): readonly Bindings['variant'][] {
  const ways = Object.values(lab.variants).map(({ vars }) => vars);
  return ways.length === 0 ? [{}] : ways;
}

function namesIn(lab: Lab, parameters: Readonly<Record<string, string>>): ReadonlySet<string> {
  return new Set(waysOf(lab).flatMap((vars) => Object.values(namesOf(lab.names, parameters, vars))));
}

/** A template in each way of the lab; those that lack a value are left out. */
function filledIn(lab: Lab, param: Readonly<Record<string, string>>, template: string): string[] {
  return waysOf(lab).flatMap((variant) => {
    const bindings = { param, name: namesOf(lab.names, param, variant), saved: {}, variant };
    try {
      return [fill(template, bindings, 'plain')];
    } catch {
      return [];
    }
  });
}
