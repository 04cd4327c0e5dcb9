// @ts-check
/** Starts a code-server on a free port of the loopback, and stops it with all that it started. */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { entryOf, nodeOf } from './editions.mjs';
import { cleanEnvironment } from './run.mjs';

/** A quiet VS Code: nothing opens by itself, nothing calls home, no chat. */
export const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.quickOpen.closeOnFocusLost': false, // a panel that comes up late would take a list away from the one who chooses in it
  'workbench.hover.delay': 600_000, // a tooltip lies over the row below
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.enabled': false,
  'git.enabled': false,
  'remote.autoForwardPorts': false,
};

/**
 * Writes settings where VS Code reads them: the person's own, and the machine's, which alone count in a
 * browser's window for settings of scope `machine`.
 * @param {string} userData
 * @param {Record<string, unknown>} settings
 */
export function writeSettings(userData, settings) {
  for (const kind of ['User', 'Machine']) {
    mkdirSync(path.join(userData, kind), { recursive: true });
    writeFileSync(path.join(userData, kind, 'settings.json'), JSON.stringify(settings, null, 2));
  }
}

/**
 * @typedef {object} Served
 * @property {number} port
 * @property {string} url
 * @property {() => Promise<void>} stop
 * @property {Promise<number | null>} ended
 */

/**
 * Starts code-server and resolves when it answers.
 * @param {{ edition: import('./editions.mjs').Edition, folder: string, userData: string, extensions: string,
 *   log: string, port?: number, env?: Record<string, string>, trusted?: boolean }} options
 * @returns {Promise<Served>}
 */
export async function serve({ edition, folder, userData, extensions, log, port, env, trusted = true }) {
  for (const made of [folder, userData, extensions, path.dirname(log)]) mkdirSync(made, { recursive: true });
  const chosen = await freePort(port);
  const where = ['--user-data-dir', userData, '--extensions-dir', extensions];
  const config = path.join(userData, 'config.yaml'); // else it writes one into the person's home
  writeFileSync(config, '');
  const child = spawn(
    nodeOf(edition),
    [
      entryOf(edition),
      ...['--config', config, '--auth', 'none', '--bind-addr', `127.0.0.1:${chosen}`, ...where],
      ...['--disable-telemetry', '--disable-update-check'],
      ...(trusted ? ['--disable-workspace-trust'] : []),
      folder,
    ],
    { env: cleanEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const file = createWriteStream(log, { flags: 'a' });
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  /** @type {Promise<number | null>} */
  const ended = new Promise((resolve) => {
    child.on('close', (code) => {
      file.end();
      resolve(code);
    });
    child.on('error', () => resolve(null));
  });
  const stop = async () => {
    signalGroup(child.pid, 'SIGTERM');
    const late = await Promise.race([ended.then(() => false), pause(5000, true, { ref: false })]);
    if (late) signalGroup(child.pid, 'SIGKILL');
    await ended;
  };
  const url = `http://127.0.0.1:${chosen}/`;
  try {
    await answering(`${url}healthz`, ended);
  } catch (error) {
    await stop();
    throw new Error(`code-server ${edition.codeServer} did not start; see ${log}.`, { cause: error });
  }
  return { port: chosen, url, stop, ended };
}

/** @param {number | undefined} pid @param {NodeJS.Signals} signal */
function signalGroup(pid, signal) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal); // the whole group: extension host and terminals are its children
  } catch {
    // Ended already.
  }
}

/** @param {string} url @param {Promise<unknown>} ended */
async function answering(url, ended) {
  let gone = false;
  void ended.then(() => (gone = true));
  const limit = Date.now() + 60_000;
  while (Date.now() < limit) {
    if (gone) throw new Error('It ended at once.');
    try {
      if ((await fetch(url)).ok) return;
    } catch {
      // Not listening yet.
    }
    await pause(100);
  }
  throw new Error('It did not answer within a minute.');
}

/**
 * A free port; the wished one if nobody has it.
 * @param {number} [wished]
 * @returns {Promise<number>}
 */
export function freePort(wished = 0) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => {
      if (wished === 0) reject(error);
      else resolve(freePort());
    });
    probe.listen(wished, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('No port.'));
        else resolve(address.port);
      });
    });
  });
}
