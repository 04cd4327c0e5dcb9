import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { holderName, Problem, sleep, systemClock } from '../base';
import { wayTo, type SiteInventory } from '../chameleon';
import { consoleOutput, type Server } from '../openstack';
import type {
  Connection,
  Connections,
  Forward,
  ForwardSpec,
  Forwards,
  HostKey,
  HostKeyDecision,
  KnownHosts,
  Reach,
  Target,
} from '../ssh';
import type { App } from './app';
import { ask } from './ask';
import { KeptForwards, type KeptForward } from './keptForwards';
import { KeyRing } from './keyRing';
import { withDoctor } from './register';
import { SharedForwards } from './sharedForwards';
import { TerminalVariables } from './terminalVariables';

const CONSOLE_LINES = 400;
const CONSOLE_MS = 5_000;
const CONSOLE_TRIES = 24;
/** A virtual machine's first boot is over by then. */
const FIRST_BOOT_MS = 10 * 60_000;
/** Chameleon's images know this user; it may sudo. */
const IMAGE_USER = 'cc';
const SECOND_MS = 1_000;

export interface Ready {
  readonly knownHosts: KnownHosts;
  readonly connections: Connections;
  readonly forwards: Forwards;
  readonly folder: string;
  readonly reach: Reach;
}

/** SSH of this window: its connections and forwards. Loaded at the first use. */
export class Hosts {
  readonly keyRing: KeyRing;
  readonly variables: TerminalVariables;
  readonly #app: App;
  #ready: Promise<Ready> | undefined;
  #now: Ready | undefined;
  #cancelTick: () => void = () => undefined;
  /** `undefined` in the demo: its forwards are each window's own. */
  #shared: SharedForwards | undefined;
  #played = new KeptForwards(undefined);
  /** What listens on servers that we are connected to. */
  readonly #listening = new Map<string, ReadonlySet<number>>();
  readonly #asked = new Set<string>();
  #servers = new Map<string, ReadonlySet<string>>();

  constructor(app: App) {
    this.#app = app;
    this.keyRing = new KeyRing(app);
    this.variables = new TerminalVariables(app.context.environmentVariableCollection);
  }

  /** The forwards as they are, without loading anything. */
  get forwards(): readonly Forward[] {
    return this.#now?.forwards.list() ?? [];
  }

  /** The connections that are up. */
  get connected(): readonly Connection[] {
    return this.#now?.connections.list() ?? [];
  }

  /** Whether something listens on a port of a server; `undefined` while we are not connected to it. */
  listens(serverId: string, port: number): boolean | undefined {
    return this.#listening.get(serverId)?.has(port);
  }

  /** What is remembered of forwards. */
  get kept(): KeptForwards {
    return this.#sharedOrNot?.kept ?? this.#played;
  }

  /** What is remembered and has no server to lead to now. */
  get waiting(): readonly KeptForward[] {
    return this.#sharedOrNot?.waiting ?? [];
  }

  /** What another window of this machine forwards: its address leads there from here, too. */
  get elsewhere(): readonly KeptForward[] {
    return this.#sharedOrNot?.elsewhere ?? [];
  }

  get #sharedOrNot(): SharedForwards | undefined {
    const { demo, signedIn, context } = this.#app;
    if (demo !== undefined || signedIn === undefined) return undefined;
    this.#shared ??= new SharedForwards({
      folder: path.join(context.globalStorageUri.fsPath, 'forwards'),
      id: holderName(),
      clock: systemClock,
      forwards: async () => (await this.ready()).forwards,
      now: () => this.forwards,
      servers: () => this.#app.inventory.sites.flatMap((site) => site.servers),
      targetOf: (server) => wayOrNothing(() => this.targetOf(server)),
      isMet: async (id) => (await (await this.ready()).knownHosts.pinned(id)).length > 0,
      changed: () => {
        this.#app.draw();
      },
    });
    return this.#shared;
  }

  /**
   * Begins a forward in this window, or begins again one that ended.
   * @returns the forward of another window that has it
   */
  async forward(spec: ForwardSpec): Promise<KeptForward | undefined> {
    const { forwards } = await this.ready();
    const { id } = spec;
    const elsewhere = await this.#sharedOrNot?.take(id);
    if (elsewhere !== undefined) return elsewhere;
    const before = forwards.list().find((each) => each.spec.id === id)?.state.kind;
    if (before === undefined) forwards.start(spec);
    else if (before === 'stopped' || before === 'refused') await forwards.restart(id);
    return undefined;
  }

  /** Everything made on first use; the same until `close`. */
  async ready(): Promise<Ready> {
    this.#ready ??= this.#make();
    return this.#ready;
  }

  async close(): Promise<void> {
    const shared = this.#shared;
    this.#shared = undefined;
    await (shared === undefined ? this.#end() : shared.dispose(() => this.#end()));
  }

  async #end(): Promise<void> {
    const before = await this.#ready?.catch(() => undefined);
    this.#cancelTick();
    this.#ready = undefined;
    this.#now = undefined;
    this.#played = new KeptForwards(undefined);
    this.#listening.clear();
    this.#servers = new Map();
    await before?.forwards.dispose();
    before?.connections.dispose();
  }

  async connect(target: Target, signal: AbortSignal): Promise<Connection> {
    return (await this.ready()).connections.to(target, signal);
  }

  /** The way to a server, through others of mine where it has no public address. @throws Problem where there is none */
  targetOf(server: Server): Target {
    const site = this.siteOf(server.id);
    const owned = site?.servers.find((each) => each.id === server.id);
    const way = site === undefined || owned === undefined ? undefined : wayTo(site, owned);
    if (way === undefined)
      throw withDoctor(
        site,
        server.id,
        new Problem(`${server.name} has no public address, so it can't be reached from here.`, {
          next: 'Attach a floating IP to it, or to another server of yours on the same network.',
        }),
      );
    const targets: Target[] = [];
    for (const hop of way)
      targets.push({
        serverId: hop.server.id,
        name: hop.server.name,
        address: hop.address,
        port: 22,
        user: IMAGE_USER,
        via: [...targets],
      });
    const last = targets.at(-1);
    if (last === undefined) throw new Problem(`There is no way to ${server.name}.`);
    return last;
  }

  siteOf(serverId: string): SiteInventory | undefined {
    return this.#app.inventory.sites.find((site) => site.servers.some((server) => server.id === serverId));
  }

  /** My servers that can be reached, for the config of the user's own `ssh`. */
  reachable(): readonly Target[] {
    return this.#app.inventory.sites.flatMap((site) =>
      site.servers
        .filter((server) => server.owner.kind === 'me' && wayTo(site, server) !== undefined)
        .map((server) => this.targetOf(server)),
    );
  }

  /** With each new inventory: what was forwarded before begins again, what is gone is forgotten. */
  async follow(): Promise<void> {
    await this.#forgetGone();
    await this.#sharedOrNot?.restore();
    for (const connection of this.connected) void this.#askListening(connection);
  }

  /** Identities of servers that were deleted are of no use: ids never come back. */
  async #forgetGone(): Promise<void> {
    const gone: string[] = [];
    for (const { cloud, parts, servers } of this.#app.inventory.sites) {
      if (parts.servers.state !== 'fresh') continue;
      const now = new Set(servers.map(({ id }) => id));
      for (const id of this.#servers.get(cloud) ?? []) if (!now.has(id)) gone.push(id);
      this.#servers.set(cloud, now);
    }
    if (gone.length === 0) return;
    const { knownHosts } = await this.ready();
    for (const id of gone) await knownHosts.forget(id);
  }

  async #askListening(connection: Connection): Promise<void> {
    const { serverId } = connection.target;
    if (this.#asked.has(serverId)) return;
    this.#asked.add(serverId);
    try {
      const { listeningPorts } = await import('../ssh');
      const found = await listeningPorts(connection, new AbortController().signal);
      this.#listening.set(serverId, new Set(found.map(({ port }) => port)));
      this.#app.draw();
    } catch {
      this.#listening.delete(serverId);
    } finally {
      this.#asked.delete(serverId);
    }
  }

  async #make(): Promise<Ready> {
    const { Connections, Forwards, KnownHosts, dialBy, ownSshHere } = await import('../ssh');
    const demo = this.#app.demo;
    const folder = path.join(this.#app.context.globalStorageUri.fsPath, 'ssh');
    const reach: Reach = demo?.reach ?? ((host, port) => ({ host, port }));
    const knownHosts = new KnownHosts(
      path.join(folder, demo === undefined ? 'known_hosts' : 'demo_known_hosts'),
    );
    const connections = new Connections({
      keys: (target) => this.keyRing.keysFor(target),
      knownHosts,
      decision: this.#decision(),
      dial: dialBy(reach),
      clock: systemClock,
      // The demo's servers are no other program's.
      own: demo === undefined ? ownSshHere() : undefined,
    });
    const forwards = new Forwards({ connections, clock: systemClock });
    forwards.onChange(() => {
      this.#changed();
    });
    connections.onChange(() => {
      const up = new Map(connections.list().map((each) => [each.target.serverId, each]));
      for (const id of this.#listening.keys()) if (!up.has(id)) this.#listening.delete(id);
      for (const [id, connection] of up) if (!this.#listening.has(id)) void this.#askListening(connection);
      this.#changed();
    });
    this.#now = { knownHosts, connections, forwards, folder, reach };
    return this.#now;
  }

  #changed(): void {
    this.#app.draw();
    this.#tick();
    this.variables.follow(this.forwards);
    this.#sharedOrNot?.note().catch((thrown: unknown) => {
      this.#app.report(thrown, 'forwards of this window');
    });
  }

  /** The seconds until the next try are counted where they are seen. */
  #tick(): void {
    this.#cancelTick();
    if (!this.forwards.some(({ state }) => state.kind === 'waiting')) return;
    this.#cancelTick = systemClock.after(SECOND_MS, () => {
      this.#app.draw();
      this.#tick();
    });
  }

  #decision(): HostKeyDecision {
    return {
      consoleKeys: async (target, signal) => this.#consoleKeys(target, signal),
      accept: (target, key) =>
        ask.confirm(
          `Is this ${target.name}?`,
          `The server at ${target.address} was never met before and its site shows no console to compare with. ` +
            // A dialog does not break it, and cuts what is wider than itself.
            `Its ${key.type} key is ${key.fingerprint.replace(':', ':\n')}\nIt is remembered: if it ever changes, the connection stops.`,
          'Connect',
        ),
    };
  }

  async #consoleKeys(target: Target, signal: AbortSignal): Promise<readonly HostKey[] | undefined> {
    const { hostKeysFromConsole } = await import('../ssh');
    for (let tries = 0; ; tries += 1) {
      const text = await this.console(target.serverId, signal);
      if (text === undefined) return undefined;
      const keys = hostKeysFromConsole(text);
      if (keys.length > 0) return keys;
      // cloud-init prints them near the end of the first boot: nobody is asked what the console is about to say.
      if (tries === CONSOLE_TRIES || !this.#isYoung(target.serverId)) return undefined;
      await sleep(systemClock, CONSOLE_MS, signal);
    }
  }

  #isYoung(serverId: string): boolean {
    const site = this.siteOf(serverId);
    const server = site?.servers.find(({ id }) => id === serverId);
    if (site === undefined || server === undefined) return false;
    return Date.now() + site.clockOffset - (server.launchedAt ?? server.created) < FIRST_BOOT_MS;
  }

  /** The end of a server's console; `undefined` where its site gives none. */
  async console(serverId: string, signal: AbortSignal): Promise<string | undefined> {
    const site = this.siteOf(serverId);
    if (site === undefined || this.#app.signedIn === undefined) return undefined;
    return consoleOutput(this.#app.signedIn.session(site.cloud), serverId, CONSOLE_LINES, signal);
  }
}

function wayOrNothing(way: () => Target): Target | undefined {
  try {
    return way();
  } catch {
    return undefined;
  }
}

/** A file of this machine, for probes. */
export async function readLocal(file: string): Promise<Uint8Array> {
  return readFile(file);
}
