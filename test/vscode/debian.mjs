// @ts-check
/** What a test needs of the machine below, taken from Debian where we are root there. */
import { existsSync } from 'node:fs';
import { cleanEnvironment, run } from './run.mjs';

/**
 * One installation at a time: ours by a lock, as `update` waits for nobody, others of the machine by Debian's own.
 * Without a terminal of its own dpkg is of our process group, and is stopped with it.
 */
const APT = ['-o', '/var/cache/apt', 'apt-get', '-o', 'DPkg::Lock::Timeout=600', '-o', 'Dpkg::Use-Pty=0'];

/** True where packages may be installed: Debian or Ubuntu, as root. */
export function mayInstall() {
  return process.platform === 'linux' && existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
}

/**
 * Installs the packages that are missing; where that can't be done, says which and how.
 * @param {string[]} packages
 * @param {(line: string) => void} say
 */
export async function needPackages(packages, say) {
  const missing = [];
  for (const name of packages) if (!(await isInstalled(name))) missing.push(name);
  if (missing.length === 0) return;
  if (!mayInstall()) {
    throw new Error(`These packages are missing: ${missing.join(' ')}. Install them, then start again.`);
  }
  say(`apt-get install ${missing.join(' ')}`);
  const env = cleanEnvironment({ DEBIAN_FRONTEND: 'noninteractive' });
  const install = [...APT, 'install', '-y', '-q', '--no-install-recommends', ...missing];
  try {
    await run('flock', install, { env });
  } catch {
    await run('flock', [...APT, 'update', '-q'], { env }); // lists absent or out of date
    await run('flock', install, { env });
  }
}

/** @param {string} name */
async function isInstalled(name) {
  try {
    const state = await run('dpkg-query', ['-W', '-f', '${db:Status-Status}', name]);
    return state.trim() === 'installed';
  } catch {
    return false;
  }
}
