import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sleep, systemClock } from '../../../src/base';
import type { OwnedServer } from '../../../src/chameleon';
import { SharedForwards } from '../../../src/extension/sharedForwards';
import { Forwards, type Connections, type Forward, type ForwardSpec, type Target } from '../../../src/ssh';

const target = (serverId: string): Target => ({
  serverId,
  name: 'node-a',
  address: '192.0.2.1',
  port: 22,
  user: 'cc',
  via: [],
});
const spec = (serverId = 's1'): ForwardSpec => ({
  id: `${serverId}:8000`,
  target: target(serverId),
  remoteHost: '127.0.0.1',
  remotePort: 8000,
  localPort: 0,
  name: 'M',
  path: '/',
});

/** One window of several. Its forwards listen really, and connect to nothing. */
class Window {
  readonly forwards: Forwards;
  readonly shared: SharedForwards;
  readonly met = new Set(['s1', 's2']);
  servers = ['s1'];
  #seen: () => void = () => undefined;

  constructor(folder: string, id: string) {
    const to: Connections['to'] = (_target, signal) =>
      sleep(systemClock, 2 ** 31 - 1, signal).then(() => assert.fail());
    this.forwards = new Forwards({ connections: { to } as Connections, clock: systemClock });
    this.shared = new SharedForwards({
      folder,
      id,
      clock: systemClock,
      forwards: async () => this.forwards,
      now: () => this.forwards.list(),
      servers: () =>
        this.servers.map((server) => ({
          id: server,
          name: 'node-a',
          status: 'ACTIVE',
          owner: { kind: 'me' },
        })) as unknown as OwnedServer[],
      targetOf: ({ id: server }) => target(server),
      isMet: async (server) => this.met.has(server),
      changed: () => {
        this.#seen();
      },
    });
    this.forwards.onChange(() => {
      void this.shared.note().then(() => {
        this.#seen();
      });
    });
  }

  /** As by a click. */
  async open(of: ForwardSpec = spec()): Promise<number> {
    const elsewhere = await this.shared.take(of.id);
    if (elsewhere !== undefined) return elsewhere.localPort;
    this.forwards.start(of);
    return (await this.sees(() => this.list.find((each) => each.localPort !== undefined)))?.localPort ?? 0;
  }

  get list(): readonly Forward[] {
    return this.forwards.list();
  }

  /** Resolves once something is so. */
  sees<T>(what: () => T): Promise<T> {
    return new Promise((resolve) => {
      this.#seen = () => {
        const seen = what();
        if (seen !== undefined && seen !== false) resolve(seen);
      };
      this.#seen();
    });
  }

  async close(): Promise<void> {
    await this.shared.dispose(() => this.forwards.dispose());
  }
}

describe('forwards of two windows', () => {
  let folder: string;
  let a: Window;
  let b: Window;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'shared-'));
    [a, b] = [new Window(folder, 'a'), new Window(folder, 'b')];
    await Promise.all([a.shared.restore(), b.shared.restore()]);
  });
  afterEach(async () => {
    await Promise.all([a.close(), b.close()]);
    await rm(folder, { recursive: true, force: true });
  });
  const elsewhere = (window: Window) => window.shared.elsewhere.map(({ id, localPort }) => [id, localPort]);

  it('are shown in the other with their port, and go on there on the same when the first one closes', async () => {
    const port = await a.open();
    await b.sees(() => elsewhere(b).length > 0);
    assert.deepEqual(elsewhere(b), [['s1:8000', port]]);
    assert.equal(await b.open(), port, 'a click leads to where it is');
    assert.deepEqual(b.list, []);
    await a.close();
    await b.sees(() => b.list.some(({ localPort }) => localPort === port));
    assert.deepEqual(elsewhere(b), []);
  });

  it('that begin in both at once are one', async () => {
    const ports = await Promise.all([a.open(), b.open()]);
    assert.equal(ports[0], ports[1]);
    assert.equal(a.list.length + b.list.length, 1);
  });

  it('that are stopped in one do not begin in the other', async () => {
    await a.open();
    await b.sees(() => elsewhere(b).length > 0);
    await a.forwards.stop('s1:8000');
    await b.sees(() => elsewhere(b).length === 0);
    await b.shared.restore();
    assert.deepEqual(b.list, []);
    await b.open();
    assert.equal(b.list.length, 1, 'until somebody wants it there');
  });

  it('are shown in the other also while it never met their host', async () => {
    b.met.clear();
    const port = await a.open();
    await b.sees(() => elsewhere(b).length > 0);
    assert.deepEqual(elsewhere(b), [['s1:8000', port]]);
  });

  it('of a host that this window never met wait until it is met', async () => {
    await a.open();
    b.met.clear();
    await a.close();
    await b.shared.restore();
    assert.deepEqual(b.list, []);
    b.met.add('s1');
    await b.shared.restore();
    assert.equal(b.list.length, 1);
  });

  it('that are pinned go on with the next server of the same name, in one of them', async () => {
    const port = await a.open();
    for (const forward of a.list) await a.shared.kept.pin(forward, true);
    await a.close();
    a = new Window(folder, 'a again');
    for (const window of [a, b]) window.servers = ['s2'];
    await Promise.all([a.shared.restore(), b.shared.restore()]);
    await Promise.all([a.shared.restore(), b.shared.restore()]);
    const all = [...a.list, ...b.list];
    assert.deepEqual(
      all.map(({ spec: { id, localPort } }) => [id, localPort]),
      [['s2:8000', port]],
    );
    assert.deepEqual(
      a.shared.kept.list().map(({ id, pinned }) => [id, pinned]),
      [['s2:8000', true]],
    );
  });
});
