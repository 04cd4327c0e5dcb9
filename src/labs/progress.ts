import type { CheckResult, Lab, LabRun } from './types';

/**
 * New answers over the earlier ones, in the lab's order. Earlier ones of another way of the lab, or for other values,
 * say nothing of this one.
 * @param lab in the run's variant
 * @param only what was asked for; what answered on the way to it fills only what was open
 */
export function merged(
  lab: Lab,
  before: LabRun | undefined,
  run: LabRun,
  only?: ReadonlySet<string>,
): LabRun {
  const isAsked = (id: string): boolean => only?.has(id) ?? true;
  const known = before !== undefined && isAbout(before) === isAbout(run) ? before : undefined;
  const results = new Map<string, CheckResult>(known?.checks.map((result) => [result.id, result]));
  for (const result of run.checks)
    if (isAsked(result.id) || !results.has(result.id)) results.set(result.id, result);
  const checks = new Map(lab.steps.flatMap((step) => step.checks.map((check) => [check.id, check])));
  const answered = new Set(run.checks.map(({ id }) => id));
  const left = [...checks.values()]
    .filter(({ id, optional }) => !optional && !answered.has(id))
    .map(({ id }) => id)
    .filter((id) => isAsked(id) || known?.left?.includes(id) === true);
  return {
    ...run,
    checks: [...checks.keys()].map((id) => results.get(id)).filter((result) => result !== undefined),
    ...(left.length === 0 ? {} : { left }),
  };
}

function isAbout({ variant, parameters }: LabRun): string {
  return JSON.stringify([variant, Object.entries(parameters).sort()]);
}

/**
 * The checks whose evidence lives shortly and was not seen yet, and which can be asked now: what they need is there.
 * Clean-up is not waited for.
 */
export function worthWatching(lab: Lab, checks: readonly CheckResult[]): string[] {
  const seen = new Map(checks.map((check) => [check.id, check.verdict]));
  const isDone = (id: string): boolean => {
    const verdict = seen.get(id);
    return verdict === 'passed' || verdict === 'passed earlier';
  };
  return lab.steps
    .filter((step) => !step.cleanup)
    .flatMap((step) => step.checks)
    .filter((check) => check.keep && check.probe.kind !== 'manual')
    .filter((check) => !isDone(check.id) && check.needs.every(isDone))
    .map((check) => check.id);
}
