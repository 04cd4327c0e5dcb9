import { faultWords, publicAddress, wayTo, type OwnedServer } from '../../../chameleon';
import { row, type Row } from '../row';
import { ownerWords, serverLook } from '../states';
import { bothTimes } from '../when';
import { ownership, type At, type ServiceOnServer } from './input';
import { floatingIpRow, volumeRow } from './things';

/**
 * A server with its services and, where these have no rows of their own, its volumes and addresses (those that are
 * shown: a row may be in the tree only once).
 */
export function serverRow(at: At, server: OwnedServer, parts: 'withParts' | 'alone' = 'withParts'): Row {
  const look = serverLook(server);
  const services = at.services(server, at.site);
  const floating = publicAddress(at.site, server);
  const way = floating === undefined ? wayTo(at.site, server) : undefined;
  const reach = floating !== undefined ? 'public' : way !== undefined ? 'via' : 'inside';
  const lab = services[0]?.labTitle;
  const children = [
    ...services.map((service) => serviceRow(at, server, service)),
    ...(parts === 'alone' ? [] : partRows(at, server)),
  ];
  return row({
    id: `server:${at.site.cloud}:${server.id}`,
    label: server.name,
    description: [
      look.words,
      floating ??
        (server.status !== 'ACTIVE'
          ? undefined
          : way === undefined
            ? 'no public address'
            : `via ${way.at(-2)?.server.name ?? ''}`),
      lab,
      at.showsOwner ? ownerWords(server.owner) : undefined,
    ]
      .filter((word) => word !== undefined)
      .join(' · '),
    icon: look.icon,
    tone: look.tone,
    tooltip: serverTooltip(at, server, look.words),
    context: [
      'server',
      server.status === 'ACTIVE' ? 'running' : server.status === 'SHUTOFF' ? 'stopped' : 'notRunning',
      reach,
      ownership(server),
      at.site.site.kind,
    ].join('.'),
    subject: { kind: 'server', cloud: at.site.cloud, id: server.id },
    ...(server.status === 'ACTIVE' && reach !== 'inside' ? { click: 'chameleon.openTerminal' } : {}),
    children,
    // Services are what is opened next; an address alone is on the row already.
    fold: children.length === 0 ? 'leaf' : services.length > 0 ? 'open' : 'folded',
  });
}

function partRows(at: At, server: OwnedServer): Row[] {
  const volumes = at.volumesOfServer.get(server.id) ?? [];
  const ips = at.ipsOfServer.get(server.id) ?? [];
  return [
    ...volumes.filter((volume) => at.shows(at.site, volume)).map((volume) => volumeRow(at, volume)),
    ...ips.filter((ip) => at.shows(at.site, ip)).map((ip) => floatingIpRow(at, ip)),
  ];
}

function serverTooltip(at: At, server: OwnedServer, words: string): string[] {
  const lease = server.leaseId === undefined ? undefined : at.leaseNames.get(server.leaseId);
  return [
    `Server ${server.name}: ${words}`,
    server.owner.why,
    ...(lease === undefined
      ? ['It belongs to no lease: it runs, and costs, until somebody deletes it.']
      : [`Ends with the lease ${lease.name}, ${bothTimes(lease.end)}`]),
    ...server.addresses
      .filter((address) => address.version === 4)
      .map((address) => `${address.address} (${address.kind} address on ${address.network})`),
    ...(server.keyName === undefined ? [] : [`Key pair ${server.keyName}`]),
    ...(server.fault === undefined
      ? []
      : [...new Set([faultWords(server.fault.message), `The site says: ${server.fault.message}`])]),
    `Made ${bothTimes(server.created)}`,
  ];
}

function serviceRow(at: At, server: OwnedServer, service: ServiceOnServer): Row {
  const listens =
    service.listens === undefined ? undefined : service.listens ? 'listens' : 'nothing listens yet';
  return row({
    id: `service:${at.site.cloud}:${server.id}:${service.lab}:${service.id}`,
    label: service.name,
    description: [`:${service.port}`, ...(listens === undefined ? [] : [listens])].join(' · '),
    spoken: `${service.name} on port ${service.port} of ${server.name}; opens in the browser through a forward`,
    icon: service.listens === false ? 'circle-slash' : 'link-external',
    tone: service.listens === undefined ? undefined : service.listens ? 'good' : 'quiet',
    tooltip: [
      `${service.name} on ${server.name}, port ${service.port}`,
      service.listens === false
        ? 'Nothing listens there now: start it on the server first.'
        : 'A click opens it in the browser, through a forward on 127.0.0.1.',
    ],
    context: 'service',
    subject: {
      kind: 'service',
      cloud: at.site.cloud,
      serverId: server.id,
      lab: service.lab,
      service: service.id,
    },
    click: 'chameleon.openService',
  });
}
