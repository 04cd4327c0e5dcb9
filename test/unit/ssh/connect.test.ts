import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mock } from 'node:test';
import { isAbort, systemClock, type Clock } from '../../../src/base';
import {
  connect,
  Connections,
  dialBy,
  KnownHosts,
  SshError,
  type ConnectOptions,
  type HostKey,
  type RunOptions,
  type Target,
} from '../../../src/ssh';
import { FreezableWay, hostKeyOf, keyPair, LabServer } from './labServer';
import { securityKey } from './securityKey';
import { MemoryFiles, ScriptedClock, steady } from './scripted';
import { ed25519 } from '../../ed25519';

const [mine, strange, host, hostRsa, other] = [keyPair(), keyPair(), keyPair(), keyPair('rsa'), keyPair()];
const rejectsAs = (kind: string, what?: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof SshError, String(thrown));
  assert.equal(thrown.kind, kind, thrown.message);
  if (what !== undefined) assert.match(thrown.message, what);
  assert.ok((thrown.next ?? '').length > 10, 'there is a next step');
  return true;
};

describe('a connection', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ssh-'));
  const file = (name: string, text: string): string => {
    const full = path.join(folder, name);
    writeFileSync(full, text, { mode: 0o600 });
    return full;
  };
  const myKey = file('mine', mine.private);
  const strangeKey = file('strange', strange.private);
  const lockedKey = file('locked', ed25519({ passphrase: 'p' }).private);
  let lab: LabServer;
  let known: KnownHosts;
  let asked: string[];
  let printed: readonly HostKey[] | undefined;
  let yes: boolean;

  const target = (port = lab.port, more: Partial<Target> = {}): Target => ({
    serverId: 'id-1',
    name: 'node1',
    address: '127.0.0.1',
    port,
    user: 'cc',
    via: [],
    ...more,
  });
  const options = (more: { files?: string[]; clock?: Clock } = {}): ConnectOptions => ({
    keys: { agent: undefined, files: (more.files ?? [myKey]).map((each) => ({ path: each })) },
    knownHosts: known,
    decision: {
      consoleKeys: async () => {
        asked.push('console');
        return printed;
      },
      accept: async (_target, key) => {
        asked.push(key.fingerprint);
        return yes;
      },
    },
    dial: dialBy((name, port) => ({ host: name, port })),
    clock: more.clock ?? systemClock,
  });
  const run = (more: Partial<RunOptions> = {}): RunOptions => ({
    signal: steady(),
    timeoutMs: 20_000,
    maxBytes: 10_000,
    env: {},
    ...more,
  });

  beforeEach(async () => {
    lab = await LabServer.start({ hostKeys: [host, hostRsa], accepts: [mine] });
    known = new KnownHosts('/known', new MemoryFiles());
    asked = [];
    printed = undefined;
    yes = true;
  });
  afterEach(async () => {
    await lab.stop();
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  describe('meets a server', () => {
    it('by what its console printed, and pins all of that', async () => {
      printed = [hostKeyOf(hostRsa), hostKeyOf(host)];
      const made = await connect(target(), { ...options(), signal: steady() });
      made.close();
      assert.deepEqual(await known.pinned('id-1'), printed);
      assert.deepEqual(asked, ['console']);
    });

    it('never, if its console printed other keys', async () => {
      printed = [hostKeyOf(other)];
      await assert.rejects(
        connect(target(), { ...options(), signal: steady() }),
        rejectsAs('hostKeyRejected', /SHA256:.*SHA256:/s),
      );
      assert.deepEqual(await known.pinned('id-1'), []);
      assert.equal(lab.logins, 0);
    });

    it('by asking once where there is no console', async () => {
      for (let times = 0; times < 2; times += 1)
        (await connect(target(), { ...options(), signal: steady() })).close();
      assert.deepEqual(asked, ['console', hostKeyOf(host).fingerprint]);
    });

    it('never, if the person says no', async () => {
      yes = false;
      await assert.rejects(
        connect(target(), { ...options(), signal: steady() }),
        rejectsAs('hostKeyRejected'),
      );
      assert.deepEqual(await known.pinned('id-1'), []);
      assert.equal(lab.logins, 0);
    });

    it('with the type of key that is pinned, though the server would rather show another', async () => {
      await known.pin('id-1', hostKeyOf(hostRsa));
      const made = await connect(target(), { ...options(), signal: steady() });
      assert.equal(made.hostKey.type, 'ssh-rsa');
      made.close();
      assert.deepEqual(asked, []);
    });

    it('never again under another key, whatever anybody says', async () => {
      await known.pin('id-1', hostKeyOf(other));
      printed = [hostKeyOf(host)];
      await assert.rejects(connect(target(), { ...options(), signal: steady() }), (thrown: unknown) => {
        rejectsAs('hostKeyChanged')(thrown);
        assert.ok(thrown instanceof Error);
        assert.ok(thrown.message.includes(hostKeyOf(host).fingerprint));
        assert.ok(thrown.message.includes(hostKeyOf(other).fingerprint));
        return true;
      });
      assert.deepEqual(asked, []);
      assert.equal(lab.logins, 0);
      assert.deepEqual(await known.pinned('id-1'), [hostKeyOf(other)]);
    });
  });

  describe('that fails says why', () => {
    it('no key of mine is accepted', async () => {
      await assert.rejects(
        connect(target(), { ...options({ files: [strangeKey, lockedKey] }), signal: steady() }),
        rejectsAs('auth', /None of your keys.*strange.*passphrase: locked/s),
      );
    });

    it('there is no key', async () => {
      await assert.rejects(
        connect(target(), { ...options({ files: [] }), signal: steady() }),
        rejectsAs('noKey', /no SSH key/),
      );
    });

    it('the only key is a device’s, and there is no ssh to use it', async () => {
      const device = path.join(folder, 'id_ed25519_sk');
      writeFileSync(device, securityKey());
      await assert.rejects(
        connect(target(), { ...options({ files: [device] }), signal: steady() }),
        rejectsAs('noKey', /Only your own ssh can use id_ed25519_sk/),
      );
      await assert.rejects(
        connect(target(), { ...options({ files: [strangeKey, device] }), signal: steady() }),
        rejectsAs('auth', /only your own ssh can use it: id_ed25519_sk/),
      );
    });

    it('the only key is locked', async () => {
      await assert.rejects(
        connect(target(), { ...options({ files: [lockedKey] }), signal: steady() }),
        rejectsAs('noKey', /locked needs a passphrase/),
      );
    });

    it('the port refuses', async () => {
      const { port } = lab;
      await lab.stop();
      await assert.rejects(connect(target(port), { ...options(), signal: steady() }), rejectsAs('refused'));
      lab = await LabServer.start({ hostKeys: [host], accepts: [mine] });
    });

    it('the address is not known', async () => {
      const dial = (): Promise<never> => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }));
      await assert.rejects(
        connect(target(), { ...options(), dial, signal: steady() }),
        rejectsAs('unreachable'),
      );
    });

    it('nothing comes back, neither to the dial nor to the greeting', async () => {
      const clock = new ScriptedClock();
      let dialled: () => void = () => undefined;
      const dialling = new Promise<void>((resolve) => (dialled = resolve));
      const never = connect(target(), {
        ...options({ clock }),
        dial: (_host, _port, signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              reject(new DOMException('', 'AbortError'));
            });
            dialled();
          }),
        signal: steady(),
      });
      await dialling;
      clock.advance(15_000);
      await assert.rejects(never, rejectsAs('timeout'));

      const silent = createServer();
      await new Promise<void>((resolve) => {
        silent.listen(0, '127.0.0.1', resolve);
      });
      const greeted = new Promise<void>((resolve) => {
        silent.once('connection', (socket) => {
          socket.on('error', () => undefined);
          socket.once('data', () => {
            resolve();
          });
        });
      });
      const mute = connect(target((silent.address() as AddressInfo).port), {
        ...options({ clock }),
        signal: steady(),
      });
      await greeted;
      clock.advance(15_000);
      await assert.rejects(mute, rejectsAs('timeout'));
      assert.equal(clock.waiting, 0);
      silent.close();
    });

    it('what answers is no SSH server, or hangs up', async () => {
      for (const [answer, kind, what] of [
        ['HTTP/1.1 400 Bad Request\r\n\r\n', 'closed', /^The connection to node1 .* broke\.$/],
        ['', 'closed', /^The connection to node1 .* broke\.$/],
        ['SSH-1.5-old\r\n', 'protocol', /^node1 and we do not understand each other/],
      ] as const) {
        const wrong = createServer((socket) => {
          socket.on('error', () => undefined);
          socket.end(answer);
        });
        await new Promise<void>((resolve) => {
          wrong.listen(0, '127.0.0.1', resolve);
        });
        await assert.rejects(
          connect(target((wrong.address() as AddressInfo).port), { ...options(), signal: steady() }),
          rejectsAs(kind, what),
        );
        wrong.close();
      }
    });
  });

  describe('runs commands', () => {
    it('with parameters, and tells exit code, output and errors', async () => {
      const made = await connect(target(), { ...options(), signal: steady() });
      const got = await made.run('printf "%s" "$A"; echo no >&2; exit 3', run({ env: { A: "it's; $(id)" } }));
      assert.deepEqual(got, { exit: 3, stdout: "it's; $(id)", stderr: 'no\n', truncated: false });
      made.close();
    });

    it('side by side, not more than sshd allows', async () => {
      const made = await connect(target(), { ...options(), signal: steady() });
      const got = await Promise.all(Array.from({ length: 30 }, (_, at) => made.run(`echo ${at}`, run())));
      assert.deepEqual(
        got.map(({ stdout }) => Number(stdout)),
        Array.from({ length: 30 }, (_, at) => at),
      );
      made.close();
    });

    it('and ends one that says too much, takes too long or is cancelled, on the server too', async () => {
      const clock = new ScriptedClock();
      const made = await connect(target(), { ...options({ clock }), signal: steady() });
      const flood = await made.run('yes', run({ maxBytes: 1000 }));
      assert.equal(flood.truncated, true);
      assert.equal(flood.stdout.length, 1000);
      assert.equal(flood.exit, undefined);
      await once(() => lab.signals.length === 1 && clock.waiting === 0);

      const long = made.run('sleep 1000', run({ timeoutMs: 5000 }));
      await once(() => clock.waiting === 1);
      clock.advance(5000);
      await assert.rejects(long, rejectsAs('timeout', /longer than 5 s/));
      await once(() => lab.signals.length === 2 && clock.waiting === 0);

      const abort = new AbortController();
      const cancelled = made.run('sleep 1000', run({ signal: abort.signal }));
      await once(() => lab.commands.length === 3 && clock.waiting === 1);
      abort.abort();
      await assert.rejects(cancelled, isAbort);
      await once(() => lab.signals.length === 3);
      assert.deepEqual(lab.signals, ['TERM', 'TERM', 'TERM']);
      made.close();
    });

    it('and tells no exit code where the connection broke', async () => {
      const made = await connect(target(), { ...options(), signal: steady() });
      const running = made.run('sleep 1000', run());
      await once(() => lab.commands.length === 1);
      lab.drop();
      assert.equal((await running).exit, undefined);
      assert.ok((await made.closed) instanceof SshError);
      await assert.rejects(made.run('true', run()), rejectsAs('closed'));
    });
  });

  it('to a peer that is gone ends within 15 s', async () => {
    const way = await FreezableWay.to(lab.port);
    mock.timers.enable({ apis: ['setInterval'] });
    try {
      const made = await connect(target(way.port), { ...options(), signal: steady() });
      way.frozen = true;
      let over = false;
      void made.closed.then(() => (over = true));
      mock.timers.tick(7_999);
      assert.equal(over, false);
      mock.timers.tick(7_001);
      assert.ok((await made.closed) instanceof SshError);
    } finally {
      mock.timers.reset();
      way.close();
    }
  });

  it('goes through other hosts, as many as there are', async () => {
    const [second, third] = [
      await LabServer.start({ hostKeys: [keyPair()], accepts: [mine] }),
      await LabServer.start({ hostKeys: [keyPair()], accepts: [mine] }),
    ];
    const one = target();
    const two = target(second.port, { serverId: 'id-2', name: 'node2' });
    const three = target(third.port, { serverId: 'id-3', name: 'node3', via: [one, two] });
    const made = await connect(three, { ...options(), signal: steady() });
    assert.equal((await made.run('echo here', run())).stdout, 'here\n');
    assert.equal(third.commands.length, 1);
    made.close();
    await made.closed;
    await once(() => lab.connections.size + second.connections.size + third.connections.size === 0);

    const gone = third.port;
    await third.stop();
    await assert.rejects(
      connect({ ...three, port: gone }, { ...options(), signal: steady() }),
      (thrown: unknown) => thrown instanceof SshError && thrown.message.includes('node3'),
    );
    await second.stop();
  });

  describe('is shared', () => {
    let connections: Connections;
    beforeEach(() => {
      connections = new Connections(options());
    });
    afterEach(() => {
      connections.dispose();
    });

    it('by all who ask at the same time and later', async () => {
      const all = await Promise.all([1, 2, 3].map(() => connections.to(target(), steady())));
      all.push(await connections.to(target(), steady()));
      assert.equal(new Set(all).size, 1);
      assert.equal(lab.logins, 1);
      assert.deepEqual(asked.length, 2);
    });

    it('and goes on for the others when one of them leaves', async () => {
      const abort = new AbortController();
      const left = connections.to(target(), abort.signal);
      const stays = connections.to(target(), steady());
      abort.abort();
      await assert.rejects(left, isAbort);
      assert.ok(await stays);
    });

    it('and is not made when all have left; who comes then gets a new one', async () => {
      const abort = new AbortController();
      const both = [connections.to(target(), abort.signal), connections.to(target(), abort.signal)];
      abort.abort();
      for (const each of both) await assert.rejects(each, isAbort);
      assert.ok(await connections.to(target(), steady()));
      assert.equal(lab.logins, 1);
    });

    it('and made anew after it broke, or failed', async () => {
      const first = await connections.to(target(), steady());
      lab.drop();
      await first.closed;
      const second = await connections.to(target(), steady());
      assert.notEqual(first, second);
      const { port } = lab;
      await lab.stop();
      await second.closed;
      await assert.rejects(connections.to(target(), steady()), rejectsAs('refused'));
      lab = await LabServer.start({ hostKeys: [host, hostRsa], accepts: [mine], port });
      assert.ok(await connections.to(target(), steady()));
    });

    it('as a way to others', async () => {
      const second = await LabServer.start({ hostKeys: [keyPair()], accepts: [mine] });
      const two = target(second.port, { serverId: 'id-2', name: 'node2', via: [target()] });
      const [a, b] = await Promise.all([connections.to(two, steady()), connections.to(target(), steady())]);
      assert.equal(lab.logins, 1);
      b.close();
      await a.closed;
      await second.stop();
    });
  });
}).timeout(20_000);

/** Resolves when something became true, looking at it each millisecond. */
async function once(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 1));
}
