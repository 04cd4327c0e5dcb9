import { abortError, Problem } from '../../base';
import type { OwnedServer, SiteInventory } from '../../chameleon';
import { bindFloatingIp, createFloatingIp, setPortSecurityGroups, type Port } from '../../openstack';
import type { App } from '../app';
import { ask } from '../ask';
import { withProgress } from '../register';
import { anyServerFor, sessionOf, sureAbout } from './subjects';

/** Attaches a floating IP to a server: an idle one of mine, or one of the pool. */
export async function attachFloatingIp(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: server } = await anyServerFor(app, argument, 'Attach a floating IP to which server?');
  const idle = site.floatingIps.filter((ip) => ip.portId === undefined && ip.owner.kind === 'me');
  const outside = site.networks.find(({ external }) => external);
  const picked = await ask.pick<{ readonly id: string | undefined }>(
    `Which floating IP for ${server.name}?`,
    [
      ...idle.map((ip) => ({ label: ip.address, description: 'yours, idle', value: { id: ip.id } })),
      ...(outside === undefined
        ? []
        : [
            {
              label: 'A new one',
              description: 'from the pool that the class shares',
              value: { id: undefined },
            },
          ]),
    ],
  );
  if (picked === undefined) throw abortError();
  await mineOrSure(server, `Attach a floating IP to ${server.name}?`);
  const session = sessionOf(app, site);
  const port = portOf(site, server);
  await withProgress(`Attaching a floating IP to ${server.name} …`, signal, async (inner) => {
    const id =
      picked.id ??
      (await createFloatingIp(session, outside?.id ?? '', { description: server.name }, inner)).id;
    await bindFloatingIp(session, id, port.id, inner);
  });
  await app.refresh({ cloud: site.cloud, parts: ['floatingIps', 'servers', 'ports'] });
}

/** Puts a group of the project that lets SSH in on the ports of a server. */
export async function openSshPort(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { opensSsh } = await import('../../doctor');
  const { site, it: server } = await anyServerFor(app, argument, 'Open port 22 of which server?');
  const open = site.securityGroups.filter((group) => opensSsh(group) === 'all');
  if (open.length === 0)
    throw new Problem(`The project has no security group at ${site.site.name} that lets SSH in.`, {
      next: 'Make one that opens TCP port 22, as the lab describes.',
    });
  const group = await ask.pick(
    `Which group for ${server.name}?`,
    open.map((each) => ({ label: each.name, description: each.description, value: each })),
    'Each of these lets SSH in from anywhere.',
  );
  if (group === undefined) throw abortError();
  await mineOrSure(server, `Attach “${group.name}” to ${server.name}?`);
  const ports = site.ports.filter((port) => port.deviceId === server.id && port.portSecurity);
  await withProgress(`Opening port 22 of ${server.name} …`, signal, async (inner) => {
    for (const port of ports)
      if (!port.securityGroupIds.includes(group.id))
        await setPortSecurityGroups(
          sessionOf(app, site),
          port.id,
          [...port.securityGroupIds, group.id],
          inner,
        );
  });
  await app.refresh({ cloud: site.cloud, parts: ['ports', 'servers'] });
}

async function mineOrSure(server: OwnedServer, title: string): Promise<void> {
  if (server.owner.kind === 'me') return;
  await sureAbout(server, { title, detail: '', yes: 'Attach' });
}

/** Only a port whose network leads outside takes an address: one on a shared network, or with a router beside it. */
function portOf(site: SiteInventory, server: OwnedServer): Port {
  const ports = site.ports.filter((port) => port.deviceId === server.id);
  const leadsOut = (port: Port): boolean =>
    site.networks.find(({ id }) => id === port.networkId)?.shared === true ||
    site.ports.some(
      ({ networkId, deviceOwner }) =>
        networkId === port.networkId && deviceOwner.startsWith('network:router_'),
    );
  const port = ports.find(leadsOut) ?? ports[0];
  if (port === undefined)
    throw new Problem(`${server.name} is connected to no network.`, {
      next: 'Delete it and launch it again with a network.',
    });
  return port;
}
