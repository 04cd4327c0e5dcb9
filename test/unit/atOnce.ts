import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Runs the same in several processes at the same moment, as several windows do.
 * @param program TypeScript with `async function run(name)`; `#room/` in its imports is `src/`
 * @param names of the processes
 */
export async function atOnce(folder: string, program: string, names: readonly string[]): Promise<void> {
  const file = path.join(folder, 'window.ts');
  const code = program.replaceAll('#room/', `${path.resolve('src')}/`);
  await writeFile(
    file,
    `${code}\nprocess.on('message', (name: string) => void run(name).then(() => process.exit(0)));\nprocess.send?.('ready');\n`,
  );
  const processes = names.map(() => fork(file, [], { execArgv: ['--import=tsx'] }));
  await Promise.all(processes.map((each) => once(each, 'message')));
  const ends = processes.map((each) => once(each, 'exit'));
  for (const [at, each] of processes.entries()) each.send(names[at] ?? '');
  for (const end of ends) assert.deepEqual(await end, [0, null]);
}
