import assert from 'node:assert/strict';
import { startDemo, type Demo } from '../../../src/demo';
import { ask, at, listAt, named, signIn, type Answer, type Caller } from './client';
import { missing, recorded, shapeOf, strangers } from './shapes';

const VERSION_2_93 = { headers: { 'OpenStack-API-Version': 'compute 2.93' } };

/** What Chameleon adds, and the recorded cloud has not: its policy shows the node to members, its hosts tell their names. */
const CHAMELEONS_OWN = new Set([
  '$.servers[].OS-EXT-SRV-ATTR:hypervisor_hostname: never recorded',
  '$.hosts[].node_name: never recorded',
  '$.hosts[].uid: never recorded',
]);

describe("demo: answers have the shapes of a real cloud's", () => {
  let demo: Demo;
  let kvm: Caller;
  let chi: Caller;
  before(async () => {
    demo = await startDemo();
    const [atKvm, atChi] = demo.clouds;
    assert(atKvm !== undefined && atChi !== undefined);
    kvm = await signIn(atKvm);
    chi = await signIn(atChi);
  });
  after(() => demo.stop());

  const both = async (service: string, path: string, options = {}): Promise<Answer[]> =>
    Promise.all([kvm(service, path, options), chi(service, path, options)]);

  /** No key, no type beyond what was recorded; and what every recorded object has, ours has. */
  const hold = (answers: readonly Answer[], status: number, ...fixtures: string[]): void => {
    const examples = fixtures.map(recorded);
    const shape = shapeOf(examples);
    for (const answer of answers) {
      assert.equal(answer.status, status);
      const strange = strangers(answer.body, shape).filter((line) => !CHAMELEONS_OWN.has(line));
      assert.deepEqual(strange, []);
      assert.deepEqual(missing(answer.body, examples), []);
    }
  };

  it('keystone: tokens, catalog, projects, credentials, versions', async () => {
    for (const cloud of demo.clouds) {
      const { id, secret } = cloud.credential;
      const signInWith = (credential: object): Promise<Answer> =>
        ask(`${cloud.authUrl}/auth/tokens`, {
          method: 'POST',
          body: {
            auth: { identity: { methods: ['application_credential'], application_credential: credential } },
          },
        });
      const signedIn = await signInWith({ id, secret });
      hold([signedIn], 201, 'keystone-token-appcred', 'keystone-token-appcred-restricted');
      hold([await signInWith({ id, secret: 'wrong' })], 401, 'keystone-401-wrong-secret');
      hold([await signInWith({ id: '0', secret })], 404, 'keystone-404-unknown-appcred');
      const user = String(at(signedIn.body, 'token', 'user', 'id'));
      const caller = await signIn(cloud);
      hold(
        [await caller('identity', `/users/${user}/application_credentials`)],
        200,
        'keystone-application-credentials',
      );
      hold([await ask(cloud.authUrl)], 200, 'keystone-v3');
      hold([await ask(cloud.authUrl.replace(/v3$/, ''))], 300, 'keystone-versions');
      hold([await ask(`${cloud.authUrl}/auth/projects`)], 401, 'keystone-401-no-token');
    }
    hold(await both('identity', '/auth/projects'), 200, 'keystone-auth-projects');
  });

  it('nova: servers of both microversions, flavors, key pairs, limits, console', async () => {
    hold(await both('compute', '/servers/detail'), 200, 'nova-servers-detail');
    hold([await chi('compute', '/servers/detail', VERSION_2_93)], 200, 'nova-servers-detail-2.93');
    hold(await both('compute', '/servers/detail?limit=2'), 200, 'nova-servers-page');
    hold(await both('compute', '/flavors/detail'), 200, 'nova-flavors');
    hold([await chi('compute', '/flavors/detail', VERSION_2_93)], 200, 'nova-flavors-2.93');
    hold(
      [await kvm('compute', '/flavors/detail?is_public=None')],
      200,
      'nova-flavors-with-reservation',
      'nova-flavors',
    );
    hold(await both('compute', '/os-keypairs'), 200, 'nova-keypairs');
    hold(await both('compute', '/limits'), 200, 'nova-limits');
    const servers = listAt((await kvm('compute', '/servers/detail')).body, 'servers');
    const { id } = named(servers, 'hello_chameleon-alexbaker');
    const server = `/servers/${String(id)}`;
    hold([await kvm('compute', server)], 200, 'nova-server', 'nova-server-on-lease');
    hold([await kvm('compute', `${server}/os-interface`)], 200, 'nova-server-interfaces');
    const act = (body: object): Promise<Answer> =>
      kvm('compute', `${server}/action`, { method: 'POST', body });
    const printed = await act({ 'os-getConsoleOutput': { length: null } });
    hold([printed], 200, 'nova-console-output');
    hold([await act({ 'os-start': null })], 409, 'nova-409-start-active');
    const wrong = { 'OpenStack-API-Version': 'compute 2.999' };
    hold(await both('compute', '/servers', { headers: wrong }), 406, 'nova-406-microversion');
    hold(await both('compute', `/servers/${'0'.repeat(36)}`), 404, 'nova-server-404');
    hold(await both('compute', '/servers', { headers: { 'X-Auth-Token': 'x' } }), 401, 'nova-401-bad-token');
  });

  it('neutron: networks, subnets, ports, groups, addresses', async () => {
    hold(await both('network', '/v2.0/networks'), 200, 'neutron-networks');
    hold(await both('network', '/v2.0/subnets'), 200, 'neutron-subnets');
    hold(await both('network', '/v2.0/ports'), 200, 'neutron-ports');
    hold(await both('network', '/v2.0/security-groups'), 200, 'neutron-security-groups');
    hold(await both('network', '/v2.0/floatingips'), 200, 'neutron-floatingips');
    hold(await both('network', `/v2.0/floatingips/${'0'.repeat(36)}`), 404, 'neutron-404-floatingip');
    const group = { security_group: { name: 'mine', description: 'for the test' } };
    const made = await kvm('network', '/v2.0/security-groups', { method: 'POST', body: group });
    hold([made], 201, 'neutron-security-group-create');
    const rule = {
      security_group_rule: {
        security_group_id: at(made.body, 'security_group', 'id'),
        direction: 'ingress',
        ethertype: 'IPv4',
        protocol: 'tcp',
        port_range_min: 22,
        port_range_max: 22,
        remote_ip_prefix: '0.0.0.0/0',
      },
    };
    const add = (): Promise<Answer> =>
      kvm('network', '/v2.0/security-group-rules', { method: 'POST', body: rule });
    hold([await add()], 201, 'neutron-security-group-rule-create');
    hold([await add()], 409, 'neutron-409-security-group-rule');
  });

  it('cinder and nova: volumes, their kinds, in and out of a server', async () => {
    hold([await kvm('volumev3', '/volumes/detail')], 200, 'cinder-volumes-detail');
    hold([await kvm('volumev3', '/types')], 200, 'cinder-types');
    const asked = { volume: { name: 'block-test', size: 1 } };
    const made = await kvm('volumev3', '/volumes', { method: 'POST', body: asked });
    assert.equal(made.status, 202);
    const id = String(at(made.body, 'volume', 'id'));
    hold([await kvm('volumev3', `/volumes/${id}`)], 200, 'cinder-volume');
    const servers = listAt((await kvm('compute', '/servers/detail')).body, 'servers');
    const attachments = `/servers/${String(named(servers, 'hello_chameleon-alexbaker')['id'])}/os-volume_attachments`;
    const put = { method: 'POST', body: { volumeAttachment: { volumeId: id } } };
    assert.equal((await kvm('compute', attachments, put)).status, 200);
    assert.equal((await kvm('compute', attachments, put)).status, 400);
    hold([await kvm('compute', attachments)], 200, 'nova-server-volumes');
    hold([await kvm('volumev3', `/volumes/${id}`, { method: 'DELETE' })], 400, 'cinder-400-delete-in-use');
    assert.equal((await kvm('compute', `${attachments}/${id}`, { method: 'DELETE' })).status, 202);
    assert.equal((await kvm('volumev3', `/volumes/${id}`, { method: 'DELETE' })).status, 202);
  });

  it('swift: containers, folders, objects', async () => {
    hold([await chi('object-store', '?format=json')], 200, 'swift-account');
    const mine = '/object-persist-ab1234';
    hold([await chi('object-store', `${mine}?format=json`)], 200, 'swift-container');
    const folders = `${mine}?format=json&delimiter=/&prefix=Food-11/`;
    hold([await chi('object-store', folders)], 200, 'swift-container-folders');
    assert.equal((await chi('object-store', '/none?format=json')).status, 404);
    assert.equal((await chi('object-store', mine, { method: 'DELETE' })).status, 409);
  });

  it('neutron: routers, and nova: a console', async () => {
    hold([await kvm('network', '/v2.0/routers')], 200, 'neutron-routers');
    const servers = listAt((await kvm('compute', '/servers/detail')).body, 'servers');
    const { id } = named(servers, 'hello_chameleon-alexbaker');
    const body = { remote_console: { protocol: 'vnc', type: 'novnc' } };
    const path = `/servers/${String(id)}/remote-consoles`;
    hold([await kvm('compute', path, { method: 'POST', body })], 200, 'nova-remote-console');
  });

  it('blazar: leases of each kind and state, hosts, allocations, refusals', async () => {
    hold(await both('reservation', '/leases'), 200, 'blazar-leases', 'blazar-leases-all-states');
    hold([await chi('reservation', '/os-hosts')], 200, 'blazar-hosts');
    hold([await chi('reservation', '/os-hosts/allocations')], 200, 'blazar-host-allocations');
    hold(await both('reservation', `/leases/${'0'.repeat(36)}`), 404, 'blazar-lease-404');
    hold(
      await both('reservation', '/leases', { headers: { 'X-Auth-Token': 'x' } }),
      401,
      'blazar-401-bad-token',
    );
    const leases = listAt((await kvm('reservation', '/leases')).body, 'leases');
    const { id } = named(leases, 'hello_chameleon-alexbaker');
    const end = { end_date: '2001-01-01 00:00' };
    const refused = await kvm('reservation', `/leases/${String(id)}`, { method: 'PUT', body: end });
    hold([refused], 400, 'blazar-lease-update-error-past');
  });

  it('glance: images', async () => {
    hold(await both('image', '/v2/images'), 200, 'glance-images');
    const images = listAt((await kvm('image', '/v2/images')).body, 'images');
    const { id } = named(images, 'CC-Ubuntu24.04');
    hold([await kvm('image', `/v2/images/${String(id)}`)], 200, 'glance-image');
  });
});
