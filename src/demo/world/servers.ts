import type {
  FlavorRecord,
  FloatingIpRecord,
  HostKeyPair,
  HostRecord,
  ImageRecord,
  LeaseRecord,
  Named,
  NetworkRecord,
  PortRecord,
  ProgramName,
  SecurityGroupRecord,
  ServerRecord,
} from './records';
import type { SiteWorld } from './site';
import { detachVolume, volumesOf } from './storage';

export interface ServerPlan {
  readonly name: string;
  readonly user: Named;
  readonly keyName: string | undefined;
  readonly image: ImageRecord;
  readonly flavor: FlavorRecord;
  readonly host: HostRecord | undefined;
  readonly lease: LeaseRecord | undefined;
  readonly networks: readonly NetworkRecord[];
  /** Ports that were made before it, with a name and an address of their own. */
  readonly madePorts?: readonly MadePort[];
  readonly securityGroups: readonly SecurityGroupRecord[];
  readonly created: number;
  /** Milliseconds from the request until it is ACTIVE. */
  readonly buildMs: number;
  readonly fault?: string;
  readonly authorizedKeys: readonly string[];
  readonly hostKey: HostKeyPair;
  readonly programs?: ReadonlyMap<number, ProgramName>;
  readonly home?: Readonly<Record<string, string>>;
  readonly userData?: string | undefined;
}

export interface MadePort {
  readonly network: NetworkRecord;
  readonly name: string;
  readonly address: string;
}

/** Writes a server down in BUILD (or in ERROR, with a fault), with a port on each network. */
export function addServer(site: SiteWorld, plan: ServerPlan): ServerRecord {
  const { lease, networks, madePorts = [], securityGroups, buildMs, fault, programs, home, ...rest } = plan;
  const id = site.ids.uuid();
  const plain = networks.map((network) => ({ network, name: '', address: site.nextFixedAddress(network) }));
  const ports = [...plain, ...madePorts].map((port) =>
    addPort(site, { ...port, serverId: id, securityGroups, plan }),
  );
  const server: ServerRecord = {
    ...rest,
    id,
    leaseId: lease?.id,
    status: fault === undefined ? 'BUILD' : 'ERROR',
    fault,
    updated: plan.created,
    launchedAt: undefined,
    readyAt: plan.created + buildMs,
    ports,
    programs: new Map(programs),
    home: home ?? {},
    bench: undefined,
    userData: plan.userData,
  };
  site.servers.set(id, server);
  return server;
}

function addPort(
  site: SiteWorld,
  of: MadePort & {
    readonly serverId: string;
    readonly securityGroups: readonly SecurityGroupRecord[];
    readonly plan: ServerPlan;
  },
): PortRecord {
  // Private networks of the labs are made without port security; bare metal knows none.
  const portSecurity = site.kind === 'kvm' && of.network.shared;
  const port: PortRecord = {
    id: site.ids.uuid(),
    name: of.name,
    network: of.network,
    address: of.address,
    mac: site.ids.mac(),
    deviceId: of.serverId,
    securityGroupIds: portSecurity ? of.securityGroups.map((group) => group.id) : [],
    portSecurity,
    created: of.plan.created,
    updated: of.plan.created,
    revision: 3,
  };
  site.ports.set(port.id, port);
  return port;
}

/** A server in BUILD has come up. */
export function finishBuild(server: ServerRecord): void {
  server.status = 'ACTIVE';
  server.launchedAt = server.readyAt;
  server.updated = server.readyAt;
}

/** Deletes a server: its ports go, an address on one of them stays and is idle. */
export function removeServer(site: SiteWorld, server: ServerRecord, time: number): void {
  for (const ip of site.floatingIps.values())
    if (ip.port !== undefined && server.ports.includes(ip.port)) {
      bindFloatingIp(ip, undefined, time);
      ip.status = 'DOWN';
    }
  for (const port of server.ports) site.ports.delete(port.id);
  for (const volume of volumesOf(site, server)) detachVolume(volume, time);
  site.servers.delete(server.id);
  site.past.push({ server, endedAt: time });
}

/** Takes an address of the public network. */
export function addFloatingIp(
  site: SiteWorld,
  of: { readonly created: number; readonly description?: string; readonly tags?: readonly string[] },
): FloatingIpRecord {
  const ip: FloatingIpRecord = {
    id: site.ids.uuid(),
    address: site.nextPublicAddress(),
    description: of.description ?? '',
    port: undefined,
    status: 'DOWN',
    tags: of.tags ?? [],
    created: of.created,
    updated: of.created,
    revision: 0,
  };
  site.floatingIps.set(ip.id, ip);
  return ip;
}

/** Binds or (with `undefined`) unbinds an address; its status follows a moment later (`settleFloatingIps`). */
export function bindFloatingIp(ip: FloatingIpRecord, port: PortRecord | undefined, time: number): void {
  ip.port = port;
  ip.updated = time;
  ip.revision += 1;
}

/** The moment later. */
export function settleFloatingIps(site: SiteWorld): void {
  for (const ip of site.floatingIps.values()) ip.status = ip.port === undefined ? 'DOWN' : 'ACTIVE';
}

export function removeFloatingIp(site: SiteWorld, ip: FloatingIpRecord): void {
  site.floatingIps.delete(ip.id);
}

/** The public address of a server, if it has one. */
export function addressOf(site: SiteWorld, server: ServerRecord): FloatingIpRecord | undefined {
  return [...site.floatingIps.values()].find((ip) => ip.port !== undefined && server.ports.includes(ip.port));
}

/**
 * True if a connection from outside to that TCP port of the server gets there: it is up, has a public address, and
 * one of the port's security groups lets it in. Bare metal has no security groups; its images let in SSH alone.
 */
export function letsIn(site: SiteWorld, server: ServerRecord, tcpPort: number): boolean {
  const port = addressOf(site, server)?.port;
  if (server.status !== 'ACTIVE' || port === undefined) return false;
  if (site.kind === 'baremetal') return tcpPort === 22;
  if (!port.portSecurity) return true;
  const rules = port.securityGroupIds.flatMap((id) => site.securityGroups.get(id)?.rules ?? []);
  return rules.some(
    (rule) =>
      rule.direction === 'ingress' &&
      rule.etherType === 'IPv4' &&
      (rule.protocol === undefined || rule.protocol === 'tcp') &&
      (rule.portMin ?? 0) <= tcpPort &&
      tcpPort <= (rule.portMax ?? 65_535) &&
      rule.remoteGroupId === undefined &&
      (rule.remotePrefix === undefined || rule.remotePrefix === '0.0.0.0/0'),
  );
}
