import { abortError, Problem } from '../../base';
import {
  allocateFloatingIp,
  bindToServer,
  me,
  publicAddress,
  type OwnedFloatingIp,
  type SiteInventory,
} from '../../chameleon';
import { bindFloatingIp, deleteFloatingIp } from '../../openstack';
import type { App } from '../app';
import { ask } from '../ask';
import { withProgress } from '../register';
import { ownerWords } from '../rows/states';
import { anyServerFor, floatingIpFor, sessionOf, siteFor, subjectOf, sureAbout } from './subjects';

type NamedIp = OwnedFloatingIp & { readonly name: string };

/** Takes an address from the pool. */
export async function allocate(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const site = await siteFor(app, argument, 'At which site?', hasNetwork);
  const idle = site.floatingIps.filter((ip) => ip.portId === undefined && ip.owner.kind === 'me');
  if (
    idle.length > 0 &&
    !(await ask.confirm(
      `Take another floating IP?`,
      `You have ${idle.map(({ address }) => address).join(', ')}, which no server uses. The class shares few.`,
      'Take Another',
    ))
  )
    throw abortError();
  const ip = await withProgress(`Taking a floating IP at ${site.site.name} …`, signal, (inner) =>
    allocateFloatingIp(sessionOf(app, site), marked(app), inner),
  );
  await app.refresh({ cloud: site.cloud, parts: ['floatingIps'] });
  void ask.info(`${ip.address} is yours until you release it.`);
}

/** Puts an address on a server, also one that is on another: from either end. */
export async function associate(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const fromIp = subjectOf(argument)?.kind === 'floatingIp';
  const { site, ip, server } = fromIp ? await serverForIp(app, argument) : await ipForServer(app, argument);
  const holder = site.servers.find(({ id }) => id === ip?.serverId);
  if (ip !== undefined && (holder !== undefined || !isFreeToTake(ip)))
    await sureAbout(ip, {
      title: `Put ${ip.address} on ${server.name}?`,
      detail:
        holder === undefined
          ? 'Whoever counts on it can’t use it any more.'
          : `It is taken off ${holder.name}, which can’t be reached by it any more.`,
      yes: 'Move It',
    });
  if (server.owner.kind !== 'me')
    await sureAbout(server, {
      title: `Give ${server.name} a public address?`,
      detail: 'It can be reached from everywhere then, as far as its security groups allow.',
      yes: 'Give',
    });
  const session = sessionOf(app, site);
  const bound = await withProgress(`Giving ${server.name} an address …`, signal, async (inner) => {
    const free = ip ?? (await allocateFloatingIp(session, marked(app), inner));
    if (holder !== undefined) await bindFloatingIp(session, free.id, null, inner);
    return bindToServer(session, free, server, inner);
  });
  await app.refresh({ cloud: site.cloud, parts: ['floatingIps', 'servers', 'ports'] });
  void ask.info(`${server.name} has the address ${bound.address}.`);
}

/** Takes an address off its server; it stays in the project. */
export async function disassociate(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: ip } = await floatingIpFor(
    app,
    argument,
    'Take which address off its server?',
    ({ portId }) => portId !== undefined,
  );
  const holder = site.servers.find(({ id }) => id === ip.serverId);
  await sureAbout(ip, {
    title: `Take ${ip.address} off ${holder?.name ?? 'its server'}?`,
    detail: 'It can’t be reached by it any more. The address stays in the project until it is released.',
    yes: 'Take Off',
  });
  await withProgress(`Taking ${ip.address} off …`, signal, (inner) =>
    bindFloatingIp(sessionOf(app, site), ip.id, null, inner),
  );
  await app.refresh({ cloud: site.cloud, parts: ['floatingIps', 'servers'] });
}

export async function release(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: ip } = await floatingIpFor(app, argument, 'Release which floating IP?');
  const holder = site.servers.find(({ id }) => id === ip.serverId);
  const reserved = ip.tags.some((tag) => tag.startsWith('reservation:'));
  await sureAbout(ip, {
    title: `Release ${ip.address}?`,
    detail: [
      ...(holder === undefined ? [] : [`${holder.name} can’t be reached by it any more.`]),
      reserved
        ? 'Its lease reserved it: the lease has no address then, and gets no other.'
        : 'The address goes back to the pool; you may not get the same one again.',
    ].join(' '),
    yes: 'Release',
  });
  await withProgress(`Releasing ${ip.address} …`, signal, (inner) =>
    deleteFloatingIp(sessionOf(app, site), ip.id, inner),
  );
  await app.refresh({ cloud: site.cloud, parts: ['floatingIps', 'servers'] });
}

interface Chosen {
  readonly site: SiteInventory;
  /** `undefined`: a new one. */
  readonly ip: NamedIp | undefined;
  readonly server: SiteInventory['servers'][number];
}

async function serverForIp(app: App, argument: unknown): Promise<Chosen> {
  const { site, it: ip } = await floatingIpFor(app, argument, 'Put which address on a server?');
  const servers = site.servers.filter(
    (server) => server.id !== ip.serverId && server.status !== 'ERROR' && server.owner.kind === 'me',
  );
  if (servers.length === 0)
    throw new Problem(`You have no other server at ${site.site.name}.`, { next: 'Launch one first.' });
  const server = await ask.pick(
    `Put ${ip.address} on which server?`,
    servers.map((each) => ({
      label: each.name,
      description: publicAddress(site, each) ?? 'no public address',
      value: each,
    })),
  );
  if (server === undefined) throw abortError();
  return { site, ip, server };
}

async function ipForServer(app: App, argument: unknown): Promise<Chosen> {
  const { site, it: server } = await anyServerFor(
    app,
    argument,
    'Give which server a public address?',
    ({ status }) => status !== 'ERROR',
  );
  const idle = site.floatingIps
    .filter((ip) => ip.portId === undefined)
    .sort((a, b) => Number(isFreeToTake(b)) - Number(isFreeToTake(a)));
  const picked = await ask.pick<NamedIp | 'new'>(`Which address for ${server.name}?`, [
    ...idle.filter(isFreeToTake).map((ip) => ({
      label: ip.address,
      description: 'yours, not in use',
      value: { ...ip, name: ip.address },
    })),
    { label: '$(add) A new one from the pool', value: 'new' },
    ...idle
      .filter((ip) => !isFreeToTake(ip))
      .map((ip) => ({
        label: ip.address,
        description: `not in use · ${ownerWords(ip.owner)}`,
        detail: ip.owner.why,
        value: { ...ip, name: ip.address },
      })),
  ]);
  if (picked === undefined) throw abortError();
  return { site, ip: picked === 'new' ? undefined : picked, server };
}

function isFreeToTake(ip: OwnedFloatingIp): boolean {
  return ip.owner.kind === 'me';
}

function hasNetwork(site: SiteInventory): boolean {
  return site.parts.floatingIps.state !== 'absent';
}

/** Written on a new address, so that it tells whose it is: a floating IP has no maker. */
function marked(app: App): string {
  const mine = me(app.inventory);
  return mine.netId ?? mine.usernames[0] ?? '';
}
