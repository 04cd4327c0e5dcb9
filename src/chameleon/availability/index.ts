import type { SiteInventory } from '../types';
import { timelines, type NodeTypeTimeline } from './timeline';

export { CLEANING_MS, type Booking, type NodeTimeline, type NodeTypeTimeline, type Span } from './timeline';
export { slotNews, slotState, type SlotWish } from './watch';
export { freeCount, gapsOf, isFree, roomAfter, soonestFit, type Wanted } from './free';

/**
 * Who has which node when, from what the inventory read.
 * @returns `undefined` where it can't be read: members may not see how flavors are taken (`platform` 3.9)
 */
export function availabilityOf(site: SiteInventory): readonly NodeTypeTimeline[] | undefined {
  const { hosts, hostAllocations } = site.parts;
  if (hosts.asOf === undefined || hostAllocations.asOf === undefined) return undefined;
  if (hosts.state === 'absent' || hostAllocations.state === 'absent') return undefined;
  return timelines({
    hosts: site.hosts,
    allocations: site.hostAllocations,
    leases: site.leases,
    projectId: site.project?.id,
    myUserId: site.user?.id,
  });
}
