import { keyPair, withoutComment } from './keyPairs';
import { cloudPorts } from './labNetworks';
import type { LeaseRecord, PortRecord, ServerRecord } from './records';
import { addFloatingIp, addServer, bindFloatingIp } from './servers';
import type { SiteWorld } from './site';
import { accounts, type World } from './world';

const KEY_PAIR = 'id_rsa_chameleon';

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
  const ports = cloudPorts(world);
  const publicKey = importedKey(world, site);
  const leases = [first, second, second];
  const servers = names.map((name, at) =>
    cloudServer(world, site, {
      name,
      own: ports.find((port) => port.name === `port${at + 1}_${netId}` && port.deviceId === ''),
      lease: leases[at] ?? second,
      publicKey,
    }),
  );
  const port = servers[0]?.ports[0];
  const ip = addFloatingIp(site, { created: world.now(), description: `Cloud IP for ${netId}` });
  bindFloatingIp(ip, port, world.now());
  world.settle();
  return undefined;
}

function activeLease(site: SiteWorld, name: string): LeaseRecord | undefined {
  return [...site.leases.values()].find((lease) => lease.name === name && lease.status === 'ACTIVE');
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
    /** Its port on the lab's own network. */
    readonly own: PortRecord | undefined;
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
    networks: [site.network('sharednet1'), ...(of.own === undefined ? [] : [of.own])],
    securityGroups: groups,
    created: world.now(),
    buildMs: 0,
    authorizedKeys: [withoutComment(of.publicKey)],
    hostKey: world.makeHostKey(),
  });
}
