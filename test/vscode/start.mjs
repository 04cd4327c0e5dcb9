// @ts-check
/**
 * `npm start`: the extension in a VS Code, with its demo open. The VS Code of this machine if there is one,
 * else code-server in the browser. Uses nothing but Node until the packages are installed.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cache, oldest, repository } from './editions.mjs';
import { install } from './install.mjs';
import { buildExtension, needModules, stageExtension } from './project.mjs';
import { cleanEnvironment, exists } from './run.mjs';
import { quietSettings, serve, writeSettings } from './serve.mjs';

const settings = { ...quietSettings, 'chameleon.demo.openOnStartup': true };
const say = (/** @type {string} */ line) => console.log(line);
const began = Date.now();

try {
  await needModules(say);
  await buildExtension(say);
  if (await exists('code')) await onDesktop();
  else await inBrowser();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function onDesktop() {
  const scratch = mkdtempSync(path.join(tmpdir(), 'chameleon-labs-'));
  const folder = path.join(scratch, 'workspace');
  mkdirSync(folder);
  writeSettings(path.join(scratch, 'user-data'), settings);
  say('Opening VS Code. Close its window, or press Ctrl-C here, to end.');
  const window = spawn(
    'code',
    [
      `--extensionDevelopmentPath=${repository}`,
      `--user-data-dir=${path.join(scratch, 'user-data')}`,
      `--extensions-dir=${path.join(scratch, 'extensions')}`,
      ...['--new-window', '--wait', '--skip-welcome', '--skip-release-notes', '--disable-workspace-trust'],
      folder,
    ],
    { env: cleanEnvironment(), stdio: 'inherit', shell: process.platform === 'win32' },
  );
  const end = () => window.kill();
  process.on('SIGINT', end).on('SIGTERM', end);
  await new Promise((resolve) => window.on('close', resolve));
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}

async function inBrowser() {
  await install(oldest, say);
  const home = path.join(cache, 'start');
  const userData = path.join(home, 'user-data');
  writeSettings(userData, settings);
  stageExtension(path.join(home, 'extensions'));
  const served = await serve({
    edition: oldest,
    folder: path.join(home, 'workspace'),
    userData,
    extensions: path.join(home, 'extensions'),
    log: path.join(repository, 'out', 'logs', 'start.log'),
    port: 8717,
  });
  say(`VS Code ${oldest.vscode} is up after ${((Date.now() - began) / 1000).toFixed(1)} s. Ctrl-C ends it.`);
  say(served.url);
  let isEnding = false;
  const end = () => {
    isEnding = true;
    void served.stop();
  };
  process.on('SIGINT', end).on('SIGTERM', end).on('SIGHUP', end);
  await served.ended;
  if (!isEnding) throw new Error('code-server ended by itself; see out/logs/start.log.');
}
