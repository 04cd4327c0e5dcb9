import * as vscode from 'vscode';
import { deleteFloatingIp, deleteServer } from '../../openstack';
import type { App } from '../app';
import { withProgress } from '../register';
import { anyServerFor, floatingIpFor, serverFor, sessionOf, sureAbout } from './subjects';

export async function removeServer(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: server } = await anyServerFor(app, argument, 'Delete which server?');
  await sureAbout(server, {
    title: `Delete the server ${server.name}?`,
    detail: 'Everything on its disk is lost.',
    yes: 'Delete',
  });
  await withProgress(`Deleting ${server.name} …`, signal, (inner) =>
    deleteServer(sessionOf(app, site), server.id, inner),
  );
  await app.refresh({ cloud: site.cloud, parts: ['servers', 'floatingIps'] });
}

export async function releaseFloatingIp(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: ip } = await floatingIpFor(app, argument, 'Release which floating IP?');
  await sureAbout(ip, {
    title: `Release ${ip.address}?`,
    detail: 'The address goes back to the pool; you may not get the same one again.',
    yes: 'Release',
  });
  await withProgress(`Releasing ${ip.address} …`, signal, (inner) =>
    deleteFloatingIp(sessionOf(app, site), ip.id, inner),
  );
  await app.refresh({ cloud: site.cloud, parts: ['floatingIps', 'servers'] });
}

export async function copyAddress(app: App, argument: unknown): Promise<void> {
  const { it: server } = await serverFor(app, argument, 'Copy the address of which server?');
  await vscode.env.clipboard.writeText(app.hosts.targetOf(server).address);
}
