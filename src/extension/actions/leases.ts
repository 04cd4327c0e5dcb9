import * as vscode from 'vscode';
import { abortError, Problem } from '../../base';
import {
  availabilityOf,
  costOfLease,
  deleteLease,
  endLeaseNow,
  extendLease,
  extensionCaution,
  giveUpFloatingIps,
  isRunning,
  leaseToEndNext,
  renameLease,
  roomAfter,
  shortenLease,
  timeLeft,
  type ChangeOutcome,
  type OwnedLease,
  type Rates,
  type SiteInventory,
} from '../../chameleon';
import type { Lease } from '../../openstack';
import type { App } from '../app';
import { ask, type Choice } from '../ask';
import { EXTEND_SEEN_STATE } from '../keys';
import { whatEnds } from '../leaseTimer';
import { withProgress } from '../register';
import { costWords, differenceWords } from '../rows/leaseWords';
import { localTime } from '../rows/when';
import { leaseFor, sessionOf, sureAbout } from './subjects';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Sites refuse nodes and GPUs for longer; virtual machines have no such limit. */
const LONGEST_MS = 7 * 24 * HOUR_MS;

/** Moves a lease's end; a refusal is shown with what it means, and the lease as it is then. */
export async function extend(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: lease } = await leaseFor(app, argument, 'Which lease shall be extended?');
  const end = await askLaterEnd(site, lease, app.course.course?.prices);
  const seen = app.memory.get<readonly string[]>(EXTEND_SEEN_STATE, []);
  const caution = extensionCaution(site.site, lease, seen);
  if (caution !== undefined && !(await ask.confirm(`Extend ${lease.name}?`, caution, 'Extend Anyway')))
    throw abortError();
  if (caution === undefined || lease.owner.kind !== 'me') await sureIfNotMine(lease);
  const session = sessionOf(app, site);
  const outcome = await withProgress(`Extending ${lease.name} …`, signal, (inner) =>
    extendLease({ session, lease, end, signal: inner }),
  );
  if (outcome.outcome === 'changed' && caution !== undefined && app.demo === undefined)
    await app.memory.update(EXTEND_SEEN_STATE, [...seen, site.site.name]);
  if (!outcome.byFloatingIp) return said(app, site, outcome);
  const without = await refusalSaid(app, site, outcome, WITHOUT_ADDRESS);
  if (without) await extendWithoutAddress(app, site, outcome.lease, end, signal);
}

const WITHOUT_ADDRESS = 'Extend Without the Reserved Address';

/** The known way out where only the address is taken: give it up, then extend the rest. */
async function extendWithoutAddress(
  app: App,
  site: SiteInventory,
  lease: Lease,
  end: number,
  signal: AbortSignal,
): Promise<void> {
  const session = sessionOf(app, site);
  const outcome = await withProgress(`Extending ${lease.name} …`, signal, async (inner) => {
    const without = await giveUpFloatingIps({ session, lease, signal: inner });
    if (without.outcome === 'refused') return without;
    return extendLease({ session, lease: without.lease, end, signal: inner });
  });
  await said(app, site, outcome);
}

/** Moves a lease's end to an earlier time: its hours are given back. */
export async function shorten(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: lease } = await leaseFor(app, argument, 'Which lease shall end earlier?');
  const end = await askEarlierEnd(site, lease);
  await sureAbout(lease, {
    title: `End ${lease.name} at ${localTime(end - site.clockOffset, Date.now())}?`,
    detail: whatEnds(site, lease.id, app.hosts.forwards),
    yes: 'Shorten',
  });
  const outcome = await withProgress(`Shortening ${lease.name} …`, signal, (inner) =>
    shortenLease({ session: sessionOf(app, site), lease, end, signal: inner }),
  );
  await said(app, site, outcome);
}

/** Gives a lease another name; also one that is over. */
export async function rename(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: lease } = await leaseFor(app, argument, 'Which lease shall have another name?');
  const name = await ask.text({
    title: `Rename ${lease.name}`,
    prompt: 'The course finds leases by the net ID at the end of their name',
    value: lease.name,
    check: (text) => {
      const length = [...text.trim()].length;
      return length >= 1 && length <= 80 ? undefined : 'A name has 1 to 80 characters.';
    },
  });
  if (name === undefined || name.trim() === lease.name) throw abortError();
  if (lease.owner.kind !== 'me')
    await sureAbout(lease, { title: `Rename ${lease.name}?`, detail: '', yes: 'Rename' });
  const outcome = await withProgress(`Renaming ${lease.name} …`, signal, (inner) =>
    renameLease({ session: sessionOf(app, site), lease, name, signal: inner }),
  );
  await said(app, site, outcome);
}

/** Ends a lease at once, if it runs, and removes its row. */
export async function remove(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: lease } = await leaseFor(app, argument, 'Which lease shall be deleted?');
  const detail =
    isRunning(lease) || lease.status === 'PENDING'
      ? `${whatEnds(site, lease.id, app.hosts.forwards)} Its row goes too; End Lease would keep it.`
      : 'Only its row in the list goes.';
  await sureAbout(lease, { title: `Delete the lease ${lease.name}?`, detail, yes: 'Delete Lease' });
  await withProgress(`Deleting ${lease.name} …`, signal, (inner) =>
    deleteLease(sessionOf(app, site), lease, { signal: inner }),
  );
  await app.refresh({ cloud: site.cloud, parts: ['leases', 'servers', 'floatingIps'] });
  void ask.info(`${lease.name} is deleted.`);
}

/** Shows the lease as it is now, and what came of the change. */
async function said(app: App, site: SiteInventory, outcome: ChangeOutcome): Promise<void> {
  if (outcome.outcome === 'refused') {
    await refusalSaid(app, site, outcome);
    return;
  }
  await app.refresh({ cloud: site.cloud, parts: ['leases'] });
  const until = localTime(outcome.lease.end - site.clockOffset, Date.now());
  void ask.info(`${outcome.what} It ends ${until}.`);
}

/** @returns true when the way out was pressed */
async function refusalSaid(
  app: App,
  site: SiteInventory,
  outcome: ChangeOutcome,
  wayOut?: string,
): Promise<boolean> {
  await app.refresh({ cloud: site.cloud, parts: ['leases'] });
  const now = Date.now();
  const changes = differenceWords(outcome.differences, site.clockOffset, now);
  const until = localTime(outcome.lease.end - site.clockOffset, now);
  const sentences = [
    outcome.what,
    outcome.next,
    changes === '' ? undefined : `It changed nevertheless: ${changes}`,
    `The lease ends ${until}.`,
  ];
  const pressed = await ask.error(
    sentences.filter((each) => each !== undefined).join(' '),
    ...(wayOut === undefined ? [] : [wayOut]),
  );
  return wayOut !== undefined && pressed === wayOut;
}

/** Ends a lease early, after naming what goes with it. */
export async function end(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: lease } = await leaseFor(app, argument, 'Which lease shall end now?');
  await sureAbout(lease, {
    title: `End the lease ${lease.name} now?`,
    detail: whatEnds(site, lease.id, app.hosts.forwards),
    yes: 'End Lease',
  });
  await withProgress(`Ending ${lease.name} …`, signal, (inner) =>
    endLeaseNow(sessionOf(app, site), lease, inner),
  );
  await app.refresh({ cloud: site.cloud, parts: ['leases', 'servers', 'floatingIps'] });
  void ask.info(`${lease.name} is ending; that takes up to a minute.`);
}

/** Opens the site's Horizon at its leases. */
export async function openInHorizon(app: App, argument: unknown): Promise<void> {
  const { site } = await leaseFor(app, argument, 'Of which lease?');
  await vscode.env.openExternal(vscode.Uri.parse(`${site.site.web}/project/leases/`));
}

/** What a click on the status bar offers. */
export async function countdownMenu(app: App, _argument: unknown, signal: AbortSignal): Promise<void> {
  const next = leaseToEndNext(app.inventory, Date.now());
  if (next === undefined) return;
  const { site, lease } = next;
  const left = timeLeft(lease.end - Date.now() - site.clockOffset);
  const row = { subject: { kind: 'lease', cloud: site.cloud, id: lease.id } };
  const act = await ask.pick<() => Promise<unknown>>(`${lease.name} at ${site.site.name}: ${left} left`, [
    { label: '$(add) Extend …', value: () => extend(app, row, signal) },
    {
      label: '$(stop-circle) End early …',
      description: whatEnds(site, lease.id, app.hosts.forwards),
      value: () => end(app, row, signal),
    },
    {
      label: '$(list-tree) Show in Resources',
      value: async () => vscode.commands.executeCommand('chameleon.resources.focus'),
    },
    app.timer.isMuted(lease.id)
      ? { label: '$(bell) Warn of its end again', value: () => app.timer.unmute(lease.id) }
      : { label: '$(bell-slash) Mute its warnings', value: () => app.timer.mute(lease.id) },
  ]);
  await act?.();
}

async function sureIfNotMine(lease: OwnedLease): Promise<void> {
  if (lease.owner.kind === 'me') return;
  await sureAbout(lease, {
    title: `Extend ${lease.name}?`,
    detail: 'It costs the project service units.',
    yes: 'Extend',
  });
}

async function askLaterEnd(site: SiteInventory, lease: OwnedLease, prices: Rates['prices']): Promise<number> {
  const limited = lease.reservations.some((each) => each.resourceType === 'physical:host');
  const limit = limited ? lease.start + LONGEST_MS : Number.POSITIVE_INFINITY;
  const room = roomAfter(availabilityOf(site) ?? [], lease.id) ?? Number.POSITIVE_INFINITY;
  const latest = Math.min(limit, room);
  const choice = endChoice(site);
  const times = [1, 2, 3, 6, 12, 24]
    .map((hours) => ({ hours, end: lease.end + hours * HOUR_MS }))
    .filter((each) => each.end <= latest);
  const last = room < limit ? 'Until the next booking of its node' : 'To the site’s limit (7 days in all)';
  const choices = [
    ...times.map((each) => choice(each.end, `+ ${each.hours} h`)),
    ...(Number.isFinite(latest) && latest > lease.end ? [choice(latest, last)] : []),
  ].map((each): Choice<number> => {
    const more = costOfLease({ ...lease, start: lease.end, end: each.value }, { prices, hosts: site.hosts });
    return { ...each, description: `${each.description ?? ''} · ${costWords(more)} more` };
  });
  if (choices.length === 0)
    throw new Problem(
      room <= lease.end
        ? `${lease.name} can't be extended: somebody else has booked its node right after.`
        : `${lease.name} is as long as the site allows.`,
      { next: 'Save your work before it ends, and reserve another time or node.' },
    );
  const picked = await ask.pick(`Extend ${lease.name} by`, choices);
  if (picked === undefined) throw abortError();
  return picked;
}

async function askEarlierEnd(site: SiteInventory, lease: OwnedLease): Promise<number> {
  const now = Date.now() + site.clockOffset;
  const from = Math.max(now, lease.start);
  const choice = endChoice(site);
  const soon = [10, 30].map((minutes) => ({
    end: from + minutes * MINUTE_MS,
    label: `In ${minutes} minutes`,
  }));
  const later = [1, 2, 3, 6, 12, 24, 48].map((hours) => ({
    end: from + hours * HOUR_MS,
    label: `In ${hours} h`,
  }));
  const times = [...soon, ...later].filter(({ end }) => end < lease.end - MINUTE_MS);
  if (times.length === 0)
    throw new Problem(`${lease.name} ends within minutes anyway.`, { next: 'End it now, or let it end.' });
  const picked = await ask.pick(
    `${lease.name} shall end`,
    times.map(({ end, label }) => choice(end, label)),
  );
  if (picked === undefined) throw abortError();
  return picked;
}

function endChoice(site: SiteInventory): (end: number, label: string) => Choice<number> {
  return (end, label) => ({
    label,
    description: `until ${localTime(end - site.clockOffset, Date.now())}`,
    value: end,
  });
}
