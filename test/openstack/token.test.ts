import assert from 'node:assert/strict';
import { explainRefusal } from '../../src/chameleon';
import { listServers, OpenStackError } from '../../src/openstack';
import { cloud, session, wire } from './clouds';
import { Made, until } from './made';
import { startServices, stopService } from './services';

describe('The life of a token at a real Keystone', () => {
  it('one that was revoked is renewed once, and the call answers', async () => {
    const seen = wire();
    const open = session(cloud('student_a'), seen);
    const old = await open.token();
    await open.json({
      service: 'identity',
      method: 'DELETE',
      path: '/auth/tokens',
      headers: { 'X-Subject-Token': old.id },
    });
    await open.json({ service: 'identity', method: 'GET', path: '/auth/projects' });
    assert.notEqual((await open.token()).id, old.id);
    assert.equal(seen.signIns(), 2);
    assert.deepEqual(
      seen.calls.filter((call) => call.path === '/v3/auth/projects').map(({ status }) => status),
      [401, 200],
    );
  });

  it('one that Nova does not take is renewed once, also for many calls at the same time', async () => {
    const seen = wire();
    const open = session(cloud('student_a'), seen);
    const refused = (await open.token()).id;
    seen.before = (url, headers) => {
      // Keystone's own words to Nova are not ours to revoke at once: Nova keeps an answer for minutes.
      if (!url.includes(':15000') && headers.get('X-Auth-Token') === refused)
        headers.set('X-Auth-Token', 'gAAAAA-never-given-out');
    };
    const lists = await Promise.all(Array.from({ length: 5 }, () => listServers(open)));
    for (const list of lists) assert.ok(list.length > 0);
    assert.equal(seen.signIns(), 2);
    const asked = seen.calls.filter((call) => call.path.endsWith('/servers/detail'));
    assert.equal(asked.filter(({ status }) => status === 401).length, 5);
    assert.equal(asked.filter(({ status }) => status === 200).length, 5);
  });

  it('a second 401 is an error, not a circle', async () => {
    const seen = wire();
    const open = session(cloud('student_a'), seen);
    seen.before = (url, headers) => {
      if (!url.includes(':15000')) headers.set('X-Auth-Token', 'gAAAAA-never-given-out');
    };
    await assert.rejects(listServers(open), (thrown: unknown) => {
      assert.ok(thrown instanceof OpenStackError);
      assert.equal(thrown.kind, 'unauthorized');
      return true;
    });
    assert.equal(seen.signIns(), 2);
  });

  describe('where tokens live 12 seconds and application credentials may not delegate', () => {
    before(async () => {
      await stopService('keystone');
      await startServices({ OSLAB_TOKEN_TTL: '12', OSLAB_APPCRED_TRUSTS: 'false' });
    });
    after(async () => {
      await stopService('keystone');
      await startServices();
    });

    it('it is renewed before it ends: no call is refused', async () => {
      const seen = wire();
      const open = session(cloud('student_a'), seen);
      const { expiresAt, issuedAt } = await open.token();
      assert.ok(issuedAt !== undefined && expiresAt - issuedAt <= 13_000);
      const lists = await until(
        async () => (await listServers(open)).length,
        () => seen.signIns() >= 3,
      );
      assert.ok(lists > 0);
      assert.ok(Date.now() > expiresAt);
      assert.deepEqual(
        seen.calls.filter(({ status }) => status === 401),
        [],
      );
    });

    it('a lease that may not be made for lack of a trust: the 500 is told as what it means', async () => {
      const made = new Made(session(cloud('student_b')));
      await assert.rejects(made.hostLease('lease-restricted-cd5678', 1, 1), (thrown: unknown) => {
        assert.ok(thrown instanceof OpenStackError);
        assert.equal(thrown.status, 500);
        assert.match(explainRefusal(thrown).next, /Unrestricted/);
        return true;
      });
      await made.undo();
    });
  });
});
