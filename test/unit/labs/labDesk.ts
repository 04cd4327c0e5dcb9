import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { systemClock } from '../../../src/base';
import { InventorySource, siteOf, type Inventory } from '../../../src/chameleon';
import { startDemo, type Demo, type DemoOptions } from '../../../src/demo';
import {
  keepsNothing,
  parametersFor,
  readLab,
  runLab,
  type CheckResult,
  type EvidenceStore,
  type Lab,
  type ProbeSession,
  type ProbeWorld,
  type Subject,
} from '../../../src/labs';
import { consoleOutput, Session } from '../../../src/openstack';
import { Connections, dialBy, hostKeysFromConsole, KnownHosts, type Connection } from '../../../src/ssh';

/** What the tests change. */
const PARTS = ['leases', 'servers', 'floatingIps', 'ports', 'networks', 'routers', 'keyPairs'] as const;

const labs = path.join(import.meta.dirname, '../../../media/labs');

export async function labNamed(id: string): Promise<Lab> {
  const file = `${id}.lab.yaml`;
  const reading = readLab(await readFile(path.join(labs, file), 'utf8'), file);
  assert('lab' in reading, JSON.stringify(reading));
  return reading.lab;
}

/** The demo as a world for probes, with all the student's means. */
export class DemoDesk {
  readonly demo: Demo;
  readonly lab: Lab;
  readonly connections: Connections;
  readonly #sessions: ReadonlyMap<string, Session>;
  readonly #source: InventorySource;

  static async open(labId: string, options: DemoOptions = {}): Promise<DemoDesk> {
    const [demo, lab] = await Promise.all([startDemo(options), labNamed(labId)]);
    const desk = new DemoDesk(demo, lab);
    await desk.#source.refresh();
    return desk;
  }

  private constructor(demo: Demo, lab: Lab) {
    this.demo = demo;
    this.lab = lab;
    const outside = { fetch: globalThis.fetch, clock: systemClock, random: () => 0.5 };
    this.#sessions = new Map(demo.clouds.map((cloud) => [cloud.name, new Session(cloud, outside)]));
    this.#source = new InventorySource({
      clouds: demo.clouds,
      clock: systemClock,
      me: { netId: demo.me.netId, usernames: [demo.me.username] },
      session: (cloud) => this.#sessionOf(cloud.name),
    });
    this.connections = new Connections({
      keys: { agent: undefined, files: [{ path: demo.keyFile }] },
      knownHosts: new KnownHosts(path.join(demo.folder, 'known_hosts')),
      decision: {
        consoleKeys: async ({ serverId }, signal) => {
          const session = this.session('KVM@TACC');
          const text = session && (await consoleOutput(session, serverId, 400, signal));
          return text === undefined ? undefined : hostKeysFromConsole(text);
        },
        accept: () => Promise.resolve(true),
      },
      dial: dialBy(demo.reach),
      clock: systemClock,
    });
  }

  get inventory(): Inventory {
    return this.#source.current;
  }

  refresh(): Promise<Inventory> {
    return this.#source.refresh({ parts: [...PARTS] });
  }

  /** A session there, which has to be. */
  sessionAt(site: string): Session {
    const session = this.session(site);
    assert(session !== undefined, site);
    return session;
  }

  session(site: string): Session | undefined {
    const cloud = this.demo.clouds.find((each) => siteOf(each).name === site);
    return cloud === undefined ? undefined : this.#sessionOf(cloud.name);
  }

  world(change: Partial<ProbeWorld> = {}): ProbeWorld {
    return {
      inventory: this.inventory,
      session: (site): ProbeSession | undefined => this.session(site),
      fetch: this.demo.fetch,
      dial: dialBy(this.demo.reach),
      clock: systemClock,
      connect: (target, signal) => this.connections.to(target, signal),
      local: { readFile: (file) => readFile(file), home: this.demo.folder },
      ...change,
    };
  }

  /** What the lab asks, as the person at the keyboard answers it. */
  parameters(): Record<string, string> {
    return {
      ...parametersFor(this.lab, this.inventory, { kind: 'me' }),
      keyFile: this.demo.publicKeyFile,
      folder: this.demo.folder,
    };
  }

  /** The same world, with something else of each SSH connection. */
  worldThrough(change: (real: Connection) => Partial<Connection>): ProbeWorld {
    return this.world({
      connect: async (target, signal): Promise<Connection> => {
        const real = await this.connections.to(target, signal);
        return {
          target: real.target,
          hostKey: real.hostKey,
          closed: real.closed,
          close: () => undefined,
          open: (host, port, aborted) => real.open(host, port, aborted),
          run: (command, options) => real.run(command, options),
          ...change(real),
        };
      },
    });
  }

  async check(
    options: {
      readonly world?: ProbeWorld;
      readonly only?: readonly string[];
      readonly evidence?: EvidenceStore;
      readonly subject?: Subject;
    } = {},
  ): Promise<readonly CheckResult[]> {
    const run = await runLab({
      lab: this.lab,
      parameters: this.parameters(),
      subject: options.subject ?? { kind: 'me' },
      evidence: options.evidence ?? keepsNothing,
      signal: new AbortController().signal,
      world: options.world ?? this.world(),
      ...(options.only === undefined ? {} : { only: options.only }),
    });
    return run.checks;
  }

  async close(): Promise<void> {
    this.connections.dispose();
    this.#source.dispose();
    await this.demo.stop();
  }

  #sessionOf(name: string): Session {
    const session = this.#sessions.get(name);
    assert(session !== undefined);
    return session;
  }
}

export function verdictOf(checks: readonly CheckResult[], id: string): CheckResult {
  const found = checks.find((check) => check.id === id);
  assert(found !== undefined, `no check ${id}`);
  return found;
}
