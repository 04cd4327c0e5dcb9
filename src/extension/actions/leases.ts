import * as vscode from 'vscode';
import { abortError } from '../../base';
import {
  endLeaseNow,
  extendLease,
  extensionCaution,
  leaseToEndNext,
  timeLeft,
  type OwnedLease,
  type SiteInventory,
} from '../../chameleon';
import type { App } from '../app';
import { ask } from '../ask';
import { EXTEND_SEEN_STATE } from '../keys';
import { whatEnds } from '../leaseTimer';
import { withProgress } from '../register';
import { localTime } from '../rows/when';
import { leaseFor, sessionOf, sureAbout } from './subjects';

const HOUR_MS = 3_600_000;
/** Sites refuse nodes and GPUs for longer; virtual machines have no such limit. */
const LONGEST_MS = 7 * 24 * HOUR_MS;

/** Moves a lease's end; a refusal is shown with what it means, and the lease as it is then. */
export async function extend(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: lease } = await leaseFor(app, argument, 'Which lease shall be extended?');
  const end = await askEnd(site, lease);
  const seen = app.context.globalState.get<readonly string[]>(EXTEND_SEEN_STATE, []);
  const caution = extensionCaution(site.site, lease, seen);
  if (caution !== undefined && !(await ask.confirm(`Extend ${lease.name}?`, caution, 'Extend Anyway')))
    throw abortError();
  if (caution === undefined || lease.owner.kind !== 'me') await sureIfNotMine(lease);
  const outcome = await withProgress(`Extending ${lease.name} …`, signal, (inner) =>
    extendLease({ session: sessionOf(app, site), lease, end, signal: inner }),
  );
  await app.refresh({ cloud: site.cloud, parts: ['leases'] });
  const until = localTime(outcome.lease.end - site.clockOffset, Date.now());
  if (outcome.outcome === 'refused') {
    await ask.error(
      [outcome.what, outcome.next, `The lease ends ${until}.`].filter((each) => each !== undefined).join(' '),
    );
    return;
  }
  if (caution !== undefined && app.demo === undefined)
    await app.context.globalState.update(EXTEND_SEEN_STATE, [...seen, site.site.name]);
  void ask.info(`${outcome.what} It ends ${until} now.`);
}

/** Ends a lease early, after naming what goes with it. */
export async function end(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: lease } = await leaseFor(app, argument, 'Which lease shall end now?');
  await sureAbout(lease, {
    title: `End the lease ${lease.name} now?`,
    detail: whatEnds(site, lease.id),
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
      description: whatEnds(site, lease.id),
      value: () => end(app, row, signal),
    },
    {
      label: '$(list-tree) Show in Resources',
      value: async () => vscode.commands.executeCommand('chameleon.resources.focus'),
    },
    { label: '$(bell-slash) Mute its warnings', value: () => app.timer.mute(lease.id) },
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

async function askEnd(site: SiteInventory, lease: OwnedLease): Promise<number> {
  const limited = lease.reservations.some((each) => each.resourceType === 'physical:host');
  const latest = limited ? lease.start + LONGEST_MS : Number.POSITIVE_INFINITY;
  const choice = (end: number, label: string): { label: string; description: string; value: number } => ({
    label,
    description: `until ${localTime(end - site.clockOffset, Date.now())}`,
    value: end,
  });
  const times = [1, 2, 3, 6, 12, 24]
    .map((hours) => ({ hours, end: lease.end + hours * HOUR_MS }))
    .filter((each) => each.end <= latest);
  const picked = await ask.pick(`Extend ${lease.name} by`, [
    ...times.map((each) => choice(each.end, `+ ${each.hours} h`)),
    ...(Number.isFinite(latest) && latest > lease.end
      ? [choice(latest, 'To the site’s limit (7 days in all)')]
      : []),
  ]);
  if (picked === undefined) throw abortError();
  return picked;
}
