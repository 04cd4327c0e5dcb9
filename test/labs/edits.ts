import type { CommandResult } from '../../src/ssh';
import { idOf } from './wire';
import {
  must,
  type Change,
  type Down,
  type PlainInventory,
  type PlainLease,
  type PlainServer,
  type RightWorld,
} from './world';

/** Changes of a world whose one server is the host `node`. */
export const HOST = 'node';

export const lease = (world: RightWorld): PlainLease => must(world.inventory?.leases?.[0]);
export const server = (world: RightWorld): PlainServer => must(world.inventory?.servers?.[0]);

/** A change of the lease, of the server. */
export const ofLease =
  (change: Partial<PlainLease>): Change =>
  (world) => {
    Object.assign(lease(world), change);
  };
export const ofServer =
  (change: Partial<PlainServer>): Change =>
  (world) => {
    Object.assign(server(world), change);
  };

/** The person has no key pairs at the sites. */
export const noKeys: Change = (world) => {
  must(world.inventory).keyPairs = [];
};

/** The first floating IP is bound to nothing. */
export const unbound: Change = (world) => {
  delete must(world.inventory?.floatingIps?.[0]).server;
};

/** The command of a check gives another answer. */
export const says =
  (id: string, answer: string | Partial<CommandResult> | Down): Change =>
  (world) => {
    must(world.ssh?.[HOST])[`#${id}`] = answer;
  };

/** The command of a check fails. */
export const failsWith = (id: string, exit: number, stderr = '', stdout = ''): Change =>
  says(id, { exit, stdout, stderr });

/** A page gives another answer. */
export const shows =
  (page: string, answer: unknown): Change =>
  (world) => {
    must(world.pages?.[HOST])[page] = answer;
  };

/** Nothing listens on a port any more. */
export const hushes =
  (port: number): Change =>
  (world) => {
    const pages = must(world.pages?.[HOST]);
    for (const key of Object.keys(pages)) if (key.startsWith(`${port} `)) delete pages[key];
  };

/** A service of a site gives another answer. */
export const cloudSays =
  (site: string, path: string, body: unknown): Change =>
  (world) => {
    world.openstack = { ...world.openstack, [site]: { ...world.openstack?.[site], [path]: body } };
  };

export const all =
  (...changes: readonly Change[]): Change =>
  (world) => {
    for (const change of changes) change(world);
  };

/** A saved notebook is another. */
export const holds =
  (path: string, saved: unknown): Change =>
  (world) => {
    must(world.notebooks?.[HOST])[path] = saved;
  };

export const KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'k3yB0dy'.repeat(6)} alex@laptop`;

/** What a person has in a lab of one server: its lease, its address and the key of their laptop. */
export const oneServer = (lease: PlainLease, server: PlainServer, address: string): PlainInventory => ({
  leases: [lease],
  servers: [{ ...server, lease: lease.name }],
  floatingIps: [{ address, server: server.name }],
  keyPairs: [{ name: 'laptop', publicKey: KEY }],
});

/** The world once all of that is deleted but the keys; it is named for that. */
export const deleted = (world: RightWorld, after: string, site: string, address: string): RightWorld => ({
  ...world,
  name: 'deleted',
  after,
  inventory: { keyPairs: must(world.inventory?.keyPairs) },
  openstack: { [site]: { [addressPath(address)]: released } },
  ssh: {},
  pages: {},
  notebooks: {},
  passes: 'all',
});

/** The address did not go back to the pool: it is idle, or bound to the same server. */
export const keptAddress = (site: string, address: string): Change =>
  cloudSays(site, addressPath(address), {
    floatingip: {
      id: idOf('floatingip', address),
      floating_ip_address: address,
      port_id: null,
      port_details: null,
    },
  });

/** Where Neutron tells of one floating IP. */
const addressPath = (address: string): string => `network /v2.0/floatingips/${idOf('floatingip', address)}`;

/** What Neutron says of an address that went back to the pool. */
const released = {
  status: 404,
  body: {
    NeutronError: { type: 'FloatingIPNotFound', message: 'Floating IP could not be found.', detail: '' },
  },
};
