/** Our forward beside `ssh -L`, on the same real server, in turn. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import http from 'node:http';
import path from 'node:path';
import type { Lab } from '../ssh/setup';
import { World } from '../ssh/world';
import { forwarder } from './forwarder';
import { nearAndFar } from './nearAndFar';
import { median, timed, type Measure } from './table';

/** Small requests one after the other, near and over a link of 20 ms. */
const REQUESTS = { near: 1000, far: 200 };
const BULK_BYTES = 200_000_000;
const BULK_ROUNDS = 3;

/** What our forwards agree on with a server that has it: see `login.ts`. */
const CIPHER = 'aes128-gcm@openssh.com';

const STREAMS = 50;
const STREAM_BYTES = 4_000_000;

export function forwardMeasures(): Promise<Measure[]> {
  return nearAndFar(measures);
}

async function measures(lab: Lab, where: string): Promise<Measure[]> {
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
    const { address, port } = lab.mlflow;
    const forwards = await forwarder({ address, port, ports: [lab.ports.mlflow, files] });
    const [ours = 0, oursBulk = 0] = forwards.local;
    const bare = await sshForward(lab, world, lab.ports.mlflow, files, ['-N']);
    const warm = await sshForward(lab, world, lab.ports.mlflow, files, ['sleep 600']);
    const same = await sshForward(lab, world, lab.ports.mlflow, files, ['sleep 600'], CIPHER);
    try {
      const theirs = { own: warm.bulk, same: same.bulk };
      return [
        ...(await small(ours, bare.small, warm.small, where === '' ? REQUESTS.near : REQUESTS.far)),
        ...(await bulkMeasures(oursBulk, theirs, 'down')),
        ...(await bulkMeasures(oursBulk, theirs, 'up')),
        await parallelMeasure(oursBulk, same.bulk),
      ].map((each) => ({ ...each, name: `${each.name}${where}` }));
    } finally {
      forwards.end();
      bare.process.kill();
      warm.process.kill();
      same.process.kill();
    }
  } finally {
    await world.end();
  }
}

async function small(ours: number, bare: number, warm: number, requests: number): Promise<Measure[]> {
  const times = { ours: [] as number[], bare: [] as number[], warm: [] as number[] };
  for (const port of [ours, bare, warm]) await request(port);
  for (let round = 0; round < requests; round += 1) {
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
      how: `${ms(theirs)} ÷ ${ms(mine)}, ${requests} × MLflow's /version, a connection each`,
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

/** Many streams at once, each of some size. */
async function parallelMeasure(ours: number, theirs: number): Promise<Measure> {
  const all = (port: number): Promise<unknown> =>
    Promise.all(Array.from({ length: STREAMS }, () => transfer(port, 'down', STREAM_BYTES)));
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < BULK_ROUNDS; round += 1) {
    times.ours.push(await timed(() => all(ours)));
    times.theirs.push(await timed(() => all(theirs)));
  }
  const [mine, other] = [median(times.ours), median(times.theirs)];
  return {
    name: `${STREAMS} streams at once: ssh -L ÷ forward`,
    value: other / mine,
    unit: '×',
    budget: { atLeast: 1 },
    how: `${Math.round(other)} ms ÷ ${Math.round(mine)} ms, ${STREAM_BYTES / 1e6} MB each`,
  };
}

/** Beside `ssh -L` on our cipher, which the budget asks, and on the one that a person's `ssh` takes by itself. */
async function bulkMeasures(
  ours: number,
  theirs: { readonly own: number; readonly same: number },
  way: 'down' | 'up',
): Promise<Measure[]> {
  const times = { ours: [] as number[], own: [] as number[], same: [] as number[] };
  for (let round = 0; round < BULK_ROUNDS; round += 1) {
    times.ours.push(await timed(() => transfer(ours, way, BULK_BYTES)));
    times.same.push(await timed(() => transfer(theirs.same, way, BULK_BYTES)));
    times.own.push(await timed(() => transfer(theirs.own, way, BULK_BYTES)));
  }
  const rate = (ms: readonly number[]): number => BULK_BYTES / 1e6 / (median(ms) / 1000);
  const [mine, same, own] = [rate(times.ours), rate(times.same), rate(times.own)];
  const how = (other: number): string =>
    `${Math.round(mine)} MB/s ÷ ${Math.round(other)} MB/s, ${BULK_BYTES / 1e6} MB`;
  return [
    {
      name: `bulk ${way}: forward ÷ ssh -L on the same cipher`,
      value: mine / same,
      unit: '×',
      budget: { atLeast: 1 },
      how: `${how(same)}, ${CIPHER}`,
    },
    {
      name: `bulk ${way}: forward ÷ ssh -L as it is`,
      value: mine / own,
      unit: '×',
      budget: undefined,
      how: `${how(own)}, each with its own cipher`,
    },
  ];
}

async function sshForward(
  lab: Lab,
  world: World,
  smallPort: number,
  bulkPort: number,
  how: readonly string[],
  cipher?: string,
): Promise<{ process: ChildProcess; small: number; bulk: number }> {
  const [small, bulk] = [await freePort(), await freePort()];
  const flags = how[0] === '-N' ? ['-N'] : [];
  const command = how[0] === '-N' ? [] : how;
  const child = spawn(
    'ssh',
    [
      ...flags,
      ...(cipher === undefined ? [] : ['-c', cipher]),
      ...['-i', lab.keys.rsa, '-o', 'StrictHostKeyChecking=no'],
      ...['-o', `UserKnownHostsFile=${path.join(world.folder, 'ssh known').replaceAll(' ', '_')}`],
      ...['-p', String(lab.mlflow.port)],
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

/** So many bytes from the server, or to it until it says that it has them. */
function transfer(port: number, way: 'down' | 'up', bytes: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let got = 0;
    const wanted = way === 'down' ? bytes : 2;
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('data', (chunk) => (got += chunk.length));
    socket.on('error', reject);
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      if (got === wanted) resolve();
      else reject(new Error(`${got} bytes came of ${wanted}.`));
    });
    socket.write(`${way} ${bytes}\n`);
    if (way === 'up') pump(socket, bytes);
  });
}

const BLOCK = Buffer.alloc(256 * 1024);

function pump(socket: Socket, bytes: number): void {
  let left = bytes;
  const more = (): void => {
    while (left > 0) {
      const part = BLOCK.subarray(0, Math.min(left, BLOCK.length));
      left -= part.length;
      if (!socket.write(part)) {
        socket.once('drain', more);
        return;
      }
    }
  };
  more();
}

/** Python, which the server has: gives or takes as many bytes as the first line says. */
function bulkServer(port: number): string {
  return `python3 -c '
import socket, threading
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", ${port}))
listener.listen(128)
def serve(peer):
    try:
        line = b""
        while not line.endswith(b"\\n"):
            byte = peer.recv(1)
            if not byte:
                return
            line += byte
        if not line.startswith((b"down", b"up")):
            return
        way, size = line.split()
        left = int(size)
        if way == b"down":
            block = bytes(262144)
            while left > 0:
                left -= peer.send(block[:min(left, 262144)])
        else:
            while left > 0:
                left -= len(peer.recv(min(left, 262144)))
            peer.sendall(b"ok")
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
