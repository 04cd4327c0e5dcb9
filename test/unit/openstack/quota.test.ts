import assert from 'node:assert/strict';
import {
  createFloatingIp,
  createServer,
  createVolume,
  isOverQuota,
  OpenStackError,
  type Session,
} from '../../../src/openstack';
import { FakeCloud, json } from './fakeCloud';
import { recordedText } from './recorded';

const volume = (session: Session): Promise<unknown> =>
  createVolume(session, { name: 'v', sizeGb: 100_000, type: undefined });
const server = (session: Session): Promise<unknown> =>
  createServer(session, { name: 's', imageId: 'i', flavorId: 'f', interfaces: [], securityGroupIds: [] });
const address = (session: Session): Promise<unknown> => createFloatingIp(session, 'n', { description: '' });

const NEUTRON = {
  NeutronError: { type: 'OverQuota', message: "Quota exceeded for resources: ['floatingip'].", detail: '' },
};

describe('a quota that is used up', () => {
  const answers: [string, number, unknown, (session: Session) => Promise<unknown>][] = [
    ['Nova’s for cores and memory', 403, JSON.parse(recordedText('nova-server-create-403-quota')), server],
    ['Nova’s for ports', 403, JSON.parse(recordedText('nova-server-create-403-ports')), server],
    ['Neutron’s', 409, NEUTRON, address],
    ['Cinder’s', 413, JSON.parse(recordedText('cinder-413-quota')), volume],
  ];
  for (const [whose, status, body, ask] of answers)
    it(`${whose} is told from other refusals, and what can be done`, async () => {
      const cloud = new FakeCloud(() => json(body, status));
      await assert.rejects(ask(cloud.session()), (thrown: unknown) => {
        assert.ok(thrown instanceof OpenStackError && isOverQuota(thrown));
        assert.match(thrown.next ?? '', /Delete what nobody needs/);
        return true;
      });
    });

  it('what a role may not do is no quota; nor are too many requests', async () => {
    const reader = JSON.parse(recordedText('nova-server-create-403-reader')) as unknown;
    for (const [status, body] of [
      [403, reader],
      [413, { overLimit: { code: 413, message: 'This request was rate-limited.' } }],
    ] as const) {
      const cloud = new FakeCloud(() => json(body, status));
      await assert.rejects(server(cloud.session()), (thrown: unknown) => {
        assert.ok(thrown instanceof OpenStackError && !isOverQuota(thrown));
        assert.doesNotMatch(thrown.next ?? '', /nobody needs/);
        return true;
      });
    }
  });
});
