import type { BlazarHost, HostAllocation, Lease } from '../../openstack';

/** Server time, ms since 1970; the end is not part of it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Taken by a lease: mine, another's of this project, or another project's (of which nothing more is known). */
export interface Booking extends Span {
  readonly leaseId: string;
  readonly whose: 'mine' | 'project' | 'others';
}

export interface NodeTimeline {
  /** `node_name`, or the beginning of the node's id. */
  readonly name: string;
  readonly hostId: string;
  /** In time's order. */
  readonly bookings: readonly Booking[];
}

/** All nodes of a type that this project may reserve. */
export interface NodeTypeTimeline {
  readonly nodeType: string;
  readonly nodes: readonly NodeTimeline[];
}

/** A node is cleaned between two leases (`platform` 3.7: 5 minutes). */
export const CLEANING_MS = 5 * 60_000;

export interface Known {
  readonly hosts: readonly BlazarHost[];
  readonly allocations: readonly HostAllocation[];
  readonly leases: readonly Pick<Lease, 'id' | 'userId'>[];
  readonly projectId: string | undefined;
  readonly myUserId: string | undefined;
}

/**
 * Hosts × time by node type, types and nodes by name. A node that is not reservable, or kept for other projects,
 * is left out; one without a type is a type of its own, `other`.
 */
export function timelines(known: Known): readonly NodeTypeTimeline[] {
  const owners = new Map(known.leases.map((lease) => [lease.id, lease.userId]));
  const taken = new Map(known.allocations.map((each) => [each.hostId, each.reservations]));
  const whose = (leaseId: string): Booking['whose'] => {
    const owner = owners.get(leaseId);
    if (owner === undefined) return 'others';
    return owner === known.myUserId ? 'mine' : 'project';
  };
  const types = new Map<string, NodeTimeline[]>();
  for (const host of known.hosts.filter((each) => isForUs(each, known.projectId))) {
    const bookings = (taken.get(host.id) ?? [])
      .map(({ leaseId, start, end }) => ({ leaseId, start, end, whose: whose(leaseId) }))
      .sort((a, b) => a.start - b.start);
    const type = host.nodeType ?? 'other';
    const name = host.nodeName ?? host.hypervisorHostname.slice(0, 8);
    types.set(type, [...(types.get(type) ?? []), { name, hostId: host.id, bookings }]);
  }
  return [...types]
    .map(([nodeType, nodes]) => ({ nodeType, nodes: nodes.sort((a, b) => byName(a.name, b.name)) }))
    .sort((a, b) => byName(a.nodeType, b.nodeType));
}

function byName(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function isForUs({ reservable, authorizedProjects }: BlazarHost, projectId: string | undefined): boolean {
  if (!reservable) return false;
  return (
    authorizedProjects === undefined || (projectId !== undefined && authorizedProjects.includes(projectId))
  );
}
