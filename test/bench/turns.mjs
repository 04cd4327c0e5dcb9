// @ts-check
/**
 * Loaded into the extension host (`node --import`): from when the file TURNS.go is there, and again at each time, the
 * processor time of each turn of its event loop is taken, and the longest are kept in TURNS, ms each. What else the
 * machine does is in none of them. The file is taken away when that has begun.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { setImmediate } from 'node:timers';

const file = process.env['TURNS'];
const isHost = process.argv.some((each) => each.includes('type=extensionHost'));
/** @type {number[]} */
let longest = [];
let last = process.cpuUsage();
let runs = false;

if (file !== undefined && isHost) setInterval(() => begin(file), 100).unref();

/** @param {string} into */
function begin(into) {
  if (!existsSync(`${into}.go`)) return;
  longest = [];
  writeFileSync(into, '[]');
  rmSync(`${into}.go`);
  last = process.cpuUsage();
  if (!runs) setImmediate(turn, into);
  runs = true;
}

/** @param {string} into */
function turn(into) {
  const { user, system } = process.cpuUsage(last);
  const took = (user + system) / 1000;
  if (took > (longest[9] ?? 0)) {
    longest = [...longest, took].sort((a, b) => b - a).slice(0, 10);
    writeFileSync(into, JSON.stringify(longest));
  }
  last = process.cpuUsage();
  setImmediate(turn, into);
}
