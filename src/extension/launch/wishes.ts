import { abortError, Problem } from '../../base';
import {
  isRunning,
  me,
  timeLeft,
  type LaunchWish,
  type OwnedLease,
  type SiteInventory,
} from '../../chameleon';
import type { Lab } from '../../labs';
import { listFlavors } from '../../openstack';
import { sessionOf, siteFor, subjectOf } from '../actions/subjects';
import type { App } from '../app';
import { ask, type Choice } from '../ask';
import { keyForLaunch } from './keys';

export interface WishAt {
  readonly site: SiteInventory;
  readonly wish: LaunchWish;
}

/** Launching by hand is what some labs are for: then it is said where. */
function mayLaunch(app: App, lab: Lab): boolean {
  return app.course.assist(lab).launch || app.demo !== undefined;
}

/** What a lab wants launched that is not there yet, as chosen. @throws Problem where the lab wants it done by hand */
export async function labWishes(app: App, lab: Lab): Promise<WishAt[]> {
  if (!mayLaunch(app, lab)) {
    const web = app.inventory.sites.find(({ site }) => lab.sites.includes(site.name))?.site.web;
    throw new Problem(`In “${lab.title}” launching by hand is what is practised.`, {
      next: `Follow the lab${web === undefined ? '' : `, in Horizon at ${web}/project/instances/`}; the checks tell when it is right.`,
    });
  }
  const { launchesOf } = await import('../../labs');
  const parameters = await app.labs.parameters(lab);
  const variant = await whichVariant(lab);
  const launches = launchesOf(lab, parameters, variant);
  if (launches.length === 0)
    throw new Problem(`“${lab.title}” does not say which servers it wants.`, {
      next: 'Launch free of a lab, as its text describes.',
    });
  const missing = launches.filter(({ name, site: at }) => {
    const site = app.inventory.sites.find(({ site: { name: siteName } }) => siteName === at);
    return !site?.servers.some((server) => server.name === name && server.owner.kind === 'me');
  });
  if (missing.length === 0)
    throw new Problem('All servers of that lab are there already.', { next: 'Resources shows them.' });
  const chosen =
    missing.length === 1
      ? missing
      : await ask.pickMany(
          `Launch which servers of ${lab.title}?`,
          missing.map((each) => ({
            label: each.name,
            description: `${each.image} · ${each.site}`,
            picked: true,
            value: each,
          })),
        );
  if (chosen === undefined || chosen.length === 0) throw abortError();
  const wishes: WishAt[] = [];
  for (const each of chosen) {
    const site = app.inventory.sites.find(({ site: { name } }) => name === each.site);
    if (site === undefined)
      throw new Problem(`You are not signed in to ${each.site}, where that lab is done.`, {
        next: 'Sign in there too.',
      });
    const lease = each.lease === undefined ? undefined : leaseNamed(site, each.lease);
    wishes.push({
      site,
      wish: {
        name: each.name,
        image: each.image,
        leaseId: lease?.id,
        flavor: undefined,
        networks: each.networks,
        groups: each.securityGroups,
        keyPair:
          wishes.find((before) => before.site === site)?.wish.keyPair ?? (await keyForLaunch(app, site)),
        floatingIp: each.floatingIp,
      },
    });
  }
  return wishes;
}

async function whichVariant(lab: Lab): Promise<string | undefined> {
  const variants = Object.entries(lab.variants);
  if (variants.length < 2) return variants[0]?.[0];
  const picked = await ask.pick(
    `Which way of ${lab.title}?`,
    variants.map(([key, { title, sites }]) => ({ label: title, description: sites.join(', '), value: key })),
  );
  if (picked === undefined) throw abortError();
  return picked;
}

function leaseNamed(site: SiteInventory, name: string): OwnedLease {
  const mine = site.leases.filter((lease) => lease.name === name && lease.owner.kind === 'me');
  const found = mine.find(isRunning) ?? mine.find(({ status }) => status !== 'TERMINATED');
  if (found === undefined)
    throw new Problem(`You have no lease ${name} at ${site.site.name}.`, {
      next: 'Reserve for the lab first.',
    });
  return found;
}

/** A server of one's own: asked for step by step. */
export async function freeWish(app: App, argument: unknown): Promise<WishAt> {
  const site = await siteFor(
    app,
    argument,
    'Launch at which site?',
    ({ parts }) => parts.servers.state !== 'absent',
  );
  const machine = await whichMachine(app, site, argument);
  const { netId, usernames } = me(app.inventory);
  const name = await ask.text({
    title: 'Name of the server',
    prompt: 'End it with your net ID, so that it can be told whose it is',
    value: `node-${netId ?? usernames[0] ?? ''}`,
    check: (text) => (text.trim() === '' ? 'A name is needed' : undefined),
  });
  if (name === undefined) throw abortError();
  const image = await picked('Which image?', imageChoices(site));
  const network = await picked('On which network?', networkChoices(site));
  const groups = site.site.kind === 'kvm' || site.site.kind === 'unknown' ? await whichGroups(site) : [];
  const floatingIp = await picked('A public address?', [
    { label: 'Yes', description: 'one that the lease reserved, else a new one', value: true },
    { label: 'No', description: 'it is reached through another server', value: false },
  ]);
  return {
    site,
    wish: {
      name: name.trim(),
      image,
      ...machine,
      networks: [network],
      groups,
      keyPair: await keyForLaunch(app, site),
      floatingIp,
    },
  };
}

async function whichMachine(
  app: App,
  site: SiteInventory,
  argument: unknown,
): Promise<Pick<LaunchWish, 'leaseId' | 'flavor'>> {
  const subject = subjectOf(argument);
  if (subject?.kind === 'lease') return { leaseId: subject.id, flavor: undefined };
  const serverTime = Date.now() + site.clockOffset;
  const leases = site.leases.filter((lease) => lease.owner.kind === 'me' && isRunning(lease));
  const without = site.site.kind === 'kvm' || site.site.kind === 'unknown';
  if (leases.length === 0 && !without)
    throw new Problem(`You have no running lease at ${site.site.name}.`, { next: 'Reserve first.' });
  const lease = await picked<string | undefined>('On which lease?', [
    ...leases.map((each) => ({
      label: `$(calendar) ${each.name}`,
      description: `${timeLeft(each.end - serverTime)} left`,
      value: each.id,
    })),
    ...(without
      ? [{ label: '$(vm) Without a lease', description: 'where the site still allows it', value: NO_LEASE }]
      : []),
  ]);
  if (lease !== NO_LEASE) return { leaseId: lease, flavor: undefined };
  const flavors = await listFlavors(sessionOf(app, site));
  const flavor = await picked(
    'How large?',
    flavors
      .filter(({ name }) => !name.startsWith('reservation:'))
      .map((each) => ({
        label: each.name,
        description: `${each.vcpus} vCPUs, ${Math.round(each.ramMb / 1024)} GB of memory, ${each.diskGb} GB of disk`,
        value: each.name,
      })),
  );
  return { leaseId: undefined, flavor };
}

const NO_LEASE = 'no lease';

function imageChoices(site: SiteInventory): Choice<string>[] {
  const names = [...new Set(site.images.filter(({ status }) => status === 'active').map(({ name }) => name))];
  const rank = (name: string): number => (name === 'CC-Ubuntu24.04' ? 0 : name.startsWith('CC-') ? 1 : 2);
  return names
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
    .map((name) => ({ label: name, description: name.startsWith('CC-') ? 'by Chameleon' : '', value: name }));
}

function networkChoices(site: SiteInventory): Choice<string>[] {
  const rank = (name: string): number => (name === 'sharednet1' ? 0 : 1);
  return site.networks
    .filter(({ external }) => !external)
    .sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name))
    .map(({ name, shared }) => ({
      label: name,
      description: shared ? 'shared' : 'of the project',
      value: name,
    }));
}

async function whichGroups(site: SiteInventory): Promise<LaunchWish['groups']> {
  const names = [...new Set(['allow-ssh', ...site.securityGroups.map(({ name }) => name)])].filter((name) =>
    name.startsWith('allow-'),
  );
  const chosen = await ask.pickMany(
    'What may come in from the internet?',
    names.map((name) => ({ label: name, picked: name === 'allow-ssh', value: { name, port: undefined } })),
  );
  if (chosen === undefined) throw abortError();
  return chosen;
}

async function picked<T>(title: string, choices: readonly Choice<T>[]): Promise<T> {
  const box = await ask.pick(
    title,
    choices.map((choice) => ({ ...choice, value: { of: choice.value } })),
  );
  if (box === undefined) throw abortError();
  return box.of;
}
