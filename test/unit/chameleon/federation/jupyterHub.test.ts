import assert from 'node:assert/strict';
import { jupyterHubOf, JupyterTokens, SignInEnded } from '../../../../src/chameleon';
import { FakeClock, json } from '../../openstack/fakeCloud';

const env = {
  OS_AUTH_TYPE: 'v3oidcaccesstoken',
  OS_ACCESS_TOKEN: 'first',
  OS_PROJECT_NAME: 'CHI-251409',
  JUPYTERHUB_API_URL: 'https://hub.example/hub/api',
  JUPYTERHUB_USER: 'alex baker',
  JUPYTERHUB_API_TOKEN: 'hub-token',
};

function tokensBy(answer: () => Response) {
  const hub = jupyterHubOf(env);
  assert.ok(hub);
  const clock = new FakeClock();
  const asked: { url: string; authorization: string | null }[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    asked.push({ url, authorization: new Headers(init?.headers).get('authorization') });
    return Promise.resolve(answer());
  };
  return { tokens: new JupyterTokens(hub, fetch, clock), asked, clock };
}

describe('sign-in of the testbed’s Jupyter', () => {
  it('is known by its variables, and only there', () => {
    assert.equal(jupyterHubOf(env)?.project, 'CHI-251409');
    assert.equal(jupyterHubOf({}), undefined);
    assert.equal(jupyterHubOf({ ...env, OS_AUTH_TYPE: 'v3applicationcredential' }), undefined);
    assert.equal(jupyterHubOf({ ...env, OS_ACCESS_TOKEN: '' }), undefined);
  });

  it('asks the hub for a newer token, and again when that nears its end', async () => {
    const { tokens, asked, clock } = tokensBy(() =>
      json({ auth_state: { access_token: 'newer', expires_at: (clock.now() + 300_000) / 1000 } }),
    );
    assert.equal(await tokens.accessToken(), 'newer');
    await tokens.accessToken();
    assert.deepEqual(asked, [
      { url: 'https://hub.example/hub/api/users/alex%20baker', authorization: 'token hub-token' },
    ]);
    clock.pass(271_000);
    await tokens.accessToken();
    assert.equal(asked.length, 2);
  });

  it('goes on with the first token where the hub tells none', async () => {
    assert.equal(await tokensBy(() => json({ name: 'alex' })).tokens.accessToken(), 'first');
  });

  it('ends when the hub refuses', async () => {
    await assert.rejects(tokensBy(() => json({}, 403)).tokens.accessToken(), SignInEnded);
  });
});
