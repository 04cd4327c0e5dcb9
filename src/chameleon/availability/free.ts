import { CLEANING_MS, type NodeTimeline, type NodeTypeTimeline, type Span } from './timeline';

/** True if a node can be had for the whole span, with the cleaning before and after it. */
export function isFree({ bookings }: NodeTimeline, { start, end }: Span): boolean {
  return bookings.every((taken) => taken.end + CLEANING_MS <= start || taken.start - CLEANING_MS >= end);
}

/** How many nodes of the type can be had for the whole span. */
export function freeCount({ nodes }: NodeTypeTimeline, span: Span): number {
  return nodes.filter((node) => isFree(node, span)).length;
}

/** What is wanted: so many nodes at once, for so long. */
export interface Wanted {
  readonly amount: number;
  readonly lengthMs: number;
}

/** The times of a node, within `window`, at which it can be had for at least that long. */
export function gapsOf({ bookings }: NodeTimeline, window: Span, lengthMs: number): readonly Span[] {
  const gaps: Span[] = [];
  let from = window.start;
  for (const taken of bookings) {
    const until = Math.min(taken.start - CLEANING_MS, window.end);
    if (until - from >= lengthMs) gaps.push({ start: from, end: until });
    from = Math.max(from, taken.end + CLEANING_MS);
  }
  if (window.end - from >= lengthMs) gaps.push({ start: from, end: window.end });
  return gaps;
}

/**
 * The earliest start within `window` at which enough nodes of the type are free for the whole length.
 * @param round what the course's rules make of a start (the next full hour); never earlier than what it is given
 * @returns server time, ms since 1970; `undefined` when there is none
 */
export function soonestFit(
  type: NodeTypeTimeline,
  { amount, lengthMs }: Wanted,
  window: Span,
  round: (start: number) => number = (start) => start,
): number | undefined {
  if (amount > type.nodes.length) return undefined;
  const ends = type.nodes.flatMap((node) => node.bookings.map((taken) => taken.end + CLEANING_MS));
  const candidates = [window.start, ...ends]
    .filter((start) => start >= window.start)
    .map(round)
    .sort((a, b) => a - b);
  return candidates.find(
    (start) => start + lengthMs <= window.end && freeCount(type, { start, end: start + lengthMs }) >= amount,
  );
}

/**
 * Until when the nodes of a lease are free after its end: the next booking, less the cleaning.
 * @returns server time; `undefined` if nobody comes after, or the lease's nodes are not known
 */
export function roomAfter(types: readonly NodeTypeTimeline[], leaseId: string): number | undefined {
  const next = types
    .flatMap(({ nodes }) => nodes)
    .flatMap(({ bookings }) => {
      const own = bookings.find((taken) => taken.leaseId === leaseId);
      return own === undefined ? [] : bookings.filter((taken) => taken.start >= own.end);
    })
    .map((taken) => taken.start - CLEANING_MS);
  return next.length === 0 ? undefined : Math.min(...next);
}
