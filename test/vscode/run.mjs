// @ts-check
/** Running other programs: quietly, with the output kept for when it fails. */
import { spawn } from 'node:child_process';

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

/**
 * Runs a program to its end and gives what it printed; fails with the last lines of that.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, log?: (text: string) => void }} [options]
 * @returns {Promise<string>}
 */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const take = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString();
      options.log?.(chunk.toString());
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else {
        const tail = output.trimEnd().split('\n').slice(-30).join('\n');
        reject(new Error(`${program} ${args.join(' ')} ended with ${code}:\n${tail}`));
      }
    });
  });
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
