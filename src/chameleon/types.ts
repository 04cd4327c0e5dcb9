import type {
  BlazarHost,
  CloudConfig,
  FloatingIp,
  HostAllocation,
  Image,
  KeyPair,
  Lease,
  Network,
  ObjectContainer,
  Port,
  Router,
  SecurityGroup,
  Server,
  Volume,
  ZunContainer,
} from '../openstack';

/** A Chameleon site; region name == site name, `@` included. */
export interface Site {
  readonly uid: string;
  readonly name: string;
  /** Root of Horizon. */
  readonly web: string;
  readonly authUrl: string;
  readonly kind: 'baremetal' | 'kvm' | 'edge' | 'unknown';
}

/**
 * A student or other member. A net ID and the Chameleon user name are two things, and Keystone's user id differs
 * per site. `userIds` is keyed by site name.
 */
export interface Person {
  readonly netId: string | undefined;
  readonly usernames: readonly string[];
  readonly userIds: Readonly<Record<string, string>>;
  readonly group: string | undefined;
}

/** Whose a resource is, as far as it can be told, with the reason in plain words (`why`). */
export interface Owner {
  readonly kind: 'me' | 'person' | 'group' | 'shared' | 'unknown';
  readonly netId?: string;
  readonly username?: string;
  readonly group?: string;
  readonly why: string;
}

/** What every resource in the inventory carries beside its own record. */
export interface Owned {
  readonly owner: Owner;
  /** The lease that it lives and ends with; `undefined` where none does. */
  readonly leaseId: string | undefined;
}

export type OwnedLease = Lease & Owned;
export type OwnedServer = Server & Owned;
export type OwnedFloatingIp = FloatingIp & Owned;
export type OwnedNetwork = Network & Owned;
export type OwnedRouter = Router & Owned;
export type OwnedVolume = Volume & Owned;
export type OwnedObjectContainer = ObjectContainer & Owned;
export type OwnedZunContainer = ZunContainer & Owned;

/** The parts of an inventory: one list call each. */
export interface PartValues {
  readonly leases: readonly OwnedLease[];
  readonly servers: readonly OwnedServer[];
  readonly floatingIps: readonly OwnedFloatingIp[];
  readonly ports: readonly Port[];
  readonly networks: readonly OwnedNetwork[];
  readonly routers: readonly OwnedRouter[];
  readonly securityGroups: readonly SecurityGroup[];
  readonly images: readonly Image[];
  readonly keyPairs: readonly KeyPair[];
  readonly volumes: readonly OwnedVolume[];
  readonly objectContainers: readonly OwnedObjectContainer[];
  readonly zunContainers: readonly OwnedZunContainer[];
  readonly hosts: readonly BlazarHost[];
  readonly hostAllocations: readonly HostAllocation[];
}
export type PartName = keyof PartValues;

/**
 * How true a part is now. `fresh`: the last call answered. `stale`: it failed, what is shown is from `asOf`.
 * `failed`: never answered. `absent`: the site has no such service (not an error). `loading`: first call under way.
 */
export interface PartState {
  readonly state: 'fresh' | 'stale' | 'failed' | 'absent' | 'loading';
  /** When the data shown was true; `undefined` if there is none. */
  readonly asOf: number | undefined;
  /** Why the last call failed: a sentence and the next step. */
  readonly error: { readonly what: string; readonly next: string | undefined } | undefined;
}

/** One signed-in site, immutable. A part that never answered is an empty list with its state saying why. */
export interface SiteInventory extends PartValues {
  /** `CloudConfig.name`. */
  readonly cloud: string;
  readonly site: Site;
  readonly project: { readonly id: string; readonly name: string } | undefined;
  readonly user: { readonly id: string; readonly name: string } | undefined;
  readonly roles: readonly string[];
  readonly parts: Readonly<Record<PartName, PartState>>;
  /** Sign-in itself failed: nothing of this site can be fresh. */
  readonly signIn: { readonly what: string; readonly next: string | undefined } | undefined;
  /** Server time minus this machine's, ms, from the HTTP `Date` header; 0 until known. */
  readonly clockOffset: number;
}

/** Everything known at one moment. */
export interface Inventory {
  readonly takenAt: number;
  readonly sites: readonly SiteInventory[];
  /** Who belongs together by names and user ids, over all sites. */
  readonly people: readonly Person[];
}

/** The signed-in clouds; the extension and the cli each have their own store. */
export interface CloudStore {
  list(): Promise<readonly CloudConfig[]>;
}
