import { abortError, Problem } from '../../base';
import { labelOf, peopleMatching } from '../../chameleon';
import type { App } from '../app';
import { ask } from '../ask';
import { withProgress } from '../register';
import { personSummaries } from '../rows/inspection';

/** Types ahead over net IDs and user names, then shows the person's things and the likely fault. */
export async function inspectStudent(app: App, _argument: unknown, signal: AbortSignal): Promise<void> {
  if (app.signedIn === undefined)
    throw new Problem('You are not signed in, so nobody can be looked at.', {
      next: 'Sign in, or open the demo.',
    });
  const { inventory } = app;
  const people = peopleMatching(inventory, '');
  if (people.length === 0)
    throw new Problem('No student is known yet.', {
      next: 'People are learnt from the names of what they made: refresh, or wait until somebody has reserved something.',
    });
  const summaryOf = personSummaries(inventory);
  const person = await ask.pick(
    'Inspect a student',
    people.map((each) => ({
      label: labelOf(each),
      description: each.usernames.filter((name) => name !== labelOf(each)).join(', '),
      detail: summaryOf(each),
      value: each,
    })),
    'Net ID or user name',
  );
  if (person === undefined) throw abortError();
  await withProgress(`Looking at ${labelOf(person)} …`, signal, (inner) => app.inspector.look(person, inner));
}
