// @ts-check
/** Runs a program with its output on the screen and in a file: the suite of secrets reads those files. */
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { repository } from '../vscode/editions.mjs';
import { endOf } from '../vscode/run.mjs';

/** @param {string} name @returns {string} */
export function logOf(name) {
  return path.join(repository, 'out', 'logs', `${name}.log`);
}

/** Longer than any suite takes on two cores. */
const LIMIT_MS = 40 * 60_000;

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
 * @param {{ env?: Record<string, string>, isQuiet?: boolean, limitMs?: number }} [options]
 */
export async function stream(log, program, args, { env = {}, isQuiet = false, limitMs = LIMIT_MS } = {}) {
  mkdirSync(path.dirname(logOf(log)), { recursive: true });
  const shown = screen(log);
  const end = await endOf(program, args, {
    cwd: repository,
    env: { ...process.env, ...env },
    limitMs,
    log: (text) => {
      appendFileSync(logOf(log), text);
      if (!isQuiet) shown.take(text);
    },
  });
  if (!isQuiet) shown.end();
  return end;
}
