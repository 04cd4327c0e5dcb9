import type { Duplex } from 'node:stream';
import type { Around } from '../shell/host';
import type { ServerRecord } from '../world/records';
import { letsIn } from '../world/servers';
import type { SiteWorld } from '../world/site';
import type { World } from '../world/world';
import { Door, LOOPBACK } from './door';
import { Sshd } from './sshd';

const SSH_PORT = 22;
/** So many doors are opened at once: what else runs in this process has its turn between. */
const AT_A_TIME = 20;
/** Nothing ever listens on it; 1 is a port that `fetch` itself refuses. */
const CLOSED_PORT = 2;

/** Where something is really reached. */
export interface Reached {
  readonly host: string;
  readonly port: number;
  /** On the testbed nobody would answer at all; here one gets in, and then nobody answers. */
  readonly filtered?: true;
}

interface Place {
  readonly site: SiteWorld;
  readonly server: ServerRecord;
}

interface Machine extends Place {
  readonly sshd: Sshd;
  readonly door: Door;
  /** Once it was reached from outside: a door is a socket, and a class has hundreds of servers. */
  opened: Promise<void> | undefined;
  /** Doors of what listens there for everybody, by the port. */
  readonly web: Map<number, Door>;
}

/** The servers of all sites as they are reached from outside: who has had an address has a door on loopback. */
export class Network {
  readonly #world: World;
  readonly #machines = new Map<string, Machine>();
  readonly #silence = new Door(undefined);
  #following: Promise<void> = Promise.resolve();

  constructor(world: World) {
    this.#world = world;
  }

  async open(): Promise<void> {
    await Promise.all([this.#silence.open(), this.follow()]);
  }

  /** Doors for servers that are new, none for those that are gone. One after the other, as calls come side by side. */
  follow(): Promise<void> {
    this.#following = this.#following.then(() => this.#follow());
    return this.#following;
  }

  async #follow(): Promise<void> {
    const there = new Map<string, Place>();
    for (const site of this.#world.sites)
      for (const server of site.servers.values()) there.set(server.id, { site, server });
    const gone = [...this.#machines].filter(([id]) => !there.has(id));
    for (const [id, place] of there)
      if (!this.#machines.has(id)) this.#machines.set(id, this.#machineOf(place));
    for (const [id] of gone) this.#machines.delete(id);
    await Promise.all(gone.map(([, machine]) => closed(machine)));
    const shut = this.#addressed().filter((machine) => machine.opened === undefined);
    for (let at = 0; at < shut.length; at += AT_A_TIME)
      await Promise.all(
        shut.slice(at, at + AT_A_TIME).map((machine) => {
          machine.opened = machine.door.open();
          return machine.opened;
        }),
      );
    await Promise.all(this.#addressed().map(openWeb));
  }

  /** Where a client on this machine gets to that port of an address of the world. */
  reach(host: string, port: number): Reached {
    if (host === LOOPBACK || host === 'localhost') return { host, port };
    const machine = this.#machineAt(host);
    const filtered = { host: LOOPBACK, port: this.#silence.port, filtered: true } as const;
    if (machine === undefined) return filtered;
    const isIn = letsIn(machine.site, machine.server, port);
    if (port === SSH_PORT)
      return { host: LOOPBACK, port: machine.door.port, ...(isIn ? {} : { filtered: true as const }) };
    if (!isIn) return filtered;
    const web = machine.server.programs.has(port) ? machine.web.get(port) : undefined;
    return { host: LOOPBACK, port: web?.port ?? CLOSED_PORT };
  }

  /** Ends all connections of a server; it can be reached again at once. */
  hangUp(server: ServerRecord): void {
    this.#machines.get(server.id)?.door.hangUp();
  }

  async close(): Promise<void> {
    await this.#following;
    const machines = [...this.#machines.values()];
    this.#machines.clear();
    await Promise.all([this.#silence.close(), ...machines.map(closed)]);
  }

  /** Those with a public address. */
  #addressed(): Machine[] {
    return this.#world.sites.flatMap((site) =>
      [...site.floatingIps.values()].flatMap(({ port }) => {
        const machine = port === undefined ? undefined : this.#machines.get(port.deviceId);
        return machine === undefined ? [] : [machine];
      }),
    );
  }

  #machineOf({ site, server }: Place): Machine {
    const sshd = new Sshd({
      server,
      now: () => this.#world.now(),
      publicAddress: () =>
        [...site.floatingIps.values()].find(({ port }) => port?.deviceId === server.id)?.address,
      around: this.#around(site, server),
      onward: (address, port, open) => this.#onward(server, address, port, open),
    });
    const door = new Door(() => {
      if (!letsIn(site, server, SSH_PORT)) return undefined;
      return (socket) => {
        sshd.take(socket);
      };
    });
    return { site, server, sshd, door, opened: undefined, web: new Map() };
  }

  #around(site: SiteWorld, server: ServerRecord): Around {
    const shared = site.network('sharednet1');
    return {
      world: this.#world,
      fixedAddress: () => server.ports.find(({ network }) => network === shared)?.address,
      hostAt: (address) => this.#machineInside(server, address)?.sshd.host,
      changed: () => this.follow(),
    };
  }

  /** By its public address. Its fixed one is known inside the cloud only. */
  #machineAt(address: string): Machine | undefined {
    for (const site of this.#world.sites)
      for (const ip of site.floatingIps.values())
        if (ip.address === address && ip.port !== undefined) return this.#machines.get(ip.port.deviceId);
    return undefined;
  }

  /** By its fixed address on a network that both are on: private ones have the same addresses. */
  #machineInside(from: ServerRecord, address: string): Machine | undefined {
    const networks = new Set(from.ports.map(({ network }) => network));
    return [...this.#machines.values()].find(
      ({ server }) =>
        server.status === 'ACTIVE' &&
        server.ports.some((port) => port.address === address && networks.has(port.network)),
    );
  }

  /** From server to server, as a jump goes: fixed addresses count, security groups of the neighbours do not. */
  #onward(from: ServerRecord, address: string, port: number, open: () => Duplex): boolean {
    const target = this.#machineInside(from, address) ?? this.#machineAt(address);
    if (target === undefined || port !== SSH_PORT) return false;
    target.sshd.take(open());
    return true;
  }
}

/** A door for each port that the cloud lets in and something listens on, beside sshd. */
async function openWeb({ site, server, sshd, web }: Machine): Promise<void> {
  for (const port of server.programs.keys()) {
    if (web.has(port) || !letsIn(site, server, port)) continue;
    const door = new Door(() => {
      const program = sshd.program(port);
      if (program === undefined || !letsIn(site, server, port)) return undefined;
      return (socket) => {
        program.take(socket);
      };
    });
    await door.open();
    web.set(port, door);
  }
}

async function closed({ door, opened, web }: Machine): Promise<void> {
  await Promise.all([...web.values()].map((each) => each.close()));
  if (opened === undefined) return;
  await opened;
  await door.close();
}
