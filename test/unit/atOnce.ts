import assert from 'node:assert/strict';
import { build } from 'esbuild';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/**
 * Makes a program that `fork` runs by plain Node: a process that compiles what it imports takes half a second more.
 * @param program TypeScript; `#room/` in its imports is `src/`
 * @returns its file
 */
export async function bundled(folder: string, program: string): Promise<string> {
  const file = path.join(folder, 'window.cjs');
  await build({
    stdin: {
      contents: program.replaceAll('#room/', `${path.resolve('src')}/`),
      loader: 'ts',
      resolveDir: folder,
    },
    bundle: true,
    platform: 'node',
    external: ['cpu-features', '*.node'], // of ssh2, which does without
    outfile: file,
  });
  return file;
}

/**
 * Runs the same in several processes at the same moment, as several windows do.
 * @param program as for `bundled`, with `async function run(name)`
 * @param names of the processes
 */
export async function atOnce(folder: string, program: string, names: readonly string[]): Promise<void> {
  const listening = `process.on('message', (name: string) => void run(name).then(() => process.exit(0)));`;
  const file = await bundled(folder, `${program}\n${listening}\nprocess.send?.('ready');`);
  const processes = names.map(() => fork(file));
  await Promise.all(processes.map((each) => once(each, 'message')));
  const ends = processes.map((each) => once(each, 'exit'));
  for (const [at, each] of processes.entries()) each.send(names[at] ?? '');
  for (const end of ends) assert.deepEqual(await end, [0, null]);
}
