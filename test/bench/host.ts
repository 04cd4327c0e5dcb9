/** How long the real extension host stands still while somebody signs in to a class of 600 servers and looks at it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import * as v from 'valibot';
import { startDemo } from '../../src/demo';
import { cloudsYamlOf } from '../cloudsYaml';
import { signInByFile } from '../e2e/steps';
import { openWindow, type Workbench } from '../e2e/window';
import { withoutTestbed } from '../vscode/testbed.mjs';
import type { Measure } from './table';

/** What nobody notices, ms. */
const FREEZE_MS = 50;

/** The class is another process's: what its sites do is in no turn of the host. */
export async function hostMeasures(): Promise<Measure[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'turns-'));
  const file = path.join(folder, 'turns.json');
  const demo = await startDemo({ wholeClass: true });
  const hook = pathToFileURL(path.join(import.meta.dirname, 'turns.mjs')).href;
  const window = await openWindow({
    settings: { 'chameleon.demo.openOnStartup': false },
    files: { 'clouds.yaml': cloudsYamlOf(demo.clouds) },
    env: { NODE_OPTIONS: `${withoutTestbed.NODE_OPTIONS} --import ${hook}`, TURNS: file },
  });
  try {
    const parts: [string, () => Promise<void>][] = [
      ['signed in, and everybody’s shown', () => signedIn(window)],
      ['grouped by kind and by person', () => grouped(window)],
    ];
    await window.view('Resources').getByRole('button', { name: 'Sign In' }).waitFor();
    const measures: Measure[] = [];
    for (const [name, run] of parts) {
      writeFileSync(`${file}.go`, '');
      while (existsSync(`${file}.go`)) await pause(50);
      await run();
      const turns = v.parse(v.array(v.number()), JSON.parse(readFileSync(file, 'utf8')));
      measures.push({
        name: `extension host: ${name}`,
        value: turns[0] ?? 0,
        unit: 'ms',
        budget: { atMost: FREEZE_MS },
        how: `the longest turns: ${turns.map(Math.round).join(', ')} ms, 600 servers`,
      });
    }
    return measures;
  } finally {
    await window.close();
    await demo.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function signedIn(window: Workbench): Promise<void> {
  await signInByFile(window);
  await window.row('Resources', 'node-mltrain-ab1234').waitFor();
  await window.run('Chameleon: Show Everyone');
  await window.row('Resources', /Needs attention\D*1\d\d/).waitFor();
}

async function grouped(window: Workbench): Promise<void> {
  for (const [by, row] of [
    ['By kind', /^Leases/],
    ['By person', /^You/],
    ['By lease', /Needs attention\D*1\d\d/],
  ] as const) {
    await window.run('Chameleon: Group Resources');
    await window.take(by);
    await window.row('Resources', row).waitFor();
  }
}
