/** Each service by turns gives every kind of bad answer; a relay in front of the real ones spoils them. */
import assert from 'node:assert/strict';
import { isAbort, systemClock, type Clock } from '../../src/base';
import {
  allocateFloatingIp,
  deleteLease,
  extendLease,
  InventorySource,
  launchServer,
  leaseToEndNext,
  partNames,
  planLaunch,
  planLease,
  reserveLease,
  timeLeft,
  warningsDue,
  type LeasePlan,
  type PartName,
  type SiteInventory,
} from '../../src/chameleon';
import {
  createFloatingIp,
  deleteFloatingIp,
  deleteServer,
  getLease,
  listFlavors,
  listFloatingIps,
  Session,
} from '../../src/openstack';
import { SignedIn } from '../../src/extension/signedIn';
import { column } from './client';
import { cloud, onlySite, session } from './clouds';
import { idNamed, Made, until } from './made';
import { Relay, type Asked, type Fault, type Service } from './relay';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Our own limit for one answer. */
const LIMIT_MS = 30_000;

/** Which parts are blind without the answers of a service; Keystone's token is held. */
const BLIND: Readonly<Record<Service, readonly PartName[]>> = {
  keystone: [],
  nova: ['servers', 'keyPairs'],
  neutron: ['floatingIps', 'ports', 'networks', 'routers', 'securityGroups'],
  glance: ['images'],
  blazar: ['leases'],
  cinder: ['volumes'],
  swift: ['objectContainers'],
};
const WORDS: Readonly<Record<Exclude<Fault, 'lost'>, RegExp>> = {
  error: /says: The server has either erred/,
  html: /can't be understood: it is not JSON/,
  silent: /did not answer within 30 s/,
  cut: /broke off in the middle of its answer/,
};

/** The real time, but for our own limits: they pass when they are told to. */
class Limits implements Clock {
  readonly #waiting = new Set<() => void>();

  now(): number {
    return Date.now();
  }

  after(ms: number, run: () => void): () => void {
    if (ms < LIMIT_MS) return systemClock.after(ms, run);
    this.#waiting.add(run);
    return () => this.#waiting.delete(run);
  }

  pass(): void {
    for (const run of [...this.#waiting]) run();
  }
}

describe('Faults of the services', function () {
  this.timeout(120_000);
  const relay = new Relay();
  const direct = session(cloud('student_a'));
  const made = new Made(direct);
  const limits = new Limits();
  let source: InventorySource;
  const undo: (() => Promise<unknown>)[] = [];

  before(async () => {
    await relay.start();
    await made.hostLease('lease-faults-ab1234', 1, 1);
    source = sourceOf(opened());
    await source.refresh();
  });
  afterEach(async () => {
    relay.mend();
    for (const each of undo.splice(0).reverse()) await each();
  });
  after(async () => {
    source.dispose();
    relay.stop();
    await made.undo();
  });

  function opened(clock: Clock = limits): Session {
    return new Session(relay.through(cloud('student_a')), {
      fetch,
      clock,
      random: Math.random,
    });
  }
  function sourceOf(open: Session, clock: Clock = systemClock): InventorySource {
    return new InventorySource({ clouds: [open.config], clock, session: () => open });
  }
  const anew = async (): Promise<SiteInventory> => onlySite(await source.refresh({ parts: partNames }));
  /** Resolves when all that can answer has, and the time of the rest has passed. */
  const outwaited = async <T>(asking: Promise<T>, answered: () => boolean): Promise<T> => {
    await until(
      () => Promise.resolve(answered()),
      (all) => all,
    );
    limits.pass();
    return asking;
  };
  const changesOf = (from: number): readonly Asked[] =>
    relay.asked.slice(from).filter(({ method, path }) => method !== 'GET' && !path.endsWith('/auth/tokens'));

  for (const service of Object.keys(BLIND) as Service[])
    for (const fault of Object.keys(WORDS) as (keyof typeof WORDS)[])
      it(`${service}, ${fault}: ${BLIND[service].join(', ') || 'nothing'} is kept with its age and the reason, the rest is fresh`, async () => {
        const before = await anew();
        assertFresh(before, []);
        relay.spoil(service, fault);
        const sighted = partNames.filter((part) => !BLIND[service].includes(part));
        const from = relay.asked.length;
        const asking = anew();
        const answered = (): boolean =>
          relay.asked.length > from + sighted.length / 2 &&
          sighted.every(
            (part) => (onlySite(source.current).parts[part].asOf ?? 0) > (before.parts[part].asOf ?? 0),
          );
        const now = fault === 'silent' ? await outwaited(asking, answered) : await asking;
        assert.equal(now.signIn, undefined);
        for (const part of BLIND[service]) {
          const { state, asOf, error } = now.parts[part];
          assert.equal(state, 'stale', part);
          assert.equal(asOf, before.parts[part].asOf, part);
          assert.match(error?.what ?? '', WORDS[fault], part);
          assert.ok((error?.next ?? '').length > 0, part);
          assert.deepEqual(now[part], before[part], part);
        }
        assertFresh(now, BLIND[service]);
        relay.mend();
        assertFresh(await anew(), []);
      });

  for (const fault of Object.keys(WORDS) as (keyof typeof WORDS)[])
    it(`Keystone at the sign-in, ${fault}: asked once, told in words, and let in as soon as it answers`, async () => {
      const late = sourceOf(opened());
      undo.push(() => Promise.resolve(late.dispose()));
      relay.spoil('keystone', fault);
      const from = relay.asked.length;
      const asking = late.refresh();
      const shut = onlySite(
        fault === 'silent' ? await outwaited(asking, () => relay.asked.length > from) : await asking,
      );
      assert.match(shut.signIn?.what ?? '', WORDS[fault]);
      for (const part of partNames) assert.equal(shut.parts[part].state, 'failed', part);
      assert.equal(relay.asked.slice(from).length, 1);
      relay.mend();
      const open = onlySite(await late.refresh());
      assert.equal(open.signIn, undefined);
      assertFresh(open, []);
    });

  it('Keystone away when the token is to be renewed: the old one serves until it ends', async () => {
    let ahead = 0;
    const clock: Clock = { ...systemClock, now: () => Date.now() + ahead };
    const open = opened(clock);
    const { expiresAt } = await open.token();
    ahead = expiresAt - Date.now() - 50_000;
    relay.spoil('keystone', 'error');
    const from = relay.asked.length;
    await listFloatingIps(open);
    await listFloatingIps(open);
    const signIns = relay.asked.slice(from).filter(({ service }) => service === 'keystone');
    assert.equal(signIns.length, 1);
    relay.mend();
    ahead += 16_000;
    await listFloatingIps(open);
    assert.equal(relay.asked.slice(from).filter(({ service }) => service === 'keystone').length, 2);
  });

  for (const [words, ahead] of [
    ['a day ahead', DAY],
    ['a day behind', -DAY],
  ] as const)
    it(`this machine’s clock ${words}: time left, warnings and the token are judged by the server’s`, async () => {
      const clock: Clock = { ...systemClock, now: () => Date.now() + ahead };
      const open = opened(clock);
      const lists = sourceOf(open, clock);
      undo.push(() => Promise.resolve(lists.dispose()));
      const from = relay.asked.length;
      const inventory = await lists.refresh();
      const site = onlySite(inventory);
      assert.ok(Math.abs(site.clockOffset + ahead) < 2_500, String(site.clockOffset));
      await lists.refresh({ parts: ['leases'] });
      assert.equal(relay.asked.slice(from).filter(({ path }) => path.endsWith('/auth/tokens')).length, 1);
      const next = leaseToEndNext(inventory, clock.now());
      const right = leaseToEndNext(await source.refresh({ parts: ['leases'] }), Date.now());
      assert.equal(next?.lease.name, 'lease-faults-ab1234');
      assert.equal(next.lease.id, right?.lease.id);
      const left = next.lease.end - (clock.now() + site.clockOffset);
      assert.ok(left > 0 && left <= HOUR + 120_000, timeLeft(left));
      const soon = warningsDue(next.lease, {}, clock.now() + site.clockOffset, [15]);
      assert.equal(soon.due, undefined);
      const end = next.lease.end - 10 * 60_000;
      assert.equal(warningsDue(next.lease, {}, end, [15]).due, 15);
      // A lease is planned and found again by the server's clock, too.
      relay.spoil('blazar', 'lost', isPost);
      const lease = await reserveLease({ session: open, plan: planned(open, clock), clock });
      undo.push(() => deleteLease(direct, lease));
      assert.ok(lease.end > Date.now());
    });

  function planned(open: Session, clock: Clock = systemClock): LeasePlan {
    const now = clock.now() + open.clockOffset;
    const plan = planLease(
      {
        name: 'lease-lost-ab1234',
        start: now + 30 * DAY,
        end: now + 30 * DAY + HOUR,
        resources: [{ kind: 'hosts', nodeType: 'compute_skylake', amount: 1 }],
      },
      { uid: 'lab', name: 'KVM@TACC', web: '', authUrl: '', kind: 'unknown' },
      now,
    );
    assert.ok('request' in plan, JSON.stringify(plan));
    return plan;
  }

  for (const fault of ['lost', 'cut'] as const) {
    it(`a lease whose answer is ${fault}: made once, and found`, async () => {
      const open = opened();
      await open.token();
      relay.spoil('blazar', fault, isPost);
      const from = relay.asked.length;
      const lease = await reserveLease({ session: open, plan: planned(open), clock: systemClock });
      undo.push(() => deleteLease(direct, lease));
      assert.equal(changesOf(from).length, 1);
      const names = await column('student_a', 'name', 'reservation', 'lease', 'list');
      assert.equal(names.filter((name) => name === 'lease-lost-ab1234').length, 1);
    });

    it(`an extension whose answer is ${fault}: done once, read again, and told as done`, async () => {
      const open = opened();
      const [lease] = (await source.refresh({ parts: ['leases'] })).sites.flatMap(({ leases }) =>
        leases.filter(({ name }) => name === 'lease-faults-ab1234'),
      );
      assert.ok(lease !== undefined);
      relay.spoil('blazar', fault, ({ method }) => method === 'PUT');
      const from = relay.asked.length;
      const end = lease.end + 10 * 60_000;
      const outcome = await extendLease({ session: open, lease, end });
      assert.equal(outcome.outcome, 'changed', outcome.what);
      assert.match(outcome.what, /although the answer got lost/);
      assert.equal(changesOf(from).length, 1);
      assert.equal((await getLease(direct, lease.id)).end, Math.floor(end / 60_000) * 60_000);
    });

    it(`an address whose answer is ${fault}: taken once, and found`, async () => {
      const open = opened();
      const before = await column('student_a', 'ID', 'floating', 'ip', 'list');
      relay.spoil('neutron', fault, isPost);
      const from = relay.asked.length;
      const ip = await allocateFloatingIp(open, `lost ${fault} ab1234`);
      undo.push(() => deleteFloatingIp(direct, ip.id));
      assert.equal(changesOf(from).length, 1);
      const after = await column('student_a', 'ID', 'floating', 'ip', 'list');
      assert.deepEqual(
        after.filter((id) => !before.includes(id)),
        [ip.id],
      );
    });
  }

  it('a server whose answer is lost: built once, and stayed with', async () => {
    const open = opened();
    const site = await anew();
    const plan = planLaunch(
      {
        name: 'node-lost-ab1234',
        image: 'CC-Ubuntu24.04',
        leaseId: undefined,
        flavor: 'm1.tiny',
        networks: ['sharednet1'],
        groups: [],
        keyPair: { name: 'id_rsa_chameleon', publicKey: site.keyPairs[0]?.publicKey ?? '' },
        floatingIp: false,
        userData: undefined,
      },
      { site, flavors: await listFlavors(direct), now: Date.now() },
    );
    assert.ok('request' in plan, JSON.stringify(plan));
    relay.spoil('nova', 'lost', ({ method, path }) => method === 'POST' && path.endsWith('/servers'));
    const from = relay.asked.length;
    const { server } = await launchServer({
      session: open,
      clock: systemClock,
      pollMs: 300,
      plan,
      say: () => undefined,
      answersSsh: () => Promise.resolve(false),
    });
    undo.push(() => deleteServer(direct, server.id));
    assert.equal(changesOf(from).length, 1);
    const names = await column('student_a', 'Name', 'server', 'list');
    assert.equal(names.filter((name) => name === 'node-lost-ab1234').length, 1);
  });

  it('a deletion whose answer is lost: done, and not asked for again', async () => {
    const open = opened();
    await open.token();
    const lease = await reserveLease({ session: direct, plan: planned(open), clock: systemClock });
    relay.spoil('blazar', 'lost', ({ method }) => method === 'DELETE');
    const from = relay.asked.length;
    await deleteLease(open, lease);
    assert.equal(changesOf(from).length, 1);
    await assert.rejects(getLease(direct, lease.id));
  });

  function signedIn(): SignedIn {
    return new SignedIn({
      clouds: [relay.through(cloud('student_a'))],
      me: {},
      fetch,
      signIn: undefined,
    });
  }

  it('a change that got no answer is shown as it is, whoever made it', async () => {
    const window = signedIn();
    await window.start();
    undo.push(() => window.dispose());
    const open = window.session('student_a');
    const network = idNamed(onlySite(window.inventory).networks, 'public');
    relay.spoil('neutron', 'lost', isPost);
    await assert.rejects(createFloatingIp(open, network, { description: 'unseen ab1234' }));
    const ip = await until(
      () =>
        Promise.resolve(
          onlySite(window.inventory).floatingIps.find(({ description }) => description === 'unseen ab1234'),
        ),
      (found) => found !== undefined,
    );
    undo.push(() => deleteFloatingIp(direct, ip?.id ?? ''));
  });

  it('a sign-out while everything is asked for: all ends, nothing comes later, nothing is asked again', async () => {
    const window = signedIn();
    await window.start();
    const open = window.session('student_a');
    for (const service of ['nova', 'neutron', 'glance', 'blazar', 'cinder', 'swift'] as const)
      relay.spoil(service, 'silent');
    const from = relay.asked.length;
    const refreshed = window.refresh({ parts: partNames });
    const ends = [
      reserveLease({ session: open, plan: planned(open), clock: systemClock }),
      allocateFloatingIp(open, 'signed out ab1234'),
    ].map((each) => assert.rejects(each, isAbort));
    await until(
      () => Promise.resolve(relay.asked.length - from),
      (asked) => asked >= 12,
    );
    const began = Date.now();
    // What no site offers is known at once; everything else waits.
    const shown = window.inventory;
    const written = window.dispose();
    window.closeAllBut([]);
    await Promise.all([written, refreshed, ...ends]);
    assert.ok(Date.now() - began < 5_000);
    const asked = relay.asked.length;
    relay.mend();
    await assert.rejects(open.token(), isAbort);
    await assert.rejects(listFloatingIps(open), isAbort);
    assert.equal(window.inventory, shown);
    assert.equal(relay.asked.length, asked);
    const names = await column('student_a', 'name', 'reservation', 'lease', 'list');
    assert.ok(!names.includes('lease-lost-ab1234'));
  });
});

function isPost({ method }: Asked): boolean {
  return method === 'POST';
}

function assertFresh(site: SiteInventory, but: readonly PartName[]): void {
  for (const part of partNames) {
    if (but.includes(part)) continue;
    const { state, error } = site.parts[part];
    assert.ok(state === 'fresh' || state === 'absent', `${part}: ${state}: ${error?.what ?? ''}`);
  }
}
