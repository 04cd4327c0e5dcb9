import * as vscode from 'vscode';
import type { OwnedServer, SiteInventory } from '../../chameleon';
import { deleteServer } from '../../openstack';
import type { App } from '../app';
import { withProgress } from '../register';
import { anyServerFor, serverFor, sessionOf, sureAbout } from './subjects';

export async function removeServer(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: server } = await anyServerFor(app, argument, 'Delete which server?');
  await sureAbout(server, {
    title: `Delete the server ${server.name}?`,
    detail: whatGoes(site, server),
    yes: 'Delete',
  });
  await withProgress(`Deleting ${server.name} …`, signal, (inner) =>
    deleteServer(sessionOf(app, site), server.id, inner),
  );
  await app.refresh({ cloud: site.cloud, parts: ['servers', 'floatingIps'] });
}

export async function copyAddress(app: App, argument: unknown): Promise<void> {
  const { it: server } = await serverFor(app, argument, 'Copy the address of which server?');
  await vscode.env.clipboard.writeText(app.hosts.targetOf(server).address);
}

/** What is lost with a server, and what of it stays. */
function whatGoes(site: SiteInventory, server: OwnedServer): string {
  const volumes = site.volumes.filter(({ attachments }) =>
    attachments.some(({ serverId }) => serverId === server.id),
  );
  const ips = site.floatingIps.filter(({ serverId }) => serverId === server.id);
  return [
    'Everything on its disk is lost.',
    ...(ips.length === 0
      ? []
      : [`The address ${ips.map(({ address }) => address).join(', ')} stays, on no server.`]),
    ...(volumes.length === 0 ? [] : [`The volume ${volumes.map(({ name }) => name).join(', ')} stays.`]),
    ...(server.leaseId === undefined ? [] : ['Its lease runs on, and costs.']),
  ].join(' ');
}
