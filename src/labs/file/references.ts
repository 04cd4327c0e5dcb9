import { environmentIn, usesVariable, referencesIn, slotsOf, textsIn } from '../bind';
import { faultIn, isPattern } from '../expression';
import type { Expectation, Lab, LabCheck } from '../types';
import { EVERY_WAY, onlyFaults, scopeOf, type Scope } from './scope';

export type Path = readonly (string | number)[];
export interface Fault {
  readonly what: string;
  readonly path: Path;
}

/** What a check may name: what stands before it, in the variants that it is part of. */
interface Known {
  readonly lab: Lab;
  readonly scope: Scope;
  /** Ids of earlier checks and names under `saved`, each with the variants in which it is there. */
  readonly checks: ReadonlyMap<string, Scope>;
  readonly saved: ReadonlyMap<string, Scope>;
}

/** What the form allows and makes no sense all the same: names of nothing, expressions that can't be read. */
export function faultsOf(lab: Lab): Fault[] {
  const faults: Fault[] = [...placeFaults(lab), ...nameFaults(lab), ...wishFaults(lab)];
  const checks = new Map<string, Scope>();
  const saved = new Map<string, Scope>();
  for (const [s, step] of lab.steps.entries()) {
    const stepScope = scopeOf(lab, step.only);
    faults.push(...onlyFaults(lab, step.only, ['steps', s]));
    for (const [c, check] of step.checks.entries()) {
      const path: Path = ['steps', s, 'checks', c];
      const scope = scopeOf(lab, check.only, stepScope);
      faults.push(...onlyFaults(lab, check.only, path, scope));
      if (scope.some((variant) => checks.get(check.id)?.includes(variant)))
        faults.push({ what: `There are two checks “${check.id}”.`, path: [...path, 'id'] });
      faults.push(...checkFaults(check, path, { lab, scope, checks, saved }));
      checks.set(check.id, [...(checks.get(check.id) ?? []), ...scope]);
      for (const key of Object.keys(check.save)) saved.set(key, [...(saved.get(key) ?? []), ...scope]);
    }
  }
  return faults;
}

const NOTHING = new Map<string, Scope>();

function outsideChecks(lab: Lab, scope: Scope): Known {
  return { lab, scope, checks: NOTHING, saved: NOTHING };
}

function placeFaults(lab: Lab): Fault[] {
  const faults: Fault[] = [];
  for (const [key, host] of Object.entries(lab.hosts)) {
    const path: Path = ['hosts', key];
    const known = outsideChecks(lab, scopeOf(lab, host.only));
    faults.push(...onlyFaults(lab, host.only, path));
    if ((host.server === undefined) === (host.address === undefined))
      faults.push({ what: `A host has either “server” or “address”.`, path });
    if (host.address !== undefined && host.via === undefined)
      faults.push({ what: `A host with a fixed “address” is reached “via” another.`, path });
    if (host.via !== undefined) faults.push(...hostFault(host.via, [...path, 'via'], known));
    if (goesInCircles(lab, key))
      faults.push({ what: `The way to “${key}” leads back to it.`, path: [...path, 'via'] });
    faults.push(...templateFaults(host.server ?? host.address ?? '', [...path, 'server'], known));
  }
  for (const [key, service] of Object.entries(lab.services)) {
    const path: Path = ['services', key];
    faults.push(...onlyFaults(lab, service.only, path));
    faults.push(
      ...hostFault(service.host, [...path, 'host'], outsideChecks(lab, scopeOf(lab, service.only))),
    );
  }
  for (const [at, folder] of lab.keepFiles.entries()) {
    const path: Path = ['keepFiles', at];
    const known = outsideChecks(lab, scopeOf(lab, folder.only));
    faults.push(...onlyFaults(lab, folder.only, path), ...hostFault(folder.host, [...path, 'host'], known));
    faults.push(...templateFaults(folder.path, [...path, 'path'], known));
  }
  return faults;
}

function goesInCircles(lab: Lab, key: string): boolean {
  const seen = new Set<string>();
  for (let at = lab.hosts[key]?.via; at !== undefined && !seen.has(at); at = lab.hosts[at]?.via) {
    if (at === key) return true;
    seen.add(at);
  }
  return false;
}

function nameFaults(lab: Lab): Fault[] {
  return Object.entries(lab.names).flatMap(([key, template]) =>
    slotsOf(template)
      .filter((slot) => lab.parameters[slot] === undefined && !isOfSomeVariant(lab, slot))
      .map((slot) => ({ what: `There is no parameter “${slot}”.`, path: ['names', key] })),
  );
}

function isOfSomeVariant(lab: Lab, slot: string): boolean {
  const key = slot.startsWith('variant.') ? slot.slice('variant.'.length) : undefined;
  return key !== undefined && Object.values(lab.variants).some(({ vars }) => vars[key] !== undefined);
}

/** Faults of what reservations and launches are filled in with. */
function wishFaults(lab: Lab): Fault[] {
  const faults: Fault[] = [];
  for (const room of ['reserve', 'launch'] as const)
    for (const [at, wish] of lab[room].entries()) {
      const path: Path = [room, at];
      const known = outsideChecks(lab, scopeOf(lab, wish.only));
      faults.push(...onlyFaults(lab, wish.only, path));
      const { userData, ...texts } = { userData: undefined, ...wish };
      faults.push(...textsIn(texts).flatMap((template) => templateFaults(template, path, known)));
      faults.push(...userDataFaults(userData ?? '', [...path, 'userData'], known));
    }
  for (const [at, { flavor, nodeType, device }] of lab.reserve.entries())
    if ([flavor, nodeType, device].filter((each) => each !== undefined).length !== 1)
      faults.push({
        what: 'A reservation has one of “flavor”, “nodeType” and “device”.',
        path: ['reserve', at],
      });
  return faults;
}

function checkFaults(check: LabCheck, path: Path, known: Known): Fault[] {
  return [
    ...probeFaults(check, path, known),
    ...check.needs
      .filter((id) => !isThere(known.checks, id, known.scope))
      .map((id) => ({ what: `It needs “${id}”, which is no earlier check.`, path: [...path, 'needs'] })),
    ...check.expect.flatMap((each, e) => expectationFaults(each, [...path, 'expect', e], known)),
    ...Object.entries(check.save).flatMap(([key, expression]) =>
      expressionFaults(expression, [...path, 'save', key], known),
    ),
    ...templateFaults(check.seen ?? '', [...path, 'seen'], known, check.save),
    ...templateFaults(check.hint ?? '', [...path, 'hint'], known, check.save),
  ];
}

function probeFaults(check: LabCheck, path: Path, known: Known): Fault[] {
  const { probe } = check;
  const here = (key: string): Path => [...path, probe.kind, key];
  const wantsAnswer = probe.kind !== 'manual' && check.expect.length === 0;
  const faults: Fault[] = wantsAnswer ? [{ what: 'It expects nothing, so it would always pass.', path }] : [];
  const templates = (key: string, value: unknown): Fault[] =>
    textsIn(value).flatMap((template) => templateFaults(template, here(key), known));
  switch (probe.kind) {
    case 'openstack':
      return faults.concat(
        templates('path', probe.path),
        templates('query', probe.query),
        templates('with', probe.with),
      );
    case 'http':
      return faults.concat(
        templates('url', probe.url.replace(/\{\{address\.\w+\}\}/g, '')),
        [...probe.url.matchAll(/\{\{address\.(\w+)\}\}/g)].flatMap(([, host]) =>
          hostFault(host ?? '', here('url'), known),
        ),
      );
    case 'forward':
      return faults.concat(
        hostFault(probe.host, here('host'), known),
        templates('path', probe.path),
        templates('json', probe.json),
        templates('headers', probe.headers),
        probe.json !== undefined && probe.method !== 'POST'
          ? [{ what: 'Only POST takes “json”.', path: here('method') }]
          : [],
      );
    case 'tcp':
      return faults.concat(hostFault(probe.host, here('host'), known));
    case 'ssh':
      return faults.concat(
        hostFault(probe.host, here('host'), known),
        probe.also.flatMap((host) => hostFault(host, here('also'), known)),
        commandFaults(probe.run, here('run'), known),
      );
    case 'local':
      return faults.concat(templates(probe.what, probe.file));
    case 'jupyter':
      return faults.concat(
        hostFault(probe.host, here('host'), known),
        templates('container', probe.container),
        templates('notebook', probe.notebook),
      );
    case 'zun':
      return faults.concat(
        templates('container', probe.container),
        probe.run === undefined ? [] : commandFaults(probe.run, here('run'), known),
      );
    case 'manual':
      return probe.confirm === '' ? [{ what: `It has no probe (${PROBES}).`, path }] : [];
  }
}

const PROBES = 'openstack, http, forward, tcp, ssh, local, jupyter, zun or manual';

function commandFaults(run: string, path: Path, known: Known): Fault[] {
  return [
    ...slotsIn(run, known.lab).map((slot) => ({
      what: `A command takes values from its environment: $${slot.replace('.', '_')} instead of {{${slot}}}.`,
      path,
    })),
    ...environmentIn(run).flatMap(({ room, key }) => nameFault(`${room}.${key}`, path, known)),
  ];
}

function userDataFaults(text: string, path: Path, known: Known): Fault[] {
  const wantsValues =
    environmentIn(text).length > 0 ||
    Object.keys(known.lab.parameters).some((name) => usesVariable(name, text));
  return text.startsWith('#cloud-config') && wantsValues
    ? [{ what: 'A cloud-config is sent as it is: values reach a script.', path }]
    : commandFaults(text, path, known);
}

/** Slots that name a value of ours; `docker ps --format '{{.Names}}'` has its own. */
function slotsIn(run: string, lab: Lab): string[] {
  return slotsOf(run).filter(
    (slot) => lab.parameters[slot] !== undefined || /^(?:param|name|saved|variant)\./.test(slot),
  );
}

function hostFault(key: string, path: Path, { lab, scope }: Known): Fault[] {
  const host = lab.hosts[key];
  if (host === undefined) return [{ what: `There is no host “${key}”.`, path }];
  const there = scopeOf(lab, host.only);
  const missing = scope.find((variant) => !there.includes(variant));
  return missing === undefined
    ? []
    : [{ what: `There is no host “${key}” in the variant “${missing}”.`, path }];
}

const COMPARISONS = ['is', 'matches', 'contains', 'atLeast', 'atMost', 'oneOf', 'exists'] as const;

function expectationFaults(each: Expectation, path: Path, outer: Known): Fault[] {
  const known = { ...outer, scope: scopeOf(outer.lab, each.only, outer.scope) };
  const used = COMPARISONS.filter((key) => each[key] !== undefined);
  const faults = [
    ...onlyFaults(outer.lab, each.only, path, known.scope),
    ...expressionFaults(each.that, [...path, 'that'], known),
  ];
  if (used.length !== 1)
    faults.push({ what: `Exactly one of ${COMPARISONS.join(', ')} is wanted here.`, path });
  if (each.matches !== undefined && !isPattern(each.matches.replace(/\{\{[\w.]+\}\}/g, 'x')))
    faults.push({ what: 'This pattern is no regular expression.', path: [...path, 'matches'] });
  return faults.concat(
    (['is', 'matches', 'contains', 'oneOf', 'else'] as const).flatMap((key) =>
      textsIn(each[key]).flatMap((template) => templateFaults(template, [...path, key], known)),
    ),
  );
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

function nameFault(slot: string, path: Path, { lab, scope, saved }: Known): Fault[] {
  const [room, key = ''] = slot.split('.', 2);
  if (room === 'param')
    return lab.parameters[key] === undefined ? [{ what: `There is no parameter “${key}”.`, path }] : [];
  if (room === 'name')
    return lab.names[key] === undefined ? [{ what: `There is no name “${key}”.`, path }] : [];
  if (room === 'saved')
    return isThere(saved, key, scope) ? [] : [{ what: `No earlier check saves “${key}”.`, path }];
  if (room === 'variant') {
    const missing = scope.find((variant) => lab.variants[variant]?.vars[key] === undefined);
    if (missing === undefined) return [];
    const what =
      missing === EVERY_WAY ? 'The lab has no variants.' : `The variant “${missing}” has no “${key}”.`;
    return [{ what, path }];
  }
  return [{ what: `“${slot}” is nothing that can be filled in.`, path }];
}

/** Whether something is there in every variant that asks for it. */
function isThere(places: ReadonlyMap<string, Scope>, key: string, scope: Scope): boolean {
  const there = places.get(key);
  return there !== undefined && scope.every((variant) => there.includes(variant));
}
