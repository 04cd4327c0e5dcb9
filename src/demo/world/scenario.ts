import { mlflowBench, mlflowFiles, mlflowPrograms, type Bench } from './bench';
import { classmates, type Classmate } from './classmates';
import { hostnameOf } from './hostname';
import { keyPair, withoutComment } from './keyPairs';
import { addCloudNetwork } from './labNetworks';
import { addLease, freeHosts, startLease, type ReservationPlan } from './leases';
import type { LeaseRecord, ProgramName, ServerRecord } from './records';
import { addFloatingIp, addServer, bindFloatingIp } from './servers';
import type { SiteWorld } from './site';
import { addVolume, putObject } from './storage';
import { cutToMinute } from './time';
import { accounts, type World } from './world';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** A VM is up in a moment, a node takes its time. */
const VM_BUILD_MS = 25_000;
const NODE_BUILD_MS = 9 * MINUTE_MS;

/** What the student copied from the server, as it was before they edited it. */
export const studentsFiles = {
  'hello.txt': `Hello from ${hostnameOf(`hello_chameleon-${accounts.student.username}`)}\n`,
} as const;

export interface Keys {
  /** `type base64 comment`: the pair of the person at the keyboard. */
  readonly laptop: string;
  /** The pair that the site's Jupyter made for the student: its private part is nowhere here. */
  readonly jupyter: string;
}

/**
 * An afternoon in week five: the student has done Lab 1's VM, is in the middle of the MLflow lab (its lease ends in
 * less than an hour) and trains with Ray. At CHI@TACC the laptop's key was never imported: the one thing to repair.
 */
export function populate(world: World, keys: Keys): void {
  const [kvm, chi] = [world.site('KVM@TACC'), world.site('CHI@TACC')];
  importKeys(world, keys);
  helloChameleon(world, keys);
  bareMetal(world, chi, keys);
  leftovers(world, kvm, chi);
  for (const classmate of classmates) placeClassmate(world, kvm, chi, classmate);
  world.settle();
}

function importKeys(world: World, keys: Keys): void {
  const { username } = accounts.student;
  for (const site of world.sites) {
    const user = world.userOf(site, 'student');
    site.keyPairs.push(keyPair(user.id, `${username}-jupyter`, keys.jupyter));
    if (site.name === 'KVM@TACC') site.keyPairs.push(keyPair(user.id, `${username}-laptop`, keys.laptop));
  }
}

function helloChameleon(world: World, keys: Keys): void {
  const name = `hello_chameleon-${accounts.student.username}`;
  virtualMachines(world, world.site('KVM@TACC'), {
    lease: name,
    servers: [name],
    username: accounts.student.username,
    flavor: 'm1.small',
    startedAgoMs: 4 * MINUTE_MS,
    lengthMs: 6 * HOUR_MS,
    groups: ['default', 'allow-ssh'],
    authorizedKeys: [keys.jupyter, keys.laptop],
    keyName: `${accounts.student.username}-jupyter`,
    // Written on the server, then edited on the laptop and copied back: what the lab asks for.
    home: { 'hello.txt': `${studentsFiles['hello.txt']}and back from my laptop\n` },
  });
}

/** What outlives leases: a volume and a network of the labs before, models in the object store; a classmate's too. */
function leftovers(world: World, kvm: SiteWorld, chi: SiteWorld): void {
  const { netId, username } = accounts.student;
  const at = world.now() - 50 * HOUR_MS;
  const volume = (name: string, who: string, sizeGb: number): void => {
    addVolume(kvm, { name, sizeGb, type: 'ceph-ssd', userId: kvm.user(who).id, created: at });
  };
  volume(`block-persist-${netId}`, username, 2);
  volume('block-persist-np6789', 'noahpark', 10);
  for (const of of [netId, 'jk7890']) privateNetwork(kvm, of, at);
  const store = (container: string, name: string, content: string): void => {
    const contentType = name.endsWith('.md') ? 'text/markdown' : 'application/octet-stream';
    putObject(chi, container, { name, content: Buffer.from(content), contentType, at });
  };
  const mine = `object-persist-${netId}`;
  store(mine, 'README.md', '# Food-11 on the object store\n');
  for (const kind of ['training', 'validation', 'evaluation'])
    store(mine, `Food-11/${kind}/class_00/0.jpg`, `a picture for ${kind}\n`.repeat(40));
  store('object-persist-lm2345', 'README.md', '# Models\n');
}

/** Lab 2's network as a student leaves it who gave it a gateway, with a router to the outside. */
function privateNetwork(site: SiteWorld, netId: string, created: number): void {
  const network = addCloudNetwork(site, netId, created, '192.168.1.1');
  const id = site.ids.uuid();
  const interfaces = new Map([[site.ids.uuid(), network]]);
  site.routers.set(id, {
    id,
    name: `router_cloud_${netId}`,
    gateway: site.publicNetwork,
    created,
    interfaces,
  });
}

function bareMetal(world: World, site: SiteWorld, keys: Keys): void {
  const { netId, username } = accounts.student;
  const common = {
    username,
    nodeType: 'gpu_mi100',
    keyName: `${username}-jupyter`,
    image: 'CC-Ubuntu24.04-ROCm',
    // The laptop's key was put there by hand, from Jupyter: the site itself doesn't know it.
    authorizedKeys: [keys.jupyter, keys.laptop],
  } as const;
  node(world, site, {
    ...common,
    lease: `mlflow_${netId}`,
    server: `node-mlflow-${netId}`,
    // Three hours, as the lab allows.
    startedAgoMs: 2 * HOUR_MS + 6 * MINUTE_MS,
    leftMs: 52 * MINUTE_MS,
    programs: new Map(mlflowPrograms),
    home: { 'README.md': '# MLflow lab\nThe tracking server listens on port 8000.\n', ...mlflowFiles },
    bench: mlflowBench,
  });
  node(world, site, {
    ...common,
    lease: `mltrain_${netId}`,
    server: `node-mltrain-${netId}`,
    startedAgoMs: 40 * MINUTE_MS,
    leftMs: 5 * HOUR_MS + 20 * MINUTE_MS,
    programs: new Map([[8265, 'ray']]),
    home: { 'README.md': '# Ray lab\nThe dashboard listens on port 8265.\n' },
  });
}

function placeClassmate(world: World, kvm: SiteWorld, chi: SiteWorld, mate: Classmate): void {
  const { netId, username } = mate;
  const common = { username, keyName: `${username}-jupyter`, authorizedKeys: [] };
  const lab1 = `hello_chameleon-${username}`;
  if (mate.lab1 !== undefined)
    virtualMachines(world, kvm, {
      ...common,
      lease: lab1,
      servers: mate.lab1.ended === true ? [] : [lab1],
      flavor: 'm1.small',
      startedAgoMs: mate.lab1.startedAgoMs,
      lengthMs: 6 * HOUR_MS,
      groups: mate.lab1.closed === true ? ['default'] : ['default', 'allow-ssh'],
    });
  if (mate.lab2 !== undefined)
    virtualMachines(world, kvm, {
      ...common,
      lease: `lease1_cloud_${netId}`,
      servers: [1, 2, 3].map((number) => `node${number}-cloud-${netId}`),
      flavor: 'm1.medium',
      startedAgoMs: mate.lab2.startedAgoMs,
      lengthMs: 8 * HOUR_MS,
      groups: ['default', 'allow-ssh', 'allow-http-80'],
    });
  if (mate.node !== undefined)
    node(world, chi, {
      ...common,
      lease: `${mate.node.lab}_${netId}`,
      server: `node-${mate.node.lab}-${netId}`,
      nodeType: mate.node.nodeType,
      image: 'CC-Ubuntu24.04',
      startedAgoMs: mate.node.startedAgoMs,
      leftMs: 3 * HOUR_MS,
    });
  if (mate.idleAddress === true) {
    const created = world.now() - 26 * HOUR_MS;
    addFloatingIp(kvm, { created, description: `hello_chameleon ${netId}` });
  }
}

interface VirtualMachines {
  readonly lease: string;
  readonly servers: readonly string[];
  readonly username: string;
  readonly flavor: string;
  readonly startedAgoMs: number;
  readonly lengthMs: number;
  readonly groups: readonly string[];
  readonly keyName: string;
  readonly authorizedKeys: readonly string[];
  readonly home?: Readonly<Record<string, string>>;
}

/** A lease of a flavor and its servers; the first of them has the public address. */
function virtualMachines(world: World, site: SiteWorld, of: VirtualMachines): void {
  const start = cutToMinute(world.now() - of.startedAgoMs);
  const flavor = site.flavor(of.flavor);
  const lease = begin(site, {
    ...of,
    start,
    end: start + of.lengthMs,
    reservation: { type: 'flavor:instance', flavor, amount: Math.max(1, of.servers.length) },
  });
  const reserved = site.flavors.get(lease.reservations[0]?.id ?? '');
  const created = lease.created + MINUTE_MS;
  const servers = of.servers.map((name) =>
    addServer(site, {
      name,
      user: site.user(of.username),
      keyName: of.keyName,
      image: site.image('CC-Ubuntu24.04'),
      flavor: reserved ?? flavor,
      host: undefined,
      lease,
      networks: [site.network('sharednet1')],
      securityGroups: of.groups.map((group) => site.group(group)),
      created,
      buildMs: VM_BUILD_MS,
      authorizedKeys: of.authorizedKeys.map(withoutComment),
      hostKey: world.makeHostKey(),
      ...(of.home === undefined ? {} : { home: of.home }),
    }),
  );
  giveAddress(site, servers[0], created + MINUTE_MS);
}

interface Node {
  readonly lease: string;
  readonly server: string;
  readonly username: string;
  readonly nodeType: string;
  readonly image: string;
  readonly startedAgoMs: number;
  readonly leftMs: number;
  readonly keyName: string;
  readonly authorizedKeys: readonly string[];
  readonly programs?: ReadonlyMap<number, ProgramName>;
  readonly home?: Readonly<Record<string, string>>;
  /** Made for the server's public address. */
  readonly bench?: (address: string) => Bench;
}

/** A lease of one bare-metal node with its server and public address. */
function node(world: World, site: SiteWorld, of: Node): void {
  const start = cutToMinute(world.now() - of.startedAgoMs);
  // Never less than said: an end is a whole minute, and the demo may start late in one.
  const end = cutToMinute(world.now() + of.leftMs + MINUTE_MS - 1);
  const host = freeHosts(site, start, end).find((each) => each.nodeType === of.nodeType);
  if (host === undefined) return;
  const resourceProperties = JSON.stringify(['==', '$node_type', of.nodeType]);
  const lease = begin(site, {
    ...of,
    start,
    end,
    reservation: { type: 'physical:host', min: 1, max: 1, resourceProperties, hosts: [host] },
  });
  const created = lease.created + MINUTE_MS;
  const server = addServer(site, {
    name: of.server,
    user: site.user(of.username),
    keyName: of.keyName,
    image: site.image(of.image),
    flavor: site.flavor('baremetal'),
    host,
    lease,
    networks: [site.network('sharednet1')],
    securityGroups: [],
    created,
    buildMs: NODE_BUILD_MS,
    authorizedKeys: of.authorizedKeys.map(withoutComment),
    hostKey: world.makeHostKey(),
    ...(of.programs === undefined ? {} : { programs: of.programs }),
    ...(of.home === undefined ? {} : { home: of.home }),
  });
  const address = giveAddress(site, server, created + MINUTE_MS);
  if (address !== undefined) server.bench = of.bench?.(address);
}

function begin(
  site: SiteWorld,
  of: {
    readonly lease: string;
    readonly username: string;
    readonly start: number;
    readonly end: number;
    readonly reservation: ReservationPlan;
  },
): LeaseRecord {
  const lease = addLease(site, {
    name: of.lease,
    userId: site.user(of.username).id,
    start: of.start,
    end: of.end,
    created: of.start,
    reservations: [of.reservation],
  });
  startLease(site, lease, of.start);
  return lease;
}

function giveAddress(site: SiteWorld, server: ServerRecord | undefined, created: number): string | undefined {
  const port = server?.ports[0];
  if (port === undefined) return undefined;
  const ip = addFloatingIp(site, { created });
  bindFloatingIp(ip, port, created);
  return ip.address;
}
