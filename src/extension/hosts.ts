import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { Problem, systemClock } from '../base';
import { consoleOutput, type Server } from '../openstack';
import type {
  Connection,
  Connections,
  Forward,
  Forwards,
  HostKey,
  HostKeyDecision,
  Keys,
  KnownHosts,
  Reach,
  Target,
} from '../ssh';
import type { App } from './app';
import { ask } from './ask';
import { floatingAddress } from './rows/resources';
import type { SiteInventory } from '../chameleon';

const CONSOLE_LINES = 400;
/** Chameleon's images know this user; it may sudo. */
const IMAGE_USER = 'cc';

interface Ready {
  readonly keys: Keys;
  readonly knownHosts: KnownHosts;
  readonly connections: Connections;
  readonly forwards: Forwards;
  readonly folder: string;
  readonly reach: Reach;
}

/** SSH of this window: connections, forwards and the files for the user's own `ssh`. Loaded at the first use. */
export class Hosts {
  readonly #app: App;
  #ready: Promise<Ready> | undefined;
  #now: Ready | undefined;

  constructor(app: App) {
    this.#app = app;
  }

  /** The forwards as they are, without loading anything. */
  get forwards(): readonly Forward[] {
    return this.#now?.forwards.list() ?? [];
  }

  /** Everything made on first use; the same until `close`. */
  async ready(): Promise<Ready> {
    this.#ready ??= this.#make();
    return this.#ready;
  }

  async close(): Promise<void> {
    const before = await this.#ready?.catch(() => undefined);
    this.#ready = undefined;
    this.#now = undefined;
    await before?.forwards.dispose();
    before?.connections.dispose();
  }

  async connect(target: Target, signal: AbortSignal): Promise<Connection> {
    return (await this.ready()).connections.to(target, signal);
  }

  /** @throws Problem where the server has no public address */
  targetOf(server: Server): Target {
    const address = floatingAddress(server);
    if (address === undefined)
      throw new Problem(`${server.name} has no public address, so it can't be reached from here.`, {
        next: 'Attach a floating IP to it, or connect from a server that has one.',
      });
    return { serverId: server.id, name: server.name, address, port: 22, user: IMAGE_USER, via: [] };
  }

  /** Writes the config with all reachable servers and returns the command line of the user's own `ssh`. */
  async terminalCommand(target: Target): Promise<{ file: string; args: string[] }> {
    const { sshConfig, terminalCommand, writeSshConfig } = await import('../ssh');
    const { keys, knownHosts, folder, reach } = await this.ready();
    const others = this.#app.inventory.sites
      .flatMap((site) => site.servers)
      .filter((server) => server.owner.kind === 'me' && floatingAddress(server) !== undefined)
      .map((server) => this.targetOf(server))
      .filter((each) => each.serverId !== target.serverId);
    const file = path.join(folder, this.#app.demo === undefined ? 'config' : 'demo-config');
    await writeSshConfig(
      file,
      sshConfig([target, ...others], { knownHostsFile: knownHosts.file, keys, reach }),
    );
    return terminalCommand(target, { configFile: file });
  }

  async #make(): Promise<Ready> {
    const { Connections, Forwards, KnownHosts, dialBy } = await import('../ssh');
    const demo = this.#app.demo;
    const folder = path.join(this.#app.context.globalStorageUri.fsPath, 'ssh');
    const reach: Reach = demo?.reach ?? ((host, port) => ({ host, port }));
    const knownHosts = new KnownHosts(
      path.join(folder, demo === undefined ? 'known_hosts' : 'demo_known_hosts'),
    );
    const keys = await this.#keys();
    const connections = new Connections({
      keys,
      knownHosts,
      decision: this.#decision(),
      dial: dialBy(reach),
      clock: systemClock,
    });
    const forwards = new Forwards({ connections, clock: systemClock });
    forwards.onChange(() => {
      this.#app.draw();
    });
    this.#now = { keys, knownHosts, connections, forwards, folder, reach };
    return this.#now;
  }

  async #keys(): Promise<Keys> {
    const demo = this.#app.demo;
    if (demo !== undefined) return { agent: undefined, files: [{ path: demo.keyFile }] };
    const { findKeys } = await import('../ssh');
    const { nodeFiles } = await import('../ssh');
    return findKeys({ env: process.env, home: homedir(), files: nodeFiles });
  }

  #decision(): HostKeyDecision {
    return {
      consoleKeys: async (target, signal) => this.#consoleKeys(target, signal),
      accept: (target, key) =>
        ask.confirm(
          `Is this ${target.name}?`,
          `The server at ${target.address} was never met before and its site shows no console to compare with. ` +
            `Its ${key.type} key is\n${key.fingerprint}\nIt is remembered: if it ever changes, the connection stops.`,
          'Connect',
        ),
    };
  }

  async #consoleKeys(target: Target, signal: AbortSignal): Promise<readonly HostKey[] | undefined> {
    const site = this.#siteOf(target.serverId);
    if (site === undefined || this.#app.signedIn === undefined) return undefined;
    const text = await consoleOutput(
      this.#app.signedIn.session(site.cloud),
      target.serverId,
      CONSOLE_LINES,
      signal,
    );
    if (text === undefined) return undefined;
    const { hostKeysFromConsole } = await import('../ssh');
    const keys = hostKeysFromConsole(text);
    return keys.length === 0 ? undefined : keys;
  }

  #siteOf(serverId: string): SiteInventory | undefined {
    return this.#app.inventory.sites.find((site) => site.servers.some((server) => server.id === serverId));
  }
}

/** A file of this machine, for probes. */
export async function readLocal(file: string): Promise<Uint8Array> {
  return readFile(file);
}
