import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ownTurn } from '../../../src/base';
import {
  InventoryPoll,
  InventorySource,
  partNames,
  type PartName,
  type RawParts,
  type SiteReader,
} from '../../../src/chameleon';
import type { CloudConfig } from '../../../src/openstack';
import { Leader } from '../../../src/extension/leader';
import { forgetInventory, SharedInventory } from '../../../src/extension/sharedInventory';
import { lease, server, siteReader, volume } from '../chameleon/world';
import { FakeClock } from '../openstack/fakeCloud';

const MINUTE = 60_000;
const config: CloudConfig = {
  name: 'kvm',
  authUrl: 'https://kvm.tacc.chameleoncloud.org:5000/v3',
  region: 'KVM@TACC',
  interface: 'public',
  credential: { kind: 'applicationCredential', id: 'cred-1', secret: 'the-secret' },
};

/** What the sites have, and who asked for it. */
class Site {
  readonly asked: { readonly by: string; readonly part: PartName }[] = [];
  lists: Partial<RawParts> = { servers: [server({ id: 's1', name: 'node1-cloud-ab1234' })] };

  reader(by: string): SiteReader {
    return siteReader(
      () => this.lists,
      (part) => this.asked.push({ by, part }),
    );
  }

  by(...names: readonly string[]): number {
    return this.asked.filter(({ by }) => names.includes(by)).length;
  }
}

/** A window: its own clock, so that it can be stopped as a crash does. */
class Window {
  readonly clock: FakeClock;
  readonly source: InventorySource;
  readonly shared: SharedInventory;
  readonly leader: Leader;
  readonly id: string;

  constructor(site: Site, folder: string, id: string, clock = new FakeClock(), clouds = [config]) {
    this.id = id;
    this.clock = clock;
    this.source = new InventorySource({ clouds, clock, reader: () => site.reader(id) });
    this.leader = new Leader(path.join(folder, 'leader.lock'), id, clock, (leads) => {
      this.shared.setLeads(leads);
    });
    const poll = new InventoryPoll(this.source, clock, false);
    this.shared = new SharedInventory(
      { folder, id, clock },
      { clouds, source: this.source, poll, leads: false },
    );
    this.stop = async () => {
      poll.dispose();
      this.source.dispose();
      await this.shared.dispose();
      await this.leader.stop();
    };
  }

  readonly stop: () => Promise<void>;

  get servers(): readonly string[] {
    return (this.source.current.sites[0]?.servers ?? []).map(({ name }) => name);
  }
}

/** Time passes for all of them alike, half a second at a time, and everything that it starts comes to its end. */
async function pass(windows: readonly Window[], ms: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += 500) {
    for (const { clock } of windows) clock.pass(500);
    await turns();
    for (const { shared, leader } of windows) {
      await leader.start();
      await shared.settled();
    }
    await turns();
  }
}

/** Sign-in, lists, what is put together of them, and who is told: each waits behind the one before. */
async function turns(): Promise<void> {
  for (let behind = 0; behind < 4; behind += 1) await ownTurn();
}

describe('several windows', () => {
  let folder: string;
  let site: Site;
  const open: Window[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'windows-'));
    site = new Site();
  });
  afterEach(async () => {
    for (const each of open.splice(0)) await each.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function opened(id: string, visible: boolean, at?: Window, clouds?: CloudConfig[]): Promise<Window> {
    const clock = new FakeClock();
    if (at !== undefined) clock.pass(at.clock.now() - clock.now());
    const window = new Window(site, folder, id, clock, clouds);
    open.push(window);
    await window.leader.start();
    window.shared.setVisible(visible);
    await window.shared.start();
    return window;
  }
  const file = (): string => path.join(folder, 'inventory.snapshot');

  it('ask no more than one does, and all show the same', async () => {
    const alone = await opened('a', true);
    await pass([alone], 5 * MINUTE);
    const before = site.by('a');
    const second = await opened('b', true, alone);
    await pass([alone, second], 5 * MINUTE);
    assert.ok(before >= 5 * (partNames.length - 4), String(before));
    assert.equal(site.by('b'), 0);
    assert.ok(site.by('a') - before <= before, `${site.by('a') - before} after ${before}`);
    site.lists = { servers: [server({ id: 's2', name: 'node2-cloud-ab1234' })] };
    await pass([alone, second], MINUTE + 5_000);
    assert.deepEqual(second.servers, ['node2-cloud-ab1234']);
    assert.equal(second.source.current.sites[0]?.servers[0]?.owner.kind, 'me');
  });

  it('the leader polls for a window that is in sight, and no longer', async () => {
    const hidden = await opened('a', false);
    const other = await opened('b', true, hidden);
    await pass([hidden, other], 2 * MINUTE);
    const seen = site.by('a');
    assert.ok(seen > partNames.length, String(seen));
    other.shared.setVisible(false);
    await pass([hidden, other], 5_000);
    const left = site.asked.length;
    await pass([hidden, other], 10 * MINUTE);
    const leases = site.asked.slice(left);
    assert.ok(leases.length <= 3 && leases.every(({ part }) => part === 'leases'), JSON.stringify(leases));
    assert.equal(site.by('b'), 0);
  });

  it('one that crashes is followed by another within a minute, which goes on where it was', async () => {
    const [a, b] = [await opened('a', true), await opened('b', true)];
    await pass([a, b], 2 * MINUTE);
    const before = site.by('b');
    await pass([b], MINUTE);
    assert.equal(b.leader.leads, true);
    await pass([b], MINUTE);
    assert.ok(site.by('b') > before);
    // Woken up again, it finds that it leads no more, and asks nothing.
    a.clock.pass(b.clock.now() - a.clock.now());
    await pass([a, b], MINUTE);
    const asked = site.by('a');
    assert.deepEqual([a.leader.leads, b.leader.leads], [false, true]);
    await pass([a, b], 3 * MINUTE);
    assert.equal(site.by('a'), asked);
  });

  it('one that closes is followed at once', async () => {
    const [a, b] = [await opened('a', true), await opened('b', true)];
    await pass([a, b], MINUTE);
    await open.shift()?.stop();
    await pass([b], 11_000);
    assert.equal(b.leader.leads, true);
  });

  it('what one has asked for after an action the others have too, without asking', async () => {
    const [a, b] = [await opened('a', true), await opened('b', true)];
    await pass([a, b], 10_000);
    const before = site.by('a');
    site.lists = { servers: [server({ id: 's9', name: 'node9-ab1234' })] };
    await b.source.refresh({ cloud: 'kvm', parts: ['servers'] });
    await pass([a, b], 5_000);
    assert.deepEqual(a.servers, ['node9-ab1234']);
    assert.equal(site.by('a'), before);
    // On its way to another state it is asked for by the leader, each five seconds.
    site.lists = { servers: [server({ id: 's9', name: 'node9-ab1234', status: 'BUILD' })] };
    await b.source.refresh({ cloud: 'kvm', parts: ['servers'] });
    await pass([a, b], 12_000);
    assert.ok(site.by('a') > before);
  });

  for (const [status, isMoving] of [
    ['creating', true],
    ['detaching', true],
    ['reserved', true],
    ['in-use', false],
    ['error_deleting', false],
  ] as const)
    it(`a volume that is ${status} is ${isMoving ? 'looked at each five seconds, alone' : 'no hurry'}`, async () => {
      const a = await opened('a', true);
      site.lists = { volumes: [volume({ id: 'v1', name: 'block-ab1234', status })] };
      await a.source.refresh({ cloud: 'kvm', parts: ['servers', 'volumes'] });
      site.asked.splice(0);
      await pass([a], 12_000);
      const asked = new Set(site.asked.map(({ part }) => part));
      assert.deepEqual([...asked], isMoving ? ['volumes'] : []);
    });

  it('a follower that hears nothing for long asks by itself', async () => {
    const now = new FakeClock().now() / 1000;
    await writeFile(path.join(folder, 'leader.lock'), 'a window of another kind');
    await utimes(path.join(folder, 'leader.lock'), now, now);
    const b = await opened('b', true);
    const alive = async (): Promise<void> => {
      const then = b.clock.now() / 1000;
      await utimes(path.join(folder, 'leader.lock'), then, then);
    };
    for (let at = 0; at < 20; at += 1) {
      await alive();
      await pass([b], 8_000);
    }
    assert.equal(b.leader.leads, false);
    assert.ok(site.by('b') > 0 && site.by('b') <= partNames.length, String(site.by('b')));
  });

  it('two that wrote at once agree in the end', async () => {
    const [a, b] = [await opened('a', false), await opened('b', false)];
    site.lists = { servers: [server({ id: 's1', name: 'one-ab1234' })] };
    await a.source.refresh({ cloud: 'kvm', parts: ['servers'] });
    site.lists = { leases: [lease({ id: 'l1', name: 'lease-ab1234' })] };
    await b.source.refresh({ cloud: 'kvm', parts: ['leases'] });
    await pass([a, b], 10_000);
    for (const { source, servers } of [a, b]) {
      assert.deepEqual(servers, ['one-ab1234']);
      assert.equal(source.current.sites[0]?.leases.length, 1);
    }
  });

  it('a failure that the leader saw is told with its reason, and what is newer stays', async () => {
    const [a, b] = [await opened('a', true), await opened('b', true)];
    await pass([a, b], 5_000);
    site.lists = {};
    const reader = site.reader.bind(site);
    const failing = new Window(
      Object.assign(new Site(), {
        reader: (by: string): SiteReader => ({
          ...reader(by),
          list: () => Promise.reject(new Error('Nova is away.')),
        }),
      }),
      folder,
      'c',
      a.clock,
    );
    open.push(failing);
    await failing.shared.start();
    a.clock.pass(1000);
    b.clock.pass(1000);
    await failing.source.refresh({ cloud: 'kvm', parts: ['servers'] });
    await pass([failing, b], 5_000);
    const seen = b.source.current.sites[0];
    assert.equal(seen?.parts.servers.state, 'stale');
    assert.equal(seen.parts.servers.error?.what, 'Nova is away.');
    assert.deepEqual(b.servers, ['node1-cloud-ab1234']);
  });

  it('the file holds no secret, is for this user alone, and anything else in it is nothing', async () => {
    const a = await opened('a', true);
    await pass([a], 2_000);
    const text = await readFile(file(), 'utf8');
    assert.match(text, /node1-cloud-ab1234/);
    assert.doesNotMatch(text, /the-secret|the-token/);
    assert.equal((await stat(file())).mode & 0o777, 0o600);
    const lines = text.split('\n');
    const servers = lines.findIndex((line) => line.includes('"s1"'));
    const spoilt: readonly string[] = [
      '',
      '{',
      text.replace('"version":1', '"version":2'),
      text.replace('cred-1', 'cred-2'),
      lines.with(servers, '[{"id":"s1"}]').join('\n'),
      lines.with(servers, 'null').join('\n'),
      lines.slice(0, servers).join('\n'),
    ];
    await a.stop();
    open.length = 0;
    for (const each of spoilt) {
      await writeFile(file(), each);
      await utimes(file(), a.clock.now() / 1000, a.clock.now() / 1000);
      const b = await opened('b', false, a);
      assert.deepEqual(b.servers, [], each.slice(0, 60));
      await b.stop();
      open.length = 0;
    }
  });

  it('of another day it is not taken, nor one of another sign-in', async () => {
    const a = await opened('a', true);
    await pass([a], 2_000);
    await a.stop();
    open.length = 0;
    const later = new FakeClock();
    later.pass(24 * 60 * MINUTE);
    const b = new Window(site, folder, 'b', later);
    open.push(b);
    await b.shared.start();
    assert.deepEqual(b.servers, []);
    const other = { ...config, credential: { kind: 'federated', project: 'CHI-251409' } as const };
    const c = await opened('c', false, a, [other]);
    assert.deepEqual(c.servers, []);
  });

  it('after a sign-out nothing is written any more, and nothing is left', async () => {
    const a = await opened('a', true);
    await pass([a], 2_000);
    await a.source.refresh({ cloud: 'kvm', parts: ['servers'] });
    await a.stop();
    open.length = 0;
    await forgetInventory(folder);
    a.clock.pass(MINUTE);
    await a.shared.settled();
    await assert.rejects(stat(file()));
    await assert.rejects(stat(path.join(folder, 'windows', 'a')));
  });
});
