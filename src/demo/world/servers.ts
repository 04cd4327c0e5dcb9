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
  /** In the order of its interfaces; ports are those that were made before it. */
  readonly networks: readonly (NetworkRecord | PortRecord)[];
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

/** Writes a server down in BUILD, with a port on each network; with a fault in ERROR, and on none of them. */
export function addServer(site: SiteWorld, plan: ServerPlan): ServerRecord {
  const { lease, networks, securityGroups, buildMs, fault, programs, home, ...rest } = plan;
  const { created } = plan;
  const id = site.ids.uuid();
  const ports = (fault === undefined ? networks : []).map((each) => {
    const port =
      'network' in each ? each : addPort(site, { network: each, created, securityGroups, byNova: true });
    bindPort(port, id, created);
    return port;
  });
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

export interface PortPlan {
  readonly network: NetworkRecord;
  readonly created: number;
  readonly securityGroups: readonly Named[];
  readonly name?: string;
  /** Else the next one of the network. */
  readonly address?: string | undefined;
  /** Else as the network has it. Bare metal knows none. */
  readonly portSecurity?: boolean | undefined;
  readonly byNova?: boolean;
}

/** Makes a port that no server has yet. */
export function addPort(site: SiteWorld, plan: PortPlan): PortRecord {
  const { network, name = '', byNova = false, created } = plan;
  const portSecurity = site.kind === 'kvm' && (plan.portSecurity ?? network.portSecurity);
  const port: PortRecord = {
    id: site.ids.uuid(),
    name,
    network,
    address: plan.address ?? site.nextFixedAddress(network),
    mac: site.ids.mac(),
    deviceId: '',
    byNova,
    securityGroupIds: portSecurity ? plan.securityGroups.map((group) => group.id) : [],
    portSecurity,
    created,
    updated: created,
    revision: 1,
  };
  site.ports.set(port.id, port);
  return port;
}

/** @param deviceId empty: from now on no server has it */
function bindPort(port: PortRecord, deviceId: string, time: number): void {
  port.deviceId = deviceId;
  port.updated = time;
  port.revision += 2;
}

/** A server in BUILD has come up. */
export function finishBuild(server: ServerRecord): void {
  server.status = 'ACTIVE';
  server.launchedAt = server.readyAt;
  server.updated = server.readyAt;
}

/** Takes a port away, from its server too; an address on it stays and is idle. */
export function removePort(site: SiteWorld, port: PortRecord, time: number): void {
  const server = site.servers.get(port.deviceId);
  if (server !== undefined) server.ports = server.ports.filter((each) => each !== port);
  for (const ip of site.floatingIps.values())
    if (ip.port === port) {
      bindFloatingIp(ip, undefined, time);
      ip.status = 'DOWN';
    }
  site.ports.delete(port.id);
}

/** Deletes a server with the ports that Nova made for it; those that a person made are free again. */
export function removeServer(site: SiteWorld, server: ServerRecord, time: number): void {
  for (const port of server.ports)
    if (port.byNova) removePort(site, port, time);
    else bindPort(port, '', time);
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
