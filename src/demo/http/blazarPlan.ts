import * as v from 'valibot';
import { freeHosts, type LeasePlan, type ReservationPlan } from '../world/leases';
import type { HostRecord } from '../world/records';
import type { SiteWorld } from '../world/site';
import { cutToMinute, requestedDate } from '../world/time';
import { Fault, type SignedCall } from './api';

const Asked = v.object({
  name: v.optional(v.string()),
  start_date: v.optional(v.string()),
  end_date: v.optional(v.string()),
  reservations: v.optional(v.array(v.looseObject({ resource_type: v.string() })), []),
});
const Hosts = v.object({
  min: v.number(),
  max: v.number(),
  hypervisor_properties: v.string(),
  resource_properties: v.string(),
});
const Flavors = v.object({ flavor_id: v.string(), amount: v.number() });
const FloatingIps = v.object({ network_id: v.string(), amount: v.number() });

/** The testbed's limit for nodes: seven days. */
const MAX_HOST_LEASE_S = 604_800;
/** What the VM site could hold of one flavor, and how many addresses Blazar may lend. */
const MAX_FLAVORS = 200;
const MAX_FLOATING_IPS = 20;

interface Span {
  readonly start: number;
  readonly end: number;
}

/** What a `POST /leases` asks for. @throws Fault in Blazar's words, with the statuses it was seen to give */
export function leasePlan(site: SiteWorld, call: SignedCall, now: number): LeasePlan {
  const { credential } = call.token;
  // A lease takes a trust, which a restricted credential may not make: all that is said of it is this.
  if (!credential.unrestricted) throw new Fault(500, 'Internal Server Error', 'INTERNAL_SERVER_ERROR');
  const read = v.safeParse(Asked, call.body);
  if (!read.success) throw new Fault(400, 'The body is not a JSON object as it should be');
  const asked = read.output;
  if (asked.name === undefined) throw missing('name');
  const span = spanOf(asked.start_date, asked.end_date, now);
  const reservations = asked.reservations.map((each) => planOf(site, each, span));
  return { name: asked.name, userId: credential.user.id, ...span, created: now, reservations };
}

function spanOf(startText: string | undefined, endText: string | undefined, now: number): Span {
  if (startText === undefined) throw missing('start_date');
  if (endText === undefined) throw missing('end_date');
  const start = startText === 'now' ? cutToMinute(now) : dateOf(startText);
  const end = dateOf(endText);
  if (start < cutToMinute(now)) throw new Fault(400, 'Start date must be later than current date');
  if (end <= start) throw new Fault(400, 'End date must be later than start date.');
  return { start, end };
}

/** @throws Fault 400 unless it is `YYYY-MM-DD HH:MM` */
export function dateOf(text: string): number {
  const time = requestedDate(text);
  if (time === undefined) throw new Fault(400, `${text} is an invalid date. Required format: %Y-%m-%d %H:%M`);
  return time;
}

function planOf(
  site: SiteWorld,
  asked: { readonly resource_type: string } & Readonly<Record<string, unknown>>,
  span: Span,
): ReservationPlan {
  const type = asked.resource_type;
  if (type === 'physical:host' && site.kind === 'baremetal') return hostPlan(site, asked, span);
  if (type === 'flavor:instance' && site.kind === 'kvm') return flavorPlan(site, asked);
  if (type === 'virtual:floatingip') return floatingIpPlan(site, asked);
  throw new Fault(500, `The ${type} resource type is not supported`);
}

function hostPlan(site: SiteWorld, asked: unknown, span: Span): ReservationPlan {
  const { min, max, resource_properties: resourceProperties } = parsed(Hosts, asked);
  checkHostSpan(span);
  const fitting = fittingHosts(freeHosts(site, span.start, span.end), resourceProperties);
  const hosts = fitting.slice(0, max);
  if (hosts.length < min || hosts.length === 0) throw notEnoughHosts();
  return { type: 'physical:host', min, max, resourceProperties, hosts };
}

/** @throws Fault 400 for a lease of nodes that is too long */
export function checkHostSpan({ start, end }: Span): void {
  const seconds = (end - start) / 1000;
  if (seconds > MAX_HOST_LEASE_S)
    throw new Fault(
      400,
      `Lease duration of ${seconds} seconds must be less than or equal to the maximum lease duration of ` +
        `${MAX_HOST_LEASE_S} seconds.`,
    );
}

function flavorPlan(site: SiteWorld, asked: unknown): ReservationPlan {
  const { flavor_id: id, amount } = parsed(Flavors, asked);
  const flavor = site.flavors.get(id);
  if (flavor?.public !== true) throw new Fault(404, `Flavor ${id} could not be found. (HTTP 404)`);
  if (amount > MAX_FLAVORS) throw notEnoughHosts();
  return { type: 'flavor:instance', flavor, amount };
}

function floatingIpPlan(site: SiteWorld, asked: unknown): ReservationPlan {
  const { network_id: network, amount } = parsed(FloatingIps, asked);
  if (network !== site.publicNetwork.id || amount > MAX_FLOATING_IPS)
    throw new Fault(400, 'Not enough floating IPs available');
  return { type: 'virtual:floatingip', amount };
}

/** @throws Fault 400 that names the first key that is missing or wrong, as Blazar does */
function parsed<S extends v.GenericSchema>(schema: S, asked: unknown): v.InferOutput<S> {
  const read = v.safeParse(schema, asked);
  if (read.success) return read.output;
  throw missing(
    read.issues[0] === undefined ? 'resource_type' : (v.getDotPath(read.issues[0]) ?? 'resource_type'),
  );
}

function missing(name: string): Fault {
  return new Fault(400, `Missing parameter ${name}`);
}

export function notEnoughHosts(): Fault {
  return new Fault(500, 'Not enough hosts available');
}

const One = v.tuple([v.picklist(['==', '=', '!=']), v.string(), v.string()]);
const Properties = v.union([
  v.pipe(
    One,
    v.transform((one) => [one]),
  ),
  v.pipe(
    v.tupleWithRest([v.literal('and')], One),
    v.transform(([, ...all]) => all),
  ),
]);

/** Blazar's little language: `["==","$node_type","gpu_mi100"]`, several under `"and"`; empty: any node will do. */
function fittingHosts(hosts: readonly HostRecord[], properties: string): readonly HostRecord[] {
  if (properties === '') return hosts;
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), Properties), properties);
  if (!read.success) throw new Fault(400, `Malformed requirements ${properties}`);
  return hosts.filter((host) =>
    read.output.every(([operator, key, value]) => (operator === '!=') !== (propertyOf(host, key) === value)),
  );
}

function propertyOf(host: HostRecord, key: string): string {
  switch (key) {
    case '$node_type':
      return host.nodeType;
    case '$node_name':
      return host.nodeName;
    case '$uid':
    case '$hypervisor_hostname':
      return host.uid;
    default:
      throw new Fault(500, 'A database error occurred');
  }
}
