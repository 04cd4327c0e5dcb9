import assert from 'node:assert/strict';
import { isAbort, type Clock } from '../../../../src/base';
import {
  awaitApproval,
  refreshTokens,
  requestDeviceCode,
  SignInEnded,
  type DeviceCode,
  type OidcClient,
} from '../../../../src/chameleon/federation/oidc';
import { BearerRefused, exchange, projectsOf } from '../../../../src/chameleon/federation/keystone';

const client: OidcClient = {
  discoveryUrl: 'https://id.example/realm/.well-known/openid-configuration',
  clientId: 'a-client',
  scope: 'openid',
};
const endpoints = {
  device_authorization_endpoint: 'https://id.example/device',
  token_endpoint: 'https://id.example/token',
};

/** A provider that gives the listed answers of its token endpoint one after the other, and keeps what was sent. */
function provider(answers: readonly { status: number; body: unknown }[]) {
  const sent: { at: number; form: Record<string, string> }[] = [];
  const clock = new JumpingClock();
  let next = 0;
  const fetch = (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    if (typeof url !== 'string') throw new Error('a URL as text was expected');
    init?.signal?.throwIfAborted();
    if (url === client.discoveryUrl) return Promise.resolve(Response.json(endpoints));
    const body = typeof init?.body === 'string' ? init.body : '';
    sent.push({ at: clock.now(), form: Object.fromEntries(new URLSearchParams(body)) });
    const answer = answers[next++];
    if (answer === undefined) throw new Error('asked once too often');
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    return Promise.resolve(new Response(text, { status: answer.status }));
  };
  return { world: { fetch, clock }, sent };
}

/** Jumps to the next timer as soon as anything waits. */
class JumpingClock implements Clock {
  private time = 1_000_000;
  now(): number {
    return this.time;
  }
  after(ms: number, run: () => void): () => void {
    let live = true;
    queueMicrotask(() => {
      if (!live) return;
      this.time += ms;
      run();
    });
    return () => {
      live = false;
    };
  }
}

const pending = { status: 400, body: { error: 'authorization_pending' } };
const tokens = {
  status: 200,
  body: { access_token: 'access', expires_in: 300, refresh_token: 'refresh', refresh_expires_in: 1800 },
};
const never = new AbortController().signal;
const code = (clock: Clock, seconds = 600): DeviceCode => ({
  userCode: 'ABCD-EFGH',
  verificationUri: 'https://id.example/device',
  verificationUriComplete: undefined,
  expiresAt: clock.now() + seconds * 1000,
  deviceCode: 'the-code',
  intervalMs: 5000,
});

describe('device flow', () => {
  it('shows the code, with 5 s between polls where the provider names no interval', async () => {
    const { world } = provider([
      {
        status: 200,
        body: { device_code: 'd', user_code: 'U', verification_uri: 'https://id.example/v', expires_in: 600 },
      },
    ]);
    const got = await requestDeviceCode(client, world, never);
    assert.equal(got.userCode, 'U');
    assert.equal(got.intervalMs, 5000);
    assert.equal(got.expiresAt, world.clock.now() + 600_000);
  });

  it('polls at the interval until it is approved, and exchanges once', async () => {
    const { world, sent } = provider([pending, pending, tokens]);
    const start = world.clock.now();
    const got = await awaitApproval(client, code(world.clock), world, never);
    assert.deepEqual(
      sent.map(({ at }) => at - start),
      [5000, 10_000, 15_000],
    );
    assert.equal(got.accessToken, 'access');
    assert.equal(got.accessEndsAt, world.clock.now() + 300_000);
  });

  it('is 5 s slower after each slow_down, for good', async () => {
    const slow = { status: 400, body: { error: 'slow_down' } };
    const { world, sent } = provider([slow, pending, slow, tokens]);
    const start = world.clock.now();
    await awaitApproval(client, code(world.clock), world, never);
    assert.deepEqual(
      sent.map(({ at }) => at - start),
      [5000, 15_000, 25_000, 40_000],
    );
  });

  for (const [error, reason] of [
    ['access_denied', 'denied'],
    ['expired_token', 'expired'],
    ['invalid_grant', 'expired'],
  ] as const) {
    it(`stops on ${error}`, async () => {
      const { world, sent } = provider([{ status: 400, body: { error } }]);
      await assert.rejects(
        awaitApproval(client, code(world.clock), world, never),
        (thrown) => thrown instanceof SignInEnded && thrown.reason === reason,
      );
      assert.equal(sent.length, 1);
    });
  }

  it('does not ask after the code has run out', async () => {
    const { world, sent } = provider([pending]);
    await assert.rejects(awaitApproval(client, code(world.clock, 8), world, never), SignInEnded);
    assert.equal(sent.length, 1);
  });

  it('ends on a cancel', async () => {
    const { world } = provider([]);
    await assert.rejects(awaitApproval(client, code(world.clock), world, AbortSignal.abort()), isAbort);
  });

  it('takes HTML for no answer, and repeats nothing', async () => {
    const { world, sent } = provider([{ status: 200, body: '<html>Welcome to the hotel Wi-Fi</html>' }]);
    await assert.rejects(awaitApproval(client, code(world.clock), world, never), /can't be used/);
    assert.equal(sent.length, 1);
  });
});

describe('refresh', () => {
  it('gives the rotated token', async () => {
    const { world, sent } = provider([{ ...tokens, body: { ...tokens.body, refresh_token: 'second' } }]);
    const got = await refreshTokens(client, 'first', world, never);
    assert.equal(got.refreshToken, 'second');
    assert.equal(sent[0]?.form['refresh_token'], 'first');
  });

  it('says that the session is over, and does not try again', async () => {
    const { world, sent } = provider([{ status: 400, body: { error: 'invalid_grant' } }]);
    await assert.rejects(
      refreshTokens(client, 'spent', world, never),
      (thrown) => thrown instanceof SignInEnded && thrown.reason === 'sessionOver',
    );
    assert.equal(sent.length, 1);
  });

  it('refuses an answer without a refresh token: the next one would be lost', async () => {
    const { world } = provider([{ status: 200, body: { access_token: 'a', expires_in: 300 } }]);
    await assert.rejects(refreshTokens(client, 'first', world, never), /can't be used/);
  });

  it('never says a token in an error', async () => {
    const { world } = provider([{ status: 500, body: { error: 'server_error', hint: 'first' } }]);
    await assert.rejects(
      refreshTokens(client, 'first', world, never),
      (thrown) => !String(thrown).includes('first'),
    );
  });
});

describe('exchange at a site', () => {
  const answering = (status: number, body: string, headers: Record<string, string> = {}) => {
    const calls: RequestInit[] = [];
    const fetch = (_url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
      calls.push(init);
      return Promise.resolve(new Response(body, { status, headers }));
    };
    return { fetch, calls };
  };
  const unscoped = JSON.stringify({
    token: { expires_at: '2026-11-22T11:18:48.000000Z', user: { id: 'u', name: 'ab1234' } },
  });

  it('gives a token without a project', async () => {
    const site = answering(201, unscoped, { 'X-Subject-Token': 'T' });
    const token = await exchange(site.fetch, 'https://site.example/v3', 'access', never);
    assert.deepEqual(token, {
      id: 'T',
      expiresAt: Date.UTC(2026, 10, 22, 11, 18, 48),
      user: { id: 'u', name: 'ab1234' },
    });
    assert.equal(site.calls[0]?.redirect, 'manual');
  });

  it('knows a refused bearer by its status: the body is HTML', async () => {
    const site = answering(401, '<html>401 Unauthorized</html>');
    await assert.rejects(exchange(site.fetch, 'https://site.example/v3', 'access', never), BearerRefused);
  });

  it('does not take a login page for a token', async () => {
    const site = answering(302, '', { location: 'https://id.example/login' });
    await assert.rejects(exchange(site.fetch, 'https://site.example/v3', 'access', never), /HTTP 302/);
  });

  it('lists the projects that are in use, by name, and an empty list is an answer', async () => {
    const token = { id: 'T', expiresAt: 0, user: { id: 'u', name: 'n' } };
    const two = answering(
      200,
      JSON.stringify({
        projects: [
          { id: '2', name: 'CHI-251409', enabled: true },
          { id: '1', name: 'CHI-231095', enabled: true },
          { id: '3', name: 'CHI-200000', enabled: false },
        ],
      }),
    );
    const names = (await projectsOf(two.fetch, 'https://site.example/v3', token, never)).map(
      ({ name }) => name,
    );
    assert.deepEqual(names, ['CHI-231095', 'CHI-251409']);
    const none = answering(200, '{"projects":[]}');
    assert.deepEqual(await projectsOf(none.fetch, 'https://site.example/v3', token, never), []);
  });
});
