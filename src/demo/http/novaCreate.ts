import * as v from 'valibot';
import { withoutComment } from '../world/keyPairs';
import { addServer } from '../world/servers';
import type {
  FlavorRecord,
  HostRecord,
  LeaseRecord,
  NetworkRecord,
  PortRecord,
  SecurityGroupRecord,
} from '../world/records';
import type { SiteWorld } from '../world/site';
import type { World } from '../world/world';
import { Fault, type Reply, type SignedCall } from './api';
import { serverBrief } from './novaShapes';

const Interface = v.object({ uuid: v.optional(v.string()), port: v.nullish(v.string()) });
const NewServer = v.object({
  server: v.object({
    name: v.pipe(v.string(), v.nonEmpty()),
    flavorRef: v.string(),
    imageRef: v.string(),
    key_name: v.optional(v.nullable(v.string())),
    networks: v.optional(v.union([v.literal('auto'), v.array(Interface)]), 'auto'),
    security_groups: v.optional(v.array(v.object({ name: v.string() })), []),
    user_data: v.optional(v.pipe(v.string(), v.base64(), v.maxLength(65_535))),
  }),
  'os:scheduler_hints': v.optional(v.object({ reservation: v.optional(v.string()) }), {}),
});

/** A VM is up in a moment; a node takes ten minutes and more on the testbed, one here. */
const BUILD_MS = { kvm: 5_000, baremetal: 60_000 } as const;
/** With the pointer that Chameleon adds. */
const NO_VALID_HOST =
  'No valid host was found. There are not enough hosts available. ' +
  'See https://bit.ly/faq-instance-failure for common causes.';

/**
 * `POST /servers`. As on the testbed a wrong or missing reservation is accepted (202), and the server then ends in
 * ERROR with "No valid host was found".
 */
export function createServer(site: SiteWorld, world: World, call: SignedCall): Reply {
  const read = v.safeParse(NewServer, call.body);
  if (!read.success)
    throw new Fault(
      400,
      'Invalid input for field/attribute server: a required property is missing or wrong.',
    );
  const { server: asked, 'os:scheduler_hints': hints } = read.output;
  const { user } = call.token.credential;
  const keys = site.keyPairs.filter((pair) => pair.userId === user.id);
  const keyName = asked.key_name ?? undefined;
  if (keyName !== undefined && !keys.some((pair) => pair.name === keyName))
    throw new Fault(400, 'Invalid key_name provided.');
  const image = site.images.find((each) => each.id === asked.imageRef);
  if (image === undefined) throw new Fault(400, `Image ${asked.imageRef} could not be found.`);
  const flavor = site.flavors.get(asked.flavorRef);
  if (flavor === undefined) throw new Fault(400, `Flavor ${asked.flavorRef} could not be found.`);
  const place = site.kind === 'kvm' ? placeOnFlavor(site, flavor) : placeOnHost(site, hints.reservation);
  const securityGroups = groupsOf(site, asked.security_groups);
  const server = addServer(site, {
    name: asked.name,
    user,
    keyName,
    image,
    flavor,
    host: place?.host,
    lease: place?.lease,
    networks: networksOf(site, asked.networks),
    securityGroups,
    created: world.now(),
    buildMs: BUILD_MS[site.kind],
    ...(place === undefined ? { fault: NO_VALID_HOST } : {}),
    // At boot a node of the testbed takes all key pairs that the person has at the site.
    authorizedKeys: keys.map((pair) => withoutComment(pair.publicKey)),
    hostKey: world.makeHostKey(),
    userData: asked.user_data,
  });
  const { id, links } = serverBrief(server, call.base);
  return {
    status: 202,
    body: {
      server: {
        id,
        links,
        'OS-DCF:diskConfig': 'MANUAL',
        security_groups: securityGroups.map(({ name }) => ({ name })),
        adminPass: site.ids.secret().slice(0, 12),
      },
    },
    headers: { Location: `${call.base}/v2.1/servers/${id}` },
  };
}

interface Place {
  readonly lease: LeaseRecord;
  readonly host: HostRecord | undefined;
}

/** VMs: the flavor is the reservation, for as many servers as it was made for. */
function placeOnFlavor(site: SiteWorld, flavor: FlavorRecord): Place | undefined {
  for (const lease of site.leases.values())
    for (const reservation of lease.reservations)
      if (reservation.type === 'flavor:instance' && reservation.id === flavor.id) {
        const used = [...site.servers.values()].filter((server) => server.flavor.id === flavor.id).length;
        return used < reservation.amount ? { lease, host: undefined } : undefined;
      }
  return undefined;
}

/** Nodes: the hint names a running reservation, with a node that has no server yet. */
function placeOnHost(site: SiteWorld, reservationId: string | undefined): Place | undefined {
  const used = new Set([...site.servers.values()].map((server) => server.host));
  for (const lease of site.leases.values())
    for (const reservation of lease.reservations)
      if (reservation.type === 'physical:host' && reservation.id === reservationId) {
        const host = reservation.hosts.find((each) => !used.has(each));
        return reservation.status === 'active' && host !== undefined ? { lease, host } : undefined;
      }
  return undefined;
}

/** Networks, and ports that were made before: of both given the port counts. */
function networksOf(
  site: SiteWorld,
  asked: 'auto' | readonly v.InferOutput<typeof Interface>[],
): (NetworkRecord | PortRecord)[] {
  if (asked === 'auto') return [site.network('sharednet1')];
  const ports = asked.flatMap(({ port }) => port ?? []);
  const twice = ports.find((id, at) => ports.indexOf(id) !== at);
  if (twice !== undefined)
    throw new Fault(400, `Port ID '${twice}' was specified twice: you cannot attach a port multiple times.`);
  return asked.map(({ uuid, port }) => (port ? portToBind(site, port) : networkToJoin(site, uuid)));
}

function portToBind(site: SiteWorld, id: string): PortRecord {
  const port = site.ports.get(id);
  if (port === undefined) throw new Fault(400, `Port id ${id} could not be found.`);
  if (port.deviceId !== '') throw new Fault(409, `Port ${id} is still in use.`);
  if (port.address === undefined) throw new Fault(400, `Port ${id} requires a FixedIP in order to be used.`);
  return port;
}

function networkToJoin(site: SiteWorld, id: string | undefined): NetworkRecord {
  if (id === undefined) throw new Fault(400, "Bad network format: missing 'uuid'");
  const network = site.networks.find((each) => each.id === id);
  if (network === undefined) throw new Fault(400, `Network ${id} could not be found.`);
  if (network.subnet === undefined)
    throw new Fault(400, `Network ${id} requires a subnet in order to boot instances on.`);
  return network;
}

/** Nova puts `default` where nothing is asked for. */
function groupsOf(site: SiteWorld, asked: readonly { readonly name: string }[]): SecurityGroupRecord[] {
  const names = asked.length === 0 ? ['default'] : asked.map(({ name }) => name);
  return names.map((name) => {
    const group = [...site.securityGroups.values()].find((each) => each.name === name || each.id === name);
    if (group === undefined) throw new Fault(400, `Unable to find security_group with name or id '${name}'`);
    return group;
  });
}
