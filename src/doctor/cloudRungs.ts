import {
  isRunning,
  publicAddress,
  timeLeft,
  wayTo,
  type OwnedServer,
  type PartName,
  type SiteInventory,
} from '../chameleon';
import { consoleRung } from './consoleRung';
import { keyPairRung, type HeldKey } from './keyPairRung';
import { securityGroupRung } from './securityGroupRung';
import { failed, passed, unknown, type Rung, type RungId } from './types';

/** What of an inventory the ladder is judged by; asked anew, since the person may have repaired something meanwhile. */
export const CLOUD_PARTS = [
  'leases',
  'servers',
  'floatingIps',
  'ports',
  'networks',
  'securityGroups',
  'keyPairs',
] as const;

/** What the cloud knows about a server, and of my keys what matters. */
export interface CloudFacts {
  readonly site: SiteInventory;
  readonly server: OwnedServer;
  /** The site's time, ms since 1970. */
  readonly now: number;
  /** The end of the console; `undefined` where the site gives none. */
  readonly console: string | undefined;
  /** The keys that this machine can prove; `undefined` where the server is somebody else's. */
  readonly held: readonly HeldKey[] | undefined;
}

const MINUTE_MS = 60_000;

/** The rungs that are answered without touching the server. */
export function cloudRungs(facts: CloudFacts): readonly Rung[] {
  const rungs: Rung[] = [];
  for (const ask of [leaseRung, serverRung, consoleRung, addressRung, securityGroupRung, keyPairRung]) {
    const rung = ask(facts);
    rungs.push(rung);
    if (rung.stops === true) break;
  }
  return rungs;
}

/** Why a part of the inventory can't be told, if it is not as it is now. */
export function unseen(id: RungId, { site }: CloudFacts, part: PartName): Rung | undefined {
  const { state, error } = site.parts[part];
  if (state === 'fresh') return undefined;
  if (state === 'absent') return unknown(id, `${site.site.name} does not say.`);
  return unknown(id, error?.what ?? `${site.site.name} has not answered yet.`, { next: error?.next });
}

function leaseRung(facts: CloudFacts): Rung {
  const { site, server, now } = facts;
  const blind = unseen('lease', facts, 'leases');
  if (blind !== undefined) return blind;
  if (server.leaseId === undefined) return passed('lease', 'It belongs to no lease, so none can have ended.');
  const lease = site.leases.find(({ id }) => id === server.leaseId);
  if (lease === undefined)
    return failed('lease', 'Its lease is gone.', {
      next: 'A server ends with its lease. Reserve again and launch a new one.',
      stops: true,
    });
  if (lease.status === 'ERROR')
    return failed('lease', `The lease ${lease.name} is in error.`, {
      next: 'What runs in it runs until its old end; if the server does not answer, make a new lease.',
    });
  if (lease.status === 'PENDING')
    return failed('lease', `The lease ${lease.name} starts in ${timeLeft(lease.start - now)}.`, {
      next: 'Wait for its start: nothing runs before.',
      stops: true,
    });
  const left = lease.end - now;
  if (lease.status === 'TERMINATED' || left <= 0)
    return failed('lease', `The lease ${lease.name} has ended.`, {
      next: 'Its servers and their disks are gone. Reserve again and launch a new one.',
      stops: true,
    });
  if (!isRunning(lease))
    return unknown('lease', `The lease ${lease.name} is changing just now (${lease.status}).`);
  return passed('lease', `${lease.name} is active for ${timeLeft(left)} more.`);
}

function serverRung(facts: CloudFacts): Rung {
  const { site, server, now } = facts;
  const blind = unseen('server', facts, 'servers');
  if (blind !== undefined) return blind;
  const age = now - (server.launchedAt ?? server.created);
  switch (server.status) {
    case 'ACTIVE':
      if (site.site.kind === 'baremetal' && age < 10 * MINUTE_MS)
        return passed(
          'server',
          `It runs since ${timeLeft(age)}. On bare metal that is the beginning of its last boot: SSH answers up to 10 minutes later.`,
        );
      return passed('server', `It runs since ${timeLeft(age)}.`);
    case 'BUILD': {
      const usual = site.site.kind === 'baremetal' ? 20 : 3;
      return failed('server', `It is being built since ${timeLeft(now - server.created)}.`, {
        next:
          now - server.created < usual * MINUTE_MS
            ? `Wait: that takes up to ${usual} minutes here.`
            : `That takes up to ${usual} minutes here, so it has most likely failed: delete it and launch it again.`,
        stops: true,
      });
    }
    case 'ERROR':
      return failed('server', faultWords(server), {
        next: 'Delete it, check the lease, and launch it again.',
        stops: true,
      });
    case 'SHUTOFF':
    case 'PAUSED':
    case 'SUSPENDED':
    case 'SHELVED_OFFLOADED':
      return failed('server', `It is not running (${server.status}).`, {
        next: 'Start it in Horizon (Instances → Start or Resume Instance).',
        repair: 'openInHorizon',
        stops: true,
      });
    case 'REBOOT':
    case 'HARD_REBOOT':
    case 'REBUILD':
      return failed('server', 'It is restarting.', { next: 'Wait a few minutes.', stops: true });
    default:
      return failed('server', `Its state is ${server.status}.`, {
        next: 'Look at it in Horizon.',
        repair: 'openInHorizon',
        stops: true,
      });
  }
}

function faultWords({ fault }: OwnedServer): string {
  if (fault === undefined) return 'It failed to build, and the site does not say why.';
  if (fault.message.includes('No valid host'))
    return 'No node was found for it: the lease had not begun, its node was taken by another server of the lease, or it was launched without the reservation.';
  return `It failed to build. The site says: ${fault.message}`;
}

function addressRung(facts: CloudFacts): Rung {
  const { site, server } = facts;
  const ports = site.ports.filter(({ deviceId }) => deviceId === server.id);
  if (site.parts.ports.state === 'fresh' && ports.length === 0)
    return failed('address', 'It is connected to no network.', {
      next: 'Delete it and launch it again with a network.',
      stops: true,
    });
  const address = publicAddress(site, server);
  if (address === undefined) return withoutAddress(facts);
  const ip = site.floatingIps.find((each) => each.address === address);
  const blind = unseen('address', facts, 'floatingIps');
  if (blind !== undefined) return blind;
  if (ip?.portId === undefined)
    return failed('address', `The floating IP ${address} is not attached to it any more.`, {
      next: 'Attach one again.',
      repair: 'attachFloatingIp',
      stops: true,
    });
  const port = site.ports.find(({ id }) => id === ip.portId);
  if (site.parts.ports.state !== 'fresh') return passed('address', `${address} is attached to it.`);
  if (port !== undefined && port.deviceId !== server.id)
    return failed('address', `The floating IP ${address} is attached to something else.`, {
      next: 'Attach one to this server.',
      repair: 'attachFloatingIp',
      stops: true,
    });
  if (port?.fixedIps.some((each) => each.address === ip.fixedAddress) === false)
    return failed(
      'address',
      `The floating IP ${address} leads to ${ip.fixedAddress ?? 'an address'}, which the server does not have.`,
      {
        next: 'Detach it and attach it again.',
        repair: 'attachFloatingIp',
      },
    );
  const dry = withoutRouter(site, port?.networkId);
  if (dry !== undefined)
    return failed('address', `The network ${dry} has no router, so nothing from outside gets in.`, {
      next: ATTACH_ROUTER,
      repair: 'openInHorizon',
    });
  if (ip.status === 'DOWN' || ip.status === 'ERROR')
    return failed(
      'address',
      `The floating IP ${address} is attached but ${ip.status === 'DOWN' ? 'down' : 'in error'}.`,
      {
        next: 'If it stays so for a minute, detach it and attach it again.',
      },
    );
  return passed('address', `${address} is attached to it.`);
}

const ATTACH_ROUTER =
  'Attach the network to a router with a gateway to the public network (Horizon → Network → Routers).';

/** The name of a network of the project that no router is on; of shared ones the routers can't be seen. */
function withoutRouter(site: SiteInventory, networkId: string | undefined): string | undefined {
  const network = site.networks.find(({ id }) => id === networkId);
  if (network === undefined || network.shared || network.projectId !== site.project?.id) return undefined;
  return site.ports.some((each) => each.networkId === network.id && isRouterPort(each.deviceOwner))
    ? undefined
    : network.name;
}

function isRouterPort(owner: string): boolean {
  return owner.startsWith('network:router_') || owner.startsWith('network:ha_router');
}

function withoutAddress(facts: CloudFacts): Rung {
  const { site, server } = facts;
  const gate = wayTo(site, server)?.at(-2)?.server;
  if (gate !== undefined)
    return passed('address', `It has none of its own; the way leads through ${gate.name}.`);
  const blind = unseen('address', facts, 'floatingIps');
  if (blind !== undefined) return blind;
  // Neutron refuses a floating IP there, so to say "attach one" would lead nowhere.
  const networks = site.ports.filter(({ deviceId }) => deviceId === server.id);
  const [dry, ...more] = networks.map(({ networkId }) => withoutRouter(site, networkId));
  if (site.parts.ports.state === 'fresh' && dry !== undefined && !more.includes(undefined))
    return failed('address', `The network ${dry} has no router, so that it can have no public address.`, {
      next: `${ATTACH_ROUTER} Then attach a floating IP.`,
      repair: 'openInHorizon',
      stops: true,
    });
  return failed('address', 'It has no public address, and no server of the same person beside it has one.', {
    next: 'Attach a floating IP to it.',
    repair: 'attachFloatingIp',
    stops: true,
  });
}
