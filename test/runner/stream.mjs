// @ts-check
/** Runs a program with its output on the screen and in a file: the suite of secrets reads those files. */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import { repository } from '../vscode/editions.mjs';

/** @param {string} name @returns {string} */
export function logOf(name) {
  return path.join(repository, 'out', 'logs', `${name}.log`);
}

let isMixed = false;

/** From now on several programs print at once: each line says whose it is. */
export function mixOutputs() {
  isMixed = true;
}

/**
 * Prints what a program said: as it comes, or where several talk at once, line by line.
 * @param {string} log
 * @returns {{ take: (text: string) => void, end: () => void }}
 */
function screen(log) {
  if (!isMixed) return { take: (text) => process.stdout.write(text), end: () => undefined };
  let rest = '';
  const print = (/** @type {string[]} */ lines) => {
    for (const line of lines) if (line.trim() !== '') process.stdout.write(`${log.padEnd(9)} │ ${line}\n`);
  };
  return {
    take: (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      print(lines);
    },
    end: () => print([rest]),
  };
}

/**
 * @param {string} log name of the log
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, isQuiet?: boolean }} [options]
 * @returns {Promise<{ code: number | null, output: string }>}
 */
export function stream(log, program, args, { env = {}, isQuiet = false } = {}) {
  mkdirSync(path.dirname(logOf(log)), { recursive: true });
  const file = createWriteStream(logOf(log), { flags: 'a' });
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: repository,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const shown = screen(log);
    const take = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString();
      file.write(chunk);
      if (!isQuiet) shown.take(chunk.toString());
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', reject);
    // A service that a set-up leaves running keeps our pipes open: after the program itself has ended, what is
    // still on its way gets a moment, and no more.
    child.on('exit', (code) => {
      const finish = () => {
        clearTimeout(late);
        child.stdout.destroy();
        child.stderr.destroy();
        if (!isQuiet) shown.end();
        file.end(() => resolve({ code, output }));
      };
      const late = setTimeout(finish, 1000);
      child.once('close', finish);
    });
  });
}
