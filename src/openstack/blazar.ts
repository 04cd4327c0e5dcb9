import * as v from 'valibot';
import { blazarDate, listOf, maybe, parsed, utc } from './border';
import { listAll } from './page';
import type { Session } from './session';
import type { BlazarHost, HostAllocation, Lease, Reservation } from './types';

const reservationObject = v.pipe(
  v.object({
    id: v.string(),
    resource_type: v.string(),
    status: v.optional(v.string(), ''),
    amount: maybe(v.number()),
    min: maybe(v.number()),
    max: maybe(v.number()),
    flavor_id: maybe(v.string()),
    vcpus: maybe(v.number()),
    memory_mb: maybe(v.number()),
    resource_properties: maybe(v.string()),
    network_id: maybe(v.string()),
    missing_resources: v.nullish(v.boolean()),
  }),
  v.transform((wire): Reservation => ({
    id: wire.id,
    resourceType: wire.resource_type,
    status: wire.status,
    amount: wire.amount,
    min: wire.min,
    max: wire.max,
    flavorId: wire.flavor_id,
    vcpus: wire.vcpus,
    memoryMb: wire.memory_mb,
    resourceProperties: wire.resource_properties,
    networkId: wire.network_id,
    missingResources: wire.missing_resources ?? false,
  })),
);

/** Old clients saw a reservation as a JSON string inside the list (`platform` 3.3): both are taken. */
const reservationWire = v.union([reservationObject, v.pipe(v.string(), v.parseJson(), reservationObject)]);

const leaseWire = v.pipe(
  v.object({
    id: v.string(),
    name: v.string(),
    user_id: v.string(),
    project_id: v.string(),
    start_date: utc,
    end_date: utc,
    created_at: maybe(utc),
    status: v.string(),
    degraded: v.nullish(v.boolean()),
    reservations: listOf(reservationWire),
    events: listOf(v.object({ event_type: v.string(), time: utc, status: v.string() })),
  }),
  v.transform((wire): Lease => ({
    id: wire.id,
    name: wire.name,
    status: wire.status,
    userId: wire.user_id,
    projectId: wire.project_id,
    start: wire.start_date,
    end: wire.end_date,
    created: wire.created_at ?? wire.start_date,
    degraded: wire.degraded ?? false,
    reservations: wire.reservations,
    events: wire.events.map((event) => ({
      type: event.event_type,
      time: event.time,
      status: event.status,
    })),
  })),
);

const leaseBody = v.object({ lease: leaseWire });

/** Every lease of the project, ended ones too until somebody deletes them. Blazar knows no pages. @throws OpenStackError */
export async function listLeases(session: Session, signal?: AbortSignal): Promise<Lease[]> {
  return listAll(session, {
    service: 'reservation',
    path: '/leases',
    key: 'leases',
    item: leaseWire,
    signal,
  });
}

/** @throws OpenStackError `notFound` once it was deleted */
export async function getLease(session: Session, id: string, signal?: AbortSignal): Promise<Lease> {
  const answer = await session.json({
    service: 'reservation',
    method: 'GET',
    path: `/leases/${encodeURIComponent(id)}`,
    signal,
  });
  return parsed(leaseBody, answer, 'reservation').lease;
}

/** What is asked for, as Blazar names it: the kinds differ too much to have one form (`platform` 3.4). */
export type ReservationWish = Readonly<Record<string, unknown>> & { readonly resource_type: string };

/** Times in ms since 1970, cut to the minute. @throws OpenStackError, whose sentence tells why (not its status) */
export async function createLease(
  session: Session,
  wish: {
    readonly name: string;
    readonly start: number | 'now';
    readonly end: number;
    readonly reservations: readonly ReservationWish[];
  },
  signal?: AbortSignal,
): Promise<Lease> {
  const answer = await session.json({
    service: 'reservation',
    method: 'POST',
    path: '/leases',
    body: {
      name: wish.name,
      start_date: wish.start === 'now' ? 'now' : blazarDate(wish.start),
      end_date: blazarDate(wish.end),
      events: [],
      reservations: wish.reservations,
    },
    signal,
  });
  return parsed(leaseBody, answer, 'reservation').lease;
}

/** The server knows only absolute dates (`platform` 3.6). @throws OpenStackError */
export async function updateLease(
  session: Session,
  id: string,
  change: {
    readonly name?: string;
    readonly end?: number | 'now';
    /** New amounts of reservations that the lease has; none can be added or taken out. */
    readonly reservations?: readonly { readonly id: string; readonly amount: number }[];
  },
  signal?: AbortSignal,
): Promise<Lease> {
  const { name, end, reservations } = change;
  const answer = await session.json({
    service: 'reservation',
    method: 'PUT',
    path: `/leases/${encodeURIComponent(id)}`,
    body: {
      ...(name === undefined ? {} : { name }),
      ...(end === undefined ? {} : { end_date: end === 'now' ? 'now' : blazarDate(end) }),
      ...(reservations === undefined ? {} : { reservations }),
    },
    signal,
  });
  return parsed(leaseBody, answer, 'reservation').lease;
}

/** Ends it at once, with what runs in it, and removes its row. @throws OpenStackError */
export async function deleteLease(session: Session, id: string, signal?: AbortSignal): Promise<void> {
  await session.json({
    service: 'reservation',
    method: 'DELETE',
    path: `/leases/${encodeURIComponent(id)}`,
    signal,
  });
}

/** Blazar's ids are numbers in some releases and strings in others. */
const blazarId = v.pipe(
  v.union([v.string(), v.number()]),
  v.transform((id) => String(id)),
);

/** `True`, `false`, 1: what a flag of a host looks like differs from release to release. */
const flag = v.pipe(
  v.union([v.boolean(), v.number(), v.string()]),
  v.transform((value) => value === true || value === 1 || /^(true|1)$/i.test(String(value))),
);

/** A list, or its names in one text. */
const projects = v.pipe(
  v.union([v.array(v.string()), v.string()]),
  v.transform((value) =>
    (typeof value === 'string' ? value.split(/[\s,]+/) : value).filter((id) => id !== ''),
  ),
  v.transform((ids) => (ids.length === 0 ? undefined : ids)),
);

/** A number, as text or not (what is extra of a host is text); what is none says nothing. */
const factor = v.pipe(
  v.union([v.number(), v.string()]),
  v.transform((value) => Number(value)),
  v.transform((value) => (value > 0 && Number.isFinite(value) ? value : undefined)),
);

const hostWire = v.pipe(
  v.object({
    id: blazarId,
    hypervisor_hostname: v.string(),
    node_type: maybe(v.string()),
    node_name: maybe(v.string()),
    reservable: maybe(flag),
    disabled: maybe(flag),
    authorized_projects: maybe(projects),
    su_factor: maybe(factor),
  }),
  v.transform((wire): BlazarHost => ({
    id: wire.id,
    hypervisorHostname: wire.hypervisor_hostname,
    nodeType: wire.node_type,
    nodeName: wire.node_name,
    reservable: wire.reservable !== false && wire.disabled !== true,
    authorizedProjects: wire.authorized_projects,
    unitsPerHour: wire.su_factor,
  })),
);

/** Slow at large sites: many seconds. @throws OpenStackError `forbidden` where members may not read it */
export async function listHosts(session: Session, signal?: AbortSignal): Promise<BlazarHost[]> {
  return listAll(session, {
    service: 'reservation',
    path: '/os-hosts',
    key: 'hosts',
    item: hostWire,
    signal,
  });
}

const allocationWire = v.pipe(
  v.object({
    resource_id: blazarId,
    reservations: listOf(v.object({ id: v.string(), lease_id: v.string(), start_date: utc, end_date: utc })),
  }),
  v.transform((wire): HostAllocation => ({
    hostId: wire.resource_id,
    reservations: wire.reservations.map((each) => ({
      id: each.id,
      leaseId: each.lease_id,
      start: each.start_date,
      end: each.end_date,
    })),
  })),
);

/** Which host is whose reservation's, now and to come. @throws OpenStackError */
export async function listHostAllocations(session: Session, signal?: AbortSignal): Promise<HostAllocation[]> {
  return listAll(session, {
    service: 'reservation',
    path: '/os-hosts/allocations',
    key: 'allocations',
    item: allocationWire,
    signal,
  });
}
