import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, request, Agent, type Server as HttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  Connections,
  dialBy,
  Forwards,
  KnownHosts,
  type Forward,
  type ForwardSpec,
  type ForwardState,
  type Listen,
} from '../../../src/ssh';
import { widen } from '../../../src/ssh/window';
import { hostKeyOf, keyPair, LabServer } from './labServer';
import { MemoryFiles, ScriptedClock } from './scripted';

const [mine, host] = [keyPair(), keyPair()];

describe('a forward', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'forward-'));
  const myKey = path.join(folder, 'mine');
  writeFileSync(myKey, mine.private);
  let lab: LabServer;
  let clock: ScriptedClock;
  let connections: Connections;
  let forwards: Forwards;
  let web: HttpServer;
  let seen: { url: string | undefined; host: string | undefined }[];
  let status: number;
  const servers: Server[] = [];

  const listening = async <S extends Server>(server: S, port = 0): Promise<number> => {
    servers.push(server);
    await new Promise<void>((resolve) => {
      server.listen(port, '127.0.0.1', resolve);
    });
    return (server.address() as AddressInfo).port;
  };
  const portOf = (server: Server): number => (server.address() as AddressInfo).port;
  const spec = (more: Partial<ForwardSpec> = {}): ForwardSpec => ({
    id: 'one',
    target: { serverId: 'id-1', name: 'node1', address: '127.0.0.1', port: lab.port, user: 'cc', via: [] },
    remoteHost: '127.0.0.1',
    remotePort: portOf(web),
    localPort: 0,
    name: 'MLflow',
    path: '/ui',
    ...more,
  });
  const now = (id = 'one'): Forward => {
    const found = forwards.list().find((each) => each.spec.id === id);
    if (found === undefined) throw new Error(`no forward ${id}`);
    return found;
  };
  /** Resolves once a forward is in a state. */
  const becomes = (kind: ForwardState['kind'], id = 'one'): Promise<Forward> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (now(id).state.kind !== kind) return;
        stop();
        resolve(now(id));
      };
      const stop = forwards.onChange(look);
      look();
    });
  const up = async (more: Partial<ForwardSpec> = {}): Promise<number> => {
    forwards.start(spec(more));
    return (await becomes('up', more.id)).localPort ?? 0;
  };
  const get = (port: number, agent?: Agent): Promise<string> =>
    new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: '/page', agent: agent ?? false }, (response) => {
        text(response).then(resolve, reject);
      })
        .once('error', reject)
        .end();
    });

  beforeEach(async () => {
    lab = await LabServer.start({ hostKeys: [host], accepts: [mine] });
    clock = new ScriptedClock();
    const knownHosts = new KnownHosts('/known', new MemoryFiles());
    await knownHosts.pin('id-1', hostKeyOf(host));
    connections = new Connections({
      keys: { agent: undefined, files: [{ path: myKey }] },
      knownHosts,
      decision: { consoleKeys: async () => undefined, accept: async () => false },
      dial: dialBy((name, port) => ({ host: name, port })),
      clock,
    });
    forwards = new Forwards({ connections, clock });
    seen = [];
    status = 200;
    web = createHttp((asked, answer) => {
      seen.push({ url: asked.url, host: asked.headers.host });
      answer.writeHead(status).end('hello');
    });
    await listening(web);
  });
  afterEach(async () => {
    await forwards.dispose();
    connections.dispose();
    for (const server of servers.splice(0)) server.close();
    web.closeAllConnections();
    await lab.stop();
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('carries pages, and is judged by the page it will open, asked as the browser will', async () => {
    const port = await up();
    assert.deepEqual(seen, [{ url: '/ui', host: `127.0.0.1:${port}` }]);
    assert.equal(await get(port), 'hello');
    const { bytes } = now();
    assert.ok(bytes.in > 5 && bytes.out > 5);
    assert.deepEqual(lab.commands, ["env sh -c 'true' </dev/null"], 'one session, for sshd’s Nagle delay');
  });

  it('takes the next free port where the wished one is taken, and says which', async () => {
    const first = await up();
    assert.equal(await up({ id: 'two', localPort: first }), now('two').localPort);
    assert.notEqual(now('two').localPort, first);
    assert.equal(now('two').spec.localPort, first);
    assert.equal(lab.logins, 1, 'one connection for both');
  });

  it('goes higher where low ports need rights', async () => {
    const asked: number[] = [];
    const listen: Listen = (port) => {
      asked.push(port);
      return port < 1024 || port === 8080
        ? Promise.reject(Object.assign(new Error('x'), { code: port < 1024 ? 'EACCES' : 'EADDRINUSE' }))
        : Promise.resolve({ port, close: () => undefined });
    };
    await forwards.dispose();
    forwards = new Forwards({ connections, clock, listen });
    forwards.start(spec({ localPort: 80 }));
    assert.equal((await becomes('up')).localPort, 8081);
    assert.deepEqual(asked, [80, 8080, 8081]);
  });

  it('comes back on the same port after the connection broke', async () => {
    const port = await up();
    lab.drop();
    const waiting = await becomes('waiting');
    assert.equal(waiting.localPort, port, 'the port stays ours');
    assert.ok(waiting.state.kind === 'waiting' && waiting.state.retryAt === clock.now() + 1000);
    await assert.rejects(get(port), 'nothing hangs meanwhile');
    clock.advance(1000);
    assert.equal((await becomes('up')).localPort, port);
    assert.equal(await get(port), 'hello');
  });

  it('waits longer each time, and at once for somebody who wants it', async () => {
    const port = await up();
    const { port: sshPort } = lab;
    await lab.stop();
    const waits: number[] = [];
    for (let times = 0; times < 4; times += 1) {
      const { state } = await becomes('waiting');
      assert.ok(state.kind === 'waiting');
      waits.push(state.retryAt - clock.now());
      if (times < 3) {
        clock.advance(state.retryAt - clock.now());
        assert.equal(now().state.kind, 'connecting');
      }
    }
    assert.deepEqual(waits, [1000, 2000, 4000, 8000]);
    lab = await LabServer.start({ hostKeys: [host], accepts: [mine], port: sshPort });
    clock.advance(1000);
    assert.equal(now().state.kind, 'waiting');
    assert.equal(await get(port), 'hello', 'the request itself brings it up');
    assert.equal((await becomes('up')).localPort, port);
  });

  it('comes back on its port after five minutes without a network, having asked no more often than it may', async () => {
    const port = await up();
    const gone = lab.port;
    lab.drop();
    await becomes('waiting');
    await lab.stop();
    let tries = 0;
    const stopCounting = forwards.onChange(() => {
      if (now().state.kind === 'connecting') tries += 1;
    });
    for (let second = 0; second < 300; second += 5) {
      clock.advance(5_000);
      await becomes('waiting');
    }
    stopCounting();
    assert.ok(tries >= 8 && tries <= 20, `${tries} tries`);
    lab = await LabServer.start({ hostKeys: [host], accepts: [mine], port: gone });
    clock.advance(30_000);
    const again = await becomes('up');
    assert.equal(again.localPort, port);
    assert.equal(await get(port), 'hello');
  });

  it('tries again at once when the machine wakes, and looks at what seemed well', async () => {
    const port = await up();
    seen = [];
    clock.advance(9_000);
    assert.deepEqual(seen, [], 'late by a busy machine is no sleep');
    lab.drop();
    await becomes('waiting');
    await lab.stop();
    for (let times = 0; times < 6; times += 1) {
      const { state } = await becomes('waiting');
      assert.ok(state.kind === 'waiting');
      while (clock.now() < state.retryAt) clock.advance(1_000);
    }
    const { state: long } = await becomes('waiting');
    assert.ok(long.kind === 'waiting' && long.retryAt - clock.now() >= 29_000);
    lab = await LabServer.start({ hostKeys: [host], accepts: [mine], port: lab.port });
    // The lid was closed for an hour; the tick that was due comes now.
    clock.advance(3_600_000);
    assert.equal((await becomes('up')).localPort, port);
    assert.equal(now().last?.what.includes('refuses'), true);
  });

  it('of a port that somebody typed is well whatever is spoken there', async () => {
    let asked: (value: unknown) => void = () => undefined;
    const taken = new Promise((resolve) => (asked = resolve));
    const database = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', asked);
    });
    forwards.start(spec({ id: 'db', remotePort: await listening(database), speaks: 'any' }));
    await taken;
    clock.advance(3_000);
    await becomes('up', 'db');
    const greeter = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('220 hello\r\n');
    });
    forwards.start(spec({ id: 'greeter', remotePort: await listening(greeter), speaks: 'any' }));
    await becomes('up', 'greeter');
    status = 404;
    forwards.start(spec({ id: 'api', speaks: 'any' }));
    await becomes('up', 'api');
    const spare = createServer();
    const remotePort = await listening(spare);
    spare.close();
    forwards.start(spec({ id: 'none', remotePort, speaks: 'any' }));
    const { state } = await becomes('degraded', 'none');
    assert.ok(state.kind === 'degraded' && state.what.includes('Nothing listens'));
  });

  it('says when nothing listens on the server, and when it does', async () => {
    const spare = createServer();
    const remotePort = await listening(spare);
    spare.close();
    forwards.start(spec({ remotePort }));
    const ill = await becomes('degraded');
    assert.ok(ill.state.kind === 'degraded' && (ill.state.next ?? '').length > 10);
    const late = createHttp((_asked, answer) => answer.end('late'));
    await listening(late, remotePort);
    clock.advance(5000);
    assert.equal(await get((await becomes('up')).localPort ?? 0), 'late');
    late.closeAllConnections();
  });

  it('says when the service refuses, errs, or has another page', async () => {
    for (const [code, kind] of [
      [500, 'degraded'],
      [403, 'degraded'],
      [404, 'degraded'],
      [302, 'up'],
      [401, 'up'],
    ] as const) {
      status = code;
      forwards.start(spec({ id: String(code) }));
      const { state } = await becomes(kind, String(code));
      if (state.kind === 'degraded') assert.match(state.what, new RegExp(String(code)));
    }
  });

  it('says when the service is silent or speaks no HTTP', async () => {
    const mute = createServer((socket) => socket.on('error', () => undefined));
    const came = new Promise((resolve) => mute.once('connection', resolve));
    forwards.start(spec({ id: 'mute', remotePort: await listening(mute) }));
    await came;
    clock.advance(10_000);
    const silent = await becomes('degraded', 'mute');
    assert.ok(silent.state.kind === 'degraded' && silent.state.what.includes('does not answer'));

    const binary = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('\0\0\0 no HTTP');
    });
    forwards.start(spec({ id: 'binary', remotePort: await listening(binary) }));
    const odd = await becomes('degraded', 'binary');
    assert.ok(odd.state.kind === 'degraded' && odd.state.what.includes('HTTP'));
  });

  it('gives up where trying again does not help', async () => {
    lab.allowForwards = false;
    forwards.start(spec());
    const { state, localPort } = await becomes('refused');
    assert.ok(state.kind === 'refused' && state.what.includes('does not allow forwards'));
    assert.equal(localPort, undefined);
    assert.equal(clock.waiting, 0);
    lab.allowForwards = true;
    await forwards.restart('one');
    await becomes('up');
  });

  it('frees its port when stopped and has it again when restarted', async () => {
    const port = await up();
    await forwards.stop('one');
    assert.deepEqual([now().state.kind, now().localPort, clock.waiting], ['stopped', undefined, 0]);
    const other = createServer();
    await listening(other, port);
    await new Promise((resolve) => other.close(resolve));
    await forwards.restart('one');
    assert.equal((await becomes('up')).localPort, port);
  });

  it('stopped while it connects stays stopped', async () => {
    forwards.start(spec());
    await forwards.stop('one');
    assert.equal(now().state.kind, 'stopped');
    assert.equal(now().localPort, undefined);
    await forwards.remove('one');
    assert.deepEqual(forwards.list(), []);
  });

  it('passes on the end of one direction while the other goes on', async () => {
    const whole = createServer({ allowHalfOpen: true }, (socket) => {
      let got = 0;
      socket.on('data', (chunk) => {
        got += chunk.length;
        if (chunk.toString('latin1').startsWith('GET')) socket.end('HTTP/1.1 200 OK\r\n\r\n');
      });
      socket.on('end', () => socket.end(`got ${got}`));
      socket.on('error', () => undefined);
    });
    forwards.start(spec({ remotePort: await listening(whole) }));
    const port = (await becomes('connecting')).localPort ?? (await portOnceKnown());
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    socket.end('x'.repeat(300_000));
    assert.equal(await text(socket), 'got 300000');
    socket.destroy();
    await lab.idle();

    async function portOnceKnown(): Promise<number> {
      return new Promise((resolve) => {
        const stop = forwards.onChange(() => {
          const { localPort } = now();
          if (localPort === undefined) return;
          stop();
          resolve(localPort);
        });
      });
    }
  });

  it('carries much both ways unchanged, and holds back who is faster', async () => {
    const size = 24 * 1024 * 1024;
    const data = randomBytes(size);
    const want = createHash('sha256').update(data).digest('hex');
    let far: ((socket: Socket) => void) | undefined;
    const taken = new Promise<Socket>((resolve) => (far = resolve));
    const sink = createHttp((_asked, answer) => answer.end());
    sink.on('upgrade', (_asked, socket) => far?.(socket as Socket));
    const port = await up({ remotePort: await listening(sink) });
    const near = connect({ host: '127.0.0.1', port });
    near.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n');
    const end = await taken;
    for (const [from, to, moved] of [
      [near, end, () => now().bytes.out],
      [end, near, () => now().bytes.in],
    ] as const) {
      const before = moved();
      from.write(data);
      const hash = createHash('sha256');
      let got = 0;
      let ahead = 0;
      for await (const chunk of to.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        hash.update(chunk);
        got += chunk.length;
        ahead = Math.max(ahead, moved() - before - got);
        if (got === size) break;
      }
      assert.equal(hash.digest('hex'), want);
      assert.ok(ahead < 12 * 1024 * 1024, `${ahead} bytes were held in between`);
    }
    // A peer that is gone looks half-closed until the other side ends or writes, through `ssh -L` too.
    near.destroy();
    end.destroy();
    await lab.idle();
  });

  it('lets a server send further ahead of a reader than ssh2 does', async () => {
    const source = createServer((socket) => socket.end(randomBytes(6 * 1024 * 1024)));
    const { signal } = new AbortController();
    const connection = await connections.to(spec().target, signal);
    const channel = await connection.open('127.0.0.1', await listening(source), signal);
    for await (const chunk of channel.iterator({ destroyOnReturn: false })) {
      assert.ok(Buffer.isBuffer(chunk));
      widen(channel);
    }
    assert.ok('incoming' in channel, 'ssh2 keeps its window elsewhere');
    const { window } = channel.incoming as { window: number };
    assert.ok(window > 3 * 1024 * 1024 && window <= 4 * 1024 * 1024, `${window} bytes`);
    channel.destroy();
    widen(new PassThrough());
    await lab.idle();
  });

  it('leaves nothing behind after thousands of short connections', async function () {
    this.timeout(60_000);
    const port = await up();
    const sockets = (): number =>
      process.getActiveResourcesInfo().filter((each) => each.startsWith('TCP')).length;
    await get(port);
    await lab.idle();
    const before = sockets();
    for (let round = 0; round < 100; round += 1)
      await Promise.all(
        Array.from({ length: 20 }, async (_, at) => {
          if (at % 4 > 0) return get(port);
          // Every fourth one is torn down in the middle.
          const socket = connect({ host: '127.0.0.1', port });
          socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
          await new Promise((resolve) => socket.once('data', resolve));
          socket.resetAndDestroy();
          return '';
        }),
      );
    await lab.idle();
    assert.ok(sockets() <= before + 4, `${sockets()} sockets, ${before} before`);
    assert.equal(lab.connections.size, 1);
  }).timeout(30_000);
}).timeout(20_000);
