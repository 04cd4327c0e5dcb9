// @ts-check
/** The project's own products, made when they are missing or old: packages, the built and staged extension. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { repository } from './editions.mjs';
import { cleanEnvironment, run } from './run.mjs';

/** Runs `npm ci` if node_modules is missing or older than the lock file. @param {(line: string) => void} say */
export async function needModules(say) {
  const lock = path.join(repository, 'package-lock.json');
  const installed = path.join(repository, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  if (existsSync(installed) && samePackages(lock, installed)) return;
  say('npm ci');
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: repository, env: cleanEnvironment() });
}

/**
 * A checkout makes files new without changing them, so the times alone would install too often.
 * @param {string} lock
 * @param {string} installed
 */
function samePackages(lock, installed) {
  const versions = (/** @type {string} */ file) => {
    /** @type {{ packages: Record<string, { version?: string, optional?: boolean }> }} */
    const { packages } = JSON.parse(readFileSync(file, 'utf8'));
    return Object.entries(packages).filter(([at, { optional }]) => at !== '' && optional !== true);
  };
  const have = new Map(versions(installed).map(([at, { version }]) => [at, version]));
  return versions(lock).every(([at, { version }]) => have.get(at) === version);
}

/**
 * Builds the extension and the panels into dist/.
 * @param {(line: string) => void} say
 * @param {'to read' | 'as people get it'} [how]
 */
export async function buildExtension(say, how = 'to read') {
  say('Building the extension.');
  const flags = how === 'to read' ? [] : ['--production'];
  await run(process.execPath, ['esbuild.config.mjs', ...flags], { cwd: repository });
  // Kept apart at once: another build may empty dist/ while this one is being tried.
  rmSync(built, { recursive: true, force: true });
  for (const part of ['package.json', 'README.md', 'LICENSE', 'dist', 'media']) {
    const from = path.join(repository, part);
    if (existsSync(from)) cpSync(from, path.join(built, part), { recursive: true });
  }
}

/** The built extension, with the files that are packed. */
const built = path.join(repository, 'out', 'built');

/**
 * Puts the built extension into a folder of extensions, as an installed package would lie there.
 * @param {string} extensions
 * @returns {string} the extension's folder
 */
export function stageExtension(extensions) {
  /** @type {{ name: string, publisher: string, version: string }} */
  const { name, publisher, version } = JSON.parse(
    readFileSync(path.join(repository, 'package.json'), 'utf8'),
  );
  rmSync(extensions, { recursive: true, force: true });
  const at = path.join(extensions, `${publisher}.${name}-${version}`);
  mkdirSync(at, { recursive: true });
  cpSync(built, at, { recursive: true });
  return at;
}

/**
 * Makes the package that people install.
 * @param {string} file
 * @param {(line: string) => void} say
 */
export async function packExtension(file, say) {
  say(`Packing ${path.basename(file)}.`);
  mkdirSync(path.dirname(file), { recursive: true });
  await run(process.execPath, ['esbuild.config.mjs', '--production'], { cwd: repository });
  // Links of the README stay as they are: there is no public repository that they could lead to.
  const packing = ['package', '--no-dependencies', '--skip-license', '--no-rewrite-relative-links'];
  const vsce = path.join(repository, 'node_modules', '@vscode', 'vsce', 'vsce');
  await run(process.execPath, [vsce, ...packing, '-o', file], {
    cwd: repository,
  });
}
