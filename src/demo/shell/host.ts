import { hostnameOf } from '../world/hostname';
import type { Bench } from '../world/bench';
import type { ProgramName, ServerRecord } from '../world/records';
import type { World } from '../world/world';
import { Files } from './files';

export const USER = 'cc';
export const HOME = `/home/${USER}`;

/** The cloud that a server stands in, as far as its commands reach. */
export interface Around {
  readonly world: World;
  /** Its own address on the shared network. */
  fixedAddress(): string | undefined;
  /** A server that is reached at that address from here. */
  hostAt(address: string): Host | undefined;
  /** Servers came or went, or something listens that others may reach. */
  changed(): Promise<void>;
}

/** What a shell sees of the server that it runs on. */
export interface Host {
  readonly hostname: string;
  readonly files: Files;
  /** What listens on the server's own loopback, beside sshd. */
  readonly programs: Map<number, ProgramName>;
  /** What a lab made there; undefined on a server where none has installed anything. */
  bench: Bench | undefined;
  /** How many stages of its lab the demo has played. */
  played: number;
  /** Undefined for a server that stands alone. */
  readonly around: Around | undefined;
  /** The kind of bare-metal node; undefined for a virtual machine. */
  readonly nodeType: string | undefined;
  /** The floating IP that leads to it now. */
  readonly publicAddress: () => string | undefined;
  readonly vcpus: number;
  /** When it came up, ms since 1970. */
  readonly upSince: number;
  readonly now: () => number;
}

/** A server's inside. @param now the demo's time @param publicAddress the floating IP that leads to it now */
export function hostOf(
  server: ServerRecord,
  now: () => number,
  publicAddress: () => string | undefined,
  around?: Around,
): Host {
  const hostname = hostnameOf(server.name);
  const home = Object.entries(server.home).map(([name, text]) => [`${HOME}/${name}`, text] as const);
  const keys = server.authorizedKeys.map((key) => `${key}\n`).join('');
  return {
    hostname,
    programs: server.programs,
    bench: server.bench,
    played: 0,
    around,
    nodeType: server.host?.nodeType,
    publicAddress,
    vcpus: server.host?.vcpus ?? server.flavor.vcpus,
    upSince: server.launchedAt ?? server.created,
    now,
    files: new Files({
      [`${HOME}/.ssh/authorized_keys`]: keys,
      '/etc/hosts': `127.0.0.1 localhost\n127.0.1.1 ${hostname}\n`,
      '/etc/systemd/system/multi-user.target.wants/firewalld.service': '[Unit]\n',
      '/etc/hostname': `${hostname}\n`,
      '/etc/os-release':
        'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n',
      '/etc/motd': motd(hostname),
      '/tmp/.keep': '',
      ...(server.userData === undefined
        ? {}
        : { '/var/lib/cloud/instance/user-data.txt': Buffer.from(server.userData, 'base64').toString() }),
      ...Object.fromEntries(home),
    }),
  };
}

function motd(hostname: string): string {
  return (
    `Welcome to ${hostname}: a server of the Chameleon Labs demo.\n` +
    'It is an imitation in the memory of your own computer. Type help to see what it knows,\n' +
    'play to have the work of its lab done.\n'
  );
}
