import { Problem } from '../../base';
import type { Flavor, Image, KeyPair, Reservation, ServerInterface, ServerWish } from '../../openstack';
import { isRunning, timeLeft } from '../lifecycle';
import type { OwnedLease, SiteInventory } from '../types';
import { groupNameOf, type WantedGroup } from './openPort';

/** What a person, or a lab file, wants to be launched. */
export interface LaunchWish {
  readonly name: string;
  /** An image's exact name: of several the newest that everybody may use is meant. */
  readonly image: string;
  /** The lease to launch on; without one the named flavor is used, where a site gives it without. */
  readonly leaseId: string | undefined;
  readonly flavor: string | undefined;
  /** In the order of the server's interfaces, each the name of a network or of a port that was made for it. */
  readonly networks: readonly string[];
  /** What is to be let in, at a site that has security groups; without a port: the group of that name. */
  readonly groups: readonly { readonly name: string; readonly port: number | undefined }[];
  /** Imported if the site does not have it. */
  readonly keyPair: { readonly name: string; readonly publicKey: string } | undefined;
  readonly floatingIp: boolean;
  /** What cloud-init reads at the first boot. */
  readonly userData: string | undefined;
}

/** What will be asked for, with all names resolved. */
export interface LaunchPlan {
  readonly wish: LaunchWish;
  readonly request: ServerWish;
  readonly image: Image;
  /** To be imported before. */
  readonly importKeyPair: LaunchWish['keyPair'];
  readonly groups: readonly WantedGroup[];
  /** Of the lease: an address that one of them reserved is used first. */
  readonly reservationIds: readonly string[];
  /** Minutes until SSH answers, as they usually are (`platform` 5). */
  readonly usualMinutes: readonly [number, number];
}

export interface LaunchGround {
  readonly site: SiteInventory;
  /** All flavors of the site that the project may use. */
  readonly flavors: readonly Flavor[];
  /** Server time, ms since 1970. */
  readonly now: number;
}

/** Bytes: Nova takes 65,535 characters of base64. */
const MOST_USER_DATA = 49_149;

/**
 * The request for a wish, checked for all that would end in a server in ERROR or in a riddle.
 * @returns the plan, or one Problem for each thing to change
 */
export function planLaunch(wish: LaunchWish, ground: LaunchGround): LaunchPlan | readonly Problem[] {
  const image = newestImage(ground.site.images, wish.image);
  const machine = machineFor(wish, ground);
  const interfaces = wish.networks.map((name) => interfaceNamed(ground.site, name));
  const key = keyPairFor(wish.keyPair, ground.site.keyPairs);
  const problems = [
    ...nameProblems(wish.name, ground.site),
    ...(image instanceof Problem ? [image] : []),
    ...(machine instanceof Problem ? [machine] : []),
    ...interfaces.filter((each) => each instanceof Problem),
    ...(wish.networks.length === 0
      ? [new Problem('The server would be on no network.', { next: 'Choose one, mostly sharednet1.' })]
      : []),
    ...(key instanceof Problem ? [key] : []),
    ...(Buffer.byteLength(wish.userData ?? '') > MOST_USER_DATA
      ? [new Problem('The user data is too long.', { next: 'Shorten it in the lab’s file, to 48 KB.' })]
      : []),
  ];
  if (problems.length > 0 || image instanceof Problem || machine instanceof Problem || key instanceof Problem)
    return problems;
  const { lease } = machine;
  const bareMetal = machine.reservationHint !== undefined;
  return {
    wish,
    image,
    request: {
      name: wish.name,
      imageId: image.id,
      flavorId: machine.flavorId,
      reservationHint: machine.reservationHint,
      keyName: wish.keyPair?.name,
      interfaces: interfaces.flatMap((each) => (each instanceof Problem ? [] : [each])),
      // Put on the ports afterwards, by id: a network without port security refuses a server with any.
      securityGroupIds: [],
      userData: wish.userData,
    },
    importKeyPair: key === 'there' ? undefined : wish.keyPair,
    groups: groupsAt(ground.site, wish.groups),
    reservationIds: lease?.reservations.map(({ id }) => id) ?? [],
    usualMinutes: bareMetal ? [10, 20] : [1, 3],
  };
}

/** Of the images of that name the newest that everybody may use; else the newest of the project's own. */
export function newestImage(images: readonly Image[], name: string): Image | Problem {
  const fitting = images.filter((image) => image.name === name && image.status === 'active');
  const open = fitting.filter(({ visibility }) => visibility === 'public' || visibility === 'community');
  const [newest] = [...(open.length > 0 ? open : fitting)].sort((a, b) => b.created - a.created);
  if (newest !== undefined) return newest;
  const near = [...new Set(images.map((image) => image.name))]
    .filter((each) => each.toLowerCase().startsWith(name.slice(0, 9).toLowerCase()))
    .slice(0, 5);
  return new Problem(`There is no image ${name} here.`, {
    next: near.length === 0 ? 'Choose another.' : `Choose another, for example ${near.join(', ')}.`,
  });
}

function nameProblems(name: string, site: SiteInventory): Problem[] {
  if (name.trim() === '' || name.length > 255)
    return [new Problem('The server has no name that fits.', { next: 'End it with your net ID.' })];
  const same = site.servers.find((server) => server.name === name && server.owner.kind === 'me');
  if (same === undefined) return [];
  return [
    new Problem(`You have a server ${name} already${same.status === 'ERROR' ? ', which failed' : ''}.`, {
      next: same.status === 'ERROR' ? 'Delete it, then launch again.' : 'Use it, or choose another name.',
    }),
  ];
}

interface Machine {
  readonly flavorId: string;
  readonly reservationHint: string | undefined;
  readonly lease: OwnedLease | undefined;
}

function machineFor(wish: LaunchWish, ground: LaunchGround): Machine | Problem {
  if (wish.leaseId === undefined) return machineWithoutLease(wish, ground);
  const lease = ground.site.leases.find(({ id }) => id === wish.leaseId);
  if (lease === undefined)
    return new Problem('That lease is not there any more.', { next: 'Reserve again.' });
  if (!isRunning(lease))
    return lease.status === 'PENDING' || lease.status === 'CREATING' || lease.status === 'STARTING'
      ? new Problem(
          `The lease ${lease.name} has not started; it does in ${timeLeft(lease.start - ground.now)}.`,
          {
            next: 'Launch when it is active.',
          },
        )
      : new Problem(`The lease ${lease.name} is over.`, { next: 'Reserve again.' });
  const used = ground.site.servers.filter(
    ({ leaseId, status }) => leaseId === lease.id && status !== 'DELETED',
  );
  const free = lease.reservations.find(
    (each) => COMPUTE.has(each.resourceType) && roomIn(each, used.length, lease),
  );
  if (free === undefined)
    return lease.reservations.some((each) => COMPUTE.has(each.resourceType))
      ? new Problem(
          `The lease ${lease.name} is full: ${used.map(({ name }) => name).join(', ')} runs on it.`,
          {
            next: 'Delete what you do not need there, or reserve more.',
          },
        )
      : new Problem(`The lease ${lease.name} holds nothing to run a server on.`, { next: 'Choose another.' });
  // `platform` 3.10: a reserved flavor has the reservation's id; a host is found by a hint.
  if (free.resourceType === 'flavor:instance')
    return { flavorId: free.id, reservationHint: undefined, lease };
  const flavor = ground.flavors.find(({ name }) => name === 'baremetal') ?? ground.flavors[0];
  if (flavor === undefined)
    return new Problem('This site offers no flavor for nodes.', { next: 'Tell the course staff.' });
  return { flavorId: flavor.id, reservationHint: free.id, lease };
}

const COMPUTE = new Set(['physical:host', 'flavor:instance']);

/** With several reservations it can't be told which one a server uses: then the lease counts as a whole. */
function roomIn(reservation: Reservation, used: number, lease: OwnedLease): boolean {
  if (reservation.status === 'error' || reservation.status === 'deleted') return false;
  const all = lease.reservations.filter((each) => COMPUTE.has(each.resourceType));
  const room = all.reduce((sum, each) => sum + (each.amount ?? each.max ?? 1), 0);
  return used < room;
}

function machineWithoutLease({ flavor }: LaunchWish, { site, flavors }: LaunchGround): Machine | Problem {
  const found = flavors.find(({ name }) => name === flavor);
  if (flavor === undefined || site.site.kind === 'baremetal' || site.site.kind === 'edge')
    return new Problem(`At ${site.site.name} a server needs a lease.`, { next: 'Reserve first.' });
  if (found === undefined)
    return new Problem(`There is no flavor ${flavor} here.`, { next: 'Choose another, or a lease.' });
  return { flavorId: found.id, reservationHint: undefined, lease: undefined };
}

/** Of several networks of one name the project's own. */
function interfaceNamed(site: SiteInventory, name: string): ServerInterface | Problem {
  const named = site.networks.filter((network) => network.name === name);
  const own = named.find(({ projectId }) => projectId === site.project?.id) ?? named[0];
  if (own !== undefined) return { networkId: own.id };
  const ports = site.ports.filter((port) => port.name === name);
  const free = ports.find(({ deviceId }) => deviceId === '');
  if (free !== undefined) return { portId: free.id };
  return ports.length === 0
    ? new Problem(`There is no network or port ${name} here.`, {
        next: 'Make it first, as the lab describes, or choose another.',
      })
    : new Problem(`The port ${name} is another server’s already.`, {
        next: 'Delete that server, or make a port for this one.',
      });
}

/** Names are the user's own: one of the same name with another key would open the server to another key. */
function keyPairFor(wish: LaunchWish['keyPair'], pairs: readonly KeyPair[]): 'there' | 'missing' | Problem {
  if (wish === undefined)
    return new Problem('Without a key pair nobody can log in to the server.', { next: 'Choose a key.' });
  const same = pairs.find(({ name }) => name === wish.name);
  if (same === undefined) return 'missing';
  if (bareKey(same.publicKey) === bareKey(wish.publicKey)) return 'there';
  return new Problem(`The site has another key under the name ${wish.name}.`, {
    next: 'Choose another name for yours, or use the key of this machine that the site has.',
  });
}

/** Type and key, without the comment. */
function bareKey(publicKey: string): string {
  return publicKey.trim().split(/\s+/).slice(0, 2).join(' ');
}

/** Bare metal has no security groups: its images have a firewall of their own. */
function groupsAt(site: SiteInventory, groups: LaunchWish['groups']): WantedGroup[] {
  if (site.site.kind === 'baremetal' || site.site.kind === 'edge') return [];
  return groups.flatMap(({ name, port }) => {
    const known = port ?? portOf(name);
    return known === undefined ? [] : [{ name: name === '' ? groupNameOf(known) : name, port: known }];
  });
}

/** The port in a course's group name: `allow-ssh`, `allow-http-80`, `allow-8888`. */
function portOf(name: string): number | undefined {
  if (/^allow-ssh$/i.test(name)) return 22;
  const digits = /^allow-(?:[a-z]+-)?(\d{1,5})$/i.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
