import assert from 'node:assert/strict';
import { sentenceOf } from '../../src/base';
import { listServers, OpenStackError } from '../../src/openstack';
import { cloud, onlySite, session, source, wire, WRONG_SECRET, wrongSecret, type Who } from './clouds';

describe('Signing in to a real Keystone', () => {
  const everybody: [Who, string, string][] = [
    ['student_a', 'student_a', 'CHI-251409'],
    ['student_a_memberonly', 'student_a', 'CHI-251409'],
    ['student_b', 'student_b', 'CHI-251409'],
    ['ta_c', 'ta_c', 'CHI-251409'],
    ['ta_c_other', 'ta_c', 'CHI-231095'],
    ['ta_c_reader', 'ta_c', 'CHI-251409'],
  ];
  for (const [who, user, project] of everybody)
    it(`takes the credential of ${who}`, async () => {
      const seen = wire();
      const token = await session(cloud(who), seen).token();
      assert.equal(token.user.name, user);
      assert.equal(token.project?.name, project);
      assert.ok(token.expiresAt > Date.now());
      assert.equal(seen.signIns(), 1);
    });

  it('asks once for ten callers', async () => {
    const seen = wire();
    const open = session(cloud('student_a'), seen);
    await Promise.all(Array.from({ length: 10 }, () => open.token()));
    assert.equal(seen.signIns(), 1);
  });

  it('sends a wrong secret once and never again', async () => {
    const seen = wire();
    const open = session(wrongSecret('student_a'), seen);
    for (const ask of [() => open.token(), () => open.token(), () => listServers(open)])
      await assert.rejects(ask, (thrown: unknown) => {
        assert.ok(thrown instanceof OpenStackError);
        assert.equal(thrown.kind, 'unauthorized');
        assert.match(thrown.message, /refused this application credential/);
        assert.match(thrown.next ?? '', /Horizon/);
        assert.ok(!sentenceOf(thrown).includes(WRONG_SECRET));
        return true;
      });
    assert.equal(seen.signIns(), 1);
    assert.deepEqual(
      seen.calls.map(({ status }) => status),
      [401],
    );
  });

  it('sends a wrong secret once for a whole inventory, also asked again', async () => {
    const seen = wire();
    const lists = source([wrongSecret('student_a')], seen);
    await lists.refresh();
    const site = onlySite(await lists.refresh());
    assert.match(site.signIn?.what ?? '', /refused this application credential/);
    assert.equal(site.parts.servers.state, 'failed');
    assert.equal(seen.calls.length, 1);
  });

  it('tells a deleted credential from a wrong secret', async () => {
    const right = cloud('student_a');
    const open = session({ ...right, credential: { ...right.credential, id: '0'.repeat(32) } });
    await assert.rejects(open.token(), /knows no such application credential/);
  });

  it('a role that may not read: those parts say so, the others are there', async () => {
    const site = onlySite(await source([cloud('student_a_memberonly')]).refresh());
    assert.equal(site.signIn, undefined);
    assert.deepEqual(site.roles, ['member']);
    const { state, error } = site.parts.servers;
    assert.equal(state, 'failed');
    assert.match(error?.what ?? '', /Nova .*Policy doesn't allow/);
    assert.match(error?.next ?? '', /all your roles/);
    assert.equal(site.parts.floatingIps.state, 'fresh');
    assert.ok(site.floatingIps.length > 0);
  });

  it('the role reader reads everything', async () => {
    const site = onlySite(await source([cloud('ta_c_reader')]).refresh());
    for (const [part, { state }] of Object.entries(site.parts))
      assert.ok(state === 'fresh' || state === 'absent', `${part}: ${state}`);
    assert.ok(site.servers.some(({ name }) => name === 'node1-cloud-ab1234'));
  });

  it('two sites, one of them refused: the other is whole', async () => {
    const refused = { ...wrongSecret('student_b'), name: 'refused' };
    const { sites } = await source([refused, cloud('student_a')]).refresh();
    assert.notEqual(sites[0]?.signIn, undefined);
    assert.equal(sites[1]?.signIn, undefined);
    assert.equal(sites[1]?.parts.servers.state, 'fresh');
  });
});
