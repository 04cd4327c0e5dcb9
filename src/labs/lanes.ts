import { Slots } from '../ssh';
import type { Lab, LabCheck } from './types';

/** Probes under way at once at one place: a site or a server is asked side by side, but not flooded. */
const SIDE_BY_SIDE = 8;

/** Lets so many probes to each place at once; a slow place keeps no other waiting. */
export class Lanes {
  readonly #places = new Map<string, Slots>();

  /** Resolves with the way out, to be called once. @throws AbortError */
  enter(place: string, signal: AbortSignal): Promise<() => void> {
    const slots = this.#places.get(place) ?? new Slots(SIDE_BY_SIDE);
    this.#places.set(place, slots);
    return slots.enter(signal);
  }
}

/** Where a check is asked: one of the lab's hosts, a site, the open network, this machine. */
export function placeOf(lab: Lab, { probe }: LabCheck): string {
  switch (probe.kind) {
    case 'openstack':
    case 'zun':
      return `site ${probe.site ?? lab.sites[0] ?? ''}`;
    case 'ssh':
    case 'forward':
    case 'jupyter':
      return `host ${probe.host}`;
    case 'tcp':
    case 'http':
      return 'network';
    case 'local':
    case 'manual':
      return 'here';
  }
}

/** The site that a check's time and project are those of; `undefined` for what belongs to none. */
export function siteOfCheck(lab: Lab, { probe }: LabCheck): string | undefined {
  switch (probe.kind) {
    case 'openstack':
    case 'zun':
      return probe.site ?? lab.sites[0];
    case 'tcp':
    case 'http':
    case 'forward':
    case 'ssh':
    case 'jupyter':
      return lab.sites[0];
    case 'local':
    case 'manual':
      return undefined;
  }
}
