import { neighbourAt, type Inventory, type SiteInventory } from '../../chameleon';
import type { Server } from '../../openstack';
import type { Target } from '../../ssh';
import { fill, type Bindings } from '../bind';
import type { Lab } from '../types';
import { Unseen } from './unseen';

const SSH_PORT = 22;

/**
 * A host of the lab as something to connect to: its server is found by its exact name, in the inventory.
 * @throws Unseen where there is no such server, more than one, or no way to it
 */
export function targetOf(lab: Lab, hostKey: string, bindings: Bindings, inventory: Inventory): Target {
  const host = lab.hosts[hostKey];
  if (host === undefined) throw new Unseen('badAnswer', `The lab has no host ${hostKey}.`);
  if (host.via !== undefined)
    return behind(targetOf(lab, host.via, bindings, inventory), lab, hostKey, bindings, inventory);
  const { server, site } = serverNamed(lab, host.server ?? '', bindings, inventory);
  return {
    serverId: server.id,
    name: server.name,
    address: publicAddress(server, site),
    port: SSH_PORT,
    user: host.user,
    via: [],
  };
}

/**
 * A host that is reached through another. One server has one identity: where the inventory knows which server answers
 * at that address it is this one, met by the pin that terminals and forwards know; else it is that place.
 */
function behind(gate: Target, lab: Lab, hostKey: string, bindings: Bindings, inventory: Inventory): Target {
  const host = lab.hosts[hostKey];
  const named =
    host?.server === undefined ? undefined : serverNamed(lab, host.server, bindings, inventory).server;
  const address = fill(host?.address ?? fixedAddress(named), bindings, 'plain');
  const site = inventory.sites.find(({ servers }) => servers.some(({ id }) => id === gate.serverId));
  const server = named ?? (site === undefined ? undefined : neighbourAt(site, gate.serverId, address));
  return {
    serverId: server?.id ?? `${gate.serverId}/${address}`,
    name: server?.name ?? hostKey,
    address,
    port: SSH_PORT,
    user: host?.user ?? gate.user,
    via: [...gate.via, gate],
  };
}

interface Found {
  readonly server: Server;
  readonly site: SiteInventory;
}

function serverNamed(lab: Lab, template: string, bindings: Bindings, inventory: Inventory): Found {
  const name = fill(template, bindings, 'plain');
  const sites = inventory.sites.filter(({ site }) => lab.sites.includes(site.name));
  const found = sites.flatMap((site) =>
    site.servers
      .filter((server) => server.name === name && server.status !== 'DELETED')
      .map((server) => ({ server, site })),
  );
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  if (found.length > 1) throw new Unseen('badAnswer', `There are ${found.length} servers named ${name}.`);
  const blind = sites.find((site) => site.parts.servers.state !== 'fresh');
  if (sites.length === 0) throw new Unseen('notAllowed', `You are not signed in at ${lab.sites.join(', ')}.`);
  if (blind !== undefined)
    throw new Unseen('unreachable', `The servers at ${blind.site.name} can't be listed now.`);
  throw new Unseen('needs', `There is no server named ${name}.`);
}

/** Neutron knows a new binding before Nova does. @throws Unseen */
function publicAddress(server: Server, site: SiteInventory): string {
  const bound = site.floatingIps.find((ip) => ip.serverId === server.id)?.address;
  const seen = server.addresses.find((address) => address.kind === 'floating')?.address;
  const address = bound ?? seen;
  if (address === undefined) throw new Unseen('needs', `${server.name} has no public address.`);
  return address;
}

function fixedAddress(server: Server | undefined): string {
  const address = server?.addresses.find((each) => each.kind === 'fixed')?.address;
  if (address === undefined) throw new Unseen('needs', `${server?.name ?? 'The server'} has no address yet.`);
  return address;
}
