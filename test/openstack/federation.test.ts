/** The sign-in by browser at a real identity provider, before a real Keystone. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock, whileLocked, type Clock } from '../../src/base';
import {
  awaitActive,
  awaitApproval,
  BrowserSession,
  cloudsOf,
  deleteLease,
  federatedSignIn,
  findProjects,
  planLease,
  requestDeviceCode,
  reserveLease,
  SignInEnded,
  type OidcClient,
  type OidcTokens,
  type Site,
  type TokenStore,
} from '../../src/chameleon';
import { listFlavors, listLeases, listServers, OpenStackError, Session } from '../../src/openstack';
import { noteSecret } from '../secrets/used';
import { idNamed } from './made';
import { script } from './start';

const client: OidcClient = {
  discoveryUrl: 'http://127.0.0.1:15080/auth/realms/chameleon/.well-known/openid-configuration',
  clientId: 'chi-cli-device-token',
  scope: 'openid',
};
const site: Site = {
  uid: 'lab',
  name: 'KVM@TACC',
  web: 'http://127.0.0.1:15050',
  authUrl: 'http://127.0.0.1:15050/v3',
  kind: 'kvm',
};
const never = new AbortController().signal;
const HOUR = 3_600_000;
const quiet = (): void => undefined;

/** The person in front of the browser. */
function inBrowser(decision: 'approve' | 'deny', code: string, user?: string): Promise<void> {
  return script('federation.sh', quiet, {}, [decision, code, ...(user === undefined ? [] : [user])]);
}

/** This machine's clock, put forward. */
function ahead(ms: number): Clock {
  return { now: () => systemClock.now() + ms, after: (wait, run) => systemClock.after(wait, run) };
}

/** A store that all windows of a machine see, and the requests for tokens that went out. */
interface Machine {
  readonly store: TokenStore;
  readonly folder: string;
  refreshes(): number;
  readonly fetch: typeof globalThis.fetch;
}

function machine(folder: string): Machine {
  let kept: OidcTokens | undefined;
  let refreshes = 0;
  return {
    folder,
    store: {
      read: () => Promise.resolve(kept),
      write: (tokens) => {
        kept = tokens;
        for (const secret of [tokens?.accessToken, tokens?.refreshToken])
          if (secret !== undefined) noteSecret('federation', secret);
        return Promise.resolve();
      },
    },
    refreshes: () => refreshes,
    fetch: (input, init) => {
      if (typeof init?.body === 'string' && init.body.includes('grant_type=refresh_token')) refreshes += 1;
      return fetch(input, init);
    },
  };
}

let windows = 0;

function windowOf(of: Machine, clock: Clock = systemClock): BrowserSession {
  const lock = {
    file: path.join(of.folder, 'refresh.lock'),
    id: String(windows++),
    clock: systemClock,
    staleMs: 60_000,
  };
  return new BrowserSession({
    client,
    store: of.store,
    world: { fetch: of.fetch, clock },
    exclusively: (run) => whileLocked(lock, run),
  });
}

async function approved(user: string): Promise<OidcTokens> {
  const world = { fetch, clock: systemClock };
  const code = await requestDeviceCode(client, world, never);
  const waiting = awaitApproval(client, code, world, never);
  await inBrowser('approve', code.userCode, user);
  return waiting;
}

describe('sign-in by browser', function () {
  this.timeout(120_000);
  let folder: string;
  let here: Machine;
  before(async () => {
    await script('federation.sh', quiet, {}, ['up']);
  });
  after(() => script('federation.sh', quiet, {}, ['down']));
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'federation-'));
    here = machine(folder);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function signedIn(user: string): Promise<BrowserSession> {
    const browser = windowOf(here);
    await browser.begin(await approved(user));
    return browser;
  }

  function sessionBy(browser: BrowserSession, project: string): Session {
    const [cloud] = cloudsOf({ name: project, sites: [site] });
    assert.ok(cloud);
    return new Session(cloud, {
      fetch,
      clock: systemClock,
      random: Math.random,
      signIn: federatedSignIn(browser),
    });
  }

  it('one approval, projects by name, a token for the site, and a lease made with it', async () => {
    const browser = await signedIn('student_a');
    const { projects, silent } = await findProjects(browser, [site], fetch, never);
    assert.deepEqual(
      projects.map(({ name }) => name),
      ['CHI-251409'],
    );
    assert.deepEqual(silent, []);
    const session = sessionBy(browser, 'CHI-251409');
    const token = await session.token();
    noteSecret('federation: keystone', token.id);
    assert.deepEqual([token.user.name, token.project?.name], ['student_a', 'CHI-251409']);
    assert.ok((await listServers(session)).length > 0);
    const now = Date.now() + session.clockOffset;
    const flavor = {
      kind: 'flavor' as const,
      id: idNamed(await listFlavors(session), 'm1.tiny'),
      name: 'm1.tiny',
    };
    const plan = planLease(
      { name: 'federated-ab1234', start: 'now', end: now + HOUR, resources: [{ ...flavor, amount: 1 }] },
      site,
      now,
    );
    assert.ok('request' in plan);
    const lease = await reserveLease({ session, plan, clock: systemClock });
    try {
      assert.equal((await awaitActive({ session, lease, clock: systemClock })).status, 'ACTIVE');
    } finally {
      await deleteLease(session, lease);
    }
    assert.ok(!(await listLeases(session)).some(({ id }) => id === lease.id));
  });

  it('several projects of one person, and none of a guest', async () => {
    const many = await findProjects(await signedIn('ta_c'), [site], fetch, never);
    assert.deepEqual(
      many.projects.map(({ name }) => name),
      ['CHI-231095', 'CHI-251409'],
    );
    const none = await findProjects(await signedIn('guest_d'), [site], fetch, never);
    assert.deepEqual([none.projects, none.silent], [[], []]);
  });

  it('a site that is down is named, and stops nothing', async () => {
    const down: Site = { ...site, name: 'CHI@UC', authUrl: 'http://127.0.0.1:1/v3' };
    const { projects, silent } = await findProjects(await signedIn('student_a'), [down, site], fetch, never);
    assert.deepEqual([projects.length, silent.map((each) => each.site.name)], [1, ['CHI@UC']]);
  });

  it('a refusal in the browser, and a cancel here, end it', async () => {
    const world = { fetch, clock: systemClock };
    const denied = await requestDeviceCode(client, world, never);
    const waiting = awaitApproval(client, denied, world, never);
    await inBrowser('deny', denied.userCode);
    await assert.rejects(waiting, (thrown) => thrown instanceof SignInEnded && thrown.reason === 'denied');
    const cancel = new AbortController();
    const other = await requestDeviceCode(client, world, never);
    const cancelled = awaitApproval(client, other, world, cancel.signal);
    cancel.abort();
    await assert.rejects(cancelled, { name: 'AbortError' });
  });

  it('five windows that find the access token ended refresh it once, and the session goes on', async () => {
    await signedIn('student_a');
    const late = ahead(299_000);
    const tokens = await Promise.all(
      Array.from({ length: 5 }, () => windowOf(here, late)).map((each) => each.accessToken()),
    );
    assert.equal(new Set(tokens).size, 1);
    assert.equal(here.refreshes(), 1);
    // The newest refresh token is still good: nobody used an old one again.
    await windowOf(here, ahead(2 * 299_000)).accessToken();
    assert.equal(here.refreshes(), 2);
    assert.equal((await findProjects(windowOf(here), [site], fetch, never)).projects.length, 1);
  });

  it('a refresh token used twice is the end: said once, not asked again', async () => {
    await signedIn('student_a');
    const old = await here.store.read();
    assert.ok(old);
    await windowOf(here, ahead(299_000)).accessToken();
    await here.store.write(old); // a copy from a backup, or of a naive client
    const browser = windowOf(here, ahead(299_000));
    const session = sessionBy(browser, 'CHI-251409');
    const refused = (thrown: unknown): boolean =>
      thrown instanceof OpenStackError && thrown.kind === 'unauthorized';
    await assert.rejects(session.token(), refused);
    const asked = here.refreshes();
    await assert.rejects(session.token(), refused);
    await assert.rejects(browser.accessToken(), SignInEnded);
    assert.equal(here.refreshes(), asked);
    assert.equal(await here.store.read(), undefined, 'nothing is kept of it');
  });

  it('a project that is not the person’s any more is said by name, for good', async () => {
    const session = sessionBy(await signedIn('student_a'), 'CHI-231095');
    await assert.rejects(session.token(), /CHI-231095 is not among yours at KVM@TACC/);
    await assert.rejects(session.token(), /CHI-231095/);
  });
});
