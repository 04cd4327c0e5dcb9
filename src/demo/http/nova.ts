import * as v from 'valibot';
import { fingerprintOf } from '../world/keyPairs';
import type { World } from '../world/world';
import type { KeyPairRecord } from '../world/records';
import type { SiteWorld } from '../world/site';
import { Fault, ok, open, signed, wanted, type Api, type Route, type SignedCall } from './api';
import { flavorShape, keyPairShape, type ShapeAt } from './novaShapes';
import { serverRoutes } from './novaServers';
import { usage } from './novaUsage';
import { minorOf, versionHeaders, versions } from './novaVersion';

const FAULT_NAMES: Readonly<Record<number, string>> = {
  400: 'badRequest',
  403: 'forbidden',
  404: 'itemNotFound',
  409: 'conflictingRequest',
  501: 'notImplemented',
};

const NewKeyPair = v.object({
  keypair: v.object({ name: v.pipe(v.string(), v.nonEmpty()), public_key: v.string() }),
});

/** Nova, as much of it as a course needs. */
export function nova(site: SiteWorld, world: World): Api {
  const at = (call: SignedCall): ShapeAt => ({ site, base: call.base, minor: minorOf(site, call) });
  return {
    name: 'nova',
    fault: (fault) => ({
      status: fault.status,
      body: {
        [FAULT_NAMES[fault.status] ?? 'computeFault']: { code: fault.status, message: fault.message },
      },
    }),
    headers: versionHeaders,
    routes: [
      open('GET', '/', (call) => ok({ versions: versions(site, call.base) })),
      open('GET', '/v2.1', (call) => ok({ version: versions(site, call.base)[1] })),
      ...serverRoutes(site, world),
      signed('GET', '/v2.1/flavors/detail', (call) =>
        ok({ flavors: visibleFlavors(site, call).map((flavor) => flavorShape(flavor, at(call))) }),
      ),
      signed('GET', '/v2.1/flavors/:id', (call, id) => {
        const flavor = wanted(site.flavors.get(id), `Flavor ${id} could not be found.`);
        return ok({ flavor: flavorShape(flavor, at(call)) });
      }),
      signed('GET', '/v2.1/os-keypairs', (call) =>
        ok({ keypairs: keyPairsOf(site, call).map((pair) => keyPairShape(pair, minorOf(site, call))) }),
      ),
      signed('GET', '/v2.1/os-keypairs/:name', (call, name) => {
        const { keypair } = keyPairShape(keyPairNamed(site, call, name), minorOf(site, call));
        return ok({ keypair: { ...keypair, user_id: call.token.credential.user.id } });
      }),
      signed('POST', '/v2.1/os-keypairs', (call) => {
        const pair = importKeyPair(site, call);
        const minor = minorOf(site, call);
        // The type and the 201 came with 2.2.
        return { status: minor >= 2 ? 201 : 200, body: keyPairShape(pair, minor) };
      }),
      signed('DELETE', '/v2.1/os-keypairs/:name', (call, name) => {
        site.keyPairs.splice(site.keyPairs.indexOf(keyPairNamed(site, call, name)), 1);
        return { status: minorOf(site, call) >= 2 ? 204 : 202 };
      }),
      signed('GET', '/v2.1/limits', () => ok({ limits: { rate: [], absolute: absoluteLimits(site) } })),
      signed('GET', '/v2.1/os-simple-tenant-usage/:project', (call, project) =>
        usage(site, call, project, world.now()),
      ),
    ].map((route) => versioned(site, route)),
  };
}

/** The asked microversion is looked at before anything else, but after who asks. */
function versioned(site: SiteWorld, route: Route): Route {
  return {
    ...route,
    run: (call, ...ids) => {
      if (call.token !== undefined) minorOf(site, call);
      return route.run(call, ...ids);
    },
  };
}

/** Flavors of reservations are private: they show when `is_public=None` is asked, or to who has been given access. */
function visibleFlavors(site: SiteWorld, call: SignedCall): SiteFlavor[] {
  const which = (call.query.get('is_public') ?? '').toLowerCase();
  return [...site.flavors.values()].filter((flavor) => which === 'none' || flavor.public);
}
type SiteFlavor = SiteWorld['flavors'] extends Map<string, infer Flavor> ? Flavor : never;

/** Key pairs belong to a person, not to the project. */
function keyPairsOf(site: SiteWorld, call: SignedCall): KeyPairRecord[] {
  return site.keyPairs.filter((pair) => pair.userId === call.token.credential.user.id);
}

function importKeyPair(site: SiteWorld, call: SignedCall): KeyPairRecord {
  const read = v.safeParse(NewKeyPair, call.body);
  if (!read.success)
    throw new Fault(400, "Invalid input for field/attribute keypair. 'public_key' is a required property");
  const { name, public_key: publicKey } = read.output.keypair;
  if (keyPairsOf(site, call).some((pair) => pair.name === name))
    throw new Fault(409, `Key pair '${name}' already exists.`);
  const fingerprint = fingerprintOf(publicKey);
  if (fingerprint === undefined)
    throw new Fault(400, 'Keypair data is invalid: failed to generate fingerprint');
  const pair = { name, userId: call.token.credential.user.id, publicKey: publicKey.trim(), fingerprint };
  site.keyPairs.push(pair);
  return pair;
}

function keyPairNamed(site: SiteWorld, call: SignedCall, name: string): KeyPairRecord {
  return wanted(
    keyPairsOf(site, call).find((each) => each.name === name),
    `Keypair ${name} not found for user ${call.token.credential.user.id}`,
  );
}

function absoluteLimits(site: SiteWorld): object {
  const servers = [...site.servers.values()];
  const sum = (of: (server: (typeof servers)[number]) => number): number =>
    servers.reduce((total, server) => total + of(server), 0);
  const most = site.kind === 'kvm' ? { instances: 400, cores: 1600, ram: 3_276_800 } : undefined;
  return {
    maxTotalInstances: most?.instances ?? -1,
    maxTotalCores: most?.cores ?? -1,
    maxTotalRAMSize: most?.ram ?? -1,
    maxServerMeta: 128,
    maxImageMeta: 128,
    maxPersonality: 5,
    maxPersonalitySize: 10_240,
    maxTotalKeypairs: 100,
    maxServerGroups: 10,
    maxServerGroupMembers: 10,
    maxTotalFloatingIps: -1,
    maxSecurityGroups: -1,
    maxSecurityGroupRules: -1,
    totalRAMUsed: sum((server) => server.flavor.ramMb),
    totalCoresUsed: sum((server) => server.flavor.vcpus),
    totalInstancesUsed: servers.length,
    totalFloatingIpsUsed: 0,
    totalSecurityGroupsUsed: 0,
    totalServerGroupsUsed: 0,
  };
}
