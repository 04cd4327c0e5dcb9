// @ts-check
/** The suites of `npm test`, lane by lane in the order in which they run: the quick and telling ones first. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { needPackages } from '../vscode/debian.mjs';
import { newest, oldest, repository } from '../vscode/editions.mjs';
import { install } from '../vscode/install.mjs';
import { buildExtension } from '../vscode/project.mjs';
import { lastWords } from '../vscode/run.mjs';
import { readResults, single } from './results.mjs';
import { logOf, stream } from './stream.mjs';

/**
 * @typedef {(line: string) => void} Say
 * @typedef {object} Suite
 * @property {string} name
 * @property {'editor' | 'services' | 'last'} lane two lanes run side by side; what is last runs after them
 * @property {boolean} needsDebian
 * @property {() => Promise<number>} count how many tests it has
 * @property {(say: Say) => Promise<import('./results.mjs').Results>} run
 */

const seconds = 1000;
/** Installing a whole OpenStack on a bare machine of two cores, beside another suite, takes up to nine minutes. */
const SET_UP_LIMIT_MS = 18 * 60 * seconds;

/** All suites that have tests. @returns {Suite[]} */
export function suites() {
  return [
    lint,
    mochaSuite({ name: 'unit', timeout: 20 * seconds, jobs: 2 }),
    mochaSuite({ name: 'labs', timeout: 60 * seconds }),
    host,
    mochaSuite({ name: 'e2e', timeout: 240 * seconds, needsDebian: true, prepare: prepareWindows }),
    mochaSuite({
      name: 'ssh',
      lane: 'services',
      timeout: 180 * seconds,
      needsDebian: true,
      prepare: prepareBrowser,
    }),
    mochaSuite({ name: 'openstack', lane: 'services', timeout: 300 * seconds, needsDebian: true }),
    mochaSuite({ name: 'secrets', lane: 'last', timeout: 120 * seconds }),
  ].filter(({ name }) => name === 'lint' || hasTests(name));
}

/** Suites that are run by their name alone: what they need takes long to build. @returns {Suite[]} */
export function onDemand() {
  return [mochaSuite({ name: 'real', timeout: 300 * seconds, needsDebian: true, prepare: prepareLong })];
}

/** The suite that makes the README's pictures. @returns {Suite} */
export function pictures() {
  return mochaSuite({
    name: 'e2e',
    files: 'test/e2e/pictures.test.ts',
    timeout: 240 * seconds,
    needsDebian: true,
    prepare: prepareWindows,
    env: { PICTURES: path.join(repository, 'media', 'screenshots') },
  });
}

/** @type {Suite} */
const lint = {
  name: 'lint',
  lane: 'editor',
  needsDebian: false,
  count: () => Promise.resolve(1),
  run: async () => {
    const bin = path.join(repository, 'node_modules', '.bin');
    const faults = [];
    for (const [tool, ...args] of [
      ['tsc', '-p', '.'],
      ['tsc', '-p', 'webview'],
      ['eslint', '.'],
      ['prettier', '--check', '.'],
    ]) {
      if (tool === undefined) continue;
      const { code, output } = await stream('lint', path.join(bin, tool), args);
      if (code !== 0) faults.push(`${tool} ${args.join(' ')}:\n${output.trimEnd()}`);
    }
    return single('types, rules and format', faults.length > 0 ? faults.join('\n') : undefined);
  },
};

/** @type {Suite} */
const host = {
  name: 'host',
  lane: 'editor',
  needsDebian: true,
  count: () => dryRun('test/host/**/*.test.ts', ['--import=./test/host/withoutVscode.mjs']),
  run: async (say) => {
    await needPackages(['chromium'], say);
    await install(oldest, say);
    await buildExtension(say);
    const results = resultsOf('host');
    await stream('host', process.execPath, ['--import=tsx', 'test/host/launch.ts', results]);
    return readResults(results, 'host');
  },
};

/**
 * @param {{ name: string, lane?: Suite['lane'], timeout: number, jobs?: number, needsDebian?: boolean, files?: string,
 *   prepare?: (say: Say) => Promise<void>, env?: Record<string, string> }} options
 * @returns {Suite}
 */
function mochaSuite({ name, lane = 'editor', timeout, jobs = 1, needsDebian = false, files, prepare, env }) {
  const tests = files ?? `test/${name}/**/*.test.ts`;
  return {
    name,
    lane,
    needsDebian,
    count: () => dryRun(tests, []),
    run: async (say) => {
      await prepare?.(say);
      const setUp = path.join(repository, 'test', name, 'setup.ts');
      const has = existsSync(setUp);
      try {
        if (has && !(await isSetUp(name, say))) {
          return single(`${name}: set-up`, `It failed; see ${logOf(`${name}-setup`)}.`);
        }
        const results = resultsOf(name);
        const reporter = [
          '--reporter',
          './test/runner/reporter.ts',
          '--reporter-option',
          `results=${results}`,
        ];
        const limits = ['--timeout', String(timeout), '--exit'];
        if (jobs > 1) limits.push('--parallel', '--jobs', String(jobs));
        const args = ['--import=tsx', ...limits, ...reporter, tests];
        const { stopped } = await stream(name, mocha, args, env ? { env } : {});
        return readResults(results, name, stopped);
      } finally {
        if (has) await callOf(name, 'down', say);
      }
    },
  };
}

const mocha = path.join(repository, 'node_modules', '.bin', 'mocha');

/** One that hangs, as an installation may whose server says nothing more, is begun anew once. @param {string} name @param {Say} say */
async function isSetUp(name, say) {
  const first = await callOf(name, 'up', say);
  if (first.stopped === undefined) return first.code === 0;
  await callOf(name, 'wipe', say);
  return (await callOf(name, 'up', say)).code === 0;
}

/**
 * Calls a function of a suite's set-up in a process of its own, so that its time is nobody's test's.
 * @param {string} name
 * @param {'up' | 'down' | 'wipe'} what
 * @param {Say} say
 */
async function callOf(name, what, say) {
  say(`${name}: ${{ up: 'setting up', down: 'taking down', wipe: 'taking down, to begin anew' }[what]}`);
  const script = `const { default: d, ${what} = d?.${what} } = await import('./test/${name}/setup.ts'); await ${what}?.(); process.exit(0);`;
  const args = ['--import=tsx', '--input-type=module', '-e', script];
  const options = { isQuiet: true, limitMs: SET_UP_LIMIT_MS };
  const { code, output, stopped } = await stream(`${name}-setup`, process.execPath, args, options);
  if (code !== 0) say(stopped ?? lastWords(output));
  return { code, stopped };
}

/** @param {string} tests @param {string[]} more */
async function dryRun(tests, more) {
  const results = resultsOf('count');
  const reporter = ['--reporter', './test/runner/reporter.ts', '--reporter-option', `results=${results}`];
  const args = ['--import=tsx', ...more, '--dry-run', ...reporter, tests];
  await stream('count', mocha, args, { isQuiet: true });
  const { passed, skipped } = readResults(results, tests);
  return passed + skipped;
}

/** @param {string} suite */
function resultsOf(suite) {
  const file = path.join(repository, 'out', 'results', `${suite}.json`);
  rmSync(file, { force: true });
  return file;
}

/** @param {Say} say */
async function prepareBrowser(say) {
  await needPackages(['chromium'], say);
}

/** @param {Say} say */
async function prepareLong(say) {
  say('real: building Kubernetes, where that is not done: most of an hour the first time');
  await stream('real-kubernetes', path.join(repository, 'test/real/kubernetes/install.sh'), []);
  say('real: the hosts, and the services on them; MinIO and Grafana are built too');
  for (const names of [['labs'], ['labelstudio', 'airflow', 'triton', 'minio', 'grafana']]) {
    await stream('real-services', path.join(repository, 'test/ssh/lab/install.sh'), names);
  }
}

/** @param {Say} say */
async function prepareWindows(say) {
  await needPackages(['chromium', 'fonts-dejavu-core'], say);
  await install(oldest, say);
  await install(newest, say);
  await buildExtension(say);
}

/** @param {string} name */
function hasTests(name) {
  const folder = path.join(repository, 'test', name);
  if (!existsSync(folder)) return false;
  return readdirSync(folder, { recursive: true }).some((file) => String(file).endsWith('.test.ts'));
}
