import type { FloatingIp } from '../openstack';
import { endsWithName, groupIn, netIdIn, usernameIn } from './names';
import type { OwnedLease, OwnedServer, Owner, Person } from './types';

/** What an owner is told from: the signed-in user of the site, and who is known. */
export interface Ownership {
  readonly site: string;
  readonly myUserId: string | undefined;
  readonly people: readonly Person[];
  /** By their user id at this site, and by net ID: a class has hundreds of people, and more things. */
  readonly byUserId: ReadonlyMap<string, Person>;
  readonly byNetId: ReadonlyMap<string, Person>;
}

export function ownershipOf(
  site: string,
  myUserId: string | undefined,
  people: readonly Person[],
): Ownership {
  const byUserId = new Map<string, Person>();
  const byNetId = new Map<string, Person>();
  for (const person of people) {
    const userId = person.userIds[site];
    if (userId !== undefined && !byUserId.has(userId)) byUserId.set(userId, person);
    if (person.netId !== undefined && !byNetId.has(person.netId)) byNetId.set(person.netId, person);
  }
  return { site, myUserId, people, byUserId, byNetId };
}

/** Whose a lease, a server or a volume is. What another user id made is never mine, whatever its name says. */
export function ownerOfMade(
  resource: { readonly name: string; readonly userId: string },
  known: Ownership,
): Owner {
  const maker = known.byUserId.get(resource.userId);
  if (known.myUserId !== undefined && resource.userId === known.myUserId)
    return { kind: 'me', ...namesOf(maker), ...groupOf(resource.name), why: 'Your account made it.' };
  return byName(resource.name, known, maker) ?? byMaker(maker, resource.userId);
}

function byName(name: string, known: Ownership, maker: Person | undefined): Owner | undefined {
  const group = groupIn(name);
  if (group !== undefined)
    return { kind: 'group', group, ...namesOf(maker), why: `Its name ends in the project group ${group}.` };
  const netId = netIdIn(name);
  if (netId !== undefined) return namedFor(netId, known, maker);
  const username = usernameIn(name);
  if (username === undefined) return undefined;
  return { kind: 'person', ...namesOf(maker), username, why: `Its name ends in the user name ${username}.` };
}

function namedFor(netId: string, known: Ownership, maker: Person | undefined): Owner {
  const person = known.byNetId.get(netId);
  const mine = person !== undefined && isMine(person, known);
  const by = maker === undefined || maker === person ? '' : ', but another member made it';
  return {
    kind: 'person',
    ...namesOf(person),
    netId,
    why: mine
      ? `Its name ends in your net ID ${netId}, but another member made it.`
      : `Its name ends in ${netId}${by}.`,
  };
}

function byMaker(maker: Person | undefined, userId: string): Owner {
  if (maker === undefined || (maker.netId === undefined && maker.usernames.length === 0))
    return {
      kind: 'unknown',
      why: `Another member made it (user ${userId.slice(0, 8)}), and no name of theirs tells who that is.`,
    };
  const name = maker.netId ?? maker.usernames[0] ?? '';
  return {
    kind: 'person',
    ...namesOf(maker),
    why: `The user who made it also made what is named for ${name}.`,
  };
}

/** Whose a thing is that has a name but no maker: a network, a router, a container of the object store. */
export function ownerOfNamed(name: string, known: Ownership): Owner {
  const group = groupIn(name);
  if (group !== undefined)
    return { kind: 'group', group, why: `Its name ends in the project group ${group}.` };
  const netId = netIdIn(name);
  if (netId !== undefined) return namedByNetId(netId, known, 'name');
  const person = known.people.find((each) => each.usernames.some((username) => endsWithName(name, username)));
  if (person !== undefined)
    return {
      kind: isMine(person, known) ? 'me' : 'person',
      ...namesOf(person),
      why: `Its name ends in ${isMine(person, known) ? 'your user name' : 'the user name of a member'}.`,
    };
  return { kind: 'unknown', why: 'Its name ends in nobody’s net ID, and the site keeps no maker of it.' };
}

function namedByNetId(netId: string, known: Ownership, where: 'name' | 'description'): Owner {
  const person = known.byNetId.get(netId);
  const mine = person !== undefined && isMine(person, known);
  return {
    kind: mine ? 'me' : 'person',
    ...namesOf(person),
    netId,
    why: `Its ${where} ends in ${mine ? 'your net ID ' : ''}${netId}.`,
  };
}

function isMine(person: Person, known: Ownership): boolean {
  return known.myUserId !== undefined && person.userIds[known.site] === known.myUserId;
}

/**
 * Whose a floating IP is: a floating IP has no user id, so it is told through the server it is bound to, the lease
 * that reserved it, or a net ID in its description; an unmarked free one is nobody's in particular.
 */
export function ownerOfFloatingIp(
  ip: FloatingIp,
  known: Ownership,
  server: OwnedServer | undefined,
  reservedBy: OwnedLease | undefined,
): Owner {
  if (server !== undefined)
    return { ...server.owner, why: `It is bound to the server ${server.name}. ${server.owner.why}` };
  if (reservedBy !== undefined)
    return { ...reservedBy.owner, why: `The lease ${reservedBy.name} reserved it. ${reservedBy.owner.why}` };
  const netId = netIdIn(ip.description);
  if (netId === undefined)
    return { kind: 'unknown', why: 'No server, lease or description tells whose it is.' };
  return namedByNetId(netId, known, 'description');
}

function namesOf(person: Person | undefined): { netId?: string; username?: string } {
  const username = person?.usernames[0];
  return {
    ...(person?.netId === undefined ? {} : { netId: person.netId }),
    ...(username === undefined ? {} : { username }),
  };
}

function groupOf(name: string): { group?: string } {
  const group = groupIn(name);
  return group === undefined ? {} : { group };
}
