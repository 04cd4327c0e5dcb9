import { endLease, startLease } from './leases';
import { finishBuild, settleFloatingIps } from './servers';
import type { SiteWorld } from './site';

/** Lets everything happen that is due: leases start and end in the order of time, servers come up. */
export function settle(site: SiteWorld, now: number): void {
  for (let next = nextEvent(site); next !== undefined && next.time <= now; next = nextEvent(site)) next.run();
  settleFloatingIps(site);
}

/** When something happens next by itself, ms since 1970; `undefined`: nothing is planned. */
export function nextEventTime(site: SiteWorld): number | undefined {
  return nextEvent(site)?.time;
}

interface Event {
  readonly time: number;
  readonly run: () => void;
}

function nextEvent(site: SiteWorld): Event | undefined {
  return [...leaseEvents(site), ...builds(site)].sort((a, b) => a.time - b.time)[0];
}

function leaseEvents(site: SiteWorld): Event[] {
  return [...site.leases.values()].flatMap((lease): Event[] => {
    switch (lease.status) {
      case 'PENDING':
        return [
          {
            // A lease that starts "now" was cut to its minute: it can't have started before it was asked for.
            time: Math.max(lease.start, lease.created),
            run: () => {
              startLease(site, lease, Math.max(lease.start, lease.created));
            },
          },
        ];
      case 'ACTIVE':
      case 'ERROR':
        return [
          {
            time: lease.end,
            run: () => {
              endLease(site, lease, lease.end);
            },
          },
        ];
      case 'TERMINATED':
        return [];
    }
  });
}

function builds(site: SiteWorld): Event[] {
  return [...site.servers.values()]
    .filter((server) => server.status === 'BUILD')
    .map((server) => ({
      time: server.readyAt,
      run: () => {
        finishBuild(server);
      },
    }));
}
