import type { Lab } from '../../src/labs';
import type { LabWorlds } from './world';

/** What was tried: checks by mutations, with its count. */
export class Matrix {
  /** By lab, by mutation: the checks that it was tried on, and how often. */
  readonly #tried = new Map<string, Map<string, number>>();
  readonly #lines: string[] = [];

  add(lab: string, _check: string, mutation: string): void {
    const row = this.#tried.get(lab) ?? new Map<string, number>();
    row.set(mutation, (row.get(mutation) ?? 0) + 1);
    this.#tried.set(lab, row);
  }

  /** @param visible how many checks of the lab can be seen */
  close(id: string, visible: number, lab: Lab, worlds: LabWorlds): void {
    const all = lab.steps.flatMap((step) => step.checks);
    const manual = all.filter(({ probe }) => probe.kind === 'manual').length;
    const hidden = worlds.wrong.filter((each) => 'invisible' in each).length;
    const tried = this.#tried.get(id) ?? new Map<string, number>();
    const sum = [...tried.values()].reduce((a, b) => a + b, 0);
    this.#lines.push(
      `${id.padEnd(22)} ${String(visible).padStart(4)} seen  ${String(manual).padStart(3)} manual  ` +
        `${String(worlds.wrong.length - hidden).padStart(3)} failures (${hidden} invisible)  ${String(sum).padStart(5)} wrong answers`,
    );
  }

  text(): string {
    const mutations = new Map<string, number>();
    for (const row of this.#tried.values())
      for (const [name, count] of row) mutations.set(name, (mutations.get(name) ?? 0) + count);
    const total = [...mutations.values()].reduce((a, b) => a + b, 0);
    const by = [...mutations].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${name} ${count}`);
    return `\nTruth: ${total} wrong answers tried, none passed where it must not.\n${this.#lines.join('\n')}\nby kind: ${by.join(', ')}\n`;
  }
}
