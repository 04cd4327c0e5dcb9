import * as v from 'valibot';
import type { BlazarHost, Lease, Reservation } from '../../openstack';
import type { WishedResource } from './plan';

/** What a lease takes of the project, for its whole length, used or not. */
export interface LeaseCost {
  /** Length times number of nodes, virtual machines or devices. */
  readonly hours: number;
  /** Chameleon's service units; `undefined` where the rate of something in it is not known. */
  readonly units: number | undefined;
  /** US dollars by the course's prices; `undefined` where something in it has no price. */
  readonly dollars: number | undefined;
}

/** What things cost an hour. */
export interface Rates {
  /** US dollars by flavor or node type, from the course file. */
  readonly prices?: Readonly<Record<string, number>> | undefined;
  /** The site's nodes: what they say of themselves counts for more than the table. */
  readonly hosts?: readonly BlazarHost[];
}

/** One reservation, as far as it costs. */
interface Charged {
  readonly kind: 'hosts' | 'flavor' | 'device' | 'network' | 'free' | 'unknown';
  /** Flavor or node type. */
  readonly name: string | undefined;
  readonly amount: number;
}

const HOUR_MS = 3_600_000;

/** Service units an hour of a virtual machine (portal `su_calculators.py`, seen June 2026). */
const FLAVOR_UNITS: ReadonlyMap<string, number> = new Map([
  ['m1.tiny', 0.01],
  ['m1.small', 0.02],
  ['m1.medium', 0.04],
  ['m1.large', 0.08],
  ['m1.xlarge', 0.15],
  ['m1.xxlarge', 0.3],
  ['g1.h100.pci.1', 0.5],
]);

/** Nodes with A100s: four of them in one node cost four times as much (the same source). */
const NODE_UNITS: ReadonlyMap<string, number> = new Map([
  ['gpu_a100_pcie', 16],
  ['gpu_a100_nvlink', 16],
  ['compute_gigaio', 4],
  ['compute_liqid', 4],
]);
const OLDER_GPU_UNITS = 2;
/** Newer than the table: they cost more than an older GPU, and nobody says how much. */
const UNLISTED_NODE = /^gpu_(h\d|pontevecchio)/;
const NETWORK_UNITS = 1;

/**
 * What a lease that is wished for will cost.
 * @param length ms
 */
export function costOfWish(resources: readonly WishedResource[], length: number, rates: Rates): LeaseCost {
  return costOf(resources.map(wished), length, rates);
}

/** What a lease costs as it stands, from its start to its end. */
export function costOfLease({ start, end, reservations }: Lease, rates: Rates): LeaseCost {
  return costOf(reservations.map(reserved), end - start, rates);
}

function costOf(all: readonly Charged[], length: number, rates: Rates): LeaseCost {
  const time = Math.max(0, length) / HOUR_MS;
  const machines = all.filter(({ kind }) => kind === 'hosts' || kind === 'flavor' || kind === 'device');
  const priced = all.some(({ kind }) => kind === 'unknown') ? undefined : machines;
  return {
    hours: time * (sum(machines.map(({ amount }) => amount)) ?? 0),
    units: scaled(sum(all.map((each) => scaled(unitsOf(each, rates), each.amount))), time),
    dollars: scaled(
      priced && sum(priced.map((each) => scaled(rates.prices?.[each.name ?? ''], each.amount))),
      time,
    ),
  };
}

function unitsOf({ kind, name }: Charged, { hosts = [] }: Rates): number | undefined {
  switch (kind) {
    case 'flavor':
      return FLAVOR_UNITS.get(name ?? '');
    case 'hosts':
      return name === undefined ? undefined : nodeUnits(name, hosts);
    case 'network':
      return NETWORK_UNITS;
    case 'free':
      return 0;
    case 'device':
    case 'unknown':
      return undefined;
  }
}

function nodeUnits(nodeType: string, hosts: readonly BlazarHost[]): number | undefined {
  const said = hosts.flatMap((host) =>
    host.nodeType === nodeType && host.unitsPerHour !== undefined ? [host.unitsPerHour] : [],
  );
  // Nodes of one type may differ: which one it will be is not known yet, so the dearest counts.
  if (said.length > 0) return Math.max(...said);
  const listed = NODE_UNITS.get(nodeType);
  if (listed !== undefined || UNLISTED_NODE.test(nodeType)) return listed;
  return nodeType.startsWith('gpu_') || nodeType === 'fpga' ? OLDER_GPU_UNITS : 1;
}

function wished(resource: WishedResource): Charged {
  switch (resource.kind) {
    case 'hosts':
      return { kind: 'hosts', name: resource.nodeType, amount: resource.amount };
    case 'flavor':
      return { kind: 'flavor', name: resource.name, amount: resource.amount };
    case 'device':
      return { kind: 'device', name: resource.machine, amount: resource.amount };
    case 'floatingIps':
      return { kind: 'free', name: undefined, amount: resource.amount };
    case 'network':
      return { kind: 'network', name: undefined, amount: 1 };
  }
}

function reserved(reservation: Reservation): Charged {
  const { resourceType, amount, max, resourceProperties = '' } = reservation;
  switch (resourceType) {
    case 'physical:host':
      return { kind: 'hosts', name: askedFor('node_type', resourceProperties), amount: max ?? 1 };
    case 'device':
      return { kind: 'device', name: askedFor('machine_name', resourceProperties), amount: max ?? 1 };
    case 'flavor:instance':
      return { kind: 'flavor', name: flavorIn(resourceProperties), amount: amount ?? 1 };
    case 'virtual:floatingip':
      return { kind: 'free', name: undefined, amount: amount ?? 1 };
    case 'network':
      return { kind: 'network', name: undefined, amount: 1 };
    default:
      return { kind: 'unknown', name: undefined, amount: 1 };
  }
}

const flavorText = v.pipe(v.string(), v.parseJson(), v.object({ name: v.string() }));

/** Blazar keeps the flavor that was reserved as a JSON text (`platform` 3.3). */
function flavorIn(text: string): string | undefined {
  const read = v.safeParse(flavorText, text);
  return read.success ? read.output.name : undefined;
}

const queryText = v.pipe(v.string(), v.parseJson(), v.array(v.unknown()));
const condition = v.tuple([v.picklist(['=', '==']), v.string(), v.string()]);

/** The value that a query of nodes demands of a key: `["==","$node_type","gpu_mi100"]`, alone or in an `and`. */
function askedFor(key: string, text: string): string | undefined {
  const read = v.safeParse(queryText, text);
  if (!read.success) return undefined;
  const [first, ...rest] = read.output;
  for (const each of first === 'and' ? rest : [read.output]) {
    const asked = v.safeParse(condition, each);
    if (asked.success && asked.output[1] === `$${key}`) return asked.output[2];
  }
  return undefined;
}

function scaled(rate: number | undefined, amount: number): number | undefined {
  return rate === undefined ? undefined : rate * amount;
}

/** `undefined` as soon as one of them is. */
function sum(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce<number | undefined>(
    (all, each) => (all === undefined || each === undefined ? undefined : all + each),
    0,
  );
}
