/**
 * What all suites have in common: mocha's events as lines on the way, and as a file for the sum at the end. The
 * file is written anew after every test, so that a process that dies still leaves what it had done.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import type { Results } from './results.mjs';

/** Where the results go: the reporter's option `results`, as mocha takes it on its command line. */
interface Options {
  readonly reporterOption?: { readonly results?: string };
}

/** A mocha reporter; `export default`, as mocha wants one. */
export default class ResultsReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions & Options) {
    super(runner, options);
    const file = options.reporterOption?.results;
    if (file === undefined) return;
    const results: Results = { passed: 0, failed: 0, skipped: 0, failures: [], isComplete: false };
    const write = (): void => {
      writeFileSync(file, JSON.stringify(results, null, 2));
    };
    mkdirSync(path.dirname(file), { recursive: true });
    write();
    runner.on('pass', () => {
      results.passed += 1;
      write();
    });
    runner.on('pending', () => {
      results.skipped += 1;
      write();
    });
    // A hook that fails is reported here too, as a test of its own name.
    runner.on('fail', (test: Mocha.Runnable, error: unknown) => {
      results.failed += 1;
      results.failures.push({ title: test.fullTitle(), error: textOf(error) });
      write();
    });
    runner.on('end', () => {
      results.isComplete = true;
      write();
    });
  }
}

/** Of a process of `--parallel` it is an object like an error. */
function textOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { stack, message }: { stack?: unknown; message?: unknown } = error;
  return [stack, message].find((each) => typeof each === 'string') ?? JSON.stringify(error);
}
