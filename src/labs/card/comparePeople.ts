import { personNamed, type Inventory, type Person } from '../../chameleon';
import type { Evidence } from './evidence';
import type { CardLine, CardRecord } from './record';
import { subjectWords } from './words';

/**
 * The person of a card as the inventory knows them: by user id, which nobody can choose, then by name. `undefined`
 * where nothing in the class project tells of them.
 */
export function personOfCard(record: CardRecord, inventory: Inventory): Person | undefined {
  const byId = inventory.people.find((person) =>
    Object.entries(record.subject.userIds).some(([site, id]) => person.userIds[site] === id),
  );
  if (byId !== undefined) return byId;
  const names = [record.subject.netId, ...record.subject.usernames].filter((name) => name !== undefined);
  return names.map((name) => personNamed(inventory, name)).find((person) => person !== undefined);
}

/** The card's subject as somebody whose checks can be run, also where the cloud knows nothing of them. */
export function subjectOfCard(record: CardRecord, inventory: Inventory): Person {
  const { netId, usernames, userIds } = record.subject;
  return personOfCard(record, inventory) ?? { netId, usernames, userIds, group: undefined };
}

/** Whether the names and the user ids on the card are one person's, and the right one's. */
export function personLine(record: CardRecord, { inventory, handedInBy }: Evidence): CardLine {
  const line = { id: 'person', kind: 'person', title: 'Student', card: subjectWords(record) } as const;
  const person = personOfCard(record, inventory);
  if (person === undefined)
    return { ...line, now: 'unknown', why: 'Nothing in the project tells of this person now.' };
  const wrong = contradiction(record, person, inventory);
  if (wrong !== undefined) return { ...line, now: 'contradicted', why: wrong };
  if (handedInBy !== undefined && !isSame(person, handedInBy))
    return {
      ...line,
      now: 'contradicted',
      why: `It was handed in by ${nameOf(handedInBy)}, whose card it is not.`,
    };
  const byId = Object.entries(record.subject.userIds).some(([site, id]) => person.userIds[site] === id);
  if (!byId)
    return { ...line, now: 'unknown', why: 'The name is known, but no user id on the card ties it to them.' };
  return { ...line, now: 'agreed', why: `Their resources are made by the same user: ${nameOf(person)}.` };
}

function contradiction(record: CardRecord, person: Person, inventory: Inventory): string | undefined {
  const { netId, userIds } = record.subject;
  for (const [site, id] of Object.entries(userIds)) {
    const real = person.userIds[site];
    if (real !== undefined && real !== id)
      return `At ${site} ${nameOf(person)} is another user than the card says.`;
  }
  if (netId === undefined) return undefined;
  if (person.netId !== undefined && person.netId.toLowerCase() !== netId.toLowerCase())
    return `The user id on the card is ${nameOf(person)}'s, not ${netId}'s.`;
  const named = personNamed(inventory, netId);
  if (named !== undefined && !isSame(named, person) && Object.keys(named.userIds).length > 0)
    return `The net ID ${netId} belongs to another user of the project.`;
  return undefined;
}

function isSame(a: Person, b: Person): boolean {
  if (a === b) return true;
  if (a.netId !== undefined && b.netId !== undefined) return a.netId.toLowerCase() === b.netId.toLowerCase();
  return Object.entries(a.userIds).some(([site, id]) => b.userIds[site] === id);
}

function nameOf(person: Person): string {
  return person.netId ?? person.usernames[0] ?? 'somebody without a name';
}

/** One line a site: is it the project that we look at? */
export function projectLines(record: CardRecord, inventory: Inventory): CardLine[] {
  return record.sites.map((site): CardLine => {
    const line = {
      id: `project/${site.name}`,
      kind: 'project',
      title: `Project at ${site.name}`,
      card: site.project?.name ?? 'unknown',
    } as const;
    const here = inventory.sites.filter((each) => each.site.name === site.name && each.project !== undefined);
    if (site.project === undefined) return { ...line, now: 'unknown', why: 'The card names no project.' };
    if (here.length === 0) return { ...line, now: 'unknown', why: `You are not signed in at ${site.name}.` };
    const same = here.find(({ project }) => project?.id === site.project?.id)?.project;
    if (same === undefined)
      return {
        ...line,
        now: 'contradicted',
        why: `Your project there is ${here[0]?.project?.name ?? 'another'}.`,
      };
    if (same.name !== site.project.name)
      return { ...line, now: 'contradicted', why: `That project is called ${same.name}.` };
    return { ...line, now: 'agreed', why: 'It is the project that you are signed in to.' };
  });
}
