import type { Bench } from './bench';

/** What there is in the demo's world, as each service would keep it in its database. Times: ms since 1970. */

export type SiteName = 'KVM@TACC' | 'CHI@TACC';
export type Account = 'student' | 'ta';

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface Credential extends Named {
  readonly secret: string;
  readonly user: Named;
  readonly roles: readonly string[];
  readonly unrestricted: boolean;
}

export interface TokenRecord {
  readonly id: string;
  readonly credential: Credential;
  readonly issuedAt: number;
  expiresAt: number;
}

export interface FlavorRecord extends Named {
  readonly vcpus: number;
  readonly ramMb: number;
  readonly diskGb: number;
  readonly public: boolean;
  readonly extraSpecs: Readonly<Record<string, string>>;
}

export interface ImageRecord extends Named {
  readonly created: number;
  /** A snapshot's; without it the image is the operators' and everybody's. */
  readonly ownerProjectId?: string;
  readonly os: { readonly distro: string; readonly version: string };
}

export interface NetworkRecord extends Named {
  readonly ownerProjectId: string;
  readonly external: boolean;
  readonly shared: boolean;
  /** Whether its ports have it unless they are made without. */
  readonly portSecurity: boolean;
  /** At most one; none before it is made. */
  subnet: SubnetRecord | undefined;
  readonly created: number;
}

export interface SubnetRecord extends Named {
  readonly cidr: string;
  readonly gateway: string | undefined;
  readonly pool: { readonly start: string; readonly end: string };
}

export interface PortRecord extends Named {
  readonly network: NetworkRecord;
  /** None on a network without a subnet. */
  readonly address: string | undefined;
  readonly mac: string;
  /** The server's id; empty: no server has it. */
  deviceId: string;
  /** Nova made it for a server, and takes it away with it; what a person made stays. */
  readonly byNova: boolean;
  securityGroupIds: readonly string[];
  portSecurity: boolean;
  readonly created: number;
  updated: number;
  revision: number;
}

export interface FloatingIpRecord {
  readonly id: string;
  readonly address: string;
  description: string;
  port: PortRecord | undefined;
  /** Neutron's word; it follows the binding a moment later. */
  status: 'ACTIVE' | 'DOWN';
  /** Blazar's, where a lease reserved it. */
  tags: readonly string[];
  readonly created: number;
  updated: number;
  revision: number;
}

export interface RouterRecord extends Named {
  /** The external network that it leads to. */
  readonly gateway: NetworkRecord | undefined;
  readonly created: number;
  /** The networks that it joins, by the id of its port on each. */
  readonly interfaces: Map<string, NetworkRecord>;
}

export interface VolumeRecord extends Named {
  readonly sizeGb: number;
  readonly type: string;
  readonly userId: string;
  readonly created: number;
  updated: number;
  attachment:
    | { readonly id: string; readonly serverId: string; readonly device: string; readonly at: number }
    | undefined;
}

export interface StoredObjectRecord {
  readonly name: string;
  readonly content: Buffer;
  readonly contentType: string;
  /** MD5. */
  readonly hash: string;
  readonly modified: number;
}

export interface RuleRecord {
  readonly id: string;
  readonly direction: 'ingress' | 'egress';
  readonly etherType: 'IPv4' | 'IPv6';
  readonly protocol: string | undefined;
  readonly portMin: number | undefined;
  readonly portMax: number | undefined;
  readonly remotePrefix: string | undefined;
  readonly remoteGroupId: string | undefined;
  readonly created: number;
}

export interface SecurityGroupRecord extends Named {
  readonly description: string;
  readonly rules: RuleRecord[];
  readonly created: number;
}

export interface KeyPairRecord {
  readonly name: string;
  readonly userId: string;
  /** `type base64 comment`, as a `.pub` file has it. */
  readonly publicKey: string;
  /** MD5 with colons. */
  readonly fingerprint: string;
}

/** A bare-metal node, or a hypervisor of the VM site. */
export interface HostRecord {
  /** Blazar's own id of it. */
  readonly id: string;
  /** The node's uid, which is the hypervisor's name. */
  readonly uid: string;
  readonly nodeName: string;
  readonly nodeType: string;
  readonly vcpus: number;
  readonly memoryMb: number;
  readonly created: number;
}

interface ReservationBase {
  readonly id: string;
  readonly resourceId: string;
  status: 'pending' | 'active' | 'deleted';
}

export type ReservationRecord = ReservationBase &
  (
    | {
        readonly type: 'physical:host';
        min: number;
        max: number;
        readonly resourceProperties: string;
        readonly hosts: readonly HostRecord[];
      }
    | {
        readonly type: 'flavor:instance';
        readonly flavor: FlavorRecord;
        amount: number;
        /** The number that Nova gives the aggregate of the reservation. */
        readonly aggregate: number;
      }
    | { readonly type: 'virtual:floatingip'; readonly networkId: string; amount: number }
  );

export type LeaseStatus = 'PENDING' | 'ACTIVE' | 'TERMINATED' | 'ERROR';

export interface LeaseRecord {
  readonly id: string;
  name: string;
  readonly userId: string;
  readonly trustId: string;
  readonly startEventId: string;
  readonly endEventId: string;
  status: LeaseStatus;
  readonly start: number;
  end: number;
  readonly created: number;
  updated: number;
  readonly reservations: readonly ReservationRecord[];
}

/** A program that listens on a server: on its own loopback, and outside as far as it is let in there. */
export type ProgramName = 'mlflow' | 'ray' | 'jupyter' | 'minio' | 'nginx' | 'gourmetgram' | 'registry';

export interface ServerRecord extends Named {
  readonly user: Named;
  readonly keyName: string | undefined;
  image: ImageRecord;
  readonly flavor: FlavorRecord;
  readonly host: HostRecord | undefined;
  readonly leaseId: string | undefined;
  status: 'ACTIVE' | 'BUILD' | 'SHUTOFF' | 'ERROR';
  /** Only of a server in ERROR. */
  readonly fault: string | undefined;
  readonly created: number;
  updated: number;
  launchedAt: number | undefined;
  /** When a server in BUILD will be ACTIVE. */
  readonly readyAt: number;
  ports: readonly PortRecord[];
  /** What its sshd accepts for the user `cc`: `type base64`. */
  readonly authorizedKeys: readonly string[];
  hostKey: HostKeyPair;
  readonly programs: Map<number, ProgramName>;
  /** Beginning of files in the home folder of `cc`, by name. */
  readonly home: Readonly<Record<string, string>>;
  /** What a lab made there. */
  bench: Bench | undefined;
  /** In base64, as Nova keeps it. Only an operator sees it there. */
  readonly userData: string | undefined;
}

/** In OpenSSH's text form. */
export interface HostKeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** A server that is gone: Nova still accounts for it. */
export interface PastServer {
  readonly server: ServerRecord;
  readonly endedAt: number;
}
