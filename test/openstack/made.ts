import { sleep, systemClock } from '../../src/base';
import {
  bindFloatingIp,
  createFloatingIp,
  createLease,
  deleteFloatingIp,
  deleteLease,
  deleteNetwork,
  deleteRouter,
  deleteServer,
  getLease,
  getServer,
  listFlavors,
  listImages,
  listNetworks,
  listPorts,
  OpenStackError,
  removeRouterInterface,
  type FloatingIp,
  type Lease,
  type Server,
  type Session,
} from '../../src/openstack';

const HOUR = 3_600_000;
const PAUSE_MS = 400;
const LONGEST_MS = 120_000;

/** Asks until the answer is as wanted: the lab's services take their time. @throws Error with the last answer */
export async function until<T>(ask: () => Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  const end = Date.now() + LONGEST_MS;
  for (;;) {
    const value = await ask();
    if (wanted(value)) return value;
    if (Date.now() > end) throw new Error(`It never came so far: ${JSON.stringify(value)}`);
    await sleep(systemClock, PAUSE_MS);
  }
}

/** What a suite makes in the lab, and takes away again in its `after`. */
export class Made {
  readonly #session: Session;
  readonly #undo: (() => Promise<unknown>)[] = [];

  constructor(session: Session) {
    this.#session = session;
  }

  /** A lease of one flavor, as the course's notebooks ask for it; ACTIVE when this resolves. */
  async flavorLease(name: string, flavor: string, hours: number, amount = 1): Promise<Lease> {
    const flavorId = idNamed(await listFlavors(this.#session), flavor);
    return this.#lease(name, hours, {
      resource_type: 'flavor:instance',
      flavor_id: flavorId,
      amount,
      affinity: null,
    });
  }

  /** A lease of whole hosts; ACTIVE when this resolves. @throws OpenStackError where there are not so many */
  async hostLease(name: string, amount: number, hours: number): Promise<Lease> {
    return this.#lease(name, hours, {
      resource_type: 'physical:host',
      min: amount,
      max: amount,
      hypervisor_properties: '',
      resource_properties: '',
    });
  }

  async #lease(
    name: string,
    hours: number,
    reservation: { readonly resource_type: string } & Readonly<Record<string, unknown>>,
  ): Promise<Lease> {
    const session = this.#session;
    const lease = await createLease(session, {
      name,
      start: 'now',
      // Blazar cuts the start to the minute too, so that this is never shorter than asked for.
      end: Date.now() + hours * HOUR + 60_000,
      reservations: [reservation],
    });
    this.#undo.push(() => deleteLease(session, lease.id));
    return until(
      () => getLease(session, lease.id),
      ({ status }) => status === 'ACTIVE' || status === 'ERROR',
    );
  }

  /** A server, on sharednet1 unless another network is named; ACTIVE when this resolves. */
  async server(options: {
    readonly name: string;
    readonly flavor: string;
    readonly image?: string;
    readonly network?: string;
    /** None for a port without port security: Nova wants none named then. */
    readonly groups?: readonly string[];
  }): Promise<Server> {
    const session = this.#session;
    const [flavors, images, networks] = await Promise.all([
      listFlavors(session),
      listImages(session),
      listNetworks(session),
    ]);
    const body = (await session.json({
      service: 'compute',
      method: 'POST',
      path: '/servers',
      body: {
        server: {
          name: options.name,
          flavorRef: idNamed(flavors, options.flavor),
          imageRef: idNamed(images, options.image ?? 'CC-Ubuntu24.04'),
          key_name: 'id_rsa_chameleon',
          networks: [{ uuid: idNamed(networks, options.network ?? 'sharednet1') }],
          security_groups: (options.groups ?? ['default', 'allow-ssh']).map((name) => ({ name })),
        },
      },
    })) as { server: { id: string } };
    const { id } = body.server;
    this.#undo.push(() => this.removeServer(id));
    return until(
      () => getServer(session, id),
      ({ status }) => status !== 'BUILD',
    );
  }

  /** A network with a subnet, and a router to the outside unless it is to have none. */
  async network(name: string, options: { readonly router: boolean }): Promise<void> {
    const session = this.#session;
    const network = await this.#net('network', { name });
    this.#undo.push(() => deleteNetwork(session, network));
    const subnet = await this.#net('subnet', {
      network_id: network,
      cidr: '192.168.78.0/24',
      ip_version: 4,
    });
    if (!options.router) return;
    const router = await this.#net('router', {
      name,
      external_gateway_info: { network_id: idNamed(await listNetworks(session), 'public') },
    });
    this.#undo.push(() => deleteRouter(session, router));
    const { port_id: port } = (await session.json({
      service: 'network',
      method: 'PUT',
      path: `/v2.0/routers/${router}/add_router_interface`,
      body: { subnet_id: subnet },
    })) as { readonly port_id: string };
    this.#undo.push(() => removeRouterInterface(session, router, port));
  }

  async #net(kind: 'network' | 'subnet' | 'router', body: object): Promise<string> {
    const answer = await this.#session.json({
      service: 'network',
      method: 'POST',
      path: `/v2.0/${kind}s`,
      body: { [kind]: body },
    });
    return (answer as Record<string, { readonly id: string } | undefined>)[kind]?.id ?? '';
  }

  /** What is made under that path of Neutron; its id. */
  async part(path: string, body: Readonly<Record<string, unknown>>): Promise<string> {
    const session = this.#session;
    const answer = (await session.json({
      service: 'network',
      method: 'POST',
      path: `/v2.0${path}`,
      body,
    })) as Record<string, { readonly id: string }>;
    const [{ id } = { id: '' }] = Object.values(answer);
    this.#undo.push(() => session.json({ service: 'network', method: 'DELETE', path: `/v2.0${path}/${id}` }));
    return id;
  }

  /** A floating IP at a port that is there; ACTIVE when this resolves. */
  async addressAt(port: string, description: string): Promise<void> {
    const session = this.#session;
    const network = idNamed(await listNetworks(session), 'public');
    const id = await this.part('/floatingips', {
      floatingip: { floating_network_id: network, port_id: port, description },
    });
    await until(
      async () =>
        JSON.stringify(
          await session.json({ service: 'network', method: 'GET', path: `/v2.0/floatingips/${id}` }),
        ),
      (text) => text.includes('"ACTIVE"'),
    );
  }

  /** A server at ports that are there, on what a lease gives; ACTIVE when this resolves. */
  async serverAt(name: string, lease: Lease, ports: readonly string[]): Promise<Server> {
    const session = this.#session;
    const wanted = `reservation:${lease.reservations[0]?.id}`;
    const flavor = await until(
      async () => (await listFlavors(session)).find((each) => each.name === wanted),
      (found) => found !== undefined,
    );
    const body = (await session.json({
      service: 'compute',
      method: 'POST',
      path: '/servers',
      body: {
        server: {
          name,
          flavorRef: flavor?.id,
          imageRef: idNamed(await listImages(session), 'CC-Ubuntu24.04'),
          key_name: 'id_rsa_chameleon',
          networks: ports.map((port) => ({ port })),
        },
      },
    })) as { readonly server: { readonly id: string } };
    const { id } = body.server;
    this.#undo.push(() => this.removeServer(id));
    const server = await until(
      () => getServer(session, id),
      ({ status }) => status !== 'BUILD',
    );
    if (server.status !== 'ACTIVE') throw new Error(`${name} is ${server.status}`);
    return server;
  }

  /** Gone when this resolves. */
  async removeServer(id: string): Promise<void> {
    await ignoreGone(() => deleteServer(this.#session, id));
    await until(
      () => getServer(this.#session, id).catch(undefinedIfGone),
      (server) => server === undefined,
    );
  }

  /** What Nova calls an action: `os-stop`, `os-start`; resolves when the server has that status. */
  async act(server: Server, action: string, status: string): Promise<void> {
    await this.#session.json({
      service: 'compute',
      method: 'POST',
      path: `/servers/${server.id}/action`,
      body: { [action]: null },
    });
    await this.settled(server, status);
  }

  /** Resolves when the server has that status and nothing more is done to it. */
  async settled(server: Server, status: string): Promise<void> {
    await until(
      () => getServer(this.#session, server.id),
      (now) => now.status === status && now.taskState === undefined,
    );
  }

  /** The server's port on its only network. */
  async portOf(server: Server): Promise<string> {
    const port = (await listPorts(this.#session)).find(({ deviceId }) => deviceId === server.id);
    if (port === undefined) throw new Error(`${server.name} has no port`);
    return port.id;
  }

  /** A floating IP on that server. */
  async floatingIp(server: Server): Promise<FloatingIp> {
    const session = this.#session;
    const networks = await listNetworks(session);
    const ip = await createFloatingIp(session, idNamed(networks, 'public'), { description: '' });
    this.#undo.push(() => deleteFloatingIp(session, ip.id));
    return bindFloatingIp(session, ip.id, await this.portOf(server));
  }

  /** The last made first; what is gone already is no matter. */
  async undo(): Promise<void> {
    for (const undo of this.#undo.reverse()) await ignoreGone(undo);
    this.#undo.length = 0;
  }
}

/** The id of the only one of that name. */
export function idNamed(
  all: readonly { readonly id: string; readonly name: string }[],
  name: string,
): string {
  const found = all.filter((each) => each.name === name);
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} are named ${name}`);
  return found[0].id;
}

async function ignoreGone(call: () => Promise<unknown>): Promise<void> {
  await call().catch(undefinedIfGone);
}

function undefinedIfGone(thrown: unknown): undefined {
  if (thrown instanceof OpenStackError && thrown.kind === 'notFound') return undefined;
  throw thrown;
}
