import type { BlazarHost, FloatingIp, HostAllocation, Lease, Port, Server } from '../openstack';

/** Which lease a resource lives in, told from the lists alone: no call per item. */
export interface LeaseJoin {
  ofServer(server: Server): string | undefined;
  /** Only what the lease itself reserved: it goes when the lease ends. */
  reserving(ip: FloatingIp): string | undefined;
}

/**
 * @param hosts and `allocations`: bare metal only. Elsewhere a server's flavor is named `reservation:<id>`.
 */
export function leaseJoin(lists: {
  readonly leases: readonly Lease[];
  readonly hosts: readonly BlazarHost[];
  readonly allocations: readonly HostAllocation[];
}): LeaseJoin {
  const leaseOfReservation = new Map(
    lists.leases.flatMap((lease) =>
      lease.reservations.map((reservation) => [reservation.id, lease.id] as const),
    ),
  );
  const ourLeases = new Set(lists.leases.map((lease) => lease.id));
  const hostIdByName = new Map(lists.hosts.map((host) => [host.hypervisorHostname, host.id]));
  const allocationByHost = new Map(lists.allocations.map((allocation) => [allocation.hostId, allocation]));

  /** One node serves many leases, one after the other: the one whose time the server was made in. */
  const byHost = (server: Server): string | undefined => {
    const hostId = hostIdByName.get(server.hypervisorHostname ?? '');
    const allocation = hostId === undefined ? undefined : allocationByHost.get(hostId);
    return allocation?.reservations.find(
      ({ leaseId, start, end }) => ourLeases.has(leaseId) && start <= server.created && server.created < end,
    )?.leaseId;
  };
  return {
    ofServer: (server) => {
      const reservation = reservationIn(server.flavor.originalName);
      return reservation === undefined ? byHost(server) : leaseOfReservation.get(reservation);
    },
    reserving: (ip) => {
      const reservation = ip.tags.map(reservationIn).find((id) => id !== undefined);
      return reservation === undefined ? undefined : leaseOfReservation.get(reservation);
    },
  };
}

/** The id in `reservation:<id>`: Blazar names flavors and tags floating IPs so. */
export function reservationIn(text: string): string | undefined {
  return text.startsWith('reservation:') ? text.slice('reservation:'.length) : undefined;
}

/** The id of the server that a floating IP is bound to, by its own record or by its port. */
export function serverOfFloatingIp(ip: FloatingIp, ports: ReadonlyMap<string, Port>): string | undefined {
  if (ip.portId === undefined) return undefined;
  const device = ip.serverId ?? ports.get(ip.portId)?.deviceId;
  return device === '' ? undefined : device;
}
