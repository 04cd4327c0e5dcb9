// @ts-check
/** Running other programs: quietly, with the output kept for when it fails, and never without an end. */
import { spawn, spawnSync } from 'node:child_process';

/**
 * The environment for a program that is not part of this project's own npm run: what npm sets for its
 * scripts (where the package is, which one it is) would send a nested npm to the wrong folder, and what a
 * terminal inside VS Code sets would make ours talk to that one.
 * @param {Record<string, string>} [more]
 */
export function cleanEnvironment(more = {}) {
  const misleading =
    /^(npm_package_|npm_lifecycle_|npm_command$|npm_config_(local_prefix|global_prefix|prefix|ignore_scripts)$|INIT_CWD$|VSCODE_)/;
  const kept = Object.entries(process.env).filter(([name]) => !misleading.test(name));
  return { ...Object.fromEntries(kept), ...more };
}

/** @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv, log?: (text: string) => void, limitMs?: number }} Options */

/** Longer than anything takes that is not a suite, on two cores. */
const LIMIT_MS = 20 * 60_000;

/**
 * Runs a program to its end and gives what it printed; fails with the last lines of that.
 * @param {string} program
 * @param {string[]} args
 * @param {Options} [options]
 * @returns {Promise<string>}
 */
export async function run(program, args, options = {}) {
  const { code, output, stopped } = await endOf(program, args, options);
  if (code === 0) return output;
  const called = [program, ...args].join(' ');
  throw new Error(`${called} ended with ${code ?? 'a signal'}:\n${stopped ?? lastWords(output)}`);
}

/**
 * Runs a program, and whatever it starts, to its end. What runs longer than its limit is stopped: a program that hangs
 * is a failure with its last words, and not a run without an end.
 * @param {string} program
 * @param {string[]} args
 * @param {Options} [options]
 * @returns {Promise<{ code: number | null, output: string, stopped?: string }>} `stopped`: at its limit, doing what
 */
export function endOf(program, args, { cwd, env = cleanEnvironment(), log, limitMs = LIMIT_MS } = {}) {
  return new Promise((resolve, reject) => {
    // A group of its own; on Windows that would be a console window of its own.
    const detached = process.platform !== 'win32';
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached });
    watch(child);
    let output = '';
    /** @type {{ stopped?: string }} */
    const end = {};
    const limit = setTimeout(() => {
      const minutes = Math.round(limitMs / 60_000);
      end.stopped = `It did not end within ${minutes} minutes, and was stopped. ${doing(child, output)}`;
      stop(child);
    }, limitMs);
    const take = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString();
      log?.(chunk.toString());
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => {
      clearTimeout(limit);
      unwatch(child);
      reject(error);
    });
    // A service that it leaves running keeps our pipes open: after the program itself has ended, what is still on its
    // way gets a moment, and no more.
    child.on('exit', (code) => {
      clearTimeout(limit);
      unwatch(child);
      const finish = () => {
        clearTimeout(late);
        child.stdout.destroy();
        child.stderr.destroy();
        resolve({ code, output, ...end });
      };
      const late = setTimeout(finish, 1000);
      child.once('close', finish);
    });
  });
}

/** The end of what a program printed. @param {string} output @returns {string} */
export function lastWords(output) {
  return output.trimEnd().split('\n').slice(-30).join('\n');
}

/**
 * What runs, each the head of a process group: npm, mocha and scripts have processes of their own, which end with them.
 * @type {Set<import('node:child_process').ChildProcess>}
 */
const running = new Set();
/** @type {NodeJS.Signals[]} */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** @param {import('node:child_process').ChildProcess} child */
function watch(child) {
  if (running.size === 0) {
    for (const signal of SIGNALS) process.on(signal, stopAll);
    process.on('exit', stopGroups);
  }
  running.add(child);
}

/** @param {import('node:child_process').ChildProcess} child */
function unwatch(child) {
  running.delete(child);
  if (running.size > 0) return;
  for (const signal of SIGNALS) process.off(signal, stopAll);
  process.off('exit', stopGroups);
}

/** The end of this program by a signal is that of all that it runs. @param {NodeJS.Signals} signal */
function stopAll(signal) {
  stopGroups();
  for (const each of SIGNALS) process.off(each, stopAll);
  process.kill(process.pid, signal);
}

function stopGroups() {
  running.forEach(stop);
}

/** @param {import('node:child_process').ChildProcess} child */
function stop(child) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

/** @param {import('node:child_process').ChildProcess} child @param {string} output */
function doing(child, output) {
  const { stdout } = spawnSync('pgrep', ['-a', '-g', String(child.pid)], { encoding: 'utf8' });
  // Where there is no `pgrep`, the last words alone.
  return `${stdout ? `Still running:\n${stdout}` : ''}Last words:\n${lastWords(output)}`;
}

/** True if a program of this name can be started. @param {string} program @param {string[]} [args] */
export async function exists(program, args = ['--version']) {
  try {
    await run(program, args);
    return true;
  } catch {
    return false;
  }
}
