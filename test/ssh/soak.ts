/**
 * `npm run soak [minutes] [seed]`: forwards to real servers, in use while they are cut at random, 30 minutes by default.
 * It has a lab of its own, beside that of the suites. Says what was cut, and fails when a request after a recovery fails,
 * or anything is left behind or grows: sockets, listeners, timers, connections at the server, memory.
 */
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { median } from '../bench/table';
import { down, up, type Lab, type Place } from './setup';
import { get, load, mostUsed, useInTheDark } from './soakLoad';
import { freely, World } from './world';

const MINUTE_MS = 60_000;
/** What the heap may grow by from the second quarter of the run to the last: caches of Node's own, not ours. */
const GROWTH_MIB = 3;
const place: Place = { folder: path.join(tmpdir(), 'svclab-soak'), net: '127.117.0' };

const say = (line: string): void => {
  console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
};
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function main(): Promise<void> {
  const minutes = Number(process.argv[2] ?? 30);
  const seed = Number(process.argv[3] ?? Date.now() % 100_000);
  const random = randomFrom(seed);
  const lab = await up(['mlflow', 'jupyter'], place);
  const world = new World(lab);
  const before = resources();
  startForwards(world, lab);
  await works(world);
  await load(portsOf(world));
  const standing = handles();
  const began = Date.now();
  const curve: { readonly at: number; readonly heap: number; readonly rss: number }[] = [];
  const counts = { cuts: 0, requests: 0, dark: 0 };
  say(`${minutes} minutes, seed ${seed}`);
  while (Date.now() - began < minutes * MINUTE_MS) {
    counts.requests += await load(portsOf(world));
    const dark = useInTheDark(portsOf(world));
    const name = await cut(lab, random);
    counts.cuts += 1;
    const from = Date.now();
    await works(world);
    counts.dark += await dark.end();
    curve.push({ at: Date.now() - began, ...memory() });
    const { heap, rss } = memory();
    say(
      `${name}: back after ${((Date.now() - from) / 1000).toFixed(1)} s; heap ${heap.toFixed(1)} MiB, all ${rss} MiB, ${handles()} handles`,
    );
  }
  const faults: string[] = [];
  // Nothing of what was cut stands any more, while the forwards still do.
  const extra = await falls(() => handles() - standing);
  if (extra > 0) faults.push(`${extra} file handles while the forwards stand`);
  const sessions = await atServer(lab, world);
  if (sessions > 1) faults.push(`${sessions} connections at the server instead of one`);
  const ports = portsOf(world);
  await world.end();
  for (const port of ports) if (await listens(port)) faults.push(`a listener on ${port}`);
  const left = await settled(before);
  faults.push(...left);
  const grown = growth(curve);
  if (grown > GROWTH_MIB) faults.push(`${grown.toFixed(1)} MiB of heap`);
  say(`heap MiB: ${tenths(curve.map(({ heap }) => heap.toFixed(1)))}`);
  say(`all memory MiB: ${tenths(curve.map(({ rss }) => String(rss)))}`);
  say(
    `${counts.cuts} cuts, ${counts.requests} requests, ${counts.dark} more while it was cut; most at once ${mostUsed()}; ` +
      `heap ${grown >= 0 ? '+' : ''}${grown.toFixed(1)} MiB; left behind: ${faults.length === 0 ? 'nothing' : faults.join(', ')}`,
  );
  await down(place);
  if (faults.length > 0) throw new Error('Something was left behind.');
}

function startForwards(world: World, lab: Lab): void {
  const spec = { target: lab.mlflow, remoteHost: '127.0.0.1', localPort: 0 };
  const { mlflow, jupyter } = lab.ports;
  world.forwards.start({ ...spec, id: 'mlflow', remotePort: mlflow, name: 'MLflow', path: '/' });
  world.forwards.start({ ...spec, id: 'jupyter', remotePort: jupyter, name: 'Jupyter', path: '/api' });
}

function portsOf(world: World): number[] {
  return world.forwards.list().map(({ localPort }) => localPort ?? 0);
}

/** One random fault, over when this resolves. */
async function cut(lab: Lab, random: () => number): Promise<string> {
  const net = async (ms: number): Promise<void> => {
    await lab.host('net', lab.mlflow, 'cut');
    await wait(ms);
    await lab.host('net', lab.mlflow, 'mend');
  };
  const ssh = async (mode: string, ms: number): Promise<void> => {
    await lab.host('ssh', lab.mlflow, mode);
    await lab.host('drop', lab.mlflow);
    await wait(ms);
    await lab.host('ssh', lab.mlflow, 'on');
  };
  const faults: readonly (readonly [string, () => Promise<void>])[] = [
    ['connections ended', () => lab.host('drop', lab.mlflow)],
    ['sshd away for 3 s', () => ssh('off', 3_000)],
    ['sshd silent for 5 s', () => ssh('hang', 5_000)],
    ['sshd slow for 4 s', () => ssh('slow:1500', 4_000)],
    ['network away for 20 s', () => net(20_000)],
    ['network away for 2 s', () => net(2_000)],
  ];
  const [name, play] = faults[Math.floor(random() * faults.length)] ?? ['nothing', () => wait(0)];
  await play();
  return name;
}

/** Until both forwards answer again. */
async function works(world: World): Promise<void> {
  for (const id of ['mlflow', 'jupyter']) {
    for (;;) {
      const { localPort, state } = await world.becomes(id, 'up', 'refused');
      if (state.kind === 'refused') throw new Error(`The forward ${id} gave up: ${state.what}`);
      const status = await get(localPort ?? 0, id === 'mlflow' ? '/version' : '/api').catch(() => 0);
      if (status === 200) break;
      await wait(200);
    }
  }
}

/** How many connections of this program its sshd has: those that were cut must not stay. */
async function atServer(lab: Lab, world: World): Promise<number> {
  const connection = await world.connections.to(lab.mlflow, new AbortController().signal);
  // Each has one process that runs as its user; the brackets keep the question from finding itself.
  const count = async (): Promise<number> =>
    Number((await connection.run(`pgrep -c -u cc -f '[s]shd: cc' --ns $$ --nslist net`, freely())).stdout);
  return (await falls(async () => (await count()) - 1)) + 1;
}

/** Waits for a number to come down to zero, for up to 30 s; what it was last. */
async function falls(count: () => number | Promise<number>): Promise<number> {
  let last = 0;
  for (let tries = 0; tries < 60; tries += 1) {
    last = await count();
    if (last <= 0) return 0;
    await wait(500);
  }
  return last;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

function handles(): number {
  return readdirSync('/proc/self/fd').length;
}

function resources(): string[] {
  return process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name));
}

/** What is there beyond `before`, once what is still closing has closed. */
async function settled(before: readonly string[]): Promise<string[]> {
  let left: string[] = [];
  for (let tries = 0; tries < 100; tries += 1) {
    const rest = [...before];
    left = resources().filter((name) => {
      const at = rest.indexOf(name);
      if (at >= 0) rest.splice(at, 1);
      return at < 0;
    });
    // The wait of this loop is a timer itself.
    if (left.length === 0) break;
    await wait(100);
  }
  return left;
}

/** Used heap with what buffers hold beside it, after a collection where Node was started with it, and all memory: MiB. */
function memory(): { readonly heap: number; readonly rss: number } {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: (heapUsed + external) / 1024 / 1024, rss: Math.round(rss / 1024 / 1024) };
}

function growth(curve: readonly { readonly heap: number }[]): number {
  const quarter = Math.ceil(curve.length / 4);
  const of = (from: number): number => median(curve.slice(from, from + quarter).map(({ heap }) => heap));
  return curve.length < 8 ? 0 : of(curve.length - quarter) - of(quarter);
}

/** About ten values of many, in order. */
function tenths(values: readonly string[]): string {
  const step = Math.max(1, Math.floor(values.length / 10));
  return values.filter((_, at) => at % step === 0).join(' ');
}

/** The same numbers for the same seed (a linear congruence): a run can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

void main().then(
  () => process.exit(0),
  (thrown: unknown) => {
    console.error(thrown);
    process.exit(1);
  },
);
