/**
 * The records of the OpenStack APIs as this project uses them: parsed once at the border, camelCase, dates as
 * milliseconds since 1970 (UTC), what a service may leave out as `undefined` made explicit.
 */
export interface Token {
  readonly id: string;
  readonly expiresAt: number;
  readonly issuedAt: number | undefined;
  readonly user: { readonly id: string; readonly name: string };
  readonly project: { readonly id: string; readonly name: string } | undefined;
  readonly roles: readonly string[];
  /** Made by an application credential that may make no trusts (and so no leases); `undefined` for other tokens. */
  readonly restricted: boolean | undefined;
  readonly catalog: readonly CatalogEntry[];
}

export interface CatalogEntry {
  readonly type: string;
  readonly name: string;
  readonly endpoints: readonly {
    readonly interface: string;
    readonly region: string;
    readonly url: string;
  }[];
}

/** Catalog types that Chameleon sites use; `platform` 2.5. `volumev3` also answers for `block-storage`. */
export type ServiceType =
  'identity' | 'compute' | 'network' | 'image' | 'reservation' | 'volumev3' | 'object-store' | 'container';

export type ServerStatus = string; // Nova's word, upper case: ACTIVE BUILD ERROR SHUTOFF DELETED …

export interface ServerAddress {
  readonly network: string;
  readonly address: string;
  readonly version: 4 | 6;
  readonly kind: 'fixed' | 'floating';
  readonly mac: string | undefined;
}

export interface Server {
  readonly id: string;
  readonly name: string;
  readonly status: ServerStatus;
  readonly taskState: string | undefined;
  readonly vmState: string | undefined;
  readonly powerState: number | undefined;
  readonly userId: string;
  readonly projectId: string;
  readonly created: number;
  readonly updated: number;
  readonly launchedAt: number | undefined;
  readonly keyName: string | undefined;
  readonly imageId: string | undefined;
  readonly flavor: {
    readonly originalName: string;
    readonly vcpus: number;
    readonly ramMb: number;
    readonly diskGb: number;
  };
  readonly hypervisorHostname: string | undefined;
  readonly fault: { readonly code: number; readonly message: string } | undefined;
  readonly addresses: readonly ServerAddress[];
  readonly securityGroups: readonly string[];
  readonly volumeIds: readonly string[];
  readonly description: string | undefined;
}

export interface FloatingIp {
  readonly id: string;
  readonly address: string;
  readonly fixedAddress: string | undefined;
  readonly portId: string | undefined;
  /** The server that the port belongs to, from `port_details`; `undefined` when unbound. */
  readonly serverId: string | undefined;
  readonly status: string;
  readonly networkId: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly created: number | undefined;
}

export interface Port {
  readonly id: string;
  readonly name: string;
  readonly networkId: string;
  readonly deviceId: string;
  readonly deviceOwner: string;
  readonly status: string;
  readonly fixedIps: readonly { readonly address: string; readonly subnetId: string }[];
  readonly securityGroupIds: readonly string[];
  readonly portSecurity: boolean;
}

export interface Network {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly external: boolean;
  readonly shared: boolean;
  readonly subnetIds: readonly string[];
  readonly projectId: string;
}

export interface Router {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly projectId: string;
  /** The external network that it leads to; `undefined` without a gateway. */
  readonly externalNetworkId: string | undefined;
}

/** A disk of Cinder. It outlives servers and leases. */
export interface Volume {
  readonly id: string;
  readonly name: string;
  /** available in-use creating attaching detaching deleting error … (lower case) */
  readonly status: string;
  readonly sizeGb: number;
  readonly type: string | undefined;
  readonly userId: string;
  readonly description: string;
  readonly bootable: boolean;
  readonly attachments: readonly { readonly serverId: string; readonly device: string | undefined }[];
  readonly created: number;
}

/** A container of the object store. It has no owner but the project: `platform` 4.4. */
export interface ObjectContainer {
  /** Its name is its id. */
  readonly name: string;
  readonly count: number;
  readonly bytes: number;
}

export interface StoredObject {
  /** The whole name, folders and all: `Food-11/training/0.jpg`. */
  readonly name: string;
  readonly bytes: number;
  readonly contentType: string;
  /** MD5 of the content; of a list of hashes for an object in segments. */
  readonly hash: string;
  readonly modified: number;
}

/** A container at the edge, run by Zun. */
export interface ZunContainer {
  readonly id: string;
  readonly name: string;
  /** Zun's word: Creating Created Running Stopped Error Deleted Unknown. */
  readonly status: string;
  readonly statusReason: string | undefined;
  readonly image: string;
  /** `undefined` where the site does not tell. */
  readonly userId: string | undefined;
  readonly addresses: readonly string[];
  readonly created: number | undefined;
}

export interface SecurityGroupRule {
  readonly id: string;
  readonly direction: string;
  readonly protocol: string | undefined;
  readonly portMin: number | undefined;
  readonly portMax: number | undefined;
  readonly remotePrefix: string | undefined;
  readonly remoteGroupId: string | undefined;
  readonly etherType: string;
}

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly projectId: string;
  readonly rules: readonly SecurityGroupRule[];
}

export interface Image {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly visibility: string;
  readonly owner: string | undefined;
  readonly created: number;
}

export interface KeyPair {
  readonly name: string;
  readonly publicKey: string;
  readonly fingerprint: string;
}

export interface Flavor {
  readonly id: string;
  readonly name: string;
  readonly vcpus: number;
  readonly ramMb: number;
  readonly diskGb: number;
}

/** Blazar's lease words: stable PENDING ACTIVE TERMINATED ERROR, passing CREATING STARTING UPDATING TERMINATING DELETING. */
export type LeaseStatus = string;

export interface Reservation {
  readonly id: string;
  /** physical:host, flavor:instance, virtual:floatingip, network, device, … */
  readonly resourceType: string;
  /** pending active deleted error (lower case) */
  readonly status: string;
  readonly amount: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly flavorId: string | undefined;
  readonly vcpus: number | undefined;
  readonly memoryMb: number | undefined;
  /** As the service sent it: a query for hosts, the source flavor (a JSON string) for flavors. */
  readonly resourceProperties: string | undefined;
  readonly networkId: string | undefined;
  readonly missingResources: boolean;
}

export interface LeaseEvent {
  readonly type: string;
  readonly time: number;
  readonly status: string;
}

export interface Lease {
  readonly id: string;
  readonly name: string;
  readonly status: LeaseStatus;
  readonly userId: string;
  readonly projectId: string;
  readonly start: number;
  readonly end: number;
  readonly created: number;
  readonly degraded: boolean;
  readonly reservations: readonly Reservation[];
  readonly events: readonly LeaseEvent[];
}

export interface BlazarHost {
  readonly id: string;
  readonly hypervisorHostname: string;
  readonly nodeType: string | undefined;
  readonly nodeName: string | undefined;
  /** False for a node that the operators took out. */
  readonly reservable: boolean;
  /** Projects that alone may reserve it; `undefined`: everybody. */
  readonly authorizedProjects: readonly string[] | undefined;
  /** What an hour of it costs in the testbed's service units, where the site says so. */
  readonly unitsPerHour: number | undefined;
}

export interface HostAllocation {
  /** Blazar's host id, not the hypervisor's name. */
  readonly hostId: string;
  readonly reservations: readonly {
    readonly id: string;
    readonly leaseId: string;
    readonly start: number;
    readonly end: number;
  }[];
}

/** What a raw call gives: for probes, which judge status, headers and body themselves. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The text as sent; at most `maxBytes` of it. */
  readonly text: string;
  readonly truncated: boolean;
}

/** A cloud to sign in to: one user, one project, one site. */
export interface CloudConfig {
  /** The name in clouds.yaml, or one that the person chose; unique among the person's clouds. */
  readonly name: string;
  /** Keystone, normalised to end in `/v3`. */
  readonly authUrl: string;
  readonly region: string;
  readonly interface: 'public' | 'internal' | 'admin';
  readonly credential: ApplicationCredential | Federated;
}

export interface ApplicationCredential {
  readonly kind: 'applicationCredential';
  readonly id: string;
  readonly secret: string;
}

/** Signed in by an identity provider: the token comes from whoever holds that session (`SessionOptions.signIn`). */
export interface Federated {
  readonly kind: 'federated';
  /** Projects have the same name at all sites, and another id at each. */
  readonly project: string;
}

/** A cloud that signs in by itself. */
export type CredentialCloud = CloudConfig & { readonly credential: ApplicationCredential };
