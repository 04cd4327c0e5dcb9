import type { Inventory, OwnedServer, SiteInventory } from '../chameleon';
import type { Reservation } from '../openstack';
import { namesOf } from './bind';
import type { Lab, LabVariant, Only } from './types';

/** The lab as it is in one of its variants: only what belongs to it, at its sites. Without a key: as it is. */
export function inVariant(lab: Lab, key: string | undefined): Lab {
  const variant = key === undefined ? undefined : lab.variants[key];
  if (key === undefined || variant === undefined) return lab;
  const belongs = ({ only }: { readonly only?: Only }): boolean => only === undefined || only.includes(key);
  const those = <T extends { readonly only: Only }>(room: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(room).filter(([, each]) => belongs(each)));
  return {
    ...lab,
    sites: variant.sites,
    hosts: those(lab.hosts),
    services: those(lab.services),
    keepFiles: lab.keepFiles.filter(belongs),
    reserve: lab.reserve.filter(belongs),
    launch: lab.launch.filter(belongs),
    steps: lab.steps
      .filter(belongs)
      .map((step) => ({
        ...step,
        checks: step.checks
          .filter(belongs)
          .map((check) => ({ ...check, expect: check.expect.filter(belongs) })),
      }))
      .filter((step) => step.checks.length > 0),
  };
}

/** Which variant a run is about; `told` false: nothing tells, so what differs between them can't be judged. */
export function variantInForce(
  lab: Lab,
  given: string | undefined,
  fitting: readonly string[],
  kept: string | undefined,
): { readonly key: string | undefined; readonly told: boolean } {
  const keys = Object.keys(lab.variants);
  const told = [given, fitting[0], kept].find((key) => key !== undefined && keys.includes(key));
  return { key: told ?? keys[0], told: told !== undefined || keys.length === 0 };
}

/** The ids of checks that the variants share to the letter, at the same sites. */
export function sharedChecks(lab: Lab): ReadonlySet<string> {
  const ways = Object.keys(lab.variants).map((key) => {
    const { sites, steps, hosts } = inVariant(lab, key);
    return new Map(
      steps.flatMap((step) =>
        step.checks.map((check) => [check.id, JSON.stringify([sites, hosts, check])] as const),
      ),
    );
  });
  const [first, ...others] = ways;
  const shared = [...(first ?? [])].filter(
    ([id, text]) => !/\bvariant[._]/.test(text) && others.every((way) => way.get(id) === text),
  );
  return new Set(shared.map(([id]) => id));
}

/**
 * The variants that fit best what is deployed under the lab's names, in the order of the file. Several: what is
 * deployed does not tell them apart. Empty: nothing is deployed. A server with the wrong image is still told by its
 * node, so that the image can be said to be wrong.
 */
export function variantsThatFit(
  lab: Lab,
  parameters: Readonly<Record<string, string>>,
  inventory: Inventory,
): string[] {
  const fits = Object.entries(lab.variants).flatMap(([key, variant]) => {
    const fit = fitOf(variant, namesOf(lab.names, parameters, variant.vars), inventory);
    return fit === undefined ? [] : [{ key, fit }];
  });
  const best = Math.max(...fits.map(({ fit }) => fit));
  return fits.filter(({ fit }) => fit === best).map(({ key }) => key);
}

/** The share of what the variant says that what is deployed bears out, 0 to 1; undefined where nothing is deployed. */
function fitOf(
  { sites, detect }: LabVariant,
  named: Readonly<Record<string, string>>,
  inventory: Inventory,
): number | undefined {
  const names = new Set(Object.values(named));
  const at = inventory.sites
    .filter(({ site }) => sites.includes(site.name))
    .map((site) => ({
      site,
      servers: site.servers.filter(({ name, status }) => names.has(name) && status !== 'DELETED'),
      reservations: site.leases
        .filter(({ name, status }) => names.has(name) && status !== 'TERMINATED')
        .flatMap((lease) => lease.reservations),
    }))
    .filter(({ servers, reservations }) => servers.length + reservations.length > 0);
  if (at.length === 0) return undefined;
  const { nodeType, flavor, image } = detect;
  // A wrong image is easily chosen; a wrong node is not.
  const asked: readonly (readonly [weight: number, fits: boolean])[] = [
    ...(nodeType === undefined ? [] : [[2, at.some((each) => hasNode(each, nodeType))] as const]),
    ...(flavor === undefined ? [] : [[2, at.some((each) => hasFlavor(each, flavor))] as const]),
    ...(image === undefined ? [] : [[1, at.some((each) => hasImage(each, image))] as const]),
  ];
  const whole = asked.reduce((sum, [weight]) => sum + weight, 0);
  return whole === 0 ? 0 : asked.reduce((sum, [weight, fits]) => sum + (fits ? weight : 0), 0) / whole;
}

interface Deployed {
  readonly site: SiteInventory;
  readonly servers: readonly OwnedServer[];
  readonly reservations: readonly Reservation[];
}

/** Reserved by type, or a node of that type that the server runs on (a lease may name the node itself). */
function hasNode({ site, servers, reservations }: Deployed, nodeType: string): boolean {
  const hosts = site.hosts.filter((host) => host.nodeType === nodeType);
  return (
    reservations.some(({ resourceProperties }) => resourceProperties?.includes(`"${nodeType}"`) === true) ||
    servers.some(({ hypervisorHostname }) =>
      hosts.some((host) => host.hypervisorHostname === hypervisorHostname),
    )
  );
}

/** The reservation keeps a copy of the flavor that it was made from. */
function hasFlavor({ servers, reservations }: Deployed, flavor: string): boolean {
  return (
    reservations.some(({ resourceProperties }) => resourceProperties?.includes(`"${flavor}"`) === true) ||
    servers.some((server) => server.flavor.originalName === flavor)
  );
}

function hasImage({ site, servers }: Deployed, image: string): boolean {
  return servers.some(({ imageId }) => site.images.some(({ id, name }) => id === imageId && name === image));
}
