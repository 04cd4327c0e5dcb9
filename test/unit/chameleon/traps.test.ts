import assert from 'node:assert/strict';
import { NeedsBrowser, readClouds, findClouds, trapsOf } from '../../../src/chameleon';
import { startDemo } from '../../../src/demo';
import { systemClock } from '../../../src/base';
import { Session } from '../../../src/openstack';
import { config, FakeClock, json } from '../openstack/fakeCloud';

const DAY = 86_400_000;

/** A session whose Keystone tells these things of it. */
function sessionOf(told: {
  readonly restricted?: boolean;
  readonly roles?: readonly string[];
  readonly expires?: string | null;
  readonly refusesRecord?: boolean;
}): { session: Session; clock: FakeClock } {
  const clock = new FakeClock();
  const fetch: typeof globalThis.fetch = (input) => {
    const url = input instanceof Request ? input.url : String(input);
    if (url.includes('/application_credentials/'))
      return Promise.resolve(
        told.refusesRecord === true
          ? json({ error: { message: 'no' } }, 403)
          : json({ application_credential: { expires_at: told.expires ?? null } }),
      );
    return Promise.resolve(
      json(
        {
          token: {
            expires_at: new Date(clock.now() + 3_600_000).toISOString(),
            user: { id: 'u1', name: 'ab1234' },
            project: { id: 'p1', name: 'CHI-251409' },
            roles: (told.roles ?? ['member', 'reader']).map((name) => ({ name })),
            application_credential: { restricted: told.restricted ?? false },
          },
        },
        201,
        { 'x-subject-token': 't' },
      ),
    );
  };
  return { session: new Session(config, { fetch, clock, random: () => 0.5 }), clock };
}

async function kinds(told: Parameters<typeof sessionOf>[0]): Promise<string[]> {
  const { session, clock } = sessionOf(told);
  return (await trapsOf(session, clock.now())).map(({ kind }) => kind);
}

describe('traps of a sign-in', () => {
  it('none of a good one', async () => {
    assert.deepEqual(await kinds({}), []);
    assert.deepEqual(await kinds({ refusesRecord: true }), []);
    const clock = new FakeClock();
    assert.deepEqual(await kinds({ expires: new Date(clock.now() + 100 * DAY).toISOString() }), []);
  });

  it('restricted, member alone, near its end: each with what to do', async () => {
    assert.deepEqual(await kinds({ restricted: true }), ['restricted']);
    assert.deepEqual(await kinds({ roles: ['member'] }), ['memberOnly']);
    const clock = new FakeClock();
    const soon = new Date(clock.now() + 3 * DAY).toISOString().replace('Z', '');
    assert.deepEqual(await kinds({ expires: soon }), ['endsSoon']);
    const { session } = sessionOf({ restricted: true });
    assert.match((await trapsOf(session, 0))[0]?.next ?? '', /Unrestricted/);
  });

  it('the demo’s credential has none', async () => {
    const demo = await startDemo();
    try {
      const [cloud] = demo.clouds;
      assert.ok(cloud);
      const session = new Session(cloud, { fetch, clock: systemClock, random: Math.random });
      assert.deepEqual(await trapsOf(session, Date.now()), []);
    } finally {
      await demo.stop();
    }
  }).timeout(30_000);
});

describe('clouds of the identity provider', () => {
  for (const type of ['v3oidcpassword', 'v3chameleonoidc', 'v3oidcaccesstoken'])
    it(`${type} is led to the browser, with its project, and no password is read`, () => {
      const { clouds, problems } = readClouds(`clouds:
  openstack:
    auth_type: ${type}
    auth: { auth_url: https://chi.tacc.chameleoncloud.org:5000/v3, username: ab, password: hunter2, project_name: CHI-251409 }
    region_name: CHI@TACC
`);
      assert.deepEqual(clouds, []);
      const [problem] = problems;
      assert.ok(problem instanceof NeedsBrowser);
      assert.deepEqual([problem.project, problem.region], ['CHI-251409', 'CHI@TACC']);
      assert.equal(JSON.stringify({ ...problem, message: problem.message }).includes('hunter2'), false);
    });

  it('OS_CLOUD says which one is offered first', async () => {
    const one = (name: string) => `  ${name}:
    auth_type: v3applicationcredential
    auth: { auth_url: https://a.example, application_credential_id: x, application_credential_secret: y }
    region_name: ${name}
`;
    const { clouds } = await findClouds({
      env: { OS_CLOUD: 'second' },
      home: '/home/a',
      cwd: '/course',
      readFile: (file) =>
        file === '/course/clouds.yaml'
          ? Promise.resolve(`clouds:\n${one('first')}${one('second')}`)
          : Promise.reject(new Error('none')),
    });
    assert.deepEqual(
      clouds.map(({ name }) => name),
      ['second', 'first'],
    );
  });
});
