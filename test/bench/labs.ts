/**
 * All commands of the largest lab on one real server: side by side over one connection, and by `ssh` in turn. And what
 * an open lab takes that nobody touches.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { systemClock } from '../../src/base';
import { keepsNothing, runLab, worthWatching, type Lab, type LabCheck } from '../../src/labs';
import type { Target } from '../../src/ssh';
import { idsByLab, idsOf } from '../labs/ids';
import { labOf } from '../labs/bench';
import { cloudOf, type Cloud } from '../labs/cloud';
import { addressOf, up, type Lab as SshLab } from '../ssh/setup';
import { World } from '../ssh/world';
import { DemoDesk } from '../unit/labs/labDesk';
import { median, timed, type Measure } from './table';

const ROUNDS = 3;
const HOST = 'bench';

export async function labMeasures(): Promise<Measure[]> {
  return [...(await againstSsh()), ...(await atRest())];
}

/**
 * An open lab that nobody touches: once a minute the checks are asked whose evidence lives shortly and was not seen
 * yet. Nearly all of this one's are, as its jobs were not run. The demo that answers takes part of the CPU.
 */
async function atRest(): Promise<Measure[]> {
  let requests = 0;
  const desk = await DemoDesk.open('lab5-ray', { onAnswer: () => (requests += 1) });
  try {
    const watched = worthWatching(desk.lab, await desk.check());
    await desk.check({ only: watched });
    const cpu: number[] = [];
    requests = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = process.cpuUsage();
      await desk.check({ only: watched });
      const { user, system } = process.cpuUsage(before);
      cpu.push((user + system) / 1000);
    }
    const how = `${watched.length} checks of ${desk.lab.id} are looked for, over the connection that is open`;
    return [
      {
        name: 'an open lab at rest: requests to the cloud',
        value: requests / ROUNDS,
        unit: 'a minute',
        budget: undefined,
        how,
      },
      {
        name: 'an open lab at rest: CPU of a minute',
        value: median(cpu),
        unit: 'ms',
        budget: undefined,
        how,
      },
    ];
  } finally {
    await desk.close();
  }
}

async function againstSsh(): Promise<Measure[]> {
  const ssh = await up();
  const largest = Object.keys(idsByLab)
    .filter((id) => id.startsWith('lab'))
    .sort((a, b) => idsOf(b).length - idsOf(a).length)
    .flatMap(readable)[0];
  if (largest === undefined) return [];
  const { lab, commands } = largest;
  const server = nodeOf(ssh);
  const world = new World(ssh);
  try {
    const cloud = await cloudOf(
      {
        parameters: {},
        inventory: {
          servers: [{ name: HOST }],
          floatingIps: [{ address: server.address, server: HOST }],
        },
      },
      lab,
    );
    const ours = () => checked(lab, cloud, server, world);
    const theirs = () => inTurn(commands, server, ssh, world);
    const times = { ours: [] as number[], theirs: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      // From nothing, as when a lab is opened: with its connection.
      for (const connection of world.connections.list()) {
        connection.close();
        await connection.closed;
      }
      times.ours.push(await timed(ours));
      times.theirs.push(await timed(theirs));
    }
    const [mine, other] = [median(times.ours), median(times.theirs)];
    return [
      {
        name: `all ${commands.length} commands of ${lab.id}: ssh in turn ÷ its checks`,
        value: other / mine,
        unit: '×',
        budget: { atLeast: 10 },
        how: `${Math.round(other)} ms ÷ ${Math.round(mine)} ms, the connection included`,
      },
    ];
  } finally {
    await world.end();
  }
}

/**
 * A node on which each command is answered at once: no port that a lab's pages have is another's there, which would
 * take a `curl` of that lab for as long as it may wait, on both sides.
 */
function nodeOf({ mlflow }: SshLab): Target {
  return { ...mlflow, name: 'node1', serverId: 'node1', address: addressOf('node1') };
}

/** A lab's commands alone, each on one host and in need of nothing. */
function readable(id: string): { lab: Lab; commands: string[] }[] {
  let lab: Lab;
  try {
    lab = labOf(id);
  } catch {
    return []; // Not written yet.
  }
  const commands: string[] = [];
  const steps = lab.steps.map((step) => ({
    ...step,
    only: undefined,
    checks: step.checks.flatMap((check): LabCheck[] => {
      if (check.probe.kind !== 'ssh') return [];
      commands.push(check.probe.run);
      const probe = { ...check.probe, host: HOST, also: [] };
      const expect = [{ that: 'exit', exists: true }];
      return [
        { ...check, probe, expect, save: {}, needs: [], only: undefined, keep: false, seen: undefined },
      ];
    }),
  }));
  const host = { server: HOST, address: undefined, via: undefined, user: 'cc', only: undefined };
  return commands.length === 0
    ? []
    : [{ lab: { ...lab, variants: {}, parameters: {}, hosts: { [HOST]: host }, steps }, commands }];
}

async function checked(lab: Lab, cloud: Cloud, server: Target, world: World): Promise<void> {
  const { checks } = await runLab({
    lab,
    parameters: {},
    world: {
      ...cloud,
      session: () => undefined,
      fetch: globalThis.fetch,
      dial: () => Promise.reject(new Error('no')),
      clock: systemClock,
      connect: (_target, signal) => world.connections.to(server, signal),
      local: undefined,
    },
    subject: { kind: 'me' },
    evidence: keepsNothing,
    signal: new AbortController().signal,
  });
  const unasked = checks.filter(({ verdict }) => verdict === 'unknown');
  if (unasked.length > 0) throw new Error(`${unasked.length} were not answered: ${unasked[0]?.reason ?? ''}`);
}

async function inTurn(commands: readonly string[], server: Target, ssh: SshLab, world: World): Promise<void> {
  for (const command of commands) {
    const child = spawn(
      'ssh',
      [
        ...['-i', ssh.keys.rsa, '-o', 'StrictHostKeyChecking=no', '-o', 'BatchMode=yes'],
        ...['-o', `UserKnownHostsFile=${path.join(world.folder, 'ssh known').replaceAll(' ', '_')}`],
        `${server.user}@${server.address}`,
        `sh -c '${command.replaceAll("'", `'\\''`)}' </dev/null`,
      ],
      { stdio: 'ignore' },
    );
    await once(child, 'close');
  }
}
