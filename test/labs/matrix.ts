import type { Lab } from '../../src/labs';
import { SEEN_REALLY } from './seenReally';
import type { LabWorlds } from './world';

/** What was tried: checks by mutations, with its count. */
export class Matrix {
  /** By lab, by mutation: how often it was tried. */
  readonly #tried = new Map<string, Map<string, number>>();
  readonly #lines: string[] = [];
  readonly #kinds: string[] = [];
  /** Of these, how many were in another call's or another host's answer. */
  #further = 0;

  add(lab: string, mutation: string, isFurther = false): void {
    const row = this.#tried.get(lab) ?? new Map<string, number>();
    row.set(mutation, (row.get(mutation) ?? 0) + 1);
    this.#tried.set(lab, row);
    if (isFurther) this.#further += 1;
  }

  /** @param visible how many checks of the lab can be seen, each variant's form for itself */
  close(id: string, visible: number, lab: Lab, worlds: LabWorlds): void {
    const all = new Map(lab.steps.flatMap((step) => step.checks).map((check) => [check.id, check]));
    const manual = [...all.values()].filter(({ probe }) => probe.kind === 'manual').length;
    const hidden = worlds.wrong.filter((each) => 'invisible' in each).length;
    const tried = this.#tried.get(id) ?? new Map<string, number>();
    const sum = [...tried.values()].reduce((a, b) => a + b, 0);
    const name = id.padEnd(22);
    this.#lines.push(
      `${name} ${padded(visible)} seen  ${padded(manual)} manual  ` +
        `${padded(worlds.wrong.length - hidden)} failures (${hidden} invisible)  ${padded(sum)} wrong answers`,
    );
    const { openstack = [], services = [], long = [] } = SEEN_REALLY[id] ?? {};
    const real = new Set([...openstack, ...services, ...long]);
    const unknown = [...real].filter((each) => !all.has(each));
    if (unknown.length > 0) throw new Error(`${id}: no such checks: ${unknown.join(', ')}`);
    this.#kinds.push(
      `${name} ${padded(all.size)} checks  ${padded(real.size)} real (OpenStack ${openstack.length}, services ` +
        `${services.length}, test:real ${long.length})  ${padded(all.size - manual - real.size)} stand-in  ${padded(manual)} manual`,
    );
  }

  text(): string {
    const mutations = new Map<string, number>();
    for (const row of this.#tried.values())
      for (const [name, count] of row) mutations.set(name, (mutations.get(name) ?? 0) + count);
    const total = [...mutations.values()].reduce((a, b) => a + b, 0);
    const by = [...mutations].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${name} ${count}`);
    return [
      '',
      `Truth: ${total} wrong answers tried, none passed where it must not; ${this.#further} of them in another call's or another host's answer alone.`,
      ...this.#lines,
      `by kind: ${by.join(', ')}`,
      '',
      'Where each check was seen: on the real thing (its suites ask it), on stand-ins alone, or for the student to say.',
      ...this.#kinds,
      '',
    ].join('\n');
  }
}

function padded(count: number): string {
  return String(count).padStart(5);
}
