import { byText } from '../base';
import { endsWithName, groupIn, netIdIn, usernameIn } from './names';
import type { Inventory, Owned, Person, SiteInventory } from './types';

/** What the person at the keyboard said about themself (settings), beside what the token says. */
export interface Myself {
  readonly netId?: string;
  readonly usernames?: readonly string[];
}

/** What people are learnt from: the signed-in user, and names with the user id that made them. */
export interface Traces {
  readonly site: string;
  readonly user: { readonly id: string; readonly name: string } | undefined;
  readonly made: readonly {
    readonly userId: string;
    readonly name: string;
    readonly keyName?: string | undefined;
  }[];
  /** Names and descriptions that carry no user id (floating IPs, networks). */
  readonly mentioned: readonly string[];
}

interface Draft {
  readonly netIds: Map<string, number>;
  readonly groups: Map<string, number>;
  readonly usernames: Set<string>;
  readonly userIds: Record<string, string>;
}

/**
 * Who belongs together, over all sites: names that share a `user_id` share a person; a net ID or a user name that
 * two sites have in common joins them. A user whose names carry several net IDs equally often stays without one:
 * an instructor who makes servers for students is not one of them.
 * @param roster the course's own list, which is right where it differs
 */
export function learnPeople(
  traces: readonly Traces[],
  myself: Myself = {},
  roster: readonly Person[] = [],
): Person[] {
  const netIds = new Set<string>();
  const learnt = joined(traces.flatMap((site) => draftsOf(site, myself, netIds)).map(personOf));
  const people = corrected(learnt, roster);
  const known = new Set(people.map((person) => person.netId));
  for (const netId of netIds)
    if (!known.has(netId)) people.push({ netId, usernames: [], userIds: {}, group: undefined });
  return people.sort((a, b) => byText(labelOf(a), labelOf(b)));
}

/** Who is on the roster has its names and group; who is not stays as learnt. */
function corrected(learnt: readonly Person[], roster: readonly Person[]): Person[] {
  const left = [...learnt];
  const known = roster.map((entry) => {
    const fitting = left.filter(
      (person) =>
        (entry.netId !== undefined && person.netId === entry.netId) ||
        person.usernames.some((name) => entry.usernames.some((other) => same(name, other))),
    );
    for (const person of fitting) left.splice(left.indexOf(person), 1);
    return fitting.reduce((whole, person) => merge(whole, person), entry);
  });
  return [...known, ...left];
}

/** @param netIds takes all that a name or a description ends with, whoever made it */
function draftsOf({ site, user, made, mentioned }: Traces, myself: Myself, netIds: Set<string>): Draft[] {
  const drafts = new Map<string, Draft>();
  const draftOf = (userId: string): Draft => {
    const draft = drafts.get(userId) ?? emptyDraft(site, userId);
    drafts.set(userId, draft);
    return draft;
  };
  for (const { userId, name, keyName } of made) {
    const draft = draftOf(userId);
    const netId = netIdIn(name);
    if (netId !== undefined) netIds.add(netId);
    count(draft.netIds, netId);
    count(draft.groups, groupIn(name));
    for (const username of [usernameIn(name), usernameIn(keyName ?? '')])
      if (username !== undefined) draft.usernames.add(username);
  }
  for (const netId of mentioned.map(netIdIn)) if (netId !== undefined) netIds.add(netId);
  if (user !== undefined) claimMine(draftOf(user.id), user.name, myself);
  return [...drafts.values()];
}

function claimMine(draft: Draft, username: string, myself: Myself): void {
  const learnt = [...draft.usernames];
  draft.usernames.clear();
  for (const name of [username, ...(myself.usernames ?? []), ...learnt]) draft.usernames.add(name);
  if (myself.netId === undefined) return;
  draft.netIds.clear();
  draft.netIds.set(myself.netId.toLowerCase(), 1);
}

function emptyDraft(site: string, userId: string): Draft {
  return { netIds: new Map(), groups: new Map(), usernames: new Set(), userIds: { [site]: userId } };
}

function count(counts: Map<string, number>, word: string | undefined): void {
  if (word !== undefined) counts.set(word, (counts.get(word) ?? 0) + 1);
}

function personOf(draft: Draft): Person {
  const fromUsernames = [...draft.usernames].map(netIdIn).find((netId) => netId !== undefined);
  const netId = clearWinner(draft.netIds) ?? (draft.netIds.size === 0 ? fromUsernames : undefined);
  return {
    netId,
    // Some students type the net ID where a lab means the user name: it is no user name then.
    usernames: [...draft.usernames].filter((name) => name.toLowerCase() !== netId),
    userIds: draft.userIds,
    group: clearWinner(draft.groups),
  };
}

function clearWinner(counts: ReadonlyMap<string, number>): string | undefined {
  const [first, second] = [...counts].sort((a, b) => b[1] - a[1]);
  return first !== undefined && first[1] > (second?.[1] ?? 0) ? first[0] : undefined;
}

/** People that share a net ID or a user name become one; two user ids of one site never do. */
function joined(people: readonly Person[]): Person[] {
  const groups: Person[] = [];
  const byKey = new Map<string, number[]>();
  for (const person of people) {
    const keys = keysOf(person);
    const alike = keys.flatMap((key) => byKey.get(key) ?? []).sort((a, b) => a - b);
    const found = alike.find((at) => groups[at] !== undefined && samePerson(groups[at], person));
    const at = found ?? groups.length;
    groups[at] = groups[at] === undefined ? person : merge(groups[at], person);
    for (const key of keys) byKey.set(key, [...(byKey.get(key) ?? []), at]);
  }
  return groups;
}

/** People without a key in common are never the same: a class is not held against each of its members. */
function keysOf({ netId, usernames, userIds }: Person): string[] {
  return [
    ...Object.entries(userIds).map((entry) => `id ${entry.join(' ')}`),
    ...(netId === undefined ? [] : [`net ${netId}`]),
    ...usernames.map((name) => `name ${name.toLowerCase()}`),
  ];
}

function samePerson(a: Person, b: Person): boolean {
  const shared = Object.keys(b.userIds).filter((site) => a.userIds[site] !== undefined);
  if (shared.length > 0) return shared.every((site) => a.userIds[site] === b.userIds[site]);
  if (a.netId !== undefined && b.netId !== undefined) return a.netId === b.netId;
  return a.usernames.some((name) => b.usernames.some((other) => same(name, other)));
}

function merge(a: Person, b: Person): Person {
  return {
    netId: a.netId ?? b.netId,
    usernames: [...new Set([...a.usernames, ...b.usernames])],
    userIds: { ...a.userIds, ...b.userIds },
    group: a.group ?? b.group,
  };
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** How a person is called on the screen: net ID, else user name, else the beginning of a user id. */
export function labelOf(person: Person): string {
  return (
    person.netId ?? person.usernames[0] ?? `user ${(Object.values(person.userIds)[0] ?? '?').slice(0, 8)}`
  );
}

/** The people whose net ID or user name contains `text`, those that begin with it first; all for an empty text. */
export function peopleMatching(inventory: Inventory, text: string): readonly Person[] {
  const wanted = text.trim().toLowerCase();
  const rank = (person: Person): number => {
    const at = namesOf(person).map((name) => name.toLowerCase().indexOf(wanted));
    if (at.includes(0)) return 0;
    return at.some((index) => index > 0) ? 1 : 2;
  };
  return inventory.people
    .map((person) => ({ person, rank: rank(person) }))
    .filter((each) => each.rank < 2)
    .sort((a, b) => a.rank - b.rank)
    .map((each) => each.person);
}

/** The one person with exactly that net ID or user name (capitals aside), or with that user id at some site. */
export function personNamed(inventory: Inventory, text: string): Person | undefined {
  const wanted = text.trim();
  return (
    inventory.people.find((person) => person.netId !== undefined && same(person.netId, wanted)) ??
    inventory.people.find((person) => person.usernames.some((name) => same(name, wanted))) ??
    inventory.people.find((person) => Object.values(person.userIds).includes(wanted))
  );
}

function namesOf(person: Person): string[] {
  return [person.netId, ...person.usernames].filter((name) => name !== undefined);
}

/** The signed-in person, as far as any site has said; without one, somebody with no name at all. */
export function me(inventory: Inventory): Person {
  for (const { site, user } of inventory.sites) {
    if (user === undefined) continue;
    const person = inventory.people.find((each) => each.userIds[site.name] === user.id);
    return (
      person ?? {
        netId: netIdIn(user.name),
        usernames: [user.name],
        userIds: { [site.name]: user.id },
        group: undefined,
      }
    );
  }
  return { netId: undefined, usernames: [], userIds: {}, group: undefined };
}

/** The person behind a user id of a site. */
export function personOfUser(people: readonly Person[], site: string, userId: string): Person | undefined {
  return people.find((person) => person.userIds[site] === userId);
}

/**
 * True if a resource is that person's: made by their user id, or theirs by its owner (name, server, lease). What
 * belongs to a group counts for a member whose own user id made it.
 */
export function belongsTo(
  inventory: Inventory,
  siteName: string,
  resource: Owned & { readonly userId?: string | undefined; readonly name?: string },
  person: Person,
): boolean {
  const userId = person.userIds[siteName];
  if (resource.userId !== undefined && resource.userId === userId) return true;
  if (resource.name !== undefined && namesOf(person).some((name) => endsWithName(resource.name ?? '', name)))
    return true;
  const { owner } = resource;
  switch (owner.kind) {
    case 'me':
      return isMeAt(inventory, siteName, person);
    case 'person':
    case 'group':
      return (
        (owner.netId !== undefined && owner.netId === person.netId) ||
        (owner.username !== undefined && person.usernames.some((name) => same(name, owner.username ?? '')))
      );
    case 'shared':
    case 'unknown':
      return false;
  }
}

function isMeAt(inventory: Inventory, siteName: string, person: Person): boolean {
  const here = inventory.sites.filter(({ site }) => site.name === siteName);
  return here.some(({ user }: SiteInventory) => user !== undefined && person.userIds[siteName] === user.id);
}

type Resource = Owned & { readonly userId?: string | undefined; readonly name?: string };

/**
 * Whose each resource is, for all people at once: the same answers as `belongsTo`, which asked of 200 people one after
 * the other would hold up everything else.
 */
export function belongings(
  inventory: Inventory,
): (siteName: string, resource: Resource) => ReadonlySet<Person> {
  const byName = new Map<string, Person[]>();
  const byUser = new Map<string, Person[]>();
  const put = (map: Map<string, Person[]>, key: string, person: Person): void => {
    map.set(key, [...(map.get(key) ?? []), person]);
  };
  for (const person of inventory.people) {
    for (const name of namesOf(person)) put(byName, name.toLowerCase(), person);
    for (const [site, userId] of Object.entries(person.userIds)) put(byUser, `${site} ${userId}`, person);
  }
  const meAt = new Map(inventory.sites.map(({ site, user }) => [site.name, user?.id]));
  return (siteName, { userId, name, owner }) => {
    const found = new Set<Person>();
    const add = (people: readonly Person[] | undefined): void => {
      for (const person of people ?? []) found.add(person);
    };
    if (userId !== undefined) add(byUser.get(`${siteName} ${userId}`));
    for (const end of endsOf(name ?? '')) add(byName.get(end));
    if (owner.kind === 'me') add(byUser.get(`${siteName} ${meAt.get(siteName) ?? ''}`));
    if (owner.kind === 'person' || owner.kind === 'group')
      for (const known of [owner.netId, owner.username])
        if (known !== undefined) add(byName.get(known.toLowerCase()));
    return found;
  };
}

/** What a name ends with, from each beginning of a word on, in small letters. */
function endsOf(name: string): string[] {
  const whole = name.toLowerCase();
  return [...whole].flatMap((_, at) =>
    at === 0 || !/[a-z0-9]/.test(whole.charAt(at - 1)) ? [whole.slice(at)] : [],
  );
}
