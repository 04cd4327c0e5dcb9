import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../src/base';
import { wayTo, type InventorySource, type OwnedServer, type SiteInventory } from '../../src/chameleon';
import { climb, CLOUD_PARTS, type Diagnosis, type Reach } from '../../src/doctor';
import { consoleOutput, type FloatingIp, type Lease, type Server, type Session } from '../../src/openstack';
import {
  Connections,
  dialBy,
  hostKeysFromConsole,
  KnownHosts,
  listeningPorts,
  lookAtDoor,
  matchesAny,
  publicKeyOf,
  nodeFiles,
  type Target,
} from '../../src/ssh';
import { down, up, type Lab as SshLab, type Place } from '../ssh/setup';
import { cloud, onlySite, session, source } from './clouds';
import { printHostKey } from './knobs';
import { reservedFlavor } from './lab1World';
import { Made } from './made';
import { oslab } from './start';

const signal = new AbortController().signal;
const place: Place = { folder: path.join(tmpdir(), 'svclab-ladder'), net: '127.118.0' };
export const NAME = 'node-ladder-ab1234';
/** The private key of the key pair that the lab's servers are made with. */
export const RIGHT_KEY = path.join(oslab, 'creds', 'id_rsa_chameleon');

/** A server of the real cloud with a real sshd behind its floating IP, and nginx on it. */
export class LadderWorld {
  readonly session: Session;
  readonly made: Made;
  readonly ssh: SshLab;
  readonly lease: Lease;
  readonly server: Server;
  readonly ip: FloatingIp;
  readonly #source: InventorySource;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'ladder-'));

  private constructor(parts: Pick<LadderWorld, 'session' | 'made' | 'ssh' | 'lease' | 'server' | 'ip'>) {
    this.session = parts.session;
    this.made = parts.made;
    this.ssh = parts.ssh;
    this.lease = parts.lease;
    this.server = parts.server;
    this.ip = parts.ip;
    this.#source = source([cloud('student_a')]);
  }

  static async make(): Promise<LadderWorld> {
    const open = session(cloud('student_a'));
    const made = new Made(open);
    try {
      const ssh = await up(['nginx'], place);
      await made.network(NAME, { router: true });
      const lease = await made.flavorLease(NAME, 'm1.small', 6);
      const server = await made.server({ name: NAME, flavor: reservedFlavor(lease), network: NAME });
      const ip = await made.floatingIp(server);
      await ssh.host('address', ssh.node1, ip.address);
      const publicKey = readFileSync(`${RIGHT_KEY}.pub`, 'utf8').trim();
      await ssh.host('run', ssh.node1, 'sh', '-c', 'echo "$1" >> .ssh/authorized_keys', '-', publicKey);
      const world = new LadderWorld({ session: open, made, ssh, lease, server, ip });
      await world.printRightKeys();
      return world;
    } catch (thrown) {
      await made.undo();
      throw thrown;
    }
  }

  /** Its console prints the keys that its sshd has. */
  async printRightKeys(): Promise<void> {
    const keys = await this.ssh.console(this.ssh.node1);
    printHostKey(NAME, keys.map(({ type, base64 }) => `${type} ${base64}`).join('\n'));
  }

  /** The ladder, as the editor climbs it. */
  async climb(
    options: {
      readonly server?: Server;
      /** The only key file of the person. */
      readonly key?: string;
      /** Ms since 1970, instead of the time that it is. */
      readonly now?: number;
      /** As one who met the server before. */
      readonly known?: KnownHosts;
      readonly services?: Reach['services'];
    } = {},
  ): Promise<Diagnosis> {
    const site = onlySite(await this.#source.refresh({ parts: CLOUD_PARTS }));
    const id = options.server?.id ?? this.server.id;
    const server = site.servers.find((each) => each.id === id);
    if (server === undefined) throw new Error('the server is gone');
    const { key = RIGHT_KEY, now = Date.now() } = options;
    const text = await consoleOutput(this.session, id, 400).catch(() => undefined);
    const wanted = site.keyPairs.map(({ publicKey }) => publicKey);
    const publicKey = await publicKeyOf(key, nodeFiles);
    const held = publicKey === undefined ? [] : [{ publicKey, matches: matchesAny(publicKey, wanted) }];
    const target = targetOf(site, server);
    const known = options.known ?? this.strangers();
    const connections = new Connections({
      keys: { agent: undefined, files: [{ path: key }] },
      knownHosts: known,
      decision: {
        consoleKeys: () => Promise.resolve(text === undefined ? undefined : hostKeysFromConsole(text)),
        accept: () => Promise.resolve(false),
      },
      dial: dialBy((host, port) => ({ host, port })),
      clock: systemClock,
    });
    const reach: Reach | undefined = target && {
      door: (inner) =>
        lookAtDoor(
          target,
          { dial: dialBy((host, port) => ({ host, port })), clock: systemClock, connections },
          inner,
        ),
      pinned: () => known.pinned(id),
      printed: text === undefined ? undefined : hostKeysFromConsole(text),
      login: (inner) => connections.to(target, inner),
      owner: 'me',
      listening: listeningPorts,
      services: options.services ?? [{ name: 'nginx', port: 80 }],
    };
    try {
      return await climb({ site, server, now, console: text, held }, reach, signal, () => undefined);
    } finally {
      connections.dispose();
    }
  }

  /** Known hosts of one who never met anybody. */
  strangers(): KnownHosts {
    return new KnownHosts(path.join(mkdtempSync(path.join(this.#folder, 'known-')), 'hosts'));
  }

  async tidy(): Promise<void> {
    this.#source.dispose();
    printHostKey(NAME, undefined);
    rmSync(this.#folder, { recursive: true, force: true });
    await this.made.undo();
    await this.ssh.host('address', this.ssh.node1, this.ssh.node1.address);
    await down(place);
  }
}

function targetOf(site: SiteInventory, server: OwnedServer): Target | undefined {
  const [hop, ...more] = wayTo(site, server) ?? [];
  if (hop === undefined || more.length > 0) return undefined;
  return { serverId: server.id, name: server.name, address: hop.address, port: 22, user: 'cc', via: [] };
}
