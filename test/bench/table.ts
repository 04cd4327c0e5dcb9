/** One number: a ratio of two things measured in the same run, with what the budget asks. */
export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly unit: '×' | 'ms' | 'KiB' | 'MiB' | 'a minute';
  /** `undefined`: measured, nothing is asked of it. */
  readonly budget: { readonly atMost: number } | { readonly atLeast: number } | undefined;
  /** What was measured, with the raw numbers. */
  readonly how: string;
}

const DIGITS: Readonly<Record<Measure['unit'], number>> = { '×': 2, ms: 0, KiB: 0, MiB: 1, 'a minute': 1 };

export function isWithin({ value, budget }: Measure): boolean | undefined {
  if (budget === undefined) return undefined;
  return 'atMost' in budget ? value <= budget.atMost : value >= budget.atLeast;
}

/** The table for a terminal. */
export function tableOf(measures: readonly Measure[]): string {
  const rows = measures.map((each) => [
    each.name,
    `${each.value.toFixed(DIGITS[each.unit])} ${each.unit}`,
    budgetWords(each),
    verdictWords(isWithin(each)),
    each.how,
  ]);
  const all = [['what', 'measured', 'budget', '', 'how'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function budgetWords({ budget, unit }: Measure): string {
  if (budget === undefined) return '-';
  return 'atMost' in budget ? `≤ ${budget.atMost} ${unit}` : `≥ ${budget.atLeast} ${unit}`;
}

function verdictWords(within: boolean | undefined): string {
  return within === undefined ? '' : within ? 'met' : 'NOT MET';
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [below = NaN, above = NaN] = [sorted[middle - (sorted.length % 2 === 0 ? 1 : 0)], sorted[middle]];
  return (below + above) / 2;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
