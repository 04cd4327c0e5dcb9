import { abortError, Problem } from '../../base';
import { labelOf, me, peopleMatching } from '../../chameleon';
import type { App } from '../app';
import { ask, type Choice } from '../ask';
import type { Filter } from '../filters';
import type { Grouping } from '../rows/resources';
import { personSummaries } from '../rows/inspection';
import { subjectOf } from './subjects';

/** Whose things are shown: of the row's site, or of all. Types ahead over everybody who is known. */
export async function filterResources(app: App, argument: unknown): Promise<void> {
  if (app.signedIn === undefined)
    throw new Problem('You are not signed in, so there is nothing to filter.', {
      next: 'Sign in, or open the demo.',
    });
  const subject = subjectOf(argument);
  const { inventory } = app;
  const here = subject?.kind === 'site' ? [subject.cloud] : inventory.sites.map(({ cloud }) => cloud);
  const mine = me(inventory);
  const summaryOf = personSummaries(inventory);
  const choices: Choice<Filter>[] = [
    { label: '$(account) Mine', description: labelOf(mine), value: { kind: 'mine' } },
    { label: '$(organization) Everyone', description: 'the whole project', value: { kind: 'everyone' } },
    ...peopleMatching(inventory, '').map((person): Choice<Filter> => ({
      label: labelOf(person),
      description: person.usernames.filter((name) => name !== labelOf(person)).join(', '),
      detail: summaryOf(person),
      value: { kind: 'person', name: labelOf(person) },
    })),
  ];
  const filter = await ask.pick('Whose resources?', choices, 'Net ID or user name');
  if (filter === undefined) throw abortError();
  await app.filters.set(here, filter);
  app.draw();
}

const GROUPINGS: readonly Choice<Grouping>[] = [
  {
    label: '$(calendar) By lease',
    description: 'what ends together is together',
    value: 'lease',
  },
  { label: '$(symbol-class) By kind', description: 'servers, addresses, volumes, …', value: 'kind' },
  { label: '$(person) By person', description: 'for a whole class', value: 'person' },
];

export async function groupResources(app: App): Promise<void> {
  const grouping = await ask.pick(
    'Group resources',
    GROUPINGS.map((each) =>
      each.value === app.filters.grouping ? { ...each, detail: 'as they are now' } : each,
    ),
  );
  if (grouping === undefined) throw abortError();
  await app.filters.setGrouping(grouping);
  app.draw();
}
