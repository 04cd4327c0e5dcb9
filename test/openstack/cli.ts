import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { cloudsFile } from './clouds';

const run = promisify(execFile);
const repository = path.join(import.meta.dirname, '..', '..');
const place = path.join(repository, 'out', 'openstack');

/** What a run of the command line gave. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line as it ships, built from the sources as they are; beside dist/, which others may be using. */
export async function buildCli(): Promise<void> {
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  for (const name of ['src', 'webview', 'media', 'node_modules', 'package.json', 'tsconfig.json'])
    if (existsSync(path.join(repository, name)))
      symlinkSync(path.join(repository, name), path.join(place, name));
  await run(process.execPath, [path.join(repository, 'esbuild.config.mjs')], { cwd: place });
}

/** A person's home, with nothing in it; the caller removes it. */
export function newHome(): string {
  return mkdtempSync(path.join(tmpdir(), 'chameleon-cli-'));
}

/** Runs the built command line as in a terminal, with the lab's clouds.yaml unless `env` names another. */
export async function cli(
  home: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const options = {
    cwd: home,
    env: { PATH: process.env['PATH'], HOME: home, OS_CLIENT_CONFIG_FILE: cloudsFile, ...env },
    maxBuffer: 32_000_000,
  };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [path.join(place, 'dist', 'cli.js'), ...words], options, (error, out, err) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, stdout: out, stderr: err });
      else reject(new Error(`The command line was killed: ${err}`));
    });
  });
}
