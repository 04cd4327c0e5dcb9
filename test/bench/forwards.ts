/** Our forward beside `ssh -L`, on the same real server, in turn. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo } from 'node:net';
import http from 'node:http';
import path from 'node:path';
import type { Forward } from '../../src/ssh';
import { up, type Lab } from '../ssh/setup';
import { World } from '../ssh/world';
import { median, timed, type Measure } from './table';

const REQUESTS = 60;
const BULK_BYTES = 200_000_000;
const BULK_ROUNDS = 3;

export async function forwardMeasures(): Promise<Measure[]> {
  const lab = await up();
  const world = new World(lab);
  const files = await freePort();
  // What a server offers in bulk: a stream of zeros from its own loopback.
  const bulk = await world.connections.to(lab.mlflow, new AbortController().signal);
  void bulk
    .run(bulkServer(files), {
      signal: new AbortController().signal,
      timeoutMs: 600_000,
      maxBytes: 1000,
      env: {},
    })
    .catch(() => undefined);
  try {
    const ours = await portOf(world, lab, lab.ports.mlflow, 'small');
    const oursBulk = await portOf(world, lab, files, 'bulk');
    const bare = await sshForward(lab, world, lab.ports.mlflow, files, ['-N']);
    const warm = await sshForward(lab, world, lab.ports.mlflow, files, ['sleep 600']);
    try {
      return [...(await small(ours, bare.small, warm.small)), await bulkMeasure(oursBulk, warm.bulk)];
    } finally {
      bare.process.kill();
      warm.process.kill();
    }
  } finally {
    await world.end();
  }
}

async function small(ours: number, bare: number, warm: number): Promise<Measure[]> {
  const times = { ours: [] as number[], bare: [] as number[], warm: [] as number[] };
  for (const port of [ours, bare, warm]) await request(port);
  for (let round = 0; round < REQUESTS; round += 1) {
    times.ours.push(await timed(() => request(ours)));
    times.bare.push(await timed(() => request(bare)));
    times.warm.push(await timed(() => request(warm)));
  }
  const [mine, theirs, running] = [median(times.ours), median(times.bare), median(times.warm)];
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  return [
    {
      name: 'small request: ssh -N -L ÷ forward',
      value: theirs / mine,
      unit: '×',
      budget: { atLeast: 5 },
      how: `${ms(theirs)} ÷ ${ms(mine)}, MLflow's /version, new connection each`,
    },
    {
      name: 'small request: forward ÷ ssh -L with a command running',
      value: mine / running,
      unit: '×',
      budget: { atMost: 1.2 },
      how: `${ms(mine)} ÷ ${ms(running)}`,
    },
  ];
}

async function bulkMeasure(ours: number, theirs: number): Promise<Measure> {
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < BULK_ROUNDS; round += 1) {
    times.ours.push(await timed(() => drain(ours)));
    times.theirs.push(await timed(() => drain(theirs)));
  }
  const rate = (ms: number): number => BULK_BYTES / 1e6 / (ms / 1000);
  const [mine, other] = [rate(median(times.ours)), rate(median(times.theirs))];
  return {
    name: 'bulk: forward ÷ ssh -L',
    value: mine / other,
    unit: '×',
    budget: { atLeast: 1 },
    how: `${Math.round(mine)} MB/s ÷ ${Math.round(other)} MB/s, ${BULK_BYTES / 1e6} MB down, each with its own cipher`,
  };
}

async function portOf(world: World, lab: Lab, remotePort: number, id: string): Promise<number> {
  world.forwards.start({
    id,
    target: lab.mlflow,
    remoteHost: '127.0.0.1',
    remotePort,
    localPort: 0,
    name: id,
    path: '/',
  });
  const forward: Forward = await world.becomes(id, 'up', 'degraded');
  return forward.localPort ?? 0;
}

async function sshForward(
  lab: Lab,
  world: World,
  smallPort: number,
  bulkPort: number,
  how: readonly string[],
): Promise<{ process: ChildProcess; small: number; bulk: number }> {
  const [small, bulk] = [await freePort(), await freePort()];
  const flags = how[0] === '-N' ? ['-N'] : [];
  const command = how[0] === '-N' ? [] : how;
  const child = spawn(
    'ssh',
    [
      ...flags,
      ...['-i', lab.keys.rsa, '-o', 'StrictHostKeyChecking=no'],
      ...['-o', `UserKnownHostsFile=${path.join(world.folder, 'ssh known').replaceAll(' ', '_')}`],
      ...['-L', `127.0.0.1:${small}:127.0.0.1:${smallPort}`, '-L', `127.0.0.1:${bulk}:127.0.0.1:${bulkPort}`],
      `${lab.mlflow.user}@${lab.mlflow.address}`,
      ...command,
    ],
    { stdio: 'ignore' },
  );
  await answering(small);
  return { process: child, small, bulk };
}

/** Until something takes connections there; each try waits for the refusal of the one before. */
async function answering(port: number): Promise<void> {
  for (let attempt = 0; attempt < 2000; attempt += 1) {
    const socket = connect(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`Nothing listens on ${port}.`);
}

function request(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port, path: '/version', agent: false }, (response) => {
        response.resume();
        response.on('end', resolve);
      })
      .on('error', reject);
  });
}

function drain(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let size = 0;
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (chunk) => (size += chunk.length));
    socket.on('error', reject);
    socket.on('close', () => {
      if (size < BULK_BYTES) reject(new Error(`${size} bytes came of ${BULK_BYTES}.`));
      else resolve();
    });
  });
}

/** Python, which the server has: zeros to whoever connects. */
function bulkServer(port: number): string {
  return `python3 -c '
import socket, threading
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", ${port}))
listener.listen(16)
def serve(peer):
    try:
        peer.sendall(bytes(${BULK_BYTES}))
    finally:
        peer.close()
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
'`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
