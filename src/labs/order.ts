import { referencesIn, slotsOf } from './bind';
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
  const templates = [
    ...(probe.kind === 'openstack' ? [probe.path, ...Object.values(probe.query)] : []),
    ...(probe.kind === 'http' ? [probe.url] : []),
    ...(probe.kind === 'forward' ? [probe.path] : []),
    ...(probe.kind === 'local' ? [probe.file] : []),
    ...check.expect.flatMap((each) => [each.matches ?? '', each.else ?? '']),
  ];
  const inTemplates = templates
    .flatMap(slotsOf)
    .filter((slot) => slot.startsWith('saved.'))
    .map((slot) => slot.slice('saved.'.length));
  const inExpressions = [...check.expect.map(({ that }) => that), ...Object.values(check.save)]
    .flatMap(referencesIn)
    .filter(({ room }) => room === 'saved')
    .map(({ key }) => key);
  const inCommand =
    probe.kind === 'ssh' ? [...probe.run.matchAll(/\$\{?saved_(\w+)/g)].map(([, key]) => key ?? '') : [];
  return [...inTemplates, ...inExpressions, ...inCommand];
}
