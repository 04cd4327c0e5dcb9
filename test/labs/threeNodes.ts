import { flavors, floatingIp, port, server, SHAREDNET, subnet, network, textOf, type Item } from './kvmCloud';

/** A lab's names and settings for three servers on a private network, one of them with a floating IP. */
export interface Plan {
  readonly network: string;
  readonly subnet: string;
  /** Of the server of that number, from 1. */
  readonly privatePort: (n: number) => string;
  readonly sharedPort: (n: number) => string;
  readonly server: (n: number) => string;
  readonly leases: readonly Item[];
  readonly leaseOf: (n: number) => Item;
  readonly floatingIp: string;
  readonly groups: readonly string[];
  /** Whether ports of the private network are secured where they do not say. */
  readonly portSecurity: boolean;
}

type Part = Record<'networks' | 'subnets' | 'ports' | 'leases' | 'servers' | 'floatingips', Item[]>;
const NOTHING: Part = { networks: [], subnets: [], ports: [], leases: [], servers: [], floatingips: [] };

/** @param base the last number of the first server's address on sharednet1 */
function made(plan: Plan, base: number, address: string): Part {
  const net = network(plan.network, { port_security_enabled: plan.portSecurity });
  const shared = (n: number): string => `10.56.2.${base + n - 1}`;
  const servers = [1, 2, 3].map((n) =>
    server(plan.server(n), {
      lease: plan.leaseOf(n),
      on: [
        ['sharednet1', shared(n)],
        [textOf(net, 'name'), `192.168.1.1${n}`],
      ],
      ...(n === 1 ? { floating: address } : {}),
    }),
  );
  const privatePorts = servers.map(({ id }, at) =>
    port(plan.privatePort(at + 1), net.id, `192.168.1.1${at + 1}`, { device_id: id }),
  );
  const sharedPorts = servers.map(({ id }, at) =>
    port(plan.sharedPort(at + 1), SHAREDNET, shared(at + 1), {
      device_id: id,
      security_groups: [...plan.groups],
      port_security_enabled: true,
    }),
  );
  const dhcp = port('', net.id, '192.168.1.2', { device_owner: 'network:dhcp', device_id: 'dhcp' });
  return {
    networks: [net],
    subnets: [subnet(plan.subnet, net.id)],
    ports: [...privatePorts, ...sharedPorts, dhcp],
    leases: [...plan.leases],
    servers,
    floatingips: [floatingIp(address, sharedPorts[0], { description: plan.floatingIp })],
  };
}

/** Where node1 of the student is, as the recorded answers of Kubernetes have it. */
export const NODE1 = '10.56.2.147';
export const ADDRESS = '129.114.26.7';
export const netID = 'ab1234';
/** The mirror that the labs' text names. */
export const MIRROR = 'http://kvm-dyn-129-114-25-246.tacc.chameleoncloud.org:5000';

/**
 * The lists that OpenStack gives: of the student, or of nobody in a cleaned world, and of classmates with a longer and
 * a shorter net ID.
 */
export function threeNodes(of: 'done' | 'cleaned', planFor: (who: string) => Plan): Record<string, Item> {
  const parts = [
    made(planFor(`${netID}5`), 20, '129.114.26.8'),
    of === 'done' ? made(planFor(netID), 147, ADDRESS) : NOTHING,
    made(planFor('ab123'), 30, '129.114.26.9'),
  ];
  const all = (key: keyof Part): Item => ({ [key]: parts.flatMap((part) => part[key]) });
  return {
    'network /v2.0/networks': all('networks'),
    'network /v2.0/subnets': all('subnets'),
    'network /v2.0/ports': all('ports'),
    'network /v2.0/floatingips': all('floatingips'),
    'reservation /leases': all('leases'),
    'compute /servers/detail': all('servers'),
    'compute /flavors/detail': { flavors: flavors(...parts.flatMap(({ leases }) => leases)) },
  };
}
