import { attention, belongsTo, me, personNamed, type Inventory, type RawParts } from '../../../src/chameleon';
import { resourceRows, type Grouping } from '../../../src/extension/rows/resources';
import type { Row } from '../../../src/extension/rows/row';
import {
  floatingIp,
  HOUR,
  lease,
  ME,
  network,
  now,
  onLease,
  port,
  reservation,
  server,
  volume,
} from '../chameleon/world';

/** A class in full: 200 leases, 600 servers (three a lease), 300 floating IPs, of 190 people and me. */
export function bulkClass(): Partial<RawParts> {
  const netId = (at: number): string => (at === 0 ? 'ab1234' : `ks${String(1000 + (at % 190))}`);
  const user = (at: number): string => (at === 0 ? ME : `u-${at % 190}`);
  const leases = count(200, (at) =>
    lease({
      id: `l${at}`,
      name: `lease1_cloud_${netId(at)}`,
      userId: user(at),
      start: now - HOUR,
      end: now + (at + 1) * 60_000,
      reservations: [reservation({ id: `r-l${at}`, amount: 3 })],
    }),
  );
  const servers = count(600, (at) => {
    const of = Math.floor(at / 3);
    return server({
      id: `s${at}`,
      name: `node${(at % 3) + 1}-cloud-${netId(of)}`,
      userId: user(of),
      flavor: onLease(`l${of}`),
      keyName: `key-${of}`,
      addresses: [
        {
          network: 'sharednet1',
          address: `10.56.${Math.floor(at / 250)}.${at % 250}`,
          version: 4,
          kind: 'fixed',
          mac: undefined,
        },
        ...(at % 3 === 0
          ? ([
              { network: 'sharednet1', address: ip(of), version: 4, kind: 'floating', mac: undefined },
            ] as const)
          : []),
      ],
    });
  });
  const ports = servers.map((each) =>
    port({ id: `p-${each.id}`, deviceId: each.id, deviceOwner: 'compute:nova' }),
  );
  const floatingIps = count(300, (at) =>
    at < 200
      ? floatingIp({ id: `f${at}`, address: ip(at), portId: `p-s${at * 3}`, serverId: `s${at * 3}` })
      : floatingIp({ id: `f${at}`, address: ip(at), created: now - 30 * HOUR, description: netId(at) }),
  );
  return {
    leases,
    servers,
    ports,
    floatingIps,
    volumes: count(100, (at) =>
      volume({
        id: `v${at}`,
        name: `block-persist-${netId(at)}`,
        userId: user(at),
        created: now - 50 * HOUR,
      }),
    ),
    networks: count(150, (at) => network({ id: `n${at}`, name: `private_cloud_net_${netId(at)}` })),
    objectContainers: count(150, (at) => ({ name: `object-persist-${netId(at)}`, count: 3, bytes: 5_000 })),
  };
}

function ip(at: number): string {
  return `129.114.${26 + Math.floor(at / 250)}.${at % 250}`;
}

function count<T>(amount: number, make: (at: number) => T): T[] {
  return Array.from({ length: amount }, (_, at) => make(at));
}

/** The rows of the Resources view for that class. */
export function rowsOf(
  inventory: Inventory,
  grouping: Grouping,
  whose: 'mine' | 'everyone' | 'ks1042',
): readonly Row[] {
  const person = whose === 'mine' ? me(inventory) : personNamed(inventory, whose);
  return resourceRows({
    inventory,
    shows: (site, resource) =>
      whose === 'everyone' ||
      (person !== undefined && belongsTo(inventory, site.site.name, resource, person)),
    showsOwner: () => whose === 'everyone',
    filter: () => undefined,
    grouping,
    attention: (site) => attention(site, { now, expectedHours: () => 5 }),
    services: () => [],
    demo: new Set(),
    now,
  });
}
