// @ts-check
/**
 * Loaded into the extension host (`node --import`): from when the file TURNS.go is there, and again at each time, each
 * turn of its event loop is taken, and the longest are kept in TURNS, ms each. The file is taken away when that has
 * begun. A turn is as long as it took, or as the process had of the processors meanwhile if that is less: what else the
 * machine did is not in it, nor what other threads of the process did beside it.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setImmediate } from 'node:timers';

const file = process.env['TURNS'];
const isHost = process.argv.some((each) => each.includes('type=extensionHost'));
/** @type {number[]} */
let longest = [];
let last = process.cpuUsage();
let began = performance.now();
let runs = false;

if (file !== undefined && isHost) setInterval(() => begin(file), 100).unref();

/** @param {string} into */
function begin(into) {
  if (!existsSync(`${into}.go`)) return;
  longest = [];
  writeFileSync(into, '[]');
  rmSync(`${into}.go`);
  last = process.cpuUsage();
  began = performance.now();
  if (!runs) setImmediate(turn, into);
  runs = true;
}

/** @param {string} into */
function turn(into) {
  const { user, system } = process.cpuUsage(last);
  const took = Math.min((user + system) / 1000, performance.now() - began);
  if (took > (longest[9] ?? 0)) {
    longest = [...longest, took].sort((a, b) => b - a).slice(0, 10);
    writeFileSync(into, JSON.stringify(longest));
  }
  last = process.cpuUsage();
  began = performance.now();
  setImmediate(turn, into);
}
