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
    total: lab.steps.flatMap((step) => step.checks).filter((check) => !check.optional).length,
    next: counted.find((check) => check.verdict === 'failed'),
  };
}
