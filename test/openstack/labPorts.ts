import type { Made } from './made';

/** What Lab 2 or 3 has on its private network before there is a server. */
export interface PrivatePorts {
  readonly network: string;
  readonly subnet: string;
  /** The names of the ports of node1 to node3. */
  readonly ports: readonly [string, string, string];
  /** Of the network itself; its ports are made without in any case. */
  readonly portSecurity?: boolean;
}

export function cloudNames(netId: string): PrivatePorts {
  return {
    network: `private_cloud_net_${netId}`,
    subnet: `private_cloud_subnet_${netId}`,
    ports: [`port1_${netId}`, `port2_${netId}`, `port3_${netId}`],
  };
}

export function mlopsNames(netId: string): PrivatePorts {
  const port = (node: number): string => `port-node${node}-mlops-${netId}`;
  return {
    network: `private-net-mlops-${netId}`,
    subnet: `private-subnet-mlops-${netId}`,
    ports: [port(1), port(2), port(3)],
    portSecurity: false,
  };
}

/**
 * Makes them as the labs do.
 * @param wrong what is different of a port, by its name
 * @returns the ids of the ports
 */
export async function privatePorts(
  made: Made,
  names: PrivatePorts,
  wrong: Readonly<Record<string, object>> = {},
): Promise<readonly [string, string, string]> {
  const network = await made.part('/networks', {
    network: { name: names.network, port_security_enabled: names.portSecurity ?? true },
  });
  await made.part('/subnets', {
    subnet: {
      name: names.subnet,
      network_id: network,
      ip_version: 4,
      cidr: '192.168.1.0/24',
      gateway_ip: null,
    },
  });
  const port = (name: string, address: string): Promise<string> =>
    made.part('/ports', {
      port: {
        name,
        network_id: network,
        fixed_ips: [{ ip_address: address }],
        port_security_enabled: false,
        ...wrong[name],
      },
    });
  const [first, second, third] = names.ports;
  return [
    await port(first, '192.168.1.11'),
    await port(second, '192.168.1.12'),
    await port(third, '192.168.1.13'),
  ];
}
