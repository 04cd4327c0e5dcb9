import type { FlavorRecord, HostRecord, LeaseRecord, ReservationRecord } from './records';
import { addFloatingIp, removeFloatingIp, removeServer } from './servers';
import type { SiteWorld } from './site';

/** What a lease asks for, understood and checked: hosts are chosen, the flavor is found. */
export type ReservationPlan =
  | {
      readonly type: 'physical:host';
      readonly min: number;
      readonly max: number;
      readonly resourceProperties: string;
      readonly hosts: readonly HostRecord[];
    }
  | { readonly type: 'flavor:instance'; readonly flavor: FlavorRecord; readonly amount: number }
  | { readonly type: 'virtual:floatingip'; readonly amount: number };

export interface LeasePlan {
  readonly name: string;
  readonly userId: string;
  readonly start: number;
  readonly end: number;
  readonly created: number;
  readonly reservations: readonly ReservationPlan[];
}

/** Writes a lease down as PENDING; its start event makes it ACTIVE. */
export function addLease(site: SiteWorld, plan: LeasePlan): LeaseRecord {
  const { ids } = site;
  const lease: LeaseRecord = {
    id: ids.uuid(),
    name: plan.name,
    userId: plan.userId,
    trustId: ids.hex(),
    startEventId: ids.uuid(),
    endEventId: ids.uuid(),
    status: 'PENDING',
    start: plan.start,
    end: plan.end,
    created: plan.created,
    updated: plan.created,
    reservations: plan.reservations.map((reservation) => recordOf(site, reservation)),
  };
  site.leases.set(lease.id, lease);
  return lease;
}

function recordOf(site: SiteWorld, plan: ReservationPlan): ReservationRecord {
  const base = { id: site.ids.uuid(), resourceId: site.ids.uuid(), status: 'pending' as const };
  switch (plan.type) {
    case 'physical:host':
      return { ...base, ...plan };
    case 'virtual:floatingip':
      return { ...base, ...plan, networkId: site.publicNetwork.id };
    case 'flavor:instance':
      return { ...base, ...plan, aggregate: site.nextAggregate() };
  }
}

/** The start event: what was reserved comes into being. @param time when it happened */
export function startLease(site: SiteWorld, lease: LeaseRecord, time: number): void {
  lease.status = 'ACTIVE';
  lease.updated = time;
  for (const reservation of lease.reservations) {
    reservation.status = 'active';
    bringAbout(site, reservation, time);
  }
}

function bringAbout(site: SiteWorld, reservation: ReservationRecord, time: number): void {
  switch (reservation.type) {
    case 'physical:host':
      return;
    case 'flavor:instance': {
      const flavor = reservedFlavor(reservation.id, reservation.flavor);
      site.flavors.set(flavor.id, flavor);
      return;
    }
    case 'virtual:floatingip':
      for (let at = 0; at < reservation.amount; at += 1)
        addFloatingIp(site, { created: time, tags: ['blazar', `reservation:${reservation.id}`] });
  }
}

/** The private flavor of a reservation: same size, named by the reservation (upstream Blazar's flavor plugin). */
function reservedFlavor(reservationId: string, of: FlavorRecord): FlavorRecord {
  const resource = `resources:CUSTOM_RESERVATION_${reservationId.replaceAll('-', '_').toUpperCase()}`;
  return {
    ...of,
    id: reservationId,
    name: `reservation:${reservationId}`,
    public: false,
    extraSpecs: { 'aggregate_instance_extra_specs:reservation': reservationId, [resource]: '1' },
  };
}

/**
 * The end event: the servers of the lease are deleted, reserved addresses go back to the pool; an address that a
 * student took beside the lease only loses its server and stays, idle.
 */
export function endLease(site: SiteWorld, lease: LeaseRecord, time: number): void {
  lease.status = 'TERMINATED';
  lease.updated = time;
  for (const server of [...site.servers.values()])
    if (server.leaseId === lease.id) removeServer(site, server, time);
  for (const reservation of lease.reservations) {
    reservation.status = 'deleted';
    site.flavors.delete(reservation.id);
    for (const ip of [...site.floatingIps.values()])
      if (ip.tags.includes(`reservation:${reservation.id}`)) removeFloatingIp(site, ip);
  }
}

/** Takes a lease out of the list, ending it first where it runs. */
export function deleteLease(site: SiteWorld, lease: LeaseRecord, time: number): void {
  if (lease.status !== 'TERMINATED') endLease(site, lease, time);
  site.leases.delete(lease.id);
}

/** Hosts that no other lease has in that time. @param but a lease whose own claim does not count */
export function freeHosts(site: SiteWorld, start: number, end: number, but?: LeaseRecord): HostRecord[] {
  const taken = new Set(
    [...site.leases.values()]
      .filter((lease) => lease !== but && lease.status !== 'TERMINATED')
      .filter((lease) => lease.start < end && start < lease.end)
      .flatMap((lease) => lease.reservations)
      .flatMap((reservation) => (reservation.type === 'physical:host' ? reservation.hosts : [])),
  );
  return site.hosts.filter((host) => !taken.has(host));
}
