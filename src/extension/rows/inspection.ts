import {
  belongings,
  isRunning,
  labelOf,
  type Inventory,
  type OwnedFloatingIp,
  type OwnedLease,
  type OwnedServer,
  type Person,
} from '../../chameleon';
import type { Lab, LabRun } from '../../labs';
import { labRows } from './labs';
import { row, type Row } from './row';

/** What inspecting a person gave; `sites` in the inventory's form, cut down to what is theirs. */
export interface InspectionInput {
  readonly person: Person;
  readonly likelyFault: string | undefined;
  readonly resources: readonly Row[];
  readonly labs: readonly { readonly lab: Lab; readonly run: LabRun }[];
}

/** The Inspect view: the likely fault first, then the person's resources at all sites, then what the labs say. */
export function inspectionRows({ person, likelyFault, resources, labs }: InspectionInput): readonly Row[] {
  const fault = row({
    id: 'inspect:fault',
    label: likelyFault ?? 'No fault was found that can be seen from outside.',
    description: '',
    icon: likelyFault === undefined ? 'pass' : 'lightbulb',
    tone: likelyFault === undefined ? 'good' : 'warning',
    tooltip: [likelyFault ?? 'Ask what they see: key, token and laptop can be checked only by the student.'],
    spoken: likelyFault === undefined ? 'No fault was found' : `Likely fault: ${likelyFault}`,
    context: 'fault',
  });
  const rows = labRows({
    labs: labs.map(({ lab }) => lab),
    runs: new Map(labs.map(({ lab, run }) => [lab.id, run])),
    running: new Set(),
    mayRepair: () => false,
  });
  return [fault, personRow(person), ...prefixed(resources), ...prefixed(rows)];
}

function personRow(person: Person): Row {
  const others = person.usernames.filter((name) => name !== labelOf(person));
  return row({
    id: 'inspect:person',
    label: labelOf(person),
    description: [...others, person.group ?? ''].filter((word) => word !== '').join(' · '),
    icon: 'account',
    tooltip: [
      ...(person.netId === undefined ? [] : [`Net ID ${person.netId}`]),
      ...(person.usernames.length === 0 ? [] : [`User name ${person.usernames.join(', ')}`]),
      `Seen at ${Object.keys(person.userIds).join(', ') || 'no site by a user id'}`,
    ],
    context: 'person',
  });
}

/** Ids of their own, and no action that would be mine: the Labs and Resources views show the same things. */
function prefixed(rows: readonly Row[]): readonly Row[] {
  return rows.map((each) => ({
    ...each,
    id: `inspect:${each.id}`,
    context: `inspect.${each.context}`,
    click: undefined,
    children: prefixed(each.children),
  }));
}

/** One line about each person for the pick: how many of what they have. */
export function personSummaries(inventory: Inventory): (person: Person) => string {
  const counts = new Map<Person, { leases: number; servers: number; addresses: number }>();
  const ownersOf = belongings(inventory);
  const count = (
    kind: 'leases' | 'servers' | 'addresses',
    siteName: string,
    list: readonly (OwnedLease | OwnedServer | OwnedFloatingIp)[],
  ): void => {
    for (const each of list)
      for (const person of ownersOf(siteName, each)) {
        const of = counts.get(person) ?? { leases: 0, servers: 0, addresses: 0 };
        of[kind] += 1;
        counts.set(person, of);
      }
  };
  for (const { site, leases, servers, floatingIps } of inventory.sites) {
    count('leases', site.name, leases.filter(isRunning));
    count('servers', site.name, servers);
    count('addresses', site.name, floatingIps);
  }
  return (person) => {
    const of = counts.get(person);
    if (of === undefined) return 'nothing now';
    return [
      plural(of.leases, 'running lease'),
      plural(of.servers, 'server'),
      plural(of.addresses, 'address', 'addresses'),
    ]
      .filter((word) => word !== '')
      .join(' · ');
  };
}

function plural(count: number, one: string, many = `${one}s`): string {
  return count === 0 ? '' : `${count} ${count === 1 ? one : many}`;
}
