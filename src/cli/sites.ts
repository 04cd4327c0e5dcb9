import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { systemClock } from '../base';
import { findClouds, InventorySource, type Inventory, type PartName } from '../chameleon';
import { Session, type CloudConfig } from '../openstack';
import type { Arguments } from './args';
import { Usage } from './words';

/** The clouds asked for, signed in on first use. */
export interface SignedIn {
  readonly inventory: Inventory;
  session(siteName: string): Session | undefined;
}

/**
 * Signs in and reads everything once, or only these parts.
 * @throws Usage where there is nothing to sign in to, or nobody was let in
 */
export async function signIn(
  args: Arguments,
  signal: AbortSignal,
  parts?: readonly PartName[],
): Promise<SignedIn> {
  const clouds = await cloudsFor(args);
  const sessions = new Map(
    clouds.map((cloud) => [
      cloud.name,
      new Session(cloud, { fetch: globalThis.fetch, clock: systemClock, random: Math.random }),
    ]),
  );
  const source = new InventorySource({
    clouds,
    session: (cloud) => sessions.get(cloud.name) ?? unknownCloud(cloud.name),
    clock: systemClock,
    ...(args.parameters['netID'] === undefined ? {} : { me: { netId: args.parameters['netID'] } }),
  });
  const inventory = await source.refresh({ signal, ...(parts === undefined ? {} : { parts }) });
  source.dispose();
  const refused = inventory.sites.filter((site) => site.signIn !== undefined);
  const [first] = refused;
  if (first?.signIn !== undefined && refused.length === inventory.sites.length)
    throw new Usage(`${first.site.name}: ${first.signIn.what}`, { next: first.signIn.next });
  return {
    inventory,
    session: (siteName) => {
      const site = inventory.sites.find((each) => each.site.name === siteName && each.signIn === undefined);
      return site === undefined ? undefined : sessions.get(site.cloud);
    },
  };
}

async function cloudsFor({ clouds: wanted }: Arguments): Promise<readonly CloudConfig[]> {
  const found = await findClouds({
    env: process.env,
    home: homedir(),
    cwd: process.cwd(),
    readFile: (file) => readFile(file, 'utf8'),
  });
  const named = process.env['OS_CLOUD'];
  const names = wanted.length > 0 ? wanted : named === undefined || named === '' ? undefined : [named];
  const chosen = names === undefined ? found.clouds : names.map((name) => cloudNamed(found.clouds, name));
  if (chosen.length > 0) return chosen;
  const [problem] = found.problems;
  throw new Usage(problem?.message ?? 'There is no cloud to sign in to.', {
    next: problem?.next ?? 'Put the clouds.yaml of an application credential in ~/.config/openstack/.',
  });
}

function cloudNamed(clouds: readonly CloudConfig[], name: string): CloudConfig {
  const cloud = clouds.find((each) => each.name === name);
  if (cloud === undefined)
    throw new Usage(`There is no cloud ${name}.`, {
      next: `There are: ${clouds.map((each) => each.name).join(', ') || 'none'}.`,
    });
  return cloud;
}

function unknownCloud(name: string): never {
  throw new Usage(`There is no cloud ${name}.`);
}
