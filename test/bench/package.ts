/** What the package costs: its size, and the start of the extension in a real VS Code. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { openWindow } from '../e2e/window';
import { repository } from '../vscode/editions.mjs';
import { withHook } from './hook';
import { median, type Measure } from './table';

const STARTS = 5;

export async function packageMeasures(): Promise<Measure[]> {
  return [await size(), await activation()];
}

async function size(): Promise<Measure> {
  await promisify(execFile)('npm', ['run', '--silent', 'package'], { cwd: repository });
  const kib = statSync(path.join(repository, 'chameleon-labs.vsix')).size / 1024;
  return { name: '.vsix', value: kib, unit: 'KiB', budget: { atMost: 500 }, how: 'packed with vsce' };
}

/** In a real editor, each in a window of its own; beside it what the editor's own list of running extensions says. */
async function activation(): Promise<Measure> {
  const folder = mkdtempSync(path.join(tmpdir(), 'activation-'));
  const file = path.join(folder, 'activation.json');
  const own: number[] = [];
  const listed: number[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    const window = await openWindow({
      env: { ...withHook('activation.mjs'), ACTIVATION: file },
    });
    try {
      await window.command('Developer: Show Running Extensions');
      const row = window.page
        .locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'chameleon' })
        .filter({ hasText: /Activation: \d+ms/ });
      listed.push(Number(/Activation: (\d+)ms/.exec(await row.first().innerText())?.[1]));
      own.push(v.parse(v.number(), JSON.parse(readFileSync(file, 'utf8'))));
    } finally {
      await window.close();
    }
  }
  rmSync(folder, { recursive: true, force: true });
  const all = (times: readonly number[]): string => times.map(Math.round).join(', ');
  return {
    name: 'activation',
    value: median(own),
    unit: 'ms',
    budget: { atMost: 20 },
    how: `processor time, median of ${all(own)} ms; the editor's list, while others start: ${all(listed)} ms`,
  };
}
