import type { CalendarMessage } from '../../../webview/calendar/contract';
import {
  availabilityOf,
  freeCount,
  gapsOf,
  soonestFit,
  type NodeTypeTimeline,
  type SiteInventory,
  type Span,
} from '../../chameleon';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How far the table reaches; the soonest fit is looked for twice as far. */
const SHOWN_MS = 7 * DAY_MS;
const SEARCHED_MS = 14 * DAY_MS;

export interface CalendarWish {
  readonly cloud: string;
  readonly hours: number;
  readonly amount: number;
}

/** The calendar of one site as its panel shows it, in this machine's time. @param now this machine's time */
export function calendarView(
  sites: readonly SiteInventory[],
  wish: CalendarWish,
  now: number,
): CalendarMessage | undefined {
  const site = sites.find(({ cloud }) => cloud === wish.cloud) ?? sites[0];
  if (site === undefined) return undefined;
  const types = availabilityOf(site);
  const note = noteOf(site, types);
  const { asOf } = site.parts.hostAllocations;
  return {
    kind: 'calendar',
    sites: sites.map(({ cloud, site: { name } }) => ({ cloud, name })),
    cloud: site.cloud,
    ...(note === undefined ? {} : { note }),
    asOf: types === undefined ? null : (asOf ?? null),
    from: now,
    until: now + SHOWN_MS,
    now,
    hours: wish.hours,
    amount: wish.amount,
    types: (types ?? []).map((type) => typeView(site, type, wish, now)),
  };
}

function noteOf(site: SiteInventory, types: readonly NodeTypeTimeline[] | undefined): string | undefined {
  const { name, kind } = site.site;
  if (kind === 'kvm')
    return `${name} does not let members see how its flavors are taken. Reserve, and the site says at once whether it works.`;
  if (kind === 'edge') return `${name} lends devices, not nodes: reserve one by its machine name.`;
  const { hosts, hostAllocations } = site.parts;
  const failed = [hosts, hostAllocations].find(({ error }) => error !== undefined)?.error;
  if (types === undefined)
    return failed === undefined
      ? `Reading the nodes of ${name}; at a large site that takes a while.`
      : `${failed.what} ${failed.next ?? ''}`.trim();
  if (types.length === 0) return `${name} has no node that this project may reserve.`;
  return failed === undefined ? undefined : `Shown as it was: ${failed.what}`;
}

function typeView(
  { leases, clockOffset }: SiteInventory,
  type: NodeTypeTimeline,
  { hours, amount }: CalendarWish,
  now: number,
): CalendarMessage['types'][number] {
  const from = now + clockOffset;
  const lengthMs = hours * HOUR_MS;
  const shown: Span = { start: from, end: from + SHOWN_MS };
  const names = new Map(leases.map(({ id, name }) => [id, name]));
  const soonest = soonestFit(type, { amount, lengthMs }, { start: from, end: from + SEARCHED_MS });
  return {
    nodeType: type.nodeType,
    freeNow: freeCount(type, { start: from, end: from + lengthMs }),
    soonest: soonest === undefined ? null : soonest - clockOffset,
    nodes: type.nodes.map((node) => ({
      name: node.name,
      bookings: node.bookings
        .filter(({ start, end }) => start < shown.end && end > shown.start)
        .map(({ start, end, whose, leaseId }) => {
          const name = names.get(leaseId);
          return {
            start: start - clockOffset,
            end: end - clockOffset,
            whose,
            ...(name === undefined ? {} : { name }),
          };
        }),
      gaps: gapsOf(node, shown, lengthMs).map(({ start, end }) => ({
        start: start - clockOffset,
        end: end - clockOffset,
      })),
    })),
  };
}
