import assert from 'node:assert/strict';
import {
  createVolume,
  deleteVolume,
  listRouters,
  listVolumes,
  listVolumeTypes,
  listZunContainers,
  OpenStackError,
} from '../../../src/openstack';
import { FakeCloud, json } from './fakeCloud';
import { recordedAnswer } from './recorded';

describe('volumes, routers, edge containers', () => {
  it('volumes as a real Cinder lists them, found under the older catalog name', async () => {
    const cloud = new FakeCloud(() => recordedAnswer('cinder-volumes-detail'));
    const [attached, free] = await listVolumes(cloud.session());
    assert.equal(attached?.name, 'block-persist-ab1234');
    assert.equal(attached.status, 'in-use');
    assert.equal(attached.sizeGb, 2);
    assert.deepEqual(attached.attachments, [
      { serverId: '8abbdf60-ddf7-4419-8989-be573eec92b4', device: '/dev/vdb' },
    ]);
    assert.deepEqual(free?.attachments, []);
    assert.equal(free.created, Date.UTC(2026, 10, 22, 1, 45, 8));
    assert.equal(cloud.calls[0]?.url.pathname, '/v3/p1/volumes/detail');
  });

  it('a new volume, its kind only if one is wanted', async () => {
    const cloud = new FakeCloud(() => recordedAnswer('cinder-volume-create', 202));
    const made = await createVolume(cloud.session(), { name: 'block-fixture', sizeGb: 1 });
    assert.equal(made.status, 'creating');
    assert.deepEqual(cloud.calls[0]?.body, { volume: { name: 'block-fixture', size: 1 } });
  });

  it("Cinder's own default is no kind to choose", async () => {
    const cloud = new FakeCloud(() => recordedAnswer('cinder-types'));
    assert.deepEqual(await listVolumeTypes(cloud.session()), ['ceph-hdd', 'ceph-ssd']);
  });

  it('a volume in use is not deleted: the sentence is kept', async () => {
    const cloud = new FakeCloud(() => recordedAnswer('cinder-400-delete-in-use', 400));
    await assert.rejects(deleteVolume(cloud.session(), 'v'), (thrown: unknown) => {
      assert.ok(thrown instanceof OpenStackError);
      assert.equal(thrown.kind, 'badRequest');
      assert.match(thrown.said ?? '', /must be available/);
      return true;
    });
  });

  it('routers with the network that they lead to', async () => {
    const cloud = new FakeCloud(() => recordedAnswer('neutron-routers'));
    const [router] = await listRouters(cloud.session());
    assert.equal(router?.name, 'router-cloud-ab1234');
    assert.equal(router.externalNetworkId, 'a4c05028-7213-4750-b399-40c35d8b49b7');
  });

  it('a router without a gateway leads nowhere', async () => {
    const cloud = new FakeCloud(() =>
      json({ routers: [{ id: 'r', name: 'x', project_id: 'p1', external_gateway_info: null }] }),
    );
    assert.equal((await listRouters(cloud.session()))[0]?.externalNetworkId, undefined);
  });

  it('edge containers: Zun is asked below its version once, in its own microversion', async () => {
    const container = {
      uuid: 'c1',
      name: 'edge-ab1234',
      status: 'Running',
      status_reason: null,
      image: 'python:3.12',
      addresses: { net: [{ addr: '10.0.0.4' }] },
    };
    const cloud = new FakeCloud(() => json({ containers: [container] }));
    const [found] = await listZunContainers(cloud.session());
    assert.deepEqual(found?.addresses, ['10.0.0.4']);
    assert.equal(found.userId, undefined);
    assert.equal(cloud.calls[0]?.url.pathname, '/v1/containers');
    assert.equal(cloud.calls[0].headers.get('OpenStack-API-Version'), 'container 1.41');
  });
});
