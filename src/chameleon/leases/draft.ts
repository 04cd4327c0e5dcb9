import type { SiteInventory } from '../types';
import type { LeaseWish, WishedResource } from './plan';
import { slotOf, type ClockRules, type Slot } from './slot';

/** What runs in a lease: nodes of a type, virtual machines of a flavor, or devices at the edge. */
export type Machine =
  | { readonly kind: 'hosts'; readonly nodeType: string; readonly nodeName?: string }
  | { readonly kind: 'flavor'; readonly id: string; readonly name: string }
  | { readonly kind: 'device'; readonly machine: string };

/** A lease while a person fills it in: what is chosen, before it is planned. */
export interface LeaseDraft {
  readonly machine: Machine;
  readonly amount: number;
  readonly name: string;
  /** Server time, ms since 1970. */
  readonly start: number | 'now';
  readonly hours: number;
  readonly floatingIps: number;
  /** The lab's, or the course's. */
  readonly rules: ClockRules;
}

/** From when to when it is by its rules. @param now server time */
export function slotOfDraft({ start, hours, rules }: LeaseDraft, now: number): Slot {
  return slotOf(start, hours, rules, now);
}

/** What the draft asks for at that site. @param now server time */
export function wishOf(draft: LeaseDraft, site: SiteInventory, now: number): LeaseWish {
  const { machine, amount, floatingIps } = draft;
  const network = publicNetworkOf(site);
  const resources: WishedResource[] = [
    { ...machine, amount },
    ...(floatingIps > 0 && network !== undefined
      ? [{ kind: 'floatingIps' as const, networkId: network, amount: floatingIps }]
      : []),
  ];
  return { name: draft.name, ...slotOfDraft(draft, now), resources };
}

/** The id of the network that floating IPs come from, `public` at all sites; `undefined` until it was listed. */
export function publicNetworkOf({ networks }: SiteInventory): string | undefined {
  const external = networks.filter((network) => network.external);
  return (external.find(({ name }) => name === 'public') ?? external[0])?.id;
}

/** What is said of a machine: its node type, flavor or device. */
export function machineName(machine: Machine): string {
  switch (machine.kind) {
    case 'hosts':
      return machine.nodeName === undefined ? machine.nodeType : `${machine.nodeType} (${machine.nodeName})`;
    case 'flavor':
      return machine.name;
    case 'device':
      return machine.machine;
  }
}
