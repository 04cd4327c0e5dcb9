/**
 * `npm run soak [minutes]`: forwards to real servers under random cuts, 30 minutes by default. Says what was cut, and
 * fails when a request after a recovery fails, or anything is left behind: sockets, listeners, timers, memory.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { up, type Lab } from './setup';
import { World } from './world';

const MINUTE_MS = 60_000;
/** What a heap may grow by over the whole run: caches of Node's own, not ours. */
const GROWTH_MIB = 40;

const say = (line: string): void => {
  console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
};
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function main(): Promise<void> {
  const minutes = Number(process.argv[2] ?? 30);
  const lab = await up();
  const world = new World(lab);
  const before = resources();
  const target = { target: lab.mlflow, remoteHost: '127.0.0.1', localPort: 0, path: '/' };
  world.forwards.start({ ...target, id: 'mlflow', remotePort: lab.ports.mlflow, name: 'MLflow' });
  world.forwards.start({
    ...target,
    id: 'jupyter',
    remotePort: lab.ports.jupyter,
    name: 'Jupyter',
    path: '/api',
  });
  await works(world);
  await load(world);
  const began = Date.now();
  const memory = heap();
  let cuts = 0;
  let requests = 0;
  while (Date.now() - began < minutes * MINUTE_MS) {
    requests += await load(world);
    const name = await cut(lab);
    cuts += 1;
    const from = Date.now();
    await works(world);
    say(
      `${name}: back after ${((Date.now() - from) / 1000).toFixed(1)} s, heap ${heap() - memory >= 0 ? '+' : ''}${heap() - memory} MiB`,
    );
  }
  const ports = world.forwards.list().map(({ localPort }) => localPort ?? 0);
  const grown = heap() - memory;
  await world.end();
  for (const port of ports) if (await listens(port)) throw new Error(`Something still listens on ${port}.`);
  const after = await settled(before);
  say(
    `${cuts} cuts, ${requests} requests; left behind: ${after.length === 0 ? 'nothing' : after.join(', ')}; heap ${grown} MiB`,
  );
  if (after.length > 0) throw new Error('Something was left behind.');
  if (grown > GROWTH_MIB) throw new Error(`The heap grew by ${grown} MiB.`);
}

/** One random fault, over when this resolves. */
async function cut(lab: Lab): Promise<string> {
  const faults: readonly (readonly [string, () => Promise<void>])[] = [
    ['connections ended', () => lab.host('drop', lab.mlflow)],
    [
      'sshd away for 3 s',
      async () => {
        await lab.host('ssh', lab.mlflow, 'off');
        await lab.host('drop', lab.mlflow);
        await wait(3_000);
        await lab.host('ssh', lab.mlflow, 'on');
      },
    ],
    [
      'network away for 20 s',
      async () => {
        await lab.host('net', lab.mlflow, 'cut');
        await wait(20_000);
        await lab.host('net', lab.mlflow, 'mend');
      },
    ],
    [
      'network away for 2 s',
      async () => {
        await lab.host('net', lab.mlflow, 'cut');
        await wait(2_000);
        await lab.host('net', lab.mlflow, 'mend');
      },
    ],
  ];
  const [name, play] = faults[Math.floor(Math.random() * faults.length)] ?? ['nothing', () => wait(0)];
  await play();
  return name;
}

/** Until both forwards answer again. */
async function works(world: World): Promise<void> {
  for (const id of ['mlflow', 'jupyter']) {
    for (;;) {
      const { localPort } = await world.becomes(id, 'up');
      const status = await get(localPort ?? 0, id === 'mlflow' ? '/version' : '/api').catch(() => 0);
      if (status === 200) break;
      await wait(200);
    }
  }
}

/** Short connections, some torn down in the middle, and how many there were. */
async function load(world: World): Promise<number> {
  const port = world.forwards.list()[0]?.localPort ?? 0;
  const many = Array.from({ length: 40 }, async (_, at) => {
    if (at % 5 > 0) return void (await get(port, '/version'));
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    socket.resetAndDestroy();
  });
  await Promise.all(many);
  return many.length;
}

async function get(port: number, path: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    headers: { connection: 'close' },
    signal: AbortSignal.timeout(15_000),
  });
  await answer.arrayBuffer();
  return answer.status;
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

/** Used heap in MiB, after a collection where Node was started with it. */
function heap(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return Math.round(process.memoryUsage().heapUsed / 1024 / 1024);
}

void main().then(
  () => process.exit(0),
  (thrown: unknown) => {
    console.error(thrown);
    process.exit(1);
  },
);
