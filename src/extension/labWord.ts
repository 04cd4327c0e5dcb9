import type { LabRun } from '../labs';
import type { App } from './app';
import { CONFIRMED_STATE } from './keys';
import { SAID } from './rows/labNext';

/** When the person said so, by lab with its parameters and by check. */
type Confirmed = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What the person said about checks that nobody else can answer: kept over runs and windows, never `passed`. */
export class PersonsWord {
  readonly #app: App;
  /** Of the demo, whose words end with it. */
  #inDemo: Confirmed = {};

  constructor(app: App) {
    this.#app = app;
  }

  /** Takes the word for a check of a run. */
  async take(run: LabRun, check: string, now: number): Promise<void> {
    const known = this.#known;
    const key = keyOf(run);
    const next = { ...known, [key]: { ...known[key], [check]: now } };
    if (this.#app.demo !== undefined) this.#inDemo = next;
    else await this.#app.memory.update(CONFIRMED_STATE, next);
  }

  /** The run with what was said of it. */
  in(run: LabRun): LabRun {
    const said = this.#known[keyOf(run)];
    if (said === undefined) return run;
    const checks = run.checks.map((check) => {
      const at = check.verdict === 'manual' ? said[check.id] : undefined;
      return at === undefined ? check : { ...check, reason: SAID, seenAt: at };
    });
    return { ...run, checks };
  }

  forget(): void {
    this.#inDemo = {};
  }

  get #known(): Confirmed {
    return this.#app.demo === undefined ? this.#app.memory.get<Confirmed>(CONFIRMED_STATE, {}) : this.#inDemo;
  }
}

function keyOf({ lab, parameters }: LabRun): string {
  return `${lab} ${Object.entries(parameters).sort().join(' ')}`;
}
