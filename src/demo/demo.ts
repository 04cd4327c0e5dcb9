import { Problem } from '../base';
import type { CredentialCloud } from '../openstack';
import type { ServiceName } from './http/api';
import { makeLaptop, newKeyPair } from './laptop';
import { SiteCloud, type Answered } from './siteCloud';
import { Network, type Reached } from './ssh/network';
import { randomIds } from './world/ids';
import type { Account, ProgramName, SiteName } from './world/records';
import { populate, studentsFiles } from './world/scenario';
import { fillClass } from './world/wholeClass';
import { accounts, World } from './world/world';

/** The longest that a timer of Node can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const HTTP_PORT = 80;

export interface DemoOptions {
  /** Milliseconds since 1970; the demo's clock starts there and goes on with it. */
  readonly now?: () => number;
  /** A private key to use as the person's own, its public half beside it as `.pub`; else a new pair is made. */
  readonly sshKeyFile?: string;
  /** Who sits at the keyboard. */
  readonly as?: Account;
  /** Its sign-ins were made without “Unrestricted”: they may look, and not reserve. */
  readonly restricted?: boolean;
  /** A class in its fullest week: 191 people, 600 servers; else some classmates alone. */
  readonly wholeClass?: boolean;
  /** Told of every request that was answered. */
  readonly onAnswer?: (answered: Answered) => void;
}

/** What a teacher or a test can do to the world, beside what its services offer. */
export interface DemoWorld {
  /** Puts the clock forward: what falls due happens. */
  advance(ms: number): Promise<void>;
  /** Connections to the service are refused from now on. */
  stopService(site: SiteName, service: ServiceName): Promise<void>;
  /** On the same port again. */
  startService(site: SiteName, service: ServiceName): Promise<void>;
  /** Lets each answer of the service wait. */
  slow(site: SiteName, service: ServiceName, ms: number): void;
  /** Gives a server another host key, as a rebuild does. */
  rebuild(serverName: string): void;
  /** Cuts the SSH connections of a server; it can be reached again at once. */
  hangUp(serverName: string): void;
  /** A program on a server stops listening, or listens again. */
  stopProgram(serverName: string, port: number): void;
  startProgram(serverName: string, port: number): void;
}

export interface Demo {
  /** One cloud a site, with an application credential of the person at the keyboard. */
  readonly clouds: readonly CredentialCloud[];
  /** Where on this machine a port of an address of the world is found. */
  reach(this: void, host: string, port: number): Reached;
  /** A page of a server in the world; nothing is asked outside it. */
  fetch(this: void, url: string | URL | Request, init?: RequestInit): Promise<Response>;
  readonly keyFile: string;
  readonly publicKeyFile: string;
  /** A private folder of the person's: what they copied from their servers. */
  readonly folder: string;
  readonly me: { readonly netId: string; readonly username: string };
  readonly wholeClass: boolean;
  readonly world: DemoWorld;
  /** Ends everything and takes away the keys that were made. */
  stop(): Promise<void>;
}

/** Starts the miniature Chameleon: HTTP services and SSH servers, on 127.0.0.1 alone, in this process. */
export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const account = options.as ?? 'student';
  const laptop = await makeLaptop({
    comment: `${accounts[account].username}@laptop`,
    keyFile: options.sshKeyFile,
    files: account === 'student' ? studentsFiles : {},
  });
  const world = new World({
    now: options.now ?? Date.now,
    ids: randomIds,
    makeHostKey: () => newKeyPair('root@demo'),
  });
  populate(world, {
    // A TA's key is on no student's server.
    laptop: account === 'student' ? laptop.publicKey : newKeyPair('alexbaker@laptop').publicKey,
    jupyter: newKeyPair('alexbaker@jupyter').publicKey,
  });
  if (options.wholeClass === true) await fillClass(world);
  const running = new RunningDemo(world, options.onAnswer);
  try {
    await running.start();
  } catch (thrown) {
    await Promise.all([running.stop(), laptop.remove()]);
    throw new Problem('The demo could not be started.', { cause: thrown });
  }
  return {
    clouds: running.clouds.map((cloud) => cloud.signInFor(account, options.restricted !== true)),
    reach: (host, port) => running.network.reach(host, port),
    fetch: fetchIn(running.network),
    keyFile: laptop.keyFile,
    publicKeyFile: laptop.publicKeyFile,
    folder: laptop.folder,
    me: accounts[account],
    wholeClass: options.wholeClass === true,
    world: running,
    stop: async () => {
      await running.stop();
      await laptop.remove();
    },
  };
}

function fetchIn(network: Network): Demo['fetch'] {
  return async (asked, init) => {
    const url = new URL(asked instanceof Request ? asked.url : asked);
    const { host, port, filtered } = network.reach(url.hostname, Number(url.port || HTTP_PORT));
    if (filtered === true) throw new TypeError(`nobody answers at ${url.host}`);
    url.host = `${host}:${port}`;
    return fetch(url, init);
  };
}

class RunningDemo implements DemoWorld {
  readonly clouds: readonly SiteCloud[];
  readonly network: Network;
  readonly #world: World;
  readonly #stoppedPrograms = new Map<string, ProgramName>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(world: World, onAnswer: (answered: Answered) => void = () => undefined) {
    this.#world = world;
    this.network = new Network(world);
    this.clouds = world.sites.map(
      (site) => new SiteCloud({ site, world, after: () => this.#follow(), onAnswer }),
    );
  }

  async start(): Promise<void> {
    await Promise.all([this.network.open(), ...this.clouds.map((cloud) => cloud.start())]);
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await Promise.all([this.network.close(), ...this.clouds.map((cloud) => cloud.dispose())]);
  }

  async advance(ms: number): Promise<void> {
    this.#world.putForward(ms);
    await this.#follow();
  }

  async stopService(site: SiteName, service: ServiceName): Promise<void> {
    await this.#cloud(site).service(service).stop();
  }

  async startService(site: SiteName, service: ServiceName): Promise<void> {
    await this.#cloud(site).service(service).start();
  }

  slow(site: SiteName, service: ServiceName, ms: number): void {
    this.#cloud(site).service(service).slowMs = ms;
  }

  rebuild(serverName: string): void {
    const server = this.#server(serverName);
    server.hostKey = this.#world.makeHostKey();
    server.updated = this.#world.now();
    this.network.hangUp(server);
  }

  hangUp(serverName: string): void {
    this.network.hangUp(this.#server(serverName));
  }

  stopProgram(serverName: string, port: number): void {
    const { id, programs } = this.#server(serverName);
    const name = programs.get(port);
    if (name === undefined) return;
    this.#stoppedPrograms.set(`${id}:${port}`, name);
    programs.delete(port);
  }

  startProgram(serverName: string, port: number): void {
    const { id, programs } = this.#server(serverName);
    const name = this.#stoppedPrograms.get(`${id}:${port}`);
    if (name !== undefined) programs.set(port, name);
  }

  /** The doors follow the world, and the clock is set to what happens next by itself. */
  async #follow(): Promise<void> {
    if (this.#stopped) return;
    await this.network.follow();
    this.#wake();
  }

  #wake(): void {
    clearTimeout(this.#timer);
    const ms = this.#stopped ? undefined : this.#world.untilNextEvent();
    if (ms === undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#world.settle();
        void this.#follow();
      },
      Math.min(ms, MAX_TIMER_MS),
    );
    // The demo keeps no process alive that has nothing else to do.
    this.#timer.unref();
  }

  #cloud(name: SiteName): SiteCloud {
    const cloud = this.clouds.find(({ site }) => site.name === name);
    if (cloud === undefined) throw new RangeError(`no site ${name}`);
    return cloud;
  }

  #server(name: string) {
    for (const site of this.#world.sites)
      for (const server of site.servers.values()) if (server.name === name) return server;
    throw new Problem(`The demo has no server named ${name}.`);
  }
}
