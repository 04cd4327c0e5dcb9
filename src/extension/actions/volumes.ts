import { abortError, Problem, systemClock } from '../../base';
import { goneVolume, settledVolume, type OwnedVolume, type SiteInventory } from '../../chameleon';
import {
  attachVolume,
  createVolume,
  deleteVolume,
  detachVolume,
  listVolumeTypes,
  isOverQuota,
  OpenStackError,
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
  const volume = await withProgress(`Making ${name.trim()} …`, signal, async (inner) => {
    const made = await createVolume(session, { name: name.trim(), sizeGb, type }, inner).catch(overQuota);
    return settledVolume({ session, clock: systemClock, signal: inner, pollMs: POLL_MS }, made.id);
  });
  await app.refresh({ cloud: site.cloud, parts: ['volumes'] });
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
  const session = sessionOf(app, site);
  const now = await withProgress(`Attaching ${volume.name} to ${server.name} …`, signal, async (inner) => {
    await attachVolume(session, server.id, volume.id, inner);
    return settledVolume({ session, clock: systemClock, signal: inner, pollMs: POLL_MS }, volume.id);
  });
  await app.refresh({ cloud: site.cloud, parts: ['volumes', 'servers'] });
  const device = now.attachments.find(({ serverId }) => serverId === server.id)?.device;
  void ask.info(
    `${volume.name} is in ${server.name}${device === undefined ? '' : ` as ${device}`}. A new one needs a file system before it can be mounted.`,
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
  const session = sessionOf(app, site);
  await withProgress(`Detaching ${volume.name} …`, signal, async (inner) => {
    await detachVolume(session, attachment.serverId, volume.id, inner);
    await settledVolume({ session, clock: systemClock, signal: inner, pollMs: POLL_MS }, volume.id);
  });
  await app.refresh({ cloud: site.cloud, parts: ['volumes', 'servers'] });
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
  const session = sessionOf(app, site);
  await withProgress(`Deleting ${volume.name} …`, signal, async (inner) => {
    await deleteVolume(session, volume.id, inner);
    await goneVolume({ session, clock: systemClock, signal: inner, pollMs: POLL_MS }, volume.id);
  });
  await app.refresh({ cloud: site.cloud, parts: ['volumes'] });
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
