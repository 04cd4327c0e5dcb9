import type { CheckResult, Lab, LabCheck, LabRun, LabStep } from '../../labs';
import type { Tone } from './row';

/** How many checks of one step or lab are how; what is optional counts nowhere. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly unknown: number;
  readonly manual: number;
  /** Clean-up that is not done yet: no failure while the lab is under way. */
  readonly toDo: number;
  readonly notRun: number;
  readonly total: number;
}

/** A check as a row: what a run said of it. */
export interface Judged {
  readonly check: LabCheck;
  readonly result: CheckResult | undefined;
}

/** The checks of a step, one of an id: before the variant is told, each way of a lab may have its own. */
export function judgedIn(step: LabStep, run: LabRun | undefined): readonly Judged[] {
  const checks = [...new Map(step.checks.map((check) => [check.id, check])).values()];
  const results = new Map(run?.checks.map((result) => [result.id, result]));
  return checks.map((check) => ({ check, result: results.get(check.id) }));
}

/** Counts of some of a lab's steps. */
export function countsOf(steps: readonly LabStep[], run: LabRun | undefined): Counts {
  const all = new Map(
    steps.flatMap((step) =>
      judgedIn(step, run).map((each) => [each.check.id, { ...each, cleanup: step.cleanup }]),
    ),
  );
  const counts = { passed: 0, failed: 0, unknown: 0, manual: 0, toDo: 0, notRun: 0, total: 0 };
  for (const { check, result, cleanup } of all.values())
    if (!check.optional) {
      counts.total += 1;
      counts[placeOf(result, cleanup)] += 1;
    }
  return counts;
}

function placeOf(result: CheckResult | undefined, cleanup: boolean): Exclude<keyof Counts, 'total'> {
  switch (result?.verdict) {
    case undefined:
      return 'notRun';
    case 'passed earlier':
      return 'passed';
    case 'failed':
      return cleanup ? 'toDo' : 'failed';
    case 'passed':
    case 'unknown':
    case 'manual':
      return result.verdict;
  }
}

/** `3 passed, 1 failed, 2 not run` */
export function stepWords(counts: Counts): string {
  const words = [
    some(counts.passed, 'passed'),
    some(counts.failed, 'failed'),
    some(counts.unknown, 'not known'),
    some(counts.manual, 'for you to say'),
    some(counts.toDo, 'to do'),
    some(counts.notRun, 'not run'),
  ].filter((word) => word !== '');
  return words.length === 0 ? 'optional' : words.join(', ');
}

export function stepLook(counts: Counts): { icon: string; tone: Tone } {
  if (counts.failed > 0) return { icon: 'error', tone: 'bad' };
  if (counts.unknown > 0) return { icon: 'question', tone: 'warning' };
  if (counts.manual > 0) return { icon: 'account', tone: 'quiet' };
  // Of what is optional nothing was asked for, and so nothing passed.
  if (counts.toDo + counts.notRun > 0 || counts.passed === 0)
    return { icon: 'circle-outline', tone: 'quiet' };
  return { icon: 'pass', tone: 'good' };
}

export function labTone({ passed, failed, manual, toDo, total }: Counts): Tone | undefined {
  if (failed > 0) return 'bad';
  return passed > 0 && passed + manual + toDo === total ? 'good' : undefined;
}

/** `12 of 48 · cancelled, 25 not run · 3 not known · next: …`: of a lab that was run. */
export function ranWords(run: LabRun, counts: Counts, next = ''): string {
  const { passed, total } = counts;
  const unknown = some(counts.unknown, 'not known');
  // A row is cut at its end. Where something failed, most of what is not known waits for it.
  const last = counts.failed > 0 ? [lowered(next), unknown] : [unknown, lowered(next)];
  return [`${passed} of ${total}`, openWords(run, counts), ...last].filter((word) => word !== '').join(' · ');
}

export function lowered(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}

/** What the run has no answer of. After a cancel an earlier answer stays, and is none of this run. */
function openWords({ left }: LabRun, { notRun }: Counts): string {
  if (left === undefined) return some(notRun, 'not run');
  return `cancelled, ${notRun > 0 ? `${notRun} not run` : `${left.length} as before`}`;
}

/** How far the lab at hand is, for the head of the view. */
export function labProgress(
  last: { readonly lab: Lab; readonly run: LabRun } | undefined,
): { readonly passed: number; readonly words: string; readonly spoken: string } | undefined {
  if (last === undefined) return undefined;
  const { lab, run } = last;
  const counts = countsOf(lab.steps, run);
  const { passed, total } = counts;
  const more = [some(counts.failed, 'failed'), some(counts.unknown, 'not known'), openWords(run, counts)]
    .filter((word) => word !== '')
    .map((word) => `, ${word}`)
    .join('');
  return {
    passed,
    words: `unit ${lab.unit}: ${passed} of ${total}${more}`,
    spoken: `${lab.title}: ${passed} of ${total} passed${more}`,
  };
}

function some(count: number, word: string): string {
  return count === 0 ? '' : `${count} ${word}`;
}
