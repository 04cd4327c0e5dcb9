import { keyPair, withoutComment } from './keyPairs';
import type { LeaseRecord, NetworkRecord, ServerRecord } from './records';
import { addFloatingIp, addServer, bindFloatingIp } from './servers';
import type { SiteWorld } from './site';
import { accounts, type World } from './world';

const KEY_PAIR = 'id_rsa_chameleon';

/** Lab 2's own network. @param gateway the lab wants none */
export function addPrivateNetwork(
  site: SiteWorld,
  netId: string,
  created: number,
  gateway?: string,
): NetworkRecord {
  const network: NetworkRecord = {
    id: site.ids.uuid(),
    name: `private_cloud_net_${netId}`,
    ownerProjectId: site.project.id,
    external: false,
    shared: false,
    created,
    subnet: {
      id: site.ids.uuid(),
      name: `private_cloud_subnet_${netId}`,
      cidr: '192.168.1.0/24',
      gateway,
      pool: { start: '192.168.1.2', end: '192.168.1.254' },
    },
  };
  site.networks.push(network);
  return network;
}

/**
 * What Lab 2 has one do in Horizon and in the notebook, on leases that are there: key, network, ports, three servers
 * and an address.
 * @returns what is in the way; undefined: it is done
 */
export function provisionCloudLab(world: World): string | undefined {
  world.settle(); // a lease that begins now may have just been asked for
  const site = world.site('KVM@TACC');
  const { netId } = accounts.student;
  const [first, second] = [1, 2].map((number) => activeLease(site, `lease${number}_cloud_${netId}`));
  if (first === undefined || second === undefined)
    return `reserve first: lease${first === undefined ? 1 : 2}_cloud_${netId} is not active`;
  const names = [1, 2, 3].map((number) => `node${number}-cloud-${netId}`);
  if ([...site.servers.values()].some(({ name }) => names.includes(name)))
    return 'the three servers are there: log in to node1 and play there';
  removeOldNetwork(site, `private_cloud_net_${netId}`);
  const network = addPrivateNetwork(site, netId, world.now());
  const publicKey = importedKey(world, site);
  const leases = [first, second, second];
  const servers = names.map((name, at) =>
    cloudServer(world, site, { name, at, network, lease: leases[at] ?? second, publicKey }),
  );
  const port = servers[0]?.ports.find((each) => each.network !== network);
  const ip = addFloatingIp(site, { created: world.now(), description: `Cloud IP for ${netId}` });
  bindFloatingIp(ip, port, world.now());
  world.settle();
  return undefined;
}

function activeLease(site: SiteWorld, name: string): LeaseRecord | undefined {
  return [...site.leases.values()].find((lease) => lease.name === name && lease.status === 'ACTIVE');
}

/** Of an earlier try, with a gateway: no two may have the name. */
function removeOldNetwork(site: SiteWorld, name: string): void {
  const old = site.networks.find((network) => network.name === name);
  if (old === undefined) return;
  for (const router of site.routers.values())
    if ([...router.interfaces.values()].includes(old)) site.routers.delete(router.id);
  site.networks.splice(site.networks.indexOf(old), 1);
}

/** The laptop's key, under the name that the lab has for it. */
function importedKey(world: World, site: SiteWorld): string {
  const { id } = world.userOf(site, 'student');
  const mine = site.keyPairs.filter(({ userId }) => userId === id);
  const key = mine.find(({ name }) => !name.endsWith('-jupyter')) ?? mine[0];
  if (!mine.some(({ name }) => name === KEY_PAIR))
    site.keyPairs.push(keyPair(id, KEY_PAIR, key?.publicKey ?? ''));
  return key?.publicKey ?? '';
}

function cloudServer(
  world: World,
  site: SiteWorld,
  of: {
    readonly name: string;
    readonly at: number;
    readonly network: NetworkRecord;
    readonly lease: LeaseRecord;
    readonly publicKey: string;
  },
): ServerRecord {
  const groups = ['default', 'allow-ssh', 'allow-http-80'].map((name) => site.group(name));
  const reserved = site.flavors.get(of.lease.reservations[0]?.id ?? '');
  return addServer(site, {
    name: of.name,
    user: world.userOf(site, 'student'),
    keyName: KEY_PAIR,
    image: site.image('CC-Ubuntu24.04'),
    flavor: reserved ?? site.flavor('m1.medium'),
    host: undefined,
    lease: of.lease,
    networks: [site.network('sharednet1')],
    madePorts: [
      {
        network: of.network,
        name: `port${of.at + 1}_${accounts.student.netId}`,
        address: `192.168.1.${11 + of.at}`,
      },
    ],
    securityGroups: groups,
    created: world.now(),
    buildMs: 0,
    authorizedKeys: [withoutComment(of.publicKey)],
    hostKey: world.makeHostKey(),
  });
}
