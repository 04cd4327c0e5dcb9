import assert from 'node:assert/strict';
import {
  BrowserSession,
  cloudsOf,
  federatedSignIn,
  findProjects,
  SignInEnded,
  siteByName,
  type OidcClient,
  type OidcTokens,
  type Site,
  type TokenStore,
} from '../../../../src/chameleon';
import { OpenStackError, Session } from '../../../../src/openstack';
import { FakeClock, FakeCloud, json } from '../../openstack/fakeCloud';

const client: OidcClient = {
  discoveryUrl: 'https://id.example/realm/.well-known/openid-configuration',
  clientId: 'a-client',
  scope: 'openid',
};
const tokens = (clock: FakeClock, number: number): OidcTokens => ({
  accessToken: `access-${number}`,
  accessEndsAt: clock.now() + 300_000,
  refreshToken: `refresh-${number}`,
  refreshEndsAt: undefined,
});

/** A provider whose refresh tokens can be used once; each use is counted. */
class Provider {
  readonly clock = new FakeClock();
  refreshes = 0;
  newest = 1;
  unreachable = false;
  silent = false;
  kept: OidcTokens | undefined = tokens(this.clock, 1);
  readonly store: TokenStore = {
    read: () => Promise.resolve(this.kept),
    write: (given) => {
      this.kept = given;
      return Promise.resolve();
    },
  };
  #turn: Promise<unknown> = Promise.resolve();

  fetch: typeof globalThis.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (url === client.discoveryUrl)
      return Promise.resolve(
        json({
          device_authorization_endpoint: 'https://id.example/d',
          token_endpoint: 'https://id.example/t',
        }),
      );
    if (this.silent)
      return new Promise((_, reject) => {
        init?.signal?.addEventListener('abort', () => {
          reject(new DOMException('aborted', 'AbortError'));
        });
      });
    if (this.unreachable) return Promise.reject(new TypeError('fetch failed'));
    this.refreshes += 1;
    const sent = new URLSearchParams(typeof init?.body === 'string' ? init.body : '').get('refresh_token');
    if (sent !== `refresh-${this.newest}`) return Promise.resolve(json({ error: 'invalid_grant' }, 400));
    this.newest += 1;
    return Promise.resolve(
      json({
        access_token: `access-${this.newest}`,
        refresh_token: `refresh-${this.newest}`,
        expires_in: 300,
      }),
    );
  };

  /** Another window of this machine. */
  window(): BrowserSession {
    return new BrowserSession({
      client,
      store: this.store,
      world: { fetch: this.fetch, clock: this.clock },
      exclusively: (run) => {
        const mine = this.#turn.then(run);
        this.#turn = mine.catch(() => undefined);
        return mine;
      },
    });
  }
}

describe('session of a sign-in by browser', () => {
  it('is not refreshed while the access token lives', async () => {
    const provider = new Provider();
    assert.equal(await provider.window().accessToken(), 'access-1');
    provider.clock.pass(269_000);
    assert.equal(await provider.window().accessToken(), 'access-1');
    assert.equal(provider.refreshes, 0);
  });

  it('is refreshed once, whoever asks in however many windows', async () => {
    const provider = new Provider();
    provider.clock.pass(271_000);
    const windows = [provider.window(), provider.window(), provider.window()];
    const got = await Promise.all(windows.flatMap((window) => [window.accessToken(), window.accessToken()]));
    assert.deepEqual([...new Set(got)], ['access-2']);
    assert.equal(provider.refreshes, 1);
    assert.equal(provider.kept?.refreshToken, 'refresh-2', 'the new one is kept');
  });

  it('that has ended is forgotten, and the provider is not asked again', async () => {
    const provider = new Provider();
    provider.newest = 9;
    provider.clock.pass(300_000);
    const window = provider.window();
    await assert.rejects(window.accessToken(), SignInEnded);
    await assert.rejects(window.accessToken(), SignInEnded);
    assert.equal(provider.refreshes, 1);
    assert.equal(provider.kept, undefined);
  });

  it('past the end of its refresh token is not even tried', async () => {
    const provider = new Provider();
    provider.kept = { ...tokens(provider.clock, 1), refreshEndsAt: provider.clock.now() + 1000 };
    provider.clock.pass(300_000);
    await assert.rejects(provider.window().accessToken(), SignInEnded);
    assert.equal(provider.refreshes, 0);
  });

  it('survives a provider that can’t be reached', async () => {
    const provider = new Provider();
    provider.clock.pass(300_000);
    provider.unreachable = true;
    const window = provider.window();
    await assert.rejects(window.accessToken(), /can't be reached/);
    provider.unreachable = false;
    assert.equal(await window.accessToken(), 'access-2');
  });

  it('does not wait for ever for a provider that is silent, and keeps what it has', async () => {
    const provider = new Provider();
    provider.clock.pass(300_000);
    provider.silent = true;
    const window = provider.window();
    const asking = assert.rejects(window.accessToken(), /did not answer in time/);
    while (provider.clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
    provider.clock.pass(30_000);
    await asking;
    assert.equal(provider.kept?.refreshToken, 'refresh-1');
    provider.silent = false;
    assert.equal(await window.accessToken(), 'access-2');
  });

  it('is gone after the sign-out', async () => {
    const provider = new Provider();
    await provider.window().end();
    await assert.rejects(provider.window().accessToken(), SignInEnded);
    assert.equal(provider.refreshes, 0);
  });
});

/** A site's Keystone before which the federation sits. */
class FederatedSite extends FakeCloud {
  exchanges = 0;
  projects = [{ id: 'p1', name: 'CHI-251409' }];
  refuseBearer = false;

  override fetch: typeof globalThis.fetch = (() => {
    const signIn = this.fetch;
    return async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
      const url = new URL(input instanceof Request ? input.url : input);
      if (url.pathname.endsWith('/protocols/openid/auth')) {
        this.exchanges += 1;
        if (this.refuseBearer) return new Response('<html>401</html>', { status: 401 });
        const body = { token: { expires_at: '2026-06-01T13:00:00Z', user: { id: 'f1', name: 'ab1234' } } };
        return json(body, 201, { 'x-subject-token': 'unscoped' });
      }
      if (url.pathname === '/v3/auth/projects') return json({ projects: this.projects });
      return signIn(input, init);
    };
  })();
}

const tacc = siteByName('KVM@TACC');
assert.ok(tacc);
const kvm: Site = { ...tacc, authUrl: 'https://kvm.example:5000/v3' };
const access = { accessToken: () => Promise.resolve('access') };

function sessionAt(cloud: FederatedSite, project = 'CHI-251409'): Session {
  const [config] = cloudsOf({ name: project, sites: [kvm] });
  assert.ok(config);
  return new Session(config, {
    fetch: cloud.fetch,
    clock: cloud.clock,
    random: () => 0.5,
    signIn: federatedSignIn(access),
  });
}

describe('a site by that session', () => {
  it('scopes to the project of that name, and keeps the token while it lives', async () => {
    const cloud = new FederatedSite();
    const session = sessionAt(cloud);
    assert.equal((await session.token()).project?.name, 'CHI-251409');
    await session.token();
    assert.equal(cloud.exchanges, 1);
    assert.deepEqual(cloud.sent.find(({ method }) => method === 'POST')?.body, {
      auth: {
        identity: { methods: ['token'], token: { id: 'unscoped' } },
        scope: { project: { id: 'p1' } },
      },
    });
  });

  it('a bearer that is refused, or a project that is gone, is final', async () => {
    const refused = new FederatedSite();
    refused.refuseBearer = true;
    const gone = new FederatedSite();
    gone.projects = [];
    for (const cloud of [refused, gone]) {
      const session = sessionAt(cloud);
      for (let attempt = 0; attempt < 3; attempt += 1)
        await assert.rejects(
          session.token(),
          (thrown: unknown) => thrown instanceof OpenStackError && thrown.kind === 'unauthorized',
        );
      assert.equal(cloud.exchanges, 1);
    }
  });

  it('without the session says so, and asks nobody', async () => {
    const cloud = new FederatedSite();
    const [config] = cloudsOf({ name: 'CHI-251409', sites: [kvm] });
    assert.ok(config);
    const session = new Session(config, { fetch: cloud.fetch, clock: cloud.clock, random: () => 0.5 });
    await assert.rejects(session.token(), /signed in by the browser/);
    assert.equal(cloud.sent.length, 0);
  });

  it('all sites are asked side by side; one that fails is named', async () => {
    const cloud = new FederatedSite();
    const other: Site = { ...kvm, name: 'CHI@UC', authUrl: 'https://uc.example/v3' };
    const fetch: typeof globalThis.fetch = (input, init) =>
      (input instanceof Request ? input.url : input.toString()).startsWith('https://uc.example')
        ? Promise.reject(new TypeError('fetch failed'))
        : cloud.fetch(input, init);
    const offer = await findProjects(access, [other, kvm], fetch, new AbortController().signal);
    assert.deepEqual(
      offer.projects.map(({ name, sites }) => [name, sites.map((each) => each.name)]),
      [['CHI-251409', ['KVM@TACC']]],
    );
    assert.deepEqual(
      offer.silent.map(({ site }) => site.name),
      ['CHI@UC'],
    );
  });
});
