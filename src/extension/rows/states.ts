import type { FloatingIp, Lease, Server, Volume, ZunContainer } from '../../openstack';
import type { Owner } from '../../chameleon';
import type { Tone } from './row';

/** A state for eyes, and in words for everybody. */
export interface Look {
  readonly words: string;
  readonly icon: string;
  readonly tone: Tone;
}

const LEASES: Readonly<Record<string, Look>> = {
  ACTIVE: { words: 'active', icon: 'calendar', tone: 'good' },
  PENDING: { words: 'waiting for its start', icon: 'clock', tone: 'quiet' },
  CREATING: { words: 'being made', icon: 'loading~spin', tone: 'busy' },
  STARTING: { words: 'starting', icon: 'loading~spin', tone: 'busy' },
  UPDATING: { words: 'being changed', icon: 'loading~spin', tone: 'busy' },
  TERMINATING: { words: 'ending', icon: 'loading~spin', tone: 'busy' },
  DELETING: { words: 'being deleted', icon: 'loading~spin', tone: 'busy' },
  TERMINATED: { words: 'ended', icon: 'circle-slash', tone: 'quiet' },
  ERROR: { words: 'in error', icon: 'error', tone: 'bad' },
};

const SERVERS: Readonly<Record<string, Look>> = {
  ACTIVE: { words: 'running', icon: 'vm-running', tone: 'good' },
  BUILD: { words: 'being built', icon: 'loading~spin', tone: 'busy' },
  REBUILD: { words: 'being rebuilt', icon: 'loading~spin', tone: 'busy' },
  REBOOT: { words: 'restarting', icon: 'loading~spin', tone: 'busy' },
  HARD_REBOOT: { words: 'restarting', icon: 'loading~spin', tone: 'busy' },
  SHUTOFF: { words: 'shut off', icon: 'vm-outline', tone: 'warning' },
  SUSPENDED: { words: 'suspended', icon: 'vm-outline', tone: 'warning' },
  PAUSED: { words: 'paused', icon: 'vm-outline', tone: 'warning' },
  SHELVED_OFFLOADED: { words: 'shelved', icon: 'archive', tone: 'quiet' },
  ERROR: { words: 'failed to build', icon: 'error', tone: 'bad' },
};

const TASKS: Readonly<Record<string, string>> = {
  scheduling: 'finding a host',
  networking: 'getting its network',
  block_device_mapping: 'getting its disk',
  spawning: 'being installed',
  deleting: 'being deleted',
  'powering-off': 'shutting down',
  'powering-on': 'starting',
};

/** How a lease looks; a word that we don't know is shown as the service says it. */
export function leaseLook(lease: Lease): Look {
  const known = LEASES[lease.status];
  if (known === undefined) return unknownState(lease.status);
  if (lease.status === 'ACTIVE' && lease.degraded)
    return { words: 'active, but degraded', icon: 'warning', tone: 'warning' };
  return known;
}

/** How a server looks; while it is on its way, the step it is at. */
export function serverLook(server: Server): Look {
  const known = SERVERS[server.status] ?? unknownState(server.status);
  if (server.taskState === undefined) return known;
  return {
    words: TASKS[server.taskState] ?? server.taskState.replaceAll('_', ' '),
    icon: 'loading~spin',
    tone: 'busy',
  };
}

/** How a floating IP looks: whether it is used is what matters. */
export function floatingIpLook(ip: FloatingIp): Look {
  if (ip.status === 'ERROR') return { words: 'in error', icon: 'error', tone: 'bad' };
  if (ip.portId === undefined) return { words: 'not in use', icon: 'globe', tone: 'warning' };
  return { words: 'in use', icon: 'globe', tone: 'good' };
}

function unknownState(word: string): Look {
  return { words: word.toLowerCase().replaceAll('_', ' '), icon: 'question', tone: 'warning' };
}

/** Whose it is, short: `yours`, a net ID, a group, … */
export function ownerWords(owner: Owner): string {
  switch (owner.kind) {
    case 'me':
      return 'yours';
    case 'person':
      return owner.netId ?? owner.username ?? 'another member';
    case 'group':
      return `group ${owner.group ?? '?'}`;
    case 'shared':
      return 'shared';
    case 'unknown':
      return 'owner unknown';
  }
}

/** How a volume looks. */
export function volumeLook({ status }: Volume): Look {
  if (status === 'available') return { words: 'in no server', icon: 'database', tone: 'warning' };
  if (status === 'in-use') return { words: 'in a server', icon: 'database', tone: 'good' };
  if (status.startsWith('error')) return { words: 'in error', icon: 'error', tone: 'bad' };
  return { words: status.replaceAll('-', ' '), icon: 'loading~spin', tone: 'busy' };
}

/** How a container at the edge looks. */
export function zunLook({ status }: ZunContainer): Look {
  switch (status) {
    case 'Running':
      return { words: 'running', icon: 'package', tone: 'good' };
    case 'Error':
      return { words: 'in error', icon: 'error', tone: 'bad' };
    case 'Stopped':
      return { words: 'stopped', icon: 'package', tone: 'quiet' };
    case 'Creating':
    case 'Created':
      return { words: 'being made', icon: 'loading~spin', tone: 'busy' };
    default:
      return unknownState(status);
  }
}

/** `800 B`, `1.2 MB`: decimal units, as the object store counts. */
export function bytesWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [value, at] = [bytes, 0];
  while (value >= 1000 && at < units.length - 1) [value, at] = [value / 1000, at + 1];
  return `${value >= 10 || at === 0 ? Math.round(value) : value.toFixed(1)} ${units[at] ?? 'B'}`;
}
