import { Problem } from '../../base';
import { defaultGroup, groundOf, securityGroup } from './ground';
import type { Ids } from './ids';
import type {
  Credential,
  FlavorRecord,
  FloatingIpRecord,
  HostRecord,
  ImageRecord,
  KeyPairRecord,
  LeaseRecord,
  Named,
  NetworkRecord,
  PastServer,
  PortRecord,
  RouterRecord,
  SecurityGroupRecord,
  ServerRecord,
  SiteName,
  StoredObjectRecord,
  TokenRecord,
  VolumeRecord,
} from './records';

/** The class's project: one for everybody, as on the testbed. Ids differ from site to site, the name does not. */
const PROJECT = 'CHI-251409';
const DAY_MS = 86_400_000;

/** One site's databases. What happens to them is in `leases.ts`, `servers.ts` and `lifecycle.ts`. */
export class SiteWorld {
  readonly name: SiteName;
  readonly kind: 'kvm' | 'baremetal';
  readonly ids: Ids;
  readonly domain: Named;
  readonly project: Named;
  readonly operatorProjectId: string;
  readonly roleIds: Readonly<Record<string, string>>;
  /** The operators' router between `sharednet1` and `public`: bound addresses name it. */
  readonly sharedRouterId: string;
  readonly builtAt: number;
  readonly credentials = new Map<string, Credential>();
  readonly tokens = new Map<string, TokenRecord>();
  readonly flavors = new Map<string, FlavorRecord>();
  readonly images: ImageRecord[];
  readonly publicNetwork: NetworkRecord;
  readonly networks: NetworkRecord[];
  readonly hosts: readonly HostRecord[];
  readonly securityGroups = new Map<string, SecurityGroupRecord>();
  readonly keyPairs: KeyPairRecord[] = [];
  readonly leases = new Map<string, LeaseRecord>();
  readonly servers = new Map<string, ServerRecord>();
  readonly ports = new Map<string, PortRecord>();
  readonly floatingIps = new Map<string, FloatingIpRecord>();
  readonly routers = new Map<string, RouterRecord>();
  readonly volumes = new Map<string, VolumeRecord>();
  /** Objects by name, by the name of their container. */
  readonly objectContainers = new Map<string, Map<string, StoredObjectRecord>>();
  readonly past: PastServer[] = [];
  /** Blazar that can change a reservation of flavors; without, the attempt is refused and hurts (409, ERROR). */
  flavorExtension = true;
  readonly #users = new Map<string, Named>();
  #lastPublic = 10;
  #lastFixed = 10;
  #aggregates = 0;

  constructor(name: SiteName, ids: Ids, now: number) {
    this.name = name;
    this.kind = name === 'KVM@TACC' ? 'kvm' : 'baremetal';
    this.ids = ids;
    this.domain = { id: ids.hex(), name: 'chameleon' };
    this.project = { id: ids.hex(), name: PROJECT };
    this.operatorProjectId = ids.hex();
    this.roleIds = { member: ids.hex(), reader: ids.hex() };
    this.sharedRouterId = ids.uuid();
    this.builtAt = now - 60 * DAY_MS;
    const ground = groundOf(name, ids, this.operatorProjectId, this.builtAt);
    for (const flavor of ground.flavors) this.flavors.set(flavor.id, flavor);
    this.images = [...ground.images];
    this.publicNetwork = ground.publicNetwork;
    this.networks = [ground.publicNetwork, ground.sharedNetwork];
    this.hosts = ground.hosts;
    this.#groups();
  }

  /** The account of that name, made when it is first asked for. */
  user(name: string): Named {
    const known = this.#users.get(name);
    if (known !== undefined) return known;
    const user = { id: this.ids.hex(), name };
    this.#users.set(name, user);
    return user;
  }

  userById(id: string): Named | undefined {
    return [...this.#users.values()].find((user) => user.id === id);
  }

  /** @throws Problem if the scenario names what is not there */
  flavor(name: string): FlavorRecord {
    return found(
      [...this.flavors.values()].find((each) => each.name === name),
      name,
    );
  }

  image(name: string): ImageRecord {
    return found(
      this.images.find((each) => each.name === name),
      name,
    );
  }

  network(name: string): NetworkRecord {
    return found(
      this.networks.find((each) => each.name === name),
      name,
    );
  }

  group(name: string): SecurityGroupRecord {
    return found(
      [...this.securityGroups.values()].find((each) => each.name === name),
      name,
    );
  }

  nextPublicAddress(): string {
    this.#lastPublic += 1;
    const [third, fourth] = [Math.floor(this.#lastPublic / 240), (this.#lastPublic % 240) + 5];
    return `129.114.${(this.kind === 'kvm' ? 26 : 108) + third}.${fourth}`;
  }

  /** One that no port of the network has; `undefined` without a subnet. */
  nextFixedAddress(network: NetworkRecord): string | undefined {
    if (network.subnet === undefined) return undefined;
    const [first, second, third] = network.subnet.cidr.split('.');
    const taken = new Set(
      [...this.ports.values()].filter((port) => port.network === network).map((port) => port.address),
    );
    for (;;) {
      this.#lastFixed += 1;
      const block = network.shared ? Math.floor(this.#lastFixed / 240) : third;
      const address = `${first}.${second}.${block}.${(this.#lastFixed % 240) + 5}`;
      if (!taken.has(address) || taken.size >= 240) return address;
    }
  }

  nextAggregate(): number {
    this.#aggregates += 1;
    return this.#aggregates;
  }

  #groups(): void {
    const groups = [
      defaultGroup(this.ids, this.builtAt),
      securityGroup(this.ids, 'allow-ssh', 'Enable SSH traffic on TCP port 22', this.builtAt, 22),
      securityGroup(this.ids, 'allow-http-80', 'Enable HTTP traffic on TCP port 80', this.builtAt, 80),
      securityGroup(this.ids, 'allow-8888', 'Enable TCP port 8888 (Jupyter)', this.builtAt, 8888),
    ];
    for (const group of groups) this.securityGroups.set(group.id, group);
  }
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Problem(`The demo's world has nothing named ${name}.`);
  return value;
}
