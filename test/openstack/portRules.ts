import assert from 'node:assert/strict';
import {
  createServer,
  deleteServer,
  listFloatingIps,
  listImages,
  listNetworks,
  listSecurityGroups,
  OpenStackError,
  type Server,
  type ServerInterface,
  type Session,
} from '../../src/openstack';
import { idNamed, Made, until } from './made';

/** A cloud to ask: the real one, or the demo. */
export interface PortCloud {
  readonly session: Session;
  /** A reserved flavor with room for some servers, and one that no host takes. */
  readonly flavorId: string;
  readonly hopelessFlavorId: string;
  /** A server once it is no longer built. */
  ready(id: string): Promise<Server>;
  gone(id: string): Promise<void>;
}

/** What Neutron tells of a port. */
interface Told {
  readonly device_id: string;
  readonly device_owner: string;
  readonly status: string;
  readonly name: string;
  readonly mac_address: string;
  readonly fixed_ips: readonly { readonly ip_address: string }[];
  readonly security_groups: readonly string[];
  readonly port_security_enabled: boolean;
}

const NOWHERE = '00000000-0000-4000-8000-000000000000';

/** The rules of ports that are made before their server, in the services' own words: where Labs 2 and 3 stand on them. */
export function portRules(open: () => Promise<PortCloud>): void {
  let cloud: PortCloud;
  let made: Made;
  let network: string;
  let sharednet: string;

  before(async () => {
    cloud = await open();
    made = new Made(cloud.session);
    network = await made.part('/networks', { network: { name: 'net-ports-ab1234' } });
    sharednet = idNamed(await listNetworks(cloud.session), 'sharednet1');
  });
  after(() => made.undo());

  const ask = (method: 'GET' | 'PUT' | 'DELETE', path: string, body?: object): Promise<unknown> =>
    cloud.session.json({
      service: 'network',
      method,
      path: `/v2.0${path}`,
      ...(body === undefined ? {} : { body }),
    });
  const newPort = (of: object): Promise<string> =>
    made.part('/ports', { port: { network_id: network, ...of } });
  const told = async (id: string): Promise<Told> =>
    ((await ask('GET', `/ports/${id}`)) as { port: Told }).port;
  const change = (id: string, port: object): Promise<unknown> => ask('PUT', `/ports/${id}`, { port });
  const launch = async (interfaces: readonly ServerInterface[], flavorId = cloud.flavorId): Promise<string> =>
    createServer(cloud.session, {
      name: 'node-ports-ab1234',
      imageId: idNamed(await listImages(cloud.session), 'CC-Ubuntu24.04'),
      flavorId,
      interfaces,
      securityGroupIds: [],
    });
  const up = async (interfaces: readonly ServerInterface[]): Promise<Server> => {
    const id = await launch(interfaces);
    return cloud.ready(id);
  };
  const isRefused = (asked: Promise<unknown>, status: number, said: string | RegExp): Promise<void> =>
    assert.rejects(asked, (thrown: unknown) => {
      assert(thrown instanceof OpenStackError, String(thrown));
      const words = thrown.said ?? '';
      assert.equal(thrown.status, status, words);
      if (typeof said === 'string') assert.equal(words, said);
      else assert.match(words, said);
      return true;
    });

  it('a network has no subnet at first, and takes no server then', async () => {
    const bare = await newPort({ name: 'bare' });
    assert.deepEqual((await told(bare)).fixed_ips, []);
    await isRefused(
      launch([{ networkId: network }]),
      400,
      `Network ${network} requires a subnet in order to boot instances on.`,
    );
    await isRefused(launch([{ portId: bare }]), 400, `Port ${bare} requires a FixedIP in order to be used.`);
    await ask('DELETE', `/ports/${bare}`);
    const subnet = {
      network_id: network,
      name: 'sub',
      ip_version: 4,
      cidr: '192.168.77.0/24',
      gateway_ip: null,
    };
    await made.part('/subnets', { subnet });
    await isRefused(made.part('/subnets', { subnet }), 400, /^Invalid input for operation: /);
  });

  it('addresses: the asked one, else one of the subnet that nobody has', async () => {
    const asked = (ip: string): object => ({ fixed_ips: [{ ip_address: ip }] });
    const first = await told(await newPort(asked('192.168.77.11')));
    assert.equal(first.fixed_ips[0]?.ip_address, '192.168.77.11');
    assert.deepEqual([first.device_id, first.device_owner, first.status], ['', '', 'DOWN']);
    await isRefused(
      newPort(asked('192.168.77.11')),
      409,
      /^IP address 192\.168\.77\.11 already allocated in subnet /,
    );
    await isRefused(
      newPort(asked('192.168.78.11')),
      400,
      'IP address 192.168.78.11 is not a valid IP for any of the subnets on the specified network.',
    );
    await isRefused(newPort(asked('192.168.77.300')), 400, /./);
    const more: Told[] = [];
    for (let count = 0; count < 5; count += 1) more.push(await told(await newPort({})));
    const addresses = [first, ...more].map((port) => port.fixed_ips[0]?.ip_address ?? '');
    assert.equal(new Set(addresses).size, addresses.length);
    for (const address of addresses) assert.match(address, /^192\.168\.77\.\d+$/);
  });

  it('port security: on with the group default, off without groups, and not off with some', async () => {
    const id = await newPort({});
    const group = idNamed(await listSecurityGroups(cloud.session), 'default');
    const first = await told(id);
    assert.deepEqual([first.security_groups, first.port_security_enabled], [[group], true]);
    await isRefused(
      change(id, { port_security_enabled: false }),
      409,
      'Port has security group associated. Cannot disable port security or IP address until security group is removed.',
    );
    await change(id, { port_security_enabled: false, security_groups: [] });
    assert.equal((await told(id)).port_security_enabled, false);
    const unsafe =
      'Port security must be enabled and port must have an IP address in order to use security groups.';
    await isRefused(change(id, { security_groups: [group] }), 400, unsafe);
    await isRefused(newPort({ port_security_enabled: false, security_groups: [group] }), 400, unsafe);
    const without = await made.part('/networks', {
      network: { name: 'open-ports-ab1234', port_security_enabled: false },
    });
    const inherited = await told(await newPort({ network_id: without }));
    assert.deepEqual([inherited.security_groups, inherited.port_security_enabled], [[], false]);
  });

  it('Nova binds a port, in the order that was asked for, and refuses one that is taken, unknown or named twice', async () => {
    const port = await newPort({ fixed_ips: [{ ip_address: '192.168.77.12' }] });
    const server = await up([{ portId: port }, { networkId: sharednet }]);
    const bound = await told(port);
    assert.deepEqual(
      [server.status, bound.device_id, bound.device_owner],
      ['ACTIVE', server.id, 'compute:nova'],
    );
    assert.deepEqual(
      server.addresses
        .filter(({ network: name }) => name === 'net-ports-ab1234')
        .map(({ address }) => address),
      ['192.168.77.12'],
    );
    await isRefused(launch([{ portId: port }]), 409, `Port ${port} is still in use.`);
    await isRefused(launch([{ portId: NOWHERE }]), 400, `Port id ${NOWHERE} could not be found.`);
    const free = await newPort({});
    await isRefused(
      launch([{ portId: free }, { portId: free }]),
      400,
      `Port ID '${free}' was specified twice: you cannot attach a port multiple times.`,
    );
    assert.equal((await told(free)).device_id, '');
    await remove(server);
  });

  it('a deleted server leaves the port that a person made, and takes Nova’s with it', async () => {
    const port = await newPort({ name: 'kept' });
    const server = await up([{ portId: port }, { networkId: network }]);
    assert.equal((await portsOf(server)).length, 2);
    const group = idNamed(await listSecurityGroups(cloud.session), 'allow-ssh');
    await change(port, { security_groups: [group] });
    await remove(server);
    const left = await until(
      () => told(port),
      ({ device_id }) => device_id === '',
    );
    assert.deepEqual([left.device_owner, left.name, left.security_groups], ['', 'kept', [group]]);
    assert.deepEqual(await portsOf(server), []);
    const again = await up([{ portId: port }]);
    assert.equal((await told(port)).device_id, again.id);
    await remove(again);
  });

  it('an address stays at a port that a person made when its server goes, and is idle when the port goes', async () => {
    const port = await newPort({ network_id: sharednet });
    const server = await up([{ portId: port }]);
    const external = idNamed(await listNetworks(cloud.session), 'public');
    const ip = await made.part('/floatingips', {
      floatingip: { floating_network_id: external, port_id: port, description: 'ports-ab1234' },
    });
    await remove(server);
    const at = async (): Promise<string | undefined> =>
      (await listFloatingIps(cloud.session)).find(({ id }) => id === ip)?.portId;
    assert.equal(await at(), port);
    await ask('DELETE', `/ports/${port}`);
    assert.equal(await at(), undefined);
  });

  it('a server that finds no host binds no port', async () => {
    const port = await newPort({});
    const server = await cloud.ready(
      await launch([{ portId: port }, { networkId: sharednet }], cloud.hopelessFlavorId),
    );
    assert.equal(server.status, 'ERROR');
    assert.equal((await told(port)).device_id, '');
    assert.deepEqual(await portsOf(server), []);
    await remove(server);
  });

  it('a network goes when its last port has, and no sooner', async () => {
    const other = await made.part('/networks', { network: { name: 'to-go-ab1234' } });
    await made.part('/subnets', { subnet: { network_id: other, ip_version: 4, cidr: '10.9.8.0/24' } });
    const port = await newPort({ network_id: other });
    await isRefused(
      ask('DELETE', `/networks/${other}`),
      409,
      `Unable to complete operation on network ${other}. There are one or more ports still in use on the network, id for these ports is: ${port}.`,
    );
    await ask('DELETE', `/ports/${port}`);
    await ask('DELETE', `/networks/${other}`);
    await isRefused(ask('DELETE', `/ports/${port}`), 404, `Port ${port} could not be found.`);
  });

  async function portsOf({ id }: Server): Promise<readonly unknown[]> {
    return ((await ask('GET', `/ports?device_id=${id}`)) as { ports: unknown[] }).ports;
  }

  async function remove({ id }: Server): Promise<void> {
    await deleteServer(cloud.session, id);
    await cloud.gone(id);
  }
}
