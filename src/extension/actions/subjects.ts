import * as v from 'valibot';
import { abortError, Problem } from '../../base';
import {
  isRunning,
  timeLeft,
  wayTo,
  type Owned,
  type OwnedFloatingIp,
  type OwnedLease,
  type OwnedObjectContainer,
  type OwnedServer,
  type OwnedVolume,
  type OwnedZunContainer,
  type SiteInventory,
} from '../../chameleon';
import type { App } from '../app';
import { ask } from '../ask';
import { ownerWords, serverLook } from '../rows/states';
import { resourceKinds, type ResourceKind, type Subject } from '../rows/row';

const text = v.string();
const subject = v.variant('kind', [
  v.object({ kind: v.literal('site'), cloud: text }),
  v.object({ kind: v.picklist(resourceKinds), cloud: text, id: text }),
  v.object({ kind: v.literal('service'), cloud: text, serverId: text, lab: text, service: text }),
  v.object({ kind: v.literal('forward'), id: text }),
  v.object({ kind: v.literal('lab'), lab: text }),
  v.object({ kind: v.literal('step'), lab: text, step: text }),
  v.object({ kind: v.literal('check'), lab: text, check: text }),
]);
const given = v.object({ subject });

/** What a command was called on: a row, or nothing (from the palette). */
export function subjectOf(argument: unknown): Subject | undefined {
  const parsed = v.safeParse(given, argument);
  return parsed.success ? parsed.output.subject : undefined;
}

export interface At<T> {
  readonly site: SiteInventory;
  readonly it: T;
}

/** The lease of the row, or one picked among mine. @throws AbortError when none was picked */
export function leaseFor(app: App, argument: unknown, title: string): Promise<At<OwnedLease>> {
  return chosen(
    app,
    argument,
    'lease',
    title,
    (site) => site.leases,
    (lease) => isRunning(lease),
    (lease, site) => `${timeLeft(lease.end - Date.now() - site.clockOffset)} left`,
  );
}

/** The server of the row, or one picked among mine that can be reached. */
export function serverFor(app: App, argument: unknown, title: string): Promise<At<OwnedServer>> {
  return chosen(
    app,
    argument,
    'server',
    title,
    (site) => site.servers,
    (server, site) => wayTo(site, server) !== undefined,
    (server, site) => wayTo(site, server)?.[0]?.address ?? '',
  );
}

/** The server of the row, or one picked among mine of which this holds. */
export function anyServerFor(
  app: App,
  argument: unknown,
  title: string,
  fits: (server: OwnedServer) => boolean = () => true,
): Promise<At<OwnedServer>> {
  return chosen(
    app,
    argument,
    'server',
    title,
    (site) => site.servers,
    fits,
    (server) => serverLook(server).words,
  );
}

/** The address of the row, or one picked among mine (and nobody's) of which this holds. */
export function floatingIpFor(
  app: App,
  argument: unknown,
  title: string,
  fits: (ip: OwnedFloatingIp) => boolean = (ip) => ip.portId === undefined,
): Promise<At<OwnedFloatingIp & { name: string }>> {
  const named = (site: SiteInventory): readonly (OwnedFloatingIp & { name: string })[] =>
    site.floatingIps.map((ip) => ({ ...ip, name: ip.address }));
  return chosen(app, argument, 'floatingIp', title, named, fits, (ip) => ownerWords(ip.owner));
}

/** The volume of the row, or one picked among mine of which this holds. */
export function volumeFor(
  app: App,
  argument: unknown,
  title: string,
  fits: (volume: OwnedVolume) => boolean = () => true,
): Promise<At<OwnedVolume>> {
  return chosen(
    app,
    argument,
    'volume',
    title,
    (site) => site.volumes,
    fits,
    (volume) => `${volume.sizeGb} GB`,
  );
}

/** The container of the object store of the row, or one picked among mine. */
export function objectContainerFor(
  app: App,
  argument: unknown,
  title: string,
): Promise<At<OwnedObjectContainer & { id: string }>> {
  const withId = (site: SiteInventory): readonly (OwnedObjectContainer & { id: string })[] =>
    site.objectContainers.map((container) => ({ ...container, id: container.name }));
  return chosen(
    app,
    argument,
    'objectContainer',
    title,
    withId,
    () => true,
    (container) => `${container.count} objects`,
  );
}

/** The edge container of the row, or one picked among mine. */
export function zunContainerFor(app: App, argument: unknown, title: string): Promise<At<OwnedZunContainer>> {
  return chosen(
    app,
    argument,
    'zunContainer',
    title,
    (site) => site.zunContainers,
    () => true,
    (container) => container.status.toLowerCase(),
  );
}

/** The site of the row, of whatever is on it, or one picked. @param fits the sites that can be meant */
export async function siteFor(
  app: App,
  argument: unknown,
  title: string,
  fits: (site: SiteInventory) => boolean = () => true,
): Promise<SiteInventory> {
  const wanted = subjectOf(argument);
  const { sites } = app.inventory;
  if (wanted !== undefined && 'cloud' in wanted) {
    const site = sites.find((each) => each.cloud === wanted.cloud);
    if (site !== undefined) return site;
  }
  const possible = sites.filter(fits);
  const [only] = possible;
  if (only === undefined)
    throw new Problem('No site that you are signed in to offers that.', {
      next: app.signedIn === undefined ? 'Sign in first, or open the demo.' : 'Sign in to another site.',
    });
  if (possible.length === 1) return only;
  const picked = await ask.pick(
    title,
    possible.map((site) => ({
      label: site.site.name,
      description: site.project?.name ?? '',
      value: site,
    })),
  );
  if (picked === undefined) throw abortError();
  return picked;
}

async function chosen<T extends Owned & { id: string; name: string }>(
  app: App,
  argument: unknown,
  kind: Chosen,
  title: string,
  list: (site: SiteInventory) => readonly T[],
  fits: (it: T, site: SiteInventory) => boolean,
  describe: (it: T, site: SiteInventory) => string,
): Promise<At<T>> {
  const wanted = subjectOf(argument);
  if (wanted?.kind === kind) return found(app, wanted, list);
  const mine = app.inventory.sites.flatMap((site) =>
    list(site)
      .filter((it) => it.owner.kind === 'me' && fits(it, site))
      .map((it) => ({ site, it })),
  );
  if (mine.length === 0)
    throw new Problem(`You have no ${NOUNS[kind]} for that.`, {
      next:
        app.signedIn === undefined
          ? 'Sign in first, or open the demo.'
          : 'The Resources view shows what there is.',
    });
  const picked = await ask.pick(
    title,
    mine.map((each) => ({
      label: each.it.name,
      description: `${each.site.site.name} · ${describe(each.it, each.site)}`,
      value: each,
    })),
  );
  if (picked === undefined) throw abortError();
  return picked;
}

type Chosen = Extract<
  ResourceKind,
  'lease' | 'server' | 'floatingIp' | 'volume' | 'objectContainer' | 'zunContainer'
>;

const NOUNS: Readonly<Record<Chosen, string>> = {
  lease: 'running lease',
  server: 'server',
  floatingIp: 'floating IP',
  volume: 'volume',
  objectContainer: 'container in the object store',
  zunContainer: 'container at the edge',
};

function found<T extends { id: string }>(
  app: App,
  wanted: { cloud: string; id: string },
  list: (site: SiteInventory) => readonly T[],
): At<T> {
  const site = app.inventory.sites.find((each) => each.cloud === wanted.cloud);
  const it = site === undefined ? undefined : list(site).find((each) => each.id === wanted.id);
  if (site === undefined || it === undefined)
    throw new Problem('That is not there any more.', { next: 'Refresh the view.' });
  return { site, it };
}

/**
 * Asks before something is done that takes something away. What is not mine needs its name typed: the class shares
 * one project. @throws AbortError on a no
 */
export async function sureAbout(
  it: Owned & { readonly name: string },
  question: { readonly title: string; readonly detail: string; readonly yes: string },
): Promise<void> {
  if (it.owner.kind === 'me') {
    if (!(await ask.confirm(question.title, question.detail, question.yes))) throw abortError();
    return;
  }
  const typed = await ask.text({
    title: question.title,
    prompt: `It is not yours (${ownerWords(it.owner)}). ${it.owner.why} ${question.detail} Type its name to go on: ${it.name}`,
    check: (value) => (value === it.name ? undefined : `Type ${it.name}`),
  });
  if (typed !== it.name) throw abortError();
}

/** The session of a site, for an action. @throws Problem when nothing is signed in */
export function sessionOf(
  app: App,
  site: SiteInventory,
): ReturnType<NonNullable<App['signedIn']>['session']> {
  if (app.signedIn === undefined)
    throw new Problem('You are not signed in.', { next: 'Sign in, or open the demo.' });
  return app.signedIn.session(site.cloud);
}
