import type {
  Owned,
  OwnedFloatingIp,
  OwnedLease,
  OwnedNetwork,
  OwnedObjectContainer,
  OwnedRouter,
  OwnedServer,
  OwnedVolume,
  OwnedZunContainer,
  Owner,
} from '../../../chameleon';
import type { At } from './input';

/** What of a site is shown; lists of its own, to be sorted and taken apart. */
export interface Shown {
  readonly leases: OwnedLease[];
  readonly servers: OwnedServer[];
  readonly floatingIps: OwnedFloatingIp[];
  readonly volumes: OwnedVolume[];
  readonly objectContainers: OwnedObjectContainer[];
  readonly zunContainers: OwnedZunContainer[];
  readonly networks: OwnedNetwork[];
  readonly routers: OwnedRouter[];
}

export function nothing(): Shown {
  return {
    leases: [],
    servers: [],
    floatingIps: [],
    volumes: [],
    objectContainers: [],
    zunContainers: [],
    networks: [],
    routers: [],
  };
}

export function shown(at: At): Shown {
  const { site } = at;
  const of = <T extends Owned & { readonly userId?: string | undefined; readonly name?: string }>(
    list: readonly T[],
  ): T[] => list.filter((each) => at.shows(site, each));
  return {
    leases: of(site.leases),
    servers: of(site.servers),
    floatingIps: of(site.floatingIps),
    volumes: of(site.volumes),
    objectContainers: of(site.objectContainers),
    zunContainers: of(site.zunContainers),
    networks: of(site.networks).filter(({ owner }) => owner.kind !== 'shared'),
    routers: of(site.routers).filter(({ owner }) => owner.kind !== 'shared'),
  };
}

/** What is shown, by whose it is: gone through once, for there may be hundreds of people. */
export function split(all: Shown): Map<string, Shown> {
  const parts = new Map<string, Shown>();
  const put = <K extends keyof Shown>(key: K): void => {
    for (const each of all[key]) {
      const name = nameOf(each.owner);
      const part = parts.get(name) ?? nothing();
      parts.set(name, part);
      add(part, key, each);
    }
  };
  put('leases');
  put('servers');
  put('floatingIps');
  put('volumes');
  put('objectContainers');
  put('zunContainers');
  put('networks');
  put('routers');
  return parts;
}

function add<K extends keyof Shown>(part: Shown, key: K, each: Shown[K][number]): void {
  const list: Shown[K][number][] = part[key];
  list.push(each);
}

export const YOURS = 'You';
const NOBODY = 'Nobody in particular';

/** Under whose heading a thing is. */
export function nameOf(owner: Owner): string {
  switch (owner.kind) {
    case 'me':
      return YOURS;
    case 'person':
      return owner.netId ?? owner.username ?? NOBODY;
    case 'group':
      return owner.group ?? NOBODY;
    case 'shared':
    case 'unknown':
      return NOBODY;
  }
}

/** Me first, nobody last. */
export function rank(name: string): number {
  return name === YOURS ? 0 : name === NOBODY ? 2 : 1;
}
