import type { CloudFacts } from './cloudRungs';
import { failed, passed, unknown, type Rung } from './types';

/** Terminal colours and other control codes. */
const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g');

/** What the console says about the boot. The last boot counts. */
export function consoleRung({ console: text, site, server, now }: CloudFacts): Rung {
  if (text === undefined)
    return unknown(
      'console',
      site.site.kind === 'baremetal'
        ? 'Bare metal shows no console here.'
        : `${site.site.name} shows no console for it.`,
      { next: 'Horizon → Instances → Console shows the screen.' },
    );
  const plain = text.replace(ESCAPES, '');
  const boot = plain.slice(Math.max(0, plain.lastIndexOf('Linux version')));
  if (/Kernel panic - not syncing/i.test(boot))
    return failed('console', 'Its kernel has panicked.', {
      next: 'Restart it in Horizon (Hard Reboot); if it panics again, launch a new one.',
      repair: 'openInHorizon',
    });
  if (/(?:emergency mode|Give root password for maintenance)/i.test(boot))
    return failed('console', 'It stopped while booting and waits in emergency mode.', {
      next: 'A volume in /etc/fstab that is not there is the usual cause. Restart it in Horizon, or launch a new one.',
      repair: 'openInHorizon',
    });
  if (hasNoAddress(boot))
    return failed('console', 'It booted without getting an address on its network.', {
      next: 'Restart it in Horizon; if it stays so, the network has no DHCP or no free address.',
      repair: 'openInHorizon',
    });
  if (/No space left on device/i.test(boot))
    return failed('console', 'Its disk is full.', {
      next: 'Log in and remove what is not needed, or launch a new one.',
    });
  if (/Cloud-init v\.[^\n]* finished at/i.test(boot) || / login:\s*$/m.test(boot))
    return passed('console', 'It has booted to the end.');
  const minutes = Math.round((now - (server.launchedAt ?? server.created)) / 60_000);
  if (boot.trim() === '') return unknown('console', 'Its console is empty.');
  return unknown('console', `Its console does not show the end of its boot (it runs for ${minutes} min).`, {
    next: minutes < 10 ? 'Wait a few minutes.' : 'Look at its console in Horizon.',
  });
}

/** cloud-init prints a table of devices: `| ens3 | False | . | . | . | fa:16:… |` is one without an address. */
function hasNoAddress(boot: string): boolean {
  const devices = [...boot.matchAll(/ci-info: \|\s*(\S+)\s*\|\s*(True|False)\s*\|\s*(\S+)\s*\|/g)].filter(
    ([, name]) => name !== 'lo' && name !== 'Device',
  );
  return devices.length > 0 && devices.every(([, , up, address]) => up === 'False' || address === '.');
}
