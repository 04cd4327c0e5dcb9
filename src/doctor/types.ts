/** The rungs of the ladder, in the order climbed. */
export const rungIds = [
  'lease',
  'server',
  'console',
  'address',
  'securityGroup',
  'keyPair',
  'tcp',
  'banner',
  'hostKey',
  'login',
  'shell',
  'disk',
  'services',
] as const;
export type RungId = (typeof rungIds)[number];

/** What can be done by one click; a closed list. */
export type RepairName = 'attachFloatingIp' | 'openSshPort' | 'forgetHostKey' | 'openInHorizon';

/**
 * What was seen on one rung. `unknown`: it can't be told from here (`what` says why). `notAsked`: a rung below it failed
 * in a way that makes the question pointless.
 */
export interface Rung {
  readonly id: RungId;
  readonly title: string;
  readonly verdict: 'passed' | 'failed' | 'unknown' | 'notAsked';
  /** A sentence. */
  readonly what: string;
  /** The reader's next step. */
  readonly next?: string | undefined;
  readonly repair?: RepairName | undefined;
  /** Nothing above makes sense now. */
  readonly stops?: boolean | undefined;
}

/** A ladder, climbed as far as it makes sense. */
export interface Diagnosis {
  readonly server: string;
  readonly site: string;
  /** Server time, ms since 1970. */
  readonly at: number;
  readonly rungs: readonly Rung[];
}

const TITLES: Readonly<Record<RungId, string>> = {
  lease: 'Lease',
  server: 'Server',
  console: 'Console',
  address: 'Public address',
  securityGroup: 'Security group',
  keyPair: 'Key pair',
  tcp: 'TCP connection to port 22',
  banner: 'SSH server',
  hostKey: 'Host key',
  login: 'Login',
  shell: 'Shell',
  disk: 'Disk',
  services: 'Services',
};

type More = Partial<Pick<Rung, 'next' | 'repair' | 'stops'>>;

export function passed(id: RungId, what: string): Rung {
  return { id, title: TITLES[id], verdict: 'passed', what };
}

export function failed(id: RungId, what: string, more: More = {}): Rung {
  return { id, title: TITLES[id], verdict: 'failed', what, ...more };
}

export function unknown(id: RungId, what: string, more: More = {}): Rung {
  return { id, title: TITLES[id], verdict: 'unknown', what, ...more };
}

export function notAsked(id: RungId): Rung {
  return {
    id,
    title: TITLES[id],
    verdict: 'notAsked',
    what: 'Not looked at: what is above must be right first.',
  };
}
