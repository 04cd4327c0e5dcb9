import assert from 'node:assert/strict';
import {
  attachVolume,
  consoleUrl,
  createServer,
  createTcpRule,
  detachVolume,
  OpenStackError,
  rebootServer,
  snapshotServer,
} from '../../../src/openstack';
import { FakeCloud, json } from './fakeCloud';
import { recordedAnswer } from './recorded';

describe('what is done to servers', () => {
  it('a new one: groups by id, the reservation as a hint, no key pair unless one is named', async () => {
    const cloud = new FakeCloud(() => recordedAnswer('nova-server-create', 202));
    const id = await createServer(cloud.session(), {
      name: 'node1-cloud-ab1234',
      imageId: 'i',
      flavorId: 'f',
      reservationHint: 'res-1',
      interfaces: [{ networkId: 'n1' }, { portId: 'p2' }],
      securityGroupIds: ['g1'],
      userData: '#!/bin/sh\n# für alle\n',
    });
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.deepEqual(cloud.calls[0]?.body, {
      server: {
        name: 'node1-cloud-ab1234',
        imageRef: 'i',
        flavorRef: 'f',
        networks: [{ uuid: 'n1' }, { port: 'p2' }],
        security_groups: [{ name: 'g1' }],
        user_data: 'IyEvYmluL3NoCiMgZsO8ciBhbGxlCg==',
      },
      'os:scheduler_hints': { reservation: 'res-1' },
    });
  });

  it('bare metal has no security groups, so none are named', async () => {
    const cloud = new FakeCloud(() => recordedAnswer('nova-server-create', 202));
    await createServer(cloud.session(), {
      name: 'x',
      imageId: 'i',
      flavorId: 'f',
      keyName: 'k',
      interfaces: [{ networkId: 'n' }],
      securityGroupIds: [],
    });
    assert.deepEqual(cloud.calls[0]?.body, {
      server: { name: 'x', imageRef: 'i', flavorRef: 'f', networks: [{ uuid: 'n' }], key_name: 'k' },
    });
  });

  it('a change is sent once, even when its answer is lost', async () => {
    const cloud = new FakeCloud(() => json({}, 503));
    await assert.rejects(rebootServer(cloud.session(), 's', { hard: true }), OpenStackError);
    assert.deepEqual(
      cloud.calls.map(({ body }) => body),
      [{ reboot: { type: 'HARD' } }],
    );
  });

  it('a snapshot has an id', async () => {
    const cloud = new FakeCloud(() => json({ image_id: 'image-1' }, 202));
    assert.equal(await snapshotServer(cloud.session(), 's', 'mine'), 'image-1');
  });

  it('a console is a web address, and nothing else is opened', async () => {
    const real = new FakeCloud(() => recordedAnswer('nova-remote-console'));
    assert.match(await consoleUrl(real.session(), 's', 'novnc'), /^http:\/\/127\.0\.0\.1:16080\//);
    const odd = new FakeCloud(() => json({ remote_console: { url: 'command:workbench.action.quit' } }));
    await assert.rejects(consoleUrl(odd.session(), 's', 'novnc'), /no web address/);
  });

  it('volumes go in and out', async () => {
    const cloud = new FakeCloud(() => json({}));
    await attachVolume(cloud.session(), 's', 'v');
    await detachVolume(cloud.session(), 's', 'v');
    assert.deepEqual(
      cloud.calls.map(({ method, url }) => `${method} ${url.pathname}`),
      ['POST /v2.1/servers/s/os-volume_attachments', 'DELETE /v2.1/servers/s/os-volume_attachments/v'],
    );
  });

  it('a port is opened for TCP from anywhere; the same rule twice is a conflict', async () => {
    const cloud = new FakeCloud(() => recordedAnswer('neutron-409-security-group-rule', 409));
    await assert.rejects(
      createTcpRule(cloud.session(), 'g', 8888),
      (thrown: unknown) => thrown instanceof OpenStackError && thrown.kind === 'conflict',
    );
  });
});
