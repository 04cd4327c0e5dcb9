import { abortError, isAbort, Problem, systemClock } from '../../base';
import {
  goneVolume,
  settledVolume,
  type OwnedVolume,
  type SiteInventory,
  type Waiting,
} from '../../chameleon';
import {
  attachVolume,
  createVolume,
  deleteVolume,
  detachVolume,
  listVolumeTypes,
  isOverQuota,
  OpenStackError,
  type Session,
} from '../../openstack';
import type { App } from '../app';
import { ask } from '../ask';
import { withProgress } from '../register';
import { sessionOf, siteFor, sureAbout, volumeFor } from './subjects';

const POLL_MS = 1_000;

export async function create(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const site = await siteFor(
    app,
    argument,
    'At which site?',
    ({ parts }) => parts.volumes.state !== 'absent',
  );
  if (site.parts.volumes.state === 'absent')
    throw new Problem(`${site.site.name} has no volumes.`, {
      next: 'KVM@TACC has; nodes use the object store.',
    });
  const name = await ask.text({
    title: 'New volume',
    prompt: 'Its name; end it with your net ID. It outlives servers and leases.',
    check: (text) => (text.trim() === '' ? 'A name is needed' : undefined),
  });
  if (name === undefined) throw abortError();
  const size = await ask.text({
    title: `Size of ${name.trim()}`,
    prompt: 'In GB',
    value: '2',
    check: (text) => (sizeIn(text) === undefined ? 'A whole number of GB, from 1 to 1000' : undefined),
  });
  const sizeGb = sizeIn(size ?? '');
  if (sizeGb === undefined) throw abortError();
  const session = sessionOf(app, site);
  const types = await listVolumeTypes(session, signal);
  const type = types.length < 2 ? types[0] : await ask.pick('Of which kind?', types.map(ofKind));
  if (type === undefined && types.length > 1) throw abortError();
  const volume = await change(
    app,
    site,
    `Making ${name.trim()} …`,
    signal,
    (_, inner) => createVolume(session, { name: name.trim(), sizeGb, type }, inner).catch(overQuota),
    (waiting, { id }) => settledVolume(waiting, id),
  );
  if (volume.status.startsWith('error'))
    throw new Problem(`The volume ${volume.name} could not be made.`, { next: 'Delete it and try again.' });
}

export async function attach(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: volume } = await volumeFor(app, argument, 'Attach which volume?', isFree);
  const servers = site.servers.filter(({ owner, status }) => owner.kind === 'me' && status === 'ACTIVE');
  if (servers.length === 0)
    throw new Problem(`You have no running server at ${site.site.name}.`, { next: 'Launch one first.' });
  const server = await ask.pick(
    `Attach ${volume.name} to which server?`,
    servers.map((each) => ({ label: each.name, value: each })),
  );
  if (server === undefined) throw abortError();
  if (volume.owner.kind !== 'me')
    await sureAbout(volume, {
      title: `Attach ${volume.name}?`,
      detail: 'You can read and change all that is on it.',
      yes: 'Attach',
    });
  const now = await change(
    app,
    site,
    `Attaching ${volume.name} to ${server.name} …`,
    signal,
    (session, inner) => attachVolume(session, server.id, volume.id, inner),
    (waiting) => settledVolume(waiting, volume.id),
  );
  const there = now.attachments.find(({ serverId }) => serverId === server.id);
  // Nova says yes first: what the server itself does not take comes back.
  if (there === undefined)
    throw new Problem(`${server.name} did not take ${volume.name}.`, {
      next: 'Try again; if it stays so, restart the server.',
    });
  const device = there.device === undefined ? '' : ` as ${there.device}`;
  void ask.info(
    `${volume.name} is in ${server.name}${device}. A new one needs a file system before it can be mounted.`,
  );
}

export async function detach(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: volume } = await volumeFor(
    app,
    argument,
    'Detach which volume?',
    ({ attachments }) => attachments.length > 0,
  );
  const [attachment] = volume.attachments;
  if (attachment === undefined)
    throw new Problem(`${volume.name} is in no server.`, { next: 'Refresh the view.' });
  const server = nameOf(site, attachment.serverId);
  await sureAbout(volume, {
    title: `Take ${volume.name} out of ${server}?`,
    detail: `Unmount it on ${server} first (sudo umount), or what is being written is lost.`,
    yes: 'Detach',
  });
  const now = await change(
    app,
    site,
    `Detaching ${volume.name} …`,
    signal,
    (session, inner) => detachVolume(session, attachment.serverId, volume.id, inner),
    (waiting) => settledVolume(waiting, volume.id),
  );
  if (now.status !== 'available')
    throw new Problem(`${server} did not let go of ${volume.name}.`, {
      next: `Unmount it on ${server} (sudo umount), or stop the server; then try again.`,
    });
}

export async function remove(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: volume } = await volumeFor(app, argument, 'Delete which volume?');
  const [attachment] = volume.attachments;
  if (attachment !== undefined)
    throw new Problem(`${volume.name} is in ${nameOf(site, attachment.serverId)}.`, {
      next: 'Detach it there first.',
    });
  await sureAbout(volume, {
    title: `Delete the volume ${volume.name}?`,
    detail: `The ${volume.sizeGb} GB on it are lost for good.`,
    yes: 'Delete',
  });
  await change(
    app,
    site,
    `Deleting ${volume.name} …`,
    signal,
    (session, inner) => deleteVolume(session, volume.id, inner),
    (waiting) => goneVolume(waiting, volume.id),
  );
}

/** Stays with what was asked for until Cinder says that it is so; Resources shows it meanwhile, however it ends. */
async function change<T, R>(
  app: App,
  site: SiteInventory,
  title: string,
  outer: AbortSignal,
  asking: (session: Session, signal: AbortSignal) => Promise<T>,
  settled: (waiting: Waiting, asked: T) => Promise<R>,
): Promise<R> {
  const session = sessionOf(app, site);
  const show = (): Promise<void> => app.refresh({ cloud: site.cloud, parts: ['volumes', 'servers'] });
  let goesOn = false;
  try {
    return await withProgress(title, outer, async (signal) => {
      const asked = await asking(session, signal);
      goesOn = true;
      void show();
      return settled({ session, clock: systemClock, signal, pollMs: POLL_MS }, asked);
    });
  } catch (thrown) {
    if (goesOn && isAbort(thrown)) void ask.info(`${site.site.name} goes on with it; Resources shows it.`);
    throw thrown;
  } finally {
    await show();
  }
}

function isFree({ status, attachments }: OwnedVolume): boolean {
  return status === 'available' && attachments.length === 0;
}

function nameOf(site: SiteInventory, serverId: string): string {
  return site.servers.find(({ id }) => id === serverId)?.name ?? 'a server';
}

function ofKind(type: string): { label: string; description: string; value: string } {
  const words = type.includes('ssd') ? 'faster' : type.includes('hdd') ? 'slower, for much data' : '';
  return { label: type, description: words, value: type };
}

function sizeIn(text: string): number | undefined {
  const size = /^\d{1,4}$/.test(text.trim()) ? Number(text.trim()) : 0;
  return size >= 1 && size <= 1000 ? size : undefined;
}

function overQuota(thrown: unknown): never {
  if (thrown instanceof OpenStackError && isOverQuota(thrown))
    throw new Problem('The project’s quota for volumes is used up.', {
      next: 'Delete volumes that are not needed, or choose a smaller size.',
      cause: thrown,
    });
  throw thrown;
}
