// @ts-check
/** Notes the command line of every process that runs during the suites: no secret may be among them. */
import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { logOf } from './stream.mjs';

/** Starts to note them; does nothing where there is no /proc. @returns {() => void} the end of it */
export function noteProcesses() {
  /** @type {Set<string>} */
  const seen = new Set();
  const log = logOf('processes');
  mkdirSync(path.dirname(log), { recursive: true });
  const look = () => {
    for (const pid of processes()) {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        if (line === '' || seen.has(line)) continue;
        seen.add(line);
        appendFileSync(log, `${line}\n`);
      } catch {
        // It has ended meanwhile.
      }
    }
  };
  const timer = setInterval(look, 250);
  timer.unref();
  return () => clearInterval(timer);
}

function processes() {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
