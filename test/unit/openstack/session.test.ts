import assert from 'node:assert/strict';
import { isAbort } from '../../../src/base';
import {
  deleteServer,
  listLeases,
  listServers,
  OpenStackError,
  Session,
  updateLease,
} from '../../../src/openstack';
import { config, EagerClock, FakeCloud, json } from './fakeCloud';

const kindOf = (kind: string) => (thrown: unknown) =>
  thrown instanceof OpenStackError && thrown.kind === kind;

describe('a session', () => {
  it('signs in with the credential alone: no scope is sent', async () => {
    const cloud = new FakeCloud();
    const token = await cloud.session().token();
    assert.deepEqual(cloud.sent[0]?.body, {
      auth: {
        identity: {
          methods: ['application_credential'],
          application_credential: { id: 'cred-1', secret: 'the-secret' },
        },
      },
    });
    assert.equal(token.project?.name, 'CHI-251409');
  });

  for (const status of [401, 404])
    it(`never repeats a sign-in that was refused with ${status}`, async () => {
      const cloud = new FakeCloud();
      cloud.refuseSignIn = status;
      const session = cloud.session();
      await assert.rejects(session.token(), kindOf('unauthorized'));
      await assert.rejects(session.token(), kindOf('unauthorized'));
      await assert.rejects(listServers(session), kindOf('unauthorized'));
      assert.equal(cloud.signIns, 1);
    });

  it('takes the page of a network that asks for a login for what it is', async () => {
    const page: typeof fetch = () => Promise.resolve(new Response('<title>Log in</title>'));
    const session = new Session(config, { fetch: page, clock: new FakeCloud().clock, random: () => 0.5 });
    await assert.rejects(session.token(), /Keystone \(sign-in\) can't be understood: it is not JSON/);
    await assert.rejects(session.token(), kindOf('badAnswer'));
  });

  it('signs in once for all who ask at the same time', async () => {
    const cloud = new FakeCloud();
    const session = cloud.session();
    await Promise.all([session.token(), session.token(), session.offers('compute')]);
    assert.equal(cloud.signIns, 1);
  });

  it('renews the token before it ends, not at each call', async () => {
    const cloud = new FakeCloud(() => json({ leases: [] }));
    const session = cloud.session();
    await listLeases(session);
    cloud.clock.pass(58 * 60_000);
    await listLeases(session);
    assert.equal(cloud.signIns, 1);
    cloud.clock.pass(90_000);
    await listLeases(session);
    assert.equal(cloud.signIns, 2);
  });

  it('renews it once when a service refuses it in use, and not again', async () => {
    const cloud = new FakeCloud(({ headers }) =>
      headers.get('x-auth-token') === 'token-1' ? json({}, 401) : json({ leases: [] }),
    );
    const session = cloud.session();
    assert.deepEqual(await listLeases(session), []);
    assert.equal(cloud.signIns, 2);

    const stubborn = new FakeCloud(() => json({}, 401));
    await assert.rejects(listLeases(stubborn.session()), kindOf('unauthorized'));
    assert.equal(stubborn.calls.length, 2);
  });

  it('takes the endpoint of its own region and interface', async () => {
    const cloud = new FakeCloud(() => json({ servers: [] }));
    await listServers(cloud.session());
    assert.equal(cloud.calls[0]?.url.host, 'nova.example');
  });

  it('says that a site lacks a service, and asks nothing', async () => {
    const cloud = new FakeCloud();
    const session = cloud.session();
    assert.equal(await session.offers('orchestration'), false);
    await assert.rejects(
      session.json({ service: 'orchestration', method: 'GET', path: '/' }),
      /KVM@TACC has no orchestration/,
    );
    assert.equal(cloud.calls.length, 0);
  });

  it('asks Nova for 2.61 at once; of a site that refuses it once what it has, and then for that', async () => {
    for (const [most, sent, looks] of [
      ['2.95', ['2.61', '2.61'], 0],
      ['2.53', ['2.61', '2.53', '2.53'], 1],
    ] as const) {
      const cloud = new FakeCloud(() => json({ servers: [] }));
      cloud.computeVersion = most;
      const session = cloud.session();
      await listServers(session);
      await listServers(session);
      assert.deepEqual(
        cloud.calls.map(({ headers }) => headers.get('openstack-api-version')),
        sent.map((version) => `compute ${version}`),
      );
      assert.equal(cloud.sent.filter(({ url }) => url.pathname === '/v2.1/').length, looks);
    }
  });

  it('side by side an older site is asked for its version once, and each call is answered', async () => {
    const cloud = new FakeCloud(() => json({ servers: [] }));
    cloud.computeVersion = '2.53';
    const session = cloud.session();
    await Promise.all([listServers(session), listServers(session), listServers(session)]);
    assert.equal(cloud.sent.filter(({ url }) => url.pathname === '/v2.1/').length, 1);
  });

  it('a 406 that is about something else is told as it is', async () => {
    const cloud = new FakeCloud(() => json({ computeFault: { code: 406, message: 'No such form.' } }, 406));
    cloud.computeVersion = '2.61';
    await assert.rejects(listServers(cloud.session()), /No such form/);
    assert.equal(cloud.calls.length, 1);
  });

  it('serves on with the old token while Keystone is away, asks again in a while, and no longer than it lives', async () => {
    const cloud = new FakeCloud(() => json({ leases: [] }));
    cloud.clock = new EagerClock();
    const session = cloud.session();
    await listLeases(session);
    cloud.refuseSignIn = 503;
    cloud.clock.pass(59 * 60_000 + 10_000);
    await listLeases(session);
    const asked = cloud.signIns;
    await listLeases(session);
    assert.equal(cloud.signIns, asked);
    cloud.clock.pass(16_000);
    await listLeases(session);
    assert.equal(cloud.signIns, asked + 1);
    cloud.clock.pass(60_000);
    await assert.rejects(listLeases(session), kindOf('serverFault'));
  });

  it('a credential that is refused at the renewal is final, whatever the old token still could', async () => {
    const cloud = new FakeCloud(() => json({ leases: [] }));
    const session = cloud.session();
    await listLeases(session);
    cloud.refuseSignIn = 401;
    cloud.clock.pass(59 * 60_000 + 10_000);
    await assert.rejects(listLeases(session), kindOf('unauthorized'));
    await assert.rejects(listLeases(session), kindOf('unauthorized'));
    assert.equal(cloud.signIns, 2);
  });

  it('once closed it ends what is under way, in silence, and sends nothing more', async () => {
    const cloud = new FakeCloud(() => new Promise<Response>(() => undefined));
    const session = cloud.session();
    await session.token();
    const ends = [listLeases(session), updateLease(session, 'l1', { end: 0 }), listServers(session)].map(
      (each) => assert.rejects(each, isAbort),
    );
    await new Promise((resolve) => setImmediate(resolve));
    session.close();
    await Promise.all(ends);
    const sent = cloud.sent.length;
    await assert.rejects(listLeases(session), isAbort);
    await assert.rejects(session.token(), isAbort);
    assert.equal(cloud.sent.length, sent);
    assert.equal(cloud.clock.pending, 0);
  });

  it('closed during its sign-in, or between two attempts, it asks no more', async () => {
    const cloud = new FakeCloud(() => json({}, 503));
    const session = cloud.session();
    const signingIn = assert.rejects(session.token(), isAbort);
    session.close();
    await signingIn;
    const waiting = cloud.session();
    await waiting.token();
    const listing = assert.rejects(listLeases(waiting), isAbort);
    while (cloud.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    waiting.close();
    await listing;
    assert.equal(cloud.calls.length, 1);
  });

  it('tells of a change whose answer got lost, and of nothing else', async () => {
    const told: string[] = [];
    let answer = (): Response => json({}, 503);
    const cloud = new FakeCloud(() => answer());
    const session = new Session(config, {
      fetch: cloud.fetch,
      clock: cloud.clock,
      random: () => 0.5,
      onLostAnswer: (service) => told.push(service),
    });
    const refused = [
      (): Response => json({ error_message: 'Not enough hosts available' }, 500),
      (): Response => json({ error_message: 'no' }, 409),
    ];
    for (const each of refused) {
      answer = each;
      await assert.rejects(updateLease(session, 'l1', { end: 0 }));
    }
    assert.deepEqual(told, []);
    answer = () => json({}, 504);
    await assert.rejects(updateLease(session, 'l1', { end: 0 }));
    answer = () => new Response('<html>Log in</html>');
    await assert.rejects(deleteServer(session, 's1'));
    assert.deepEqual(told, ['reservation', 'compute']);
    answer = () => json({}, 500);
    await assert.rejects(listServers(session));
    assert.equal(told.length, 2);
  });

  it('reads the server’s clock from the Date header', async () => {
    const cloud = new FakeCloud();
    const session = cloud.session();
    assert.equal(session.clockOffset, 0);
    await session.token();
    assert.equal(session.clockOffset, 5000);
  });
});

describe('calls that fail', () => {
  it('are repeated when they only read: three attempts, with jitter', async () => {
    const cloud = new FakeCloud(() => json({}, 503));
    const clock = new EagerClock();
    cloud.clock = clock;
    await assert.rejects(listLeases(cloud.session()), kindOf('serverFault'));
    assert.equal(cloud.calls.length, 3);
    assert.deepEqual(clock.waits, [300, 1200]);
  });

  it('are sent once when they change something', async () => {
    const cloud = new FakeCloud(() => json({}, 503));
    await assert.rejects(updateLease(cloud.session(), 'l1', { end: 0 }), kindOf('serverFault'));
    assert.equal(cloud.calls.length, 1);
  });

  it('are not repeated on a refusal', async () => {
    const cloud = new FakeCloud(() =>
      json({ error_code: 500, error_message: 'Not enough hosts available', error_name: 500 }, 500),
    );
    await assert.rejects(listLeases(cloud.session()), (thrown) => {
      assert.ok(thrown instanceof OpenStackError);
      assert.equal(thrown.said, 'Not enough hosts available');
      return true;
    });
    assert.equal(cloud.calls.length, 1);
  });

  it('end with a time-out when nothing comes', async () => {
    const cloud = new FakeCloud(() => new Promise<Response>(() => undefined));
    const session = cloud.session();
    await session.token();
    const listing = listLeases(session);
    await new Promise((resolve) => setImmediate(resolve));
    cloud.clock.pass(30_000);
    await assert.rejects(listing, kindOf('timeout'));
    assert.equal(cloud.calls.length, 1);
  });

  it('end at once when they are cancelled, and leave no timer', async () => {
    const cloud = new FakeCloud(() => new Promise<Response>(() => undefined));
    const session = cloud.session();
    await session.token();
    const cancel = new AbortController();
    const listing = listLeases(session, cancel.signal);
    await new Promise((resolve) => setImmediate(resolve));
    cancel.abort();
    await assert.rejects(listing, isAbort);
    assert.equal(cloud.clock.pending, 0);
  });

  it('tell the reason of the network, and no secret', async () => {
    const cloud = new FakeCloud(() => {
      throw new TypeError('fetch failed', {
        cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }),
      });
    });
    cloud.clock = new EagerClock();
    await assert.rejects(listLeases(cloud.session()), (thrown) => {
      assert.ok(thrown instanceof OpenStackError && thrown.kind === 'unreachable');
      assert.match(thrown.message, /Blazar.*blazar\.example.*ECONNREFUSED/);
      assert.doesNotMatch(JSON.stringify(thrown) + String(thrown.stack), /the-secret|token-1/);
      return true;
    });
  });

  it('say so when the answer breaks off in its middle', async () => {
    const cloud = new FakeCloud(() => {
      let sent = false;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (sent) controller.error(new TypeError('terminated'));
          else controller.enqueue(new TextEncoder().encode('{"leases": ['));
          sent = true;
        },
      });
      return new Response(body);
    });
    cloud.clock = new EagerClock();
    await assert.rejects(listLeases(cloud.session()), /Blazar \(leases\) broke off in the middle/);
    assert.equal(cloud.calls.length, 3);
  });

  it('keep the request id and the sentence of each service’s own form', async () => {
    for (const [body, sentence] of [
      [{ itemNotFound: { code: 404, message: 'Instance x could not be found.' } }, /Instance x/],
      [
        { NeutronError: { type: 'X', message: 'Floating IP y could not be found', detail: '' } },
        /Floating IP y/,
      ],
      [{ error_code: 404, error_message: 'Object not found', error_name: 404 }, /Object not found/],
      [{ error: { code: 404, title: 'Not Found', message: 'Could not find it.' } }, /Could not find it/],
    ] as const) {
      const cloud = new FakeCloud(() => json(body, 404, { 'x-openstack-request-id': 'req-7' }));
      await assert.rejects(listLeases(cloud.session()), (thrown) => {
        assert.ok(thrown instanceof OpenStackError);
        assert.match(thrown.said ?? '', sentence);
        assert.equal(thrown.requestId, 'req-7');
        return true;
      });
    }
  });
});
