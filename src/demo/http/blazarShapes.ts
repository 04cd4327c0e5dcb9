import type { FlavorRecord, HostRecord, LeaseRecord, ReservationRecord } from '../world/records';
import type { SiteWorld } from '../world/site';
import { microseconds, withSpace } from '../world/time';

/** A lease as all calls show it. @param passing the word while a change is under way, instead of its status */
export function leaseShape(site: SiteWorld, lease: LeaseRecord, passing?: 'UPDATING'): object {
  return {
    created_at: withSpace(lease.created),
    updated_at: withSpace(lease.updated),
    id: lease.id,
    name: lease.name,
    user_id: lease.userId,
    project_id: site.project.id,
    start_date: microseconds(lease.start),
    end_date: microseconds(lease.end),
    trust_id: lease.trustId,
    status: passing ?? lease.status,
    degraded: false,
    reservations: lease.reservations.map((reservation) => reservationShape(lease, reservation)),
    events: eventsOf(lease),
  };
}

function reservationShape(lease: LeaseRecord, reservation: ReservationRecord): object {
  return {
    created_at: withSpace(lease.created),
    updated_at: withSpace(lease.updated),
    id: reservation.id,
    lease_id: lease.id,
    resource_id: reservation.resourceId,
    resource_type: reservation.type,
    status: reservation.status,
    missing_resources: false,
    resources_changed: false,
    ...particulars(reservation),
  };
}

function particulars(reservation: ReservationRecord): object {
  switch (reservation.type) {
    case 'physical:host':
      return {
        hypervisor_properties: '',
        resource_properties: reservation.resourceProperties,
        before_end: 'default',
        min: reservation.min,
        max: reservation.max,
      };
    case 'flavor:instance':
      return {
        vcpus: reservation.flavor.vcpus,
        memory_mb: reservation.flavor.ramMb,
        disk_gb: reservation.flavor.diskGb,
        amount: reservation.amount,
        affinity: null,
        resource_properties: JSON.stringify(sourceFlavor(reservation.flavor)),
        flavor_id: reservation.id,
        aggregate_id: reservation.aggregate,
        server_group_id: null,
      };
    case 'virtual:floatingip':
      return { network_id: reservation.networkId, amount: reservation.amount, required_floatingips: [] };
  }
}

/** The flavor that was asked for, as Nova shows it: Blazar keeps it as a text. */
function sourceFlavor(flavor: FlavorRecord): object {
  return {
    id: flavor.id,
    name: flavor.name,
    ram: flavor.ramMb,
    disk: flavor.diskGb,
    swap: '',
    'OS-FLV-EXT-DATA:ephemeral': 0,
    'OS-FLV-DISABLED:disabled': false,
    vcpus: flavor.vcpus,
    'os-flavor-access:is_public': true,
    rxtx_factor: 1,
    extra_specs: flavor.extraSpecs,
  };
}

function eventsOf(lease: LeaseRecord): object[] {
  const ended = lease.status === 'TERMINATED';
  const event = (id: string, type: string, time: number, done: boolean): object => ({
    created_at: withSpace(lease.created),
    updated_at: done ? withSpace(lease.updated) : null,
    id,
    lease_id: lease.id,
    event_type: type,
    time: microseconds(time),
    status: done ? 'DONE' : 'UNDONE',
  });
  return [
    event(lease.startEventId, 'start_lease', lease.start, lease.status !== 'PENDING'),
    event(lease.endEventId, 'end_lease', lease.end, ended),
  ];
}

/** A node, with the properties that Chameleon adds as flat texts (`node_name`, `uid`). */
export function hostShape(host: HostRecord): object {
  return {
    created_at: withSpace(host.created),
    updated_at: null,
    id: host.id,
    vcpus: host.vcpus,
    cpu_info: '',
    hypervisor_type: 'ironic',
    hypervisor_version: 1,
    hypervisor_hostname: host.uid,
    service_name: host.uid,
    memory_mb: host.memoryMb,
    local_gb: 400,
    status: null,
    availability_zone: '',
    trust_id: host.uid.replaceAll('-', ''),
    reservable: true,
    node_type: host.nodeType,
    node_name: host.nodeName,
    uid: host.uid,
    site: 'tacc',
  };
}

/** When a node is taken, from now on. Members see lease ids, not names or projects. */
export function allocationShape(site: SiteWorld, host: HostRecord, now: number): object {
  const taken = [...site.leases.values()]
    .filter((lease) => lease.status !== 'TERMINATED' && lease.end > now)
    .flatMap((lease) => lease.reservations.map((reservation) => ({ lease, reservation })))
    .filter(({ reservation }) => reservation.type === 'physical:host' && reservation.hosts.includes(host));
  return {
    resource_id: host.id,
    reservations: taken.map(({ lease, reservation }) => ({
      id: reservation.id,
      lease_id: lease.id,
      start_date: microseconds(lease.start),
      end_date: microseconds(lease.end),
    })),
  };
}
