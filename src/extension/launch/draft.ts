import { byText } from '../../base';
import type { Problem } from '../../base';
import { planLaunch, timeLeft, type LaunchPlan, type LaunchWish, type SiteInventory } from '../../chameleon';
import type { Flavor } from '../../openstack';
import type { Choice } from '../ask';
import type { KeyOffer, KeyOffers } from './keys';

/** Where a server is to be: its site as it is known now, and what can be chosen there. */
export interface Ground {
  readonly site: () => SiteInventory;
  readonly flavors: readonly Flavor[];
  readonly keys: KeyOffers;
}

/** A server while a person fills it in: nothing is made for it before it is launched. */
export interface LaunchDraft {
  readonly ground: Ground;
  readonly wish: Omit<LaunchWish, 'keyPair'>;
  readonly key: KeyOffer;
}

/**
 * What would be asked for, or what is in the way.
 * @param keyPair the key, once it is made; before, its name alone is looked at
 * @param now this machine's time, ms since 1970
 */
export function planOf(
  { ground, wish, key }: LaunchDraft,
  now: number,
  keyPair: LaunchWish['keyPair'] = { name: key.name, publicKey: key.publicKey ?? '' },
): LaunchPlan | readonly Problem[] {
  const site = ground.site();
  return planLaunch({ ...wish, keyPair }, { site, flavors: ground.flavors, now: now + site.clockOffset });
}

/** Sites whose servers have security groups, and may be launched without a lease. */
export function isVirtual({ site }: SiteInventory): boolean {
  return site.kind === 'kvm' || site.kind === 'unknown';
}

/** `on the lease mltrain_ab1234`, `m1.small, without a lease` */
export function machineWords({ ground, wish }: LaunchDraft): string {
  if (wish.leaseId === undefined) return `${wish.flavor ?? 'no flavor'}, without a lease`;
  const lease = ground.site().leases.find(({ id }) => id === wish.leaseId);
  return lease === undefined ? 'a lease that is gone' : `on the lease ${lease.name}`;
}

/** The whole of it in one line, short enough to be seen to its end. */
export function launchWords(draft: LaunchDraft): string {
  const { ground, wish } = draft;
  return [
    `At ${ground.site().site.name}, ${machineWords(draft)}`,
    wish.image,
    wish.floatingIp ? 'with a public address' : 'no public address',
  ].join(' · ');
}

/** `usually 10 to 20 minutes` */
export function usualWords({ usualMinutes: [least, most] }: LaunchPlan): string {
  return `usually ${least} to ${most} minutes`;
}

/** The first thing in the way, with what to do. */
export function hindrance(problems: readonly Problem[]): string {
  const [first] = problems;
  return `${first?.message ?? ''} ${first?.next ?? ''}`.trim();
}

/** Images by name, the course's usual first. */
export function imageChoices(site: SiteInventory): Choice<string>[] {
  const names = [...new Set(site.images.filter(({ status }) => status === 'active').map(({ name }) => name))];
  const rank = (name: string): number => (name === 'CC-Ubuntu24.04' ? 0 : name.startsWith('CC-') ? 1 : 2);
  return names
    .sort((a, b) => rank(a) - rank(b) || byText(a, b))
    .map((name) => ({
      label: name,
      description: name.startsWith('CC-') ? 'by Chameleon' : 'of the project',
      value: name,
    }));
}

export function networkChoices(site: SiteInventory): Choice<string>[] {
  const rank = (name: string): number => (name === 'sharednet1' ? 0 : 1);
  return site.networks
    .filter(({ external }) => !external)
    .sort((a, b) => rank(a.name) - rank(b.name) || byText(a.name, b.name))
    .map(({ name, shared }) => ({
      label: name,
      description: shared ? 'shared' : 'of the project',
      value: name,
    }));
}

type Machine = Pick<LaunchWish, 'leaseId' | 'flavor'>;

/** My leases that run, the last made first; then, where the site allows it, flavors without a lease. */
export function machineChoices({ site, flavors }: Ground, now: number): Choice<Machine>[] {
  const at = site();
  const leases = at.leases
    .filter((lease) => lease.owner.kind === 'me' && lease.status === 'ACTIVE')
    .sort((a, b) => b.start - a.start);
  return [
    ...leases.map((lease) => ({
      label: `$(calendar) ${lease.name}`,
      description: `${timeLeft(lease.end - now - at.clockOffset)} left`,
      value: { leaseId: lease.id, flavor: undefined },
    })),
    ...(isVirtual(at) ? flavors : [])
      .filter(({ name }) => !name.startsWith('reservation:') && name !== 'baremetal')
      .map((flavor) => ({
        label: `$(vm) ${flavor.name}`,
        description: `${flavor.vcpus} vCPU · ${Math.round(flavor.ramMb / 1024)} GB memory · ${flavor.diskGb} GB disk`,
        detail: 'Without a lease, where the site still allows it',
        value: { leaseId: undefined, flavor: flavor.name },
      })),
  ];
}
