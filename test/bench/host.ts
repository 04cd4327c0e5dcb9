/** How long the real extension host stands still while somebody signs in to a class of 600 servers and looks at it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as v from 'valibot';
import { startDemo } from '../../src/demo';
import { cloudsYamlOf } from '../cloudsYaml';
import { signInByFile } from '../e2e/steps';
import { openWindow, type Workbench } from '../e2e/window';
import { withHook } from './hook';
import { median, type Measure } from './table';

/** What nobody notices, ms. */
const FREEZE_MS = 50;

const RUNS = 3;

/** What is done, in this order, in each window. */
const parts: readonly (readonly [string, (window: Workbench) => Promise<void>])[] = [
  ['signed in, and everybody’s shown', signedIn],
  ['grouped by kind and by person', grouped],
];

export async function hostMeasures(): Promise<Measure[]> {
  const runs: (readonly number[])[][] = [];
  for (let run = 0; run < RUNS; run += 1) runs.push(await longestTurns());
  return parts.map(([name], at) => {
    const longest = runs.map((run) => run[at] ?? []);
    return {
      name: `extension host: ${name}`,
      value: median(longest.map(([first = 0]) => first)),
      unit: 'ms',
      budget: { atMost: FREEZE_MS },
      how: `the longest turns of ${RUNS} windows: ${longest.map((turns) => turns.slice(0, 4).map(Math.round).join(', ')).join(' | ')} ms, 600 servers`,
    };
  });
}

/** Of each part, in a window of its own. The class is another process's: what its sites do is in no turn of the host. */
async function longestTurns(): Promise<(readonly number[])[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'turns-'));
  const file = path.join(folder, 'turns.json');
  const demo = await startDemo({ wholeClass: true });
  const window = await openWindow({
    // Before its first request the editor reads the machine's certificates, 50 ms that are not ours.
    settings: { 'chameleon.demo.openOnStartup': false, 'http.systemCertificates': false },
    files: { 'clouds.yaml': cloudsYamlOf(demo.clouds) },
    env: { ...withHook('turns.mjs'), TURNS: file },
  });
  try {
    await window.view('Resources').getByRole('button', { name: 'Sign In' }).waitFor();
    const all: (readonly number[])[] = [];
    for (const [, run] of parts) {
      writeFileSync(`${file}.go`, '');
      while (existsSync(`${file}.go`)) await pause(50);
      await run(window);
      all.push(v.parse(v.array(v.number()), JSON.parse(readFileSync(file, 'utf8'))));
    }
    return all;
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
