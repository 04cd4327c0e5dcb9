/** What the package costs: its size, and the start of the extension in a real VS Code. */
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { openWindow } from '../e2e/window';
import { repository } from '../vscode/editions.mjs';
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

/** As the editor itself says it, in its list of running extensions; each in a window of its own. */
async function activation(): Promise<Measure> {
  const times: number[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    const window = await openWindow();
    try {
      await window.command('Developer: Show Running Extensions');
      const row = window.page
        .locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'chameleon' })
        .filter({ hasText: /Activation: \d+ms/ });
      const text = await row.first().innerText();
      times.push(Number(/Activation: (\d+)ms/.exec(text)?.[1]));
    } finally {
      await window.close();
    }
  }
  return {
    name: 'activation',
    value: median(times),
    unit: 'ms',
    budget: { atMost: 20 },
    how: `median of ${times.length} starts: ${times.join(', ')} ms, as the editor's list of running extensions says`,
  };
}
