import assert from 'node:assert/strict';
import { chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  keepsNothing,
  runLab,
  type CheckResult,
  type Lab as LabFile,
  type ProbeWorld,
} from '../../../src/labs';
import { dialBy, type Target } from '../../../src/ssh';
import { labOf } from '../../labs/bench';
import { cloudOf } from '../../labs/cloud';
import { hostsOf } from '../../labs/host';
import { SEEN_REALLY } from '../../labs/seenReally';
import type { LabWorlds, RightWorld } from '../../labs/world';
import { addressOf, inLab, onHosts, startServices, up, type HostName } from '../setup';
import { World } from '../world';
import { answersOf, type StandInAnswer } from './standIn';

/** The id of `cc` on the hosts. */
export const USER = 1000;
const program = onHosts('ssh', 'lab', 'stand-in.py');

/** A lab on real hosts: what OpenStack says of it is plain data, all else is asked by a real shell behind a real sshd. */
export interface RealLab {
  readonly worlds: LabWorlds;
  /** Which of its right worlds; the first one without a name. */
  readonly world?: string;
  /** The host of the lab's file, and the one that stands for it. */
  readonly hosts: Readonly<Record<string, HostName>>;
  /** The checks that are asked; without it, those of `SEEN_REALLY` that are of services. */
  readonly asked?: readonly string[];
  /** Checks that are asked here too, of programs that can't run here. */
  readonly standIns?: readonly string[];
  /** What those programs say where that is not the whole command of a check in the right world. */
  readonly answers?: readonly StandInAnswer[];
}

/** What is to be seen: all others of the checks pass. */
export interface Seen {
  readonly fails?: readonly string[];
  readonly unknown?: readonly string[];
}

/** Judges a lab on real hosts. */
export class RealHosts {
  readonly #options: RealLab;
  readonly #lab: LabFile;
  readonly #right: RightWorld;
  readonly #asked: readonly string[];
  #world: World | undefined;

  constructor(options: RealLab) {
    const { worlds, world, hosts, standIns = [] } = options;
    this.#options = options;
    this.#lab = labOf(worlds.id);
    const found = worlds.worlds.find((each) => world === undefined || world === (each.name ?? each.variant));
    assert(found !== undefined, `no world ${world} of ${worlds.id}`);
    this.#right = moved(found, hosts);
    this.#asked = [...(options.asked ?? SEEN_REALLY[worlds.id]?.services ?? []), ...standIns];
    assert(this.#asked.length > 0, `nothing of ${worlds.id} is asked`);
  }

  /** The hosts, with these services on them; the programs that can't run there are stand-ins from now on. */
  async up(...services: string[]): Promise<void> {
    this.#world = new World(await up());
    if (services.length > 0) await startServices(...services);
    for (const key of Object.keys(this.#options.hosts)) this.say(key);
  }

  async end(): Promise<void> {
    await this.#world?.end();
  }

  /** Lets the stand-ins of a host say something else; without `answers` what is right. */
  say(host: string, answers: readonly StandInAnswer[] = []): void {
    const name = this.#options.hosts[host];
    assert(name !== undefined, `no host ${host}`);
    const { answers: known = [], standIns = [] } = this.#options;
    const all = [...answers, ...known, ...answersOf(this.#lab, this.#right, host, standIns)];
    const folder = inLab('hosts', name, 'home', '.stand-in');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'answers.json'), JSON.stringify(all));
    for (const each of new Set(all.map((answer) => answer.program)))
      symlinkSync(program, path.join(folder, each));
  }

  /** Writes a file of a host, by its path there. */
  put(host: string, file: string, text: string): void {
    const name = this.#options.hosts[host];
    assert(name !== undefined, `no host ${host}`);
    const place = inLab('hosts', name, 'home', path.relative('/home/cc', file.replace(/^~/, '/home/cc')));
    const made = mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, text);
    chownSync(place, USER, USER);
    for (let at = path.dirname(place); made !== undefined && at.startsWith(made); at = path.dirname(at))
      chownSync(at, USER, USER);
  }

  /** The notebooks of the right world, as they are saved on a host. */
  putNotebooks(host: string): void {
    for (const [file, saved] of Object.entries(this.#right.notebooks?.[host] ?? {}))
      this.put(host, file, JSON.stringify(saved));
  }

  /** Asks, and holds what is seen against what is there. @param only of the checks, these */
  async sees(seen: Seen = {}, only: readonly string[] = this.#asked): Promise<void> {
    this.holds(
      (await this.run(only)).filter(({ id }) => only.includes(id)),
      seen,
    );
  }

  /** Holds verdicts against what is there. */
  holds(checks: readonly CheckResult[], { fails = [], unknown = [] }: Seen): void {
    const named = (verdict: CheckResult['verdict']): string[] =>
      checks.filter((each) => each.verdict === verdict).map(({ id }) => id);
    const told = checks
      .filter(({ verdict }) => verdict !== 'passed')
      .map(words)
      .join('\n');
    assert.deepEqual(named('failed').sort(), [...fails].sort(), told);
    assert.deepEqual(named('unknown').sort(), [...unknown].sort(), told);
    assert.equal(named('passed').length, checks.length - fails.length - unknown.length, told);
    for (const { id, verdict, hint } of checks)
      if (verdict === 'failed') assert.notEqual(hint, undefined, `${id} has no hint`);
  }

  async run(only: readonly string[]): Promise<readonly CheckResult[]> {
    const { variant, parameters } = this.#right;
    const { checks } = await runLab({
      lab: this.#lab,
      parameters,
      ...(variant === undefined ? {} : { variant }),
      world: await this.#probes(),
      subject: { kind: 'me' },
      evidence: keepsNothing,
      only,
      signal: new AbortController().signal,
    });
    return checks;
  }

  async #probes(): Promise<ProbeWorld> {
    const world = this.#world;
    assert(world !== undefined, 'it is not up');
    const cloud = await cloudOf(this.#right, this.#lab);
    return {
      inventory: cloud.inventory,
      clock: cloud.clock,
      session: (site) => cloud.session(site),
      local: hostsOf(this.#right, this.#lab, cloud).local,
      connect: (target, signal) => world.connections.to(this.#standing(target), signal),
      dial: dialBy((host, port) => ({ host, port })),
      fetch: globalThis.fetch,
    };
  }

  /** The host that stands for the server of that address, which knows its keys by its own name. */
  #standing(target: Target): Target {
    const via = target.via.map((gate) => this.#standing(gate));
    const name =
      via.length > 0
        ? Object.entries(this.#options.hosts).find(([key]) => isNamed(target, key))?.[1]
        : Object.values(this.#options.hosts).find((each) => isAt(each, target.address));
    assert(name !== undefined, `nothing stands for ${target.name}`);
    return { ...target, serverId: name, via };
  }
}

/** By the lab's key, or by its server: `node2` stands for `node2-cloud-ab1234`. */
function isNamed({ name }: Target, key: string): boolean {
  return name === key || name.startsWith(`${key}-`);
}

function isAt(host: HostName, address: string): boolean {
  return host !== 'node2' && host !== 'node3' && addressOf(host) === address;
}

/** The world with the first floating IP where its host is. */
function moved(world: RightWorld, hosts: RealLab['hosts']): RightWorld {
  const [host] = Object.values(hosts);
  assert(host !== undefined && host !== 'node2' && host !== 'node3');
  const text = JSON.stringify(world);
  const address =
    world.inventory?.floatingIps?.[0]?.address ?? /"floating_ip_address":"(129\.114\.26\.7)"/.exec(text)?.[1];
  assert(address !== undefined, 'it has no floating IP');
  return JSON.parse(
    text.replace(new RegExp(`${address.replaceAll('.', '\\.')}(?!\\d)`, 'g'), addressOf(host)),
  ) as RightWorld;
}

function words({ id, verdict, cause, reason }: CheckResult): string {
  return `${id}: ${verdict}${cause === undefined ? '' : ` (${cause})`}: ${reason}`;
}
