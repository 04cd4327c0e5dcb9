import assert from 'node:assert/strict';
import { startDemo, type Demo } from '../../../src/demo';
import { at, listAt, named, signIn, type Answer, type Caller } from './client';
import { missing, recorded, shapeOf, strangers } from './shapes';

/** Longer than a server of the demo takes to be up, ms. */
const BUILD_MS = 6_000;
const NOWHERE = '0'.repeat(36);

describe('demo: networks, and ports that are made before their server', () => {
  let demo: Demo;
  let kvm: Caller;
  /** `POST` or `PUT` to Neutron, or to Nova. */
  const send = (service: string, path: string, body: object, method = 'POST'): Promise<Answer> =>
    kvm(service, path, { method, body });
  const neutron = (kind: string, body: object): Promise<Answer> =>
    send('network', `/v2.0/${kind}s`, { [kind]: body });
  const made = async (kind: string, body: object): Promise<string> => {
    const answer = await neutron(kind, body);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return String(at(answer.body, kind, 'id'));
  };
  const refusal = ({ status, body }: Answer): [number, unknown] => [
    status,
    at(body, 'NeutronError', 'message') ??
      at(body, 'badRequest', 'message') ??
      at(body, 'conflictingRequest', 'message'),
  ];
  const portNow = async (id: string): Promise<unknown> =>
    at((await kvm('network', `/v2.0/ports/${id}`)).body, 'port');
  const sharednet = async (): Promise<string> =>
    String(named(listAt((await kvm('network', '/v2.0/networks')).body, 'networks'), 'sharednet1')['id']);
  /** Of a lease for all servers of these tests: its flavor has its id. */
  const reserve = async (): Promise<string> => {
    const end = new Date(Date.now() + 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
    const asked = { resource_type: 'flavor:instance', flavor_id: '1', amount: 9, affinity: null };
    const answer = await send('reservation', '/leases', {
      name: 'ports',
      start_date: 'now',
      end_date: end,
      reservations: [asked],
      events: [],
    });
    await demo.world.advance(1_000);
    return String(at(answer.body, 'lease', 'reservations', 0, 'id'));
  };
  /** On the reserved flavor, or on one that nobody reserved: then it ends in ERROR. */
  const launch = async (name: string, networks: readonly object[], reserved = true): Promise<Answer> => {
    const flavors = listAt((await kvm('compute', '/flavors/detail?is_public=None')).body, 'flavors');
    const images = listAt((await kvm('image', '/v2/images')).body, 'images');
    const flavor = reserved ? reservation : named(flavors, 'm1.tiny')['id'];
    return send('compute', '/servers', {
      server: { name, flavorRef: flavor, imageRef: named(images, 'CC-Ubuntu24.04')['id'], networks },
    });
  };
  const idOf = async (answer: Promise<Answer>): Promise<string> => {
    const { status, body } = await answer;
    assert.equal(status, 202, JSON.stringify(body));
    await demo.world.advance(BUILD_MS);
    return String(at(body, 'server', 'id'));
  };
  const serverNow = async (id: string): Promise<unknown> =>
    at((await kvm('compute', `/servers/${id}`)).body, 'server');

  let network: string;
  let reservation: string;
  before(async () => {
    demo = await startDemo();
    const [cloud] = demo.clouds;
    assert(cloud !== undefined);
    kvm = await signIn(cloud);
    reservation = await reserve();
    network = await made('network', { name: 'mine' });
  });
  after(() => demo.stop());

  it('a network has no subnet at first, and takes no server then', async () => {
    const bare = await made('port', { network_id: network, name: 'bare' });
    assert.deepEqual(at(await portNow(bare), 'fixed_ips'), []);
    assert.deepEqual(refusal(await launch('none', [{ uuid: network }])), [
      400,
      `Network ${network} requires a subnet in order to boot instances on.`,
    ]);
    assert.deepEqual(refusal(await launch('none', [{ port: bare }])), [
      400,
      `Port ${bare} requires a FixedIP in order to be used.`,
    ]);
    await kvm('network', `/v2.0/ports/${bare}`, { method: 'DELETE' });
    const subnet = {
      network_id: network,
      name: 'sub',
      ip_version: 4,
      cidr: '192.168.1.0/24',
      gateway_ip: null,
    };
    await made('subnet', subnet);
    assert.equal((await neutron('subnet', subnet)).status, 400, 'a second one');
    assert.equal((await neutron('subnet', { ...subnet, network_id: await sharednet() })).status, 403);
  });

  it('what is made has the form of what is recorded, with a server and without', async () => {
    await made('port', { network_id: network, name: 'form', security_groups: [] });
    for (const kind of ['network', 'subnet', 'port']) {
      const example = recorded(`neutron-${kind}s`);
      const { body } = await kvm('network', `/v2.0/${kind}s`);
      assert.deepEqual(strangers(body, shapeOf([example])), []);
      assert.deepEqual(missing(body, [example]), []);
    }
  });

  it('addresses: the asked one, else one of the subnet that nobody has', async () => {
    const asked = (ip: string) => ({ network_id: network, fixed_ips: [{ ip_address: ip }] });
    const first = await portNow(await made('port', asked('192.168.1.11')));
    assert.equal(at(first, 'fixed_ips', 0, 'ip_address'), '192.168.1.11');
    assert.deepEqual(
      [at(first, 'device_id'), at(first, 'device_owner'), at(first, 'status')],
      ['', '', 'DOWN'],
    );
    assert.match(
      String(refusal(await neutron('port', asked('192.168.1.11')))),
      /^409,IP address 192\.168\.1\.11 already allocated in subnet /,
    );
    assert.deepEqual(refusal(await neutron('port', asked('192.168.2.11'))), [
      400,
      'IP address 192.168.2.11 is not a valid IP for any of the subnets on the specified network.',
    ]);
    assert.equal((await neutron('port', asked('192.168.1.300'))).status, 400);
    const others = await Promise.all(
      Array.from({ length: 20 }, () => made('port', { network_id: network }).then(portNow)),
    );
    const addresses = [first, ...others].map((port) => String(at(port, 'fixed_ips', 0, 'ip_address')));
    assert.equal(new Set(addresses).size, addresses.length);
    for (const address of addresses) assert.match(address, /^192\.168\.1\.\d+$/);
  });

  it('port security: on with the group default, off without groups, and not off with some', async () => {
    const id = await made('port', { network_id: network });
    const path = `/v2.0/ports/${id}`;
    const change = (port: object): Promise<Answer> => send('network', path, { port }, 'PUT');
    const groups = listAt((await kvm('network', '/v2.0/security-groups')).body, 'security_groups');
    const group = named(groups, 'default')['id'];
    assert.deepEqual(at(await portNow(id), 'security_groups'), [group]);
    assert.equal((await change({ port_security_enabled: false })).status, 409);
    const off = await change({ port_security_enabled: false, security_groups: [] });
    assert.equal(at(off.body, 'port', 'port_security_enabled'), false);
    const refused = [
      400,
      'Port security must be enabled and port must have an IP address in order to use security groups.',
    ];
    assert.deepEqual(refusal(await change({ security_groups: [group] })), refused);
    const both = { network_id: network, port_security_enabled: false, security_groups: [group] };
    assert.deepEqual(refusal(await neutron('port', both)), refused);
    const without = await made('network', { name: 'open', port_security_enabled: false });
    const inherited = await portNow(await made('port', { network_id: without }));
    assert.equal(at(inherited, 'port_security_enabled'), false);
    assert.deepEqual(at(inherited, 'security_groups'), []);
  });

  it('Nova binds a port, in the order that was asked for, and refuses one that is taken, unknown or named twice', async () => {
    const port = await made('port', { network_id: network, fixed_ips: [{ ip_address: '192.168.1.12' }] });
    const id = await idOf(launch('bound', [{ port }, { uuid: await sharednet() }]));
    const bound = await portNow(port);
    assert.deepEqual(
      [at(bound, 'device_id'), at(bound, 'device_owner'), at(bound, 'status'), at(bound, 'revision_number')],
      [id, 'compute:nova', 'ACTIVE', 3],
    );
    const addresses = at(await serverNow(id), 'addresses');
    assert.deepEqual(Object.keys(addresses as object), ['mine', 'sharednet1']);
    assert.equal(at(addresses, 'mine', 0, 'addr'), '192.168.1.12');
    assert.equal(at(addresses, 'mine', 0, 'OS-EXT-IPS-MAC:mac_addr'), at(bound, 'mac_address'));
    assert.deepEqual(refusal(await launch('second', [{ port }])), [409, `Port ${port} is still in use.`]);
    assert.deepEqual(refusal(await launch('none', [{ port: NOWHERE }])), [
      400,
      `Port id ${NOWHERE} could not be found.`,
    ]);
    const free = await made('port', { network_id: network });
    assert.deepEqual(refusal(await launch('twice', [{ port: free }, { port: free }])), [
      400,
      `Port ID '${free}' was specified twice: you cannot attach a port multiple times.`,
    ]);
    assert.deepEqual(refusal(await launch('empty', [{}])), [400, "Bad network format: missing 'uuid'"]);
    const servers = listAt((await kvm('compute', '/servers')).body, 'servers').map(({ name }) => name);
    for (const name of ['second', 'none', 'twice', 'empty']) assert(!servers.includes(name), name);
  });

  it('a deleted server leaves the port that a person made, and takes Nova’s with it', async () => {
    const port = await made('port', { network_id: network, name: 'kept' });
    const id = await idOf(launch('short', [{ port }, { uuid: network }]));
    assert.equal(at((await kvm('network', `/v2.0/ports?device_id=${id}`)).body, 'ports', 'length'), 2);
    assert.equal(listAt(await serverNow(id), 'addresses', 'mine').length, 2, 'both on one network');
    assert.equal((await kvm('compute', `/servers/${id}`, { method: 'DELETE' })).status, 204);
    const left = await portNow(port);
    assert.deepEqual(
      [at(left, 'device_id'), at(left, 'device_owner'), at(left, 'status'), at(left, 'name')],
      ['', '', 'DOWN', 'kept'],
    );
    assert.deepEqual(listAt((await kvm('network', `/v2.0/ports?device_id=${id}`)).body, 'ports'), []);
    const again = await idOf(launch('again', [{ port }]));
    assert.equal(at(await portNow(port), 'device_id'), again);
  });

  it('a server that finds no host binds no port', async () => {
    const port = await made('port', { network_id: network });
    const id = await idOf(launch('nowhere', [{ port }, { uuid: await sharednet() }], false));
    assert.equal(at(await serverNow(id), 'status'), 'ERROR');
    assert.equal(at(await portNow(port), 'device_id'), '');
    assert.deepEqual(listAt((await kvm('network', `/v2.0/ports?device_id=${id}`)).body, 'ports'), []);
  });

  it('a port that is deleted is gone from its server; its network goes when the last one has', async () => {
    const other = await made('network', { name: 'to go' });
    await made('subnet', { network_id: other, cidr: '10.9.8.0/24' });
    const port = await made('port', { network_id: other });
    const id = await idOf(launch('loses', [{ port }, { uuid: await sharednet() }]));
    const path = `/v2.0/networks/${other}`;
    assert.match(
      String(refusal(await kvm('network', path, { method: 'DELETE' }))),
      new RegExp(`^409,.*ports still in use on the network, id for these ports is: ${port}\\.$`),
    );
    assert.equal((await kvm('network', `/v2.0/ports/${port}`, { method: 'DELETE' })).status, 204);
    assert.deepEqual(Object.keys(at(await serverNow(id), 'addresses') as object), ['sharednet1']);
    assert.equal((await kvm('network', path, { method: 'DELETE' })).status, 204);
    assert.equal((await kvm('network', `/v2.0/ports/${port}`, { method: 'DELETE' })).status, 404);
  });
});
