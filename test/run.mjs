// @ts-check
/**
 * `npm test`: every suite with its set-up, and at the end one line of counts. Two lanes run side by side: the suites
 * with real services wait most of their time, and the others fill two cores meanwhile.
 *
 *   node test/run.mjs [--only unit,host] [--screenshots]
 *
 * What takes long to build is a suite too, `real`, which is run by its name alone.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { noteProcesses } from './runner/processes.mjs';
import { single, sum } from './runner/results.mjs';
import { mixOutputs } from './runner/stream.mjs';
import { onDemand, pictures, suites } from './runner/suites.mjs';
import { mayInstall } from './vscode/debian.mjs';
import { repository } from './vscode/editions.mjs';
import { needModules } from './vscode/project.mjs';

const { values } = parseArgs({
  options: { only: { type: 'string' }, screenshots: { type: 'boolean', default: false } },
});
const began = Date.now();
const say = (/** @type {string} */ line) => console.log(`[${minutes()}] ${line}`);

// What an earlier run left would be searched for secrets, and counted, as if it were this one's.
for (const part of ['out/logs', 'out/results', 'out/cards', '.vscode-test/used-secrets.jsonl']) {
  rmSync(path.join(repository, part), { recursive: true, force: true });
}
await needModules(say);

const endOfNotes = noteProcesses();
const chosen = values.screenshots ? [pictures()] : pick(values.only);
/** @type {import('./runner/results.mjs').Results[]} */
const all = [];
const beside = [...new Set(chosen.map(({ lane }) => lane))].filter((lane) => lane !== 'last');
if (beside.length > 1) mixOutputs();
await Promise.all(beside.map(runLane));
await runLane('last');

endOfNotes();
const total = sum(all);
for (const { title, error } of total.failures) {
  console.log(`\nFAILED ${title}\n${error.split('\n').slice(0, 25).join('\n')}`);
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** One suite after the other. @param {string} lane */
async function runLane(lane) {
  for (const suite of chosen.filter((each) => each.lane === lane)) {
    if (suite.needsDebian && !mayInstall()) {
      const skipped = await suite.count();
      say(
        `${suite.name}: left out, because it needs Debian and root for its set-up: ${skipped} tests skipped`,
      );
      all.push({ passed: 0, failed: 0, skipped, failures: [], isComplete: true });
      continue;
    }
    say(`${suite.name}: begins`);
    const results = await suite.run(say).catch((/** @type {unknown} */ error) => {
      return single(suite.name, error instanceof Error ? (error.stack ?? error.message) : String(error));
    });
    all.push(results);
    say(`${suite.name}: ${results.passed} passed, ${results.failed} failed, ${results.skipped} skipped`);
  }
}

/** @param {string | undefined} only */
function pick(only) {
  if (only === undefined) return suites();
  const known = [...suites(), ...onDemand()];
  const names = only.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !known.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    console.error(
      `No such suite: ${unknown.join(', ')}. There are: ${known.map(({ name }) => name).join(', ')}.`,
    );
    process.exit(1);
  }
  return known.filter(({ name }) => names.includes(name));
}

function minutes() {
  const total = Math.round((Date.now() - began) / 1000);
  return `${Math.floor(total / 60)}:${String(total % 60).padStart(2, '0')}`;
}
