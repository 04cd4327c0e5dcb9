import type { Item } from './kvmCloud';
import type { Printed } from './kubernetes';
import { must, type Change, type RightWorld } from './world';

/** Changes of the worlds at KVM@TACC, for lists of failures. */
const SITE = 'KVM@TACC';

const OPENSTACK = {
  keypairs: 'compute /os-keypairs',
  servers: 'compute /servers/detail',
  flavors: 'compute /flavors/detail',
  networks: 'network /v2.0/networks',
  subnets: 'network /v2.0/subnets',
  ports: 'network /v2.0/ports',
  security_groups: 'network /v2.0/security-groups',
  floatingips: 'network /v2.0/floatingips',
  leases: 'reservation /leases',
} as const;
type List = keyof typeof OPENSTACK;

/** A list in an answer of the world. */
export function itemsOf(world: RightWorld, list: List): Item[] {
  const answer = must(world.openstack?.[SITE])[OPENSTACK[list]] as Record<string, Item[]>;
  return must(answer[list]);
}

/** The item of that name, or the first for which the test holds. */
export function itemIn(world: RightWorld, list: List, which: string | ((item: Item) => boolean)): Item {
  const test = typeof which === 'string' ? (item: Item) => item['name'] === which : which;
  return must(itemsOf(world, list).find(test));
}

export const set =
  (list: List, which: string | ((item: Item) => boolean), more: Item): Change =>
  (world) => {
    Object.assign(itemIn(world, list, which), more);
  };

export const edit =
  (list: List, which: string | ((item: Item) => boolean), change: (item: Item) => void): Change =>
  (world) => {
    change(itemIn(world, list, which));
  };

/** The list without what the test holds for. */
export const without =
  (list: List, which: string | ((item: Item) => boolean)): Change =>
  (world) => {
    const gone = itemIn(world, list, which);
    const items = itemsOf(world, list);
    items.splice(items.indexOf(gone), 1);
  };

/** The list with more in it. */
export const withMore =
  (list: List, ...items: readonly Item[]): Change =>
  (world) => {
    itemsOf(world, list).push(...structuredClone(items));
  };

/** Another answer of OpenStack to a path. */
export const answers =
  (path: string, answer: unknown): Change =>
  (world) => {
    must(world.openstack?.[SITE])[path] = answer;
  };

/** What the command of a check prints on a host. */
export const says =
  (host: string, check: string, answer: string | Printed): Change =>
  (world) => {
    must(world.ssh?.[host])[`#${check}`] = answer;
  };

/** What a page is, by its URL. */
export const shows =
  (url: string, page: unknown): Change =>
  (world) => {
    must(world.pages?.['http'])[url] = page;
  };

/** A page that nothing answers on. */
export const hides =
  (url: string): Change =>
  (world) => {
    const pages = must(world.pages?.['http']);
    must(pages[url]);
    pages[url] = undefined;
  };

/** Several changes, one after the other. */
export const all =
  (...changes: readonly Change[]): Change =>
  (world) => {
    for (const change of changes) change(world);
  };

/** The items of a list in answers, for which the test holds. */
export function found(
  answers: Readonly<Record<string, Item>>,
  list: List,
  test: (item: Item) => boolean,
): Item[] {
  const items = answers[OPENSTACK[list]]?.[list];
  return Array.isArray(items) ? (items as Item[]).filter(test) : [];
}
