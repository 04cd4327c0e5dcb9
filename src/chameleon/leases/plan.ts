import { Problem } from '../../base';
import type { ReservationWish } from '../../openstack';
import type { Site } from '../types';

/** What a lease is to hold, one entry a reservation (`platform` 3.4). */
export type WishedResource =
  /** Whole nodes of a type; `nodeName` for the one that a lab needs, since nodes of a type may differ. */
  | { readonly kind: 'hosts'; readonly nodeType: string; readonly nodeName?: string; readonly amount: number }
  | { readonly kind: 'flavor'; readonly id: string; readonly name: string; readonly amount: number }
  | { readonly kind: 'floatingIps'; readonly networkId: string; readonly amount: number }
  | { readonly kind: 'device'; readonly machine: string; readonly amount: number }
  | { readonly kind: 'network'; readonly name: string };

export interface LeaseWish {
  readonly name: string;
  /** Server time, ms since 1970. */
  readonly start: number | 'now';
  readonly end: number;
  readonly resources: readonly WishedResource[];
}

/** What goes to Blazar, and what it will hold. */
export interface LeasePlan {
  readonly request: {
    readonly name: string;
    readonly start: number | 'now';
    readonly end: number;
    readonly reservations: readonly ReservationWish[];
  };
  /** Length times number of nodes or virtual machines. */
  readonly leaseHours: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Bare metal, devices and flavors with a GPU (Blazar `max_lease_duration_filter.py`; docs `reservations/`). */
const LONGEST_MS = 7 * 24 * HOUR_MS;
/** Blazar's column (`platform` 3.4). */
const LONGEST_NAME = 80;
const GPU_FLAVOR = /^g\d/;

/**
 * The request for a wish, checked for all that the service would refuse with a riddle.
 * @param now server time, ms since 1970
 * @returns the plan, or one Problem for each thing to change
 */
export function planLease(wish: LeaseWish, site: Site, now: number): LeasePlan | readonly Problem[] {
  const name = wish.name.trim();
  // Blazar cuts seconds, so a start in this minute lies in the past for it: `now` is the word for that.
  const start = wish.start === 'now' || wish.start < now + MINUTE_MS ? 'now' : cutToMinute(wish.start);
  const end = cutToMinute(wish.end);
  const from = start === 'now' ? cutToMinute(now) : start;
  const problems = [
    ...nameProblems(name),
    ...startProblems(wish.start, now),
    ...lengthProblems(wish, end - from),
    ...resourceProblems(wish.resources, site),
  ];
  if (problems.length > 0) return problems;
  return {
    request: { name, start, end, reservations: wish.resources.map(reservationOf) },
    leaseHours: ((end - from) / HOUR_MS) * machinesIn(wish.resources),
  };
}

/** How many nodes, virtual machines or devices a wish holds. */
export function machinesIn(resources: readonly WishedResource[]): number {
  return resources.reduce(
    (sum, each) =>
      sum + (each.kind === 'hosts' || each.kind === 'flavor' || each.kind === 'device' ? each.amount : 0),
    0,
  );
}

function cutToMinute(time: number): number {
  return Math.floor(time / MINUTE_MS) * MINUTE_MS;
}

function nameProblems(name: string): Problem[] {
  if (name === '') return [new Problem('The lease has no name.', { next: 'End it with your net ID.' })];
  if ([...name].length > LONGEST_NAME)
    return [new Problem(`The name is longer than ${LONGEST_NAME} characters.`, { next: 'Shorten it.' })];
  return [];
}

function startProblems(start: number | 'now', now: number): Problem[] {
  if (start === 'now' || start >= now - 5 * MINUTE_MS) return [];
  return [new Problem('The start lies in the past.', { next: 'Start now, or choose a later time.' })];
}

function lengthProblems({ resources }: LeaseWish, length: number): Problem[] {
  if (length < MINUTE_MS)
    return [new Problem('The lease would end before it starts.', { next: 'Choose a later end.' })];
  const limited = resources.some(
    (each) =>
      each.kind === 'hosts' ||
      each.kind === 'device' ||
      (each.kind === 'flavor' && GPU_FLAVOR.test(each.name)),
  );
  if (limited && length > LONGEST_MS)
    return [
      new Problem('Nodes and GPUs can be reserved for 7 days at most.', { next: 'Choose an earlier end.' }),
    ];
  return [];
}

function resourceProblems(resources: readonly WishedResource[], site: Site): Problem[] {
  if (machinesIn(resources) === 0 && !resources.some((each) => each.kind !== 'floatingIps'))
    return [new Problem('Nothing to run on is reserved.', { next: 'Choose a flavor or a node type.' })];
  return resources.flatMap((each) => {
    if ('amount' in each && (!Number.isInteger(each.amount) || each.amount < 1))
      return [new Problem('The amount must be a whole number from 1 on.', { next: 'Correct it.' })];
    const wrongSite = siteProblem(each, site);
    return wrongSite === undefined ? [] : [wrongSite];
  });
}

function siteProblem(resource: WishedResource, site: Site): Problem | undefined {
  if (resource.kind === 'hosts' && (site.kind === 'kvm' || site.kind === 'edge'))
    return new Problem(`${site.name} has no nodes to reserve.`, {
      next: site.kind === 'kvm' ? 'Choose a flavor there.' : 'Choose a device there.',
    });
  if (resource.kind === 'flavor' && (site.kind === 'baremetal' || site.kind === 'edge'))
    return new Problem(`${site.name} has no flavors to reserve.`, {
      next: 'Choose a node type there, or a virtual machine at KVM@TACC.',
    });
  return undefined;
}

/** Keys that are required even when empty are all sent; a value in a property is a text, always. */
function reservationOf(resource: WishedResource): ReservationWish {
  switch (resource.kind) {
    case 'hosts': {
      const type = ['==', '$node_type', resource.nodeType];
      const query =
        resource.nodeName === undefined ? type : ['and', type, ['==', '$node_name', resource.nodeName]];
      return {
        resource_type: 'physical:host',
        min: resource.amount,
        max: resource.amount,
        hypervisor_properties: '',
        resource_properties: JSON.stringify(query),
      };
    }
    case 'flavor':
      return {
        resource_type: 'flavor:instance',
        flavor_id: resource.id,
        amount: resource.amount,
        affinity: null,
      };
    case 'floatingIps':
      return {
        resource_type: 'virtual:floatingip',
        network_id: resource.networkId,
        amount: resource.amount,
      };
    case 'device':
      return {
        resource_type: 'device',
        min: resource.amount,
        max: resource.amount,
        resource_properties: JSON.stringify(['==', '$machine_name', resource.machine]),
      };
    case 'network':
      return {
        resource_type: 'network',
        network_name: resource.name,
        network_description: '',
        network_properties: '',
        resource_properties: JSON.stringify(['==', '$physical_network', 'physnet1']),
      };
  }
}
