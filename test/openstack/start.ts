import { existsSync } from 'node:fs';
import path from 'node:path';
import { run as runToEnd } from '../vscode/run.mjs';

/** Where the lab lives; the scripts under lab/ have the same default. */
export const oslab = process.env['OSLAB'] ?? '/tmp/oslab';
const scripts = path.join(import.meta.dirname, 'lab');
const BLAZAR = 'blazar==14.0.0';

/**
 * Installs what is missing, starts what does not run and fills the lab once. Also for a suite that ended a service.
 * @throws Error with the script's last words
 */
export async function startLab(say: (line: string) => void): Promise<void> {
  await script('install.sh', say);
  const venv = await blazarVenv(say);
  await script('up.sh', say, { BLAZAR_VENV: venv });
  await script('seed.sh', say);
}

/** Runs one of the lab's own scripts. @throws Error with its last words */
export async function script(
  name: string,
  say: (line: string) => void,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<void> {
  await run(path.join(scripts, name), args, say, { ...process.env, OSLAB: oslab, ...env });
}

/** The venv with Blazar: the caller's, else one that is made under `$OSLAB` (Debian has no Blazar server). */
export async function blazarVenv(say: (line: string) => void): Promise<string> {
  const given = process.env['BLAZAR_VENV'];
  if (given !== undefined && given !== '') return given;
  const venv = path.join(oslab, 'blazar-venv');
  if (existsSync(path.join(venv, 'bin', 'blazar-manager'))) return venv;
  // Debian's own Python, whose packages Blazar needs, whatever else is first on the PATH.
  await run('/usr/bin/python3', ['-m', 'venv', '--system-site-packages', venv], say, process.env);
  await run(path.join(venv, 'bin', 'pip'), ['install', '--quiet', '--no-deps', BLAZAR], say, process.env);
  return venv;
}

async function run(
  program: string,
  args: readonly string[],
  say: (line: string) => void,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const log = (text: string): void => {
    for (const line of text.split('\n')) if (line.trim() !== '') say(line);
  };
  await runToEnd(program, [...args], { env, log });
}
