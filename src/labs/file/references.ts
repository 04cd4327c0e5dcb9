import { referencesIn, slotsOf } from '../bind';
import { faultIn } from '../expression';
import type { Expectation, Lab, LabCheck } from '../types';

export type Path = readonly (string | number)[];
export interface Fault {
  readonly what: string;
  readonly path: Path;
}

interface Known {
  readonly lab: Lab;
  readonly checks: ReadonlySet<string>;
  /** Names under `saved`, with the check that saves each. */
  readonly savedBy: ReadonlyMap<string, string>;
}

/** What the form allows and makes no sense all the same: names of nothing, expressions that can't be read. */
export function faultsOf(lab: Lab): Fault[] {
  const faults: Fault[] = [...hostFaults(lab), ...nameFaults(lab)];
  const checks = new Set<string>();
  const savedBy = new Map<string, string>();
  for (const [s, step] of lab.steps.entries())
    for (const [c, check] of step.checks.entries()) {
      const path: Path = ['steps', s, 'checks', c];
      if (checks.has(check.id))
        faults.push({ what: `There are two checks “${check.id}”.`, path: [...path, 'id'] });
      faults.push(...checkFaults(check, path, { lab, checks, savedBy }));
      checks.add(check.id);
      for (const key of Object.keys(check.save)) savedBy.set(key, check.id);
    }
  return faults;
}

function hostFaults(lab: Lab): Fault[] {
  const faults: Fault[] = [];
  for (const [key, host] of Object.entries(lab.hosts)) {
    if ((host.server === undefined) === (host.address === undefined))
      faults.push({ what: `A host has either “server” or “address”.`, path: ['hosts', key] });
    if (host.via !== undefined && lab.hosts[host.via] === undefined)
      faults.push({ what: `There is no host “${host.via}”.`, path: ['hosts', key, 'via'] });
  }
  for (const [key, service] of Object.entries(lab.services))
    if (lab.hosts[service.host] === undefined)
      faults.push({ what: `There is no host “${service.host}”.`, path: ['services', key, 'host'] });
  return faults;
}

function nameFaults(lab: Lab): Fault[] {
  return Object.entries(lab.names).flatMap(([key, template]) =>
    slotsOf(template)
      .filter((slot) => lab.parameters[slot] === undefined)
      .map((slot) => ({ what: `There is no parameter “${slot}”.`, path: ['names', key] })),
  );
}

function checkFaults(check: LabCheck, path: Path, known: Known): Fault[] {
  return [
    ...probeFaults(check, path, known),
    ...check.needs
      .filter((id) => !known.checks.has(id))
      .map((id) => ({ what: `It needs “${id}”, which is no earlier check.`, path: [...path, 'needs'] })),
    ...check.expect.flatMap((each, e) => expectationFaults(each, [...path, 'expect', e], known)),
    ...Object.entries(check.save).flatMap(([key, expression]) =>
      expressionFaults(expression, [...path, 'save', key], known),
    ),
    ...templateFaults(check.seen ?? '', [...path, 'seen'], known, check.save),
  ];
}

function probeFaults(check: LabCheck, path: Path, known: Known): Fault[] {
  const { probe } = check;
  const here = (key: string): Path => [...path, probe.kind, key];
  const wantsAnswer = probe.kind !== 'manual' && check.expect.length === 0;
  const faults: Fault[] = wantsAnswer ? [{ what: 'It expects nothing, so it would always pass.', path }] : [];
  switch (probe.kind) {
    case 'openstack':
      return faults.concat(
        templateFaults(probe.path, here('path'), known),
        Object.values(probe.query).flatMap((value) => templateFaults(value, here('query'), known)),
      );
    case 'http':
      return faults.concat(
        templateFaults(probe.url.replace(/\{\{address\.\w+\}\}/g, ''), here('url'), known),
        [...probe.url.matchAll(/\{\{address\.(\w+)\}\}/g)].flatMap(([, host]) =>
          hostFault(host ?? '', here('url'), known),
        ),
      );
    case 'forward':
      return faults.concat(
        hostFault(probe.host, here('host'), known),
        templateFaults(probe.path, here('path'), known),
      );
    case 'tcp':
      return faults.concat(hostFault(probe.host, here('host'), known));
    case 'ssh':
      return faults.concat(
        hostFault(probe.host, here('host'), known),
        slotsOf(probe.run).map(() => ({
          what: 'A command takes values from its environment: $netID instead of {{netID}}.',
          path: here('run'),
        })),
      );
    case 'local':
      return faults.concat(templateFaults(probe.file, here(probe.what), known));
    case 'manual':
      return probe.confirm === ''
        ? [{ what: 'It has no probe (openstack, http, forward, tcp, ssh, local or manual).', path }]
        : [];
  }
}

function hostFault(host: string, path: Path, { lab }: Known): Fault[] {
  return lab.hosts[host] === undefined ? [{ what: `There is no host “${host}”.`, path }] : [];
}

const COMPARISONS = ['is', 'matches', 'contains', 'atLeast', 'atMost', 'oneOf', 'exists'] as const;

function expectationFaults(each: Expectation, path: Path, known: Known): Fault[] {
  const used = COMPARISONS.filter((key) => each[key] !== undefined);
  const faults = expressionFaults(each.that, [...path, 'that'], known);
  if (used.length !== 1)
    faults.push({ what: `Exactly one of ${COMPARISONS.join(', ')} is wanted here.`, path });
  if (each.matches !== undefined && !isPattern(each.matches))
    faults.push({ what: 'This pattern is no regular expression.', path: [...path, 'matches'] });
  faults.push(...templateFaults(each.matches ?? '', [...path, 'matches'], known));
  return faults.concat(templateFaults(each.else ?? '', [...path, 'else'], known));
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern.replace(/\{\{[\w.]+\}\}/g, 'x'), 'u');
    return true;
  } catch {
    return false;
  }
}

function expressionFaults(expression: string, path: Path, known: Known): Fault[] {
  const fault = faultIn(expression);
  const names = referencesIn(expression).map(({ room, key }) => nameFault(`${room}.${key}`, path, known));
  return [...(fault === undefined ? [] : [{ what: `Bad expression: ${fault}`, path }]), ...names.flat()];
}

function templateFaults(
  template: string,
  path: Path,
  known: Known,
  ownSaved: Readonly<Record<string, string>> = {},
): Fault[] {
  return slotsOf(template)
    .filter((slot) => !Object.keys(ownSaved).some((key) => slot === `saved.${key}`))
    .flatMap((slot) => nameFault(slot.includes('.') ? slot : `param.${slot}`, path, known));
}

function nameFault(slot: string, path: Path, { lab, savedBy }: Known): Fault[] {
  const [room, key = ''] = slot.split('.', 2);
  if (room === 'param')
    return lab.parameters[key] === undefined ? [{ what: `There is no parameter “${key}”.`, path }] : [];
  if (room === 'name')
    return lab.names[key] === undefined ? [{ what: `There is no name “${key}”.`, path }] : [];
  if (room === 'saved') return savedBy.has(key) ? [] : [{ what: `No earlier check saves “${key}”.`, path }];
  return [{ what: `“${slot}” is nothing that can be filled in.`, path }];
}
