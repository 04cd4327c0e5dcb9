import { environmentIn, referencesIn, slotsOf, textsIn } from './bind';
import type { Lab, LabCheck } from './types';

/** For each check the ids of those that must be judged before it: what it needs, and what saves a value it uses. */
export function dependencies(lab: Lab): Map<string, string[]> {
  const savedBy = new Map<string, string>();
  const order = new Map<string, string[]>();
  for (const check of lab.steps.flatMap((step) => step.checks)) {
    const used = savedIn(check)
      .map((key) => savedBy.get(key))
      .filter((id) => id !== undefined);
    order.set(check.id, [...new Set([...check.needs, ...used])]);
    for (const key of Object.keys(check.save)) savedBy.set(key, check.id);
  }
  return order;
}

function savedIn(check: LabCheck): string[] {
  const { probe } = check;
  const texts = textsIn([
    probe,
    check.expect.map(({ is, matches, contains, oneOf, else: words }) => [
      is,
      matches,
      contains,
      oneOf,
      words,
    ]),
  ]);
  const inTemplates = texts
    .flatMap(slotsOf)
    .filter((slot) => slot.startsWith('saved.'))
    .map((slot) => slot.slice('saved.'.length));
  const command = 'run' in probe ? (probe.run ?? '') : '';
  const named = [
    ...[...check.expect.map(({ that }) => that), ...Object.values(check.save)].flatMap(referencesIn),
    ...environmentIn(command),
  ];
  return [...inTemplates, ...named.filter(({ room }) => room === 'saved').map(({ key }) => key)];
}
