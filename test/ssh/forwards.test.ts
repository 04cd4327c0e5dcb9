import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import type { ForwardSpec } from '../../src/ssh';
import { KeptForwards, specOf } from '../../src/extension/keptForwards';
import { up, type Lab } from './setup';
import { World } from './world';

describe('forwards through a real sshd', () => {
  let lab: Lab;
  let world: World;
  let browser: Browser;
  before(async () => {
    lab = await up();
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  });
  after(() => browser.close());
  beforeEach(() => {
    world = new World(lab);
  });
  afterEach(() => world.end());

  const ray = (): ForwardSpec => ({
    ...world.mlflow({ id: 'ray', target: lab.ray, remotePort: lab.ports.ray, name: 'Ray' }),
  });
  const open = async (spec: ForwardSpec): Promise<string> => {
    world.forwards.start(spec);
    const { localPort } = await world.becomes(spec.id, 'up');
    return `http://127.0.0.1:${localPort ?? 0}${spec.path}`;
  };

  it('show MLflow’s and Ray’s pages in a browser', async () => {
    for (const [spec, words] of [
      [world.mlflow(), 'Experiments'],
      [ray(), 'Overview'],
    ] as const) {
      const page = await browser.newPage();
      const failed: string[] = [];
      const url = await open(spec);
      page.on('response', (response) => {
        if (response.url().startsWith(url) && response.status() >= 400 && /\.(js|css)$/.test(response.url()))
          failed.push(`${response.status()} ${response.url()}`);
      });
      await page.goto(url);
      await page.getByText(words).first().waitFor({ timeout: 60_000 });
      assert.deepEqual(failed, []);
      await page.close();
    }
  });

  it('come back on the same port when sshd was restarted', async () => {
    const url = await open(world.mlflow());
    const port = world.forwards.list()[0]?.localPort;
    await lab.host('ssh', lab.mlflow, 'off');
    try {
      await lab.host('drop', lab.mlflow);
      await world.becomes('mlflow', 'waiting');
    } finally {
      await lab.host('ssh', lab.mlflow, 'on');
    }
    const again = await world.becomes('mlflow', 'up');
    assert.equal(again.localPort, port);
    assert.equal((await fetch(url)).status, 200);
  });

  it('are back on their port after the window was loaded again, the server’s key still known', async () => {
    const file = path.join(world.folder, 'kept.json');
    await open(world.mlflow());
    const before = world.forwards.list();
    await new KeptForwards(file).note(before);
    await world.forwards.dispose();
    world.connections.dispose();
    const again = new World(lab);
    try {
      for (const key of await world.known.pinned('mlflow')) await again.known.pin('mlflow', key);
      const remembered = new KeptForwards(file);
      await remembered.look();
      const [kept] = remembered.list();
      assert.ok(kept);
      again.forwards.start(specOf(kept, lab.mlflow));
      const { localPort } = await again.becomes('mlflow', 'up');
      assert.equal(localPort, before[0]?.localPort);
      assert.equal((await fetch(`http://127.0.0.1:${localPort ?? 0}/`)).status, 200);
      assert.deepEqual(again.asked, [], 'nobody is asked again');
    } finally {
      await again.end();
    }
  });

  it('take another port where the wished one is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => {
      taken.listen(0, '127.0.0.1', resolve);
    });
    const { port } = taken.address() as AddressInfo;
    const url = new URL(await open(world.mlflow({ localPort: port })));
    assert.notEqual(Number(url.port), port);
    taken.close();
  });

  it('say what to do where nothing listens on the server', async () => {
    world.forwards.start(world.mlflow({ remotePort: 8001 }));
    const { state } = await world.becomes('mlflow', 'degraded');
    assert.ok(state.kind === 'degraded');
    assert.match(state.what, /Nothing listens on port 8001/);
    assert.ok(state.next);
  });

  it('stop where the server is another than it was', async () => {
    await world.connections.to(lab.mlflow, new AbortController().signal);
    const spec = world.mlflow({ target: { ...lab.mlflow, address: lab.ray.address } });
    world.connections.dispose();
    const other = new World(lab);
    try {
      for (const key of await world.known.pinned('mlflow')) await other.known.pin('mlflow', key);
      other.forwards.start(spec);
      const { state } = await other.becomes('mlflow', 'refused');
      assert.ok(state.kind === 'refused');
      assert.match(state.what, /host key/);
    } finally {
      await other.end();
    }
  });

  it('answer small requests without sshd’s delay', async () => {
    const url = await open(world.mlflow());
    const took: number[] = [];
    for (let at = 0; at < 40; at += 1) {
      const began = performance.now();
      await (await fetch(`${url}version`)).text();
      took.push(performance.now() - began);
    }
    took.sort((a, b) => a - b);
    // 48 ms with the delay; the middle one, since the machine may be busy.
    assert.ok((took[20] ?? 99) < 30, `${took[20] ?? 0} ms`);
  });

  it('listen on 127.0.0.1 and nowhere else', async () => {
    await open(world.mlflow());
    await open(ray());
    const inodes = new Set(
      readdirSync('/proc/self/fd').flatMap((fd) => {
        try {
          return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1] ?? [];
        } catch {
          return [];
        }
      }),
    );
    const listening = ['tcp', 'tcp6'].flatMap((table) =>
      readFileSync(`/proc/net/${table}`, 'latin1')
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter((row) => row[3] === '0A' && inodes.has(row[9] ?? ''))
        .map((row) => (row[1] ?? '').split(':')),
    );
    const ports = world.forwards.list().map(({ localPort }) => localPort);
    assert.deepEqual(new Set(listening.map(([, port]) => parseInt(port ?? '', 16))), new Set(ports));
    assert.deepEqual(
      listening.map(([address]) => address),
      ports.map(() => '0100007F'),
    );
  });
});
