import type { CheckResult, Lab } from './types';

/** How far a lab is. What is optional counts nowhere. */
export interface Progress {
  readonly passed: number;
  readonly failed: number;
  readonly unknown: number;
  readonly total: number;
  /** The first row that is left to do. */
  readonly next: CheckResult | undefined;
}

/** Counts of a lab's results. */
export function progressOf(lab: Lab, checks: readonly CheckResult[]): Progress {
  const counted = checks.filter((check) => !check.optional);
  const count = (...verdicts: readonly CheckResult['verdict'][]): number =>
    counted.filter((check) => verdicts.includes(check.verdict)).length;
  return {
    passed: count('passed', 'passed earlier'),
    failed: count('failed'),
    unknown: count('unknown'),
    total: new Set(
      lab.steps
        .flatMap((step) => step.checks)
        .filter((check) => !check.optional)
        .map(({ id }) => id),
    ).size,
    next: counted.find((check) => check.verdict === 'failed'),
  };
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
