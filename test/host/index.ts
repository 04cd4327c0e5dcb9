/** What VS Code calls in its extension host: all suites of this folder, with the results in a file. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import ResultsReporter from '../runner/reporter';
import { single } from '../runner/results.mjs';

/** Runs the suites; rejects if a test failed, as VS Code expects it. */
export async function run(): Promise<void> {
  const results = process.env['HOST_RESULTS'];
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 60_000,
    color: false,
    reporter: ResultsReporter,
    reporterOptions: { ...(results === undefined ? {} : { results: path.resolve(results) }) },
  });
  // Bundled suites are not loaded by file name, so their globals are put in place by hand.
  mocha.suite.emit(Mocha.Suite.constants.EVENT_FILE_PRE_REQUIRE, globalThis, 'host', mocha);
  try {
    await import('./suites');
  } catch (error) {
    // Else nobody would hear of it: the launcher waits for results.
    if (results !== undefined) writeFileSync(results, JSON.stringify(single('host: loading', String(error))));
    throw error;
  }
  return new Promise((resolve, reject) => {
    mocha.run((failures) => {
      if (failures === 0) resolve();
      else reject(new Error(`${failures} tests failed.`));
    });
  });
}
