import * as vscode from 'vscode';
import { abortError, isAbort, Problem, sentenceOf, systemClock } from '../../base';
import {
  launchServer,
  planLaunch,
  type Launched,
  type LaunchPlan,
  type LaunchWish,
  type SiteInventory,
} from '../../chameleon';
import type { Lab } from '../../labs';
import { listFlavors } from '../../openstack';
import type { App } from '../app';
import { ask } from '../ask';
import { answersSsh } from '../launch/greeting';
import { freeWish, labWishes } from '../launch/wishes';
import { withProgress } from '../register';
import { sessionOf, subjectOf } from './subjects';

interface Ready {
  readonly site: SiteInventory;
  readonly plan: LaunchPlan;
}

/** Launches the servers of a lab, or one free of any lab, and stays with them until SSH answers. */
export async function launch(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  if (app.signedIn === undefined)
    throw new Problem('You are not signed in.', { next: 'Sign in, or open the demo.' });
  await app.labs.load();
  const lab = await whichLab(app, argument);
  const wishes = lab === undefined ? [await freeWish(app, argument)] : await labWishes(app, lab);
  const ready: Ready[] = [];
  for (const { site, wish } of wishes) ready.push({ site, plan: await planned(app, site, wish, signal) });
  if (!(await confirmed(ready))) throw abortError();
  await Promise.all(ready.map((each) => launched(app, each, signal)));
}

async function whichLab(app: App, argument: unknown): Promise<Lab | undefined> {
  const subject = subjectOf(argument);
  if (subject?.kind === 'lab') return app.labs.lab(subject.lab);
  if (subject !== undefined) return undefined;
  const labs = app.labs.labs.filter(({ launch: wanted }) => wanted.length > 0);
  if (labs.length === 0) return undefined;
  const picked = await ask.pick<Lab | 'free'>('Launch for what?', [
    ...labs.map((lab) => ({
      label: `$(beaker) ${lab.title}`,
      description: `Lab ${lab.unit}`,
      value: lab,
    })),
    { label: '$(vm) A server free of any lab', value: 'free' },
  ]);
  if (picked === undefined) throw abortError();
  return picked === 'free' ? undefined : picked;
}

async function planned(
  app: App,
  site: SiteInventory,
  wish: LaunchWish,
  signal: AbortSignal,
): Promise<LaunchPlan> {
  const flavors = await listFlavors(sessionOf(app, site), signal);
  const fresh = app.inventory.sites.find(({ cloud }) => cloud === site.cloud) ?? site;
  const plan = planLaunch(wish, { site: fresh, flavors, now: Date.now() + site.clockOffset });
  if ('request' in plan) return plan;
  const [first, ...others] = plan;
  throw new Problem([first, ...others].map((each) => each?.message ?? '').join(' '), {
    next: first?.next,
  });
}

async function confirmed(ready: readonly Ready[]): Promise<boolean> {
  const lines = ready.map(({ site, plan }) => {
    const { wish, usualMinutes, importKeyPair } = plan;
    const lease = site.leases.find(({ id }) => id === wish.leaseId);
    return [
      `${wish.name} at ${site.site.name}`,
      lease === undefined ? `${wish.flavor ?? ''}, without a lease` : `on the lease ${lease.name}`,
      `${plan.image.name}, on ${wish.networks.join(' and ')}`,
      ...(plan.groups.length === 0 ? [] : [`lets in ${plan.groups.map(({ name }) => name).join(', ')}`]),
      `key ${wish.keyPair?.name ?? ''}${importKeyPair === undefined ? '' : ', imported now'}`,
      wish.floatingIp ? 'with a public address' : 'without a public address',
      `usually ${usualMinutes[0]} to ${usualMinutes[1]} minutes`,
    ].join('\n');
  });
  return ask.confirm(
    ready.length === 1 ? 'Launch this server?' : `Launch these ${ready.length} servers?`,
    lines.join('\n\n'),
    'Launch',
  );
}

/** One server to its end; what goes wrong with it is told of it, and stops no other. */
async function launched(app: App, { site, plan }: Ready, signal: AbortSignal): Promise<void> {
  const { name } = plan.wish;
  const parts = ['servers', 'floatingIps', 'ports', 'keyPairs', 'securityGroups'] as const;
  try {
    const result = await withProgress(`Launching ${name} …`, signal, (inner, say) =>
      launchServer({
        session: sessionOf(app, site),
        clock: systemClock,
        signal: inner,
        plan,
        say,
        answersSsh: (address, stop) => answersSsh(app, address, stop),
      }),
    );
    await app.refresh({ cloud: site.cloud, parts: [...parts] });
    void tell(result, site);
  } catch (thrown) {
    await app.refresh({ cloud: site.cloud, parts: [...parts] });
    if (isAbort(thrown)) {
      void ask.info(`${name} goes on building; Resources shows it.`);
      return;
    }
    void ask.error(sentenceOf(thrown));
  }
}

async function tell({ server, ip, ssh, notes }: Launched, site: SiteInventory): Promise<void> {
  const reach =
    ip === undefined
      ? 'It has no public address.'
      : ssh === true
        ? `SSH answers at ${ip.address}.`
        : `SSH did not answer at ${ip.address} yet: nodes take up to 10 minutes longer; else look at its security groups.`;
  const said = [`${server.name} runs.`, reach, ...notes].join(' ');
  const TERMINAL = 'Open Terminal';
  const button =
    notes.length > 0 ? await ask.warn(said) : await ask.info(said, ...(ssh === true ? [TERMINAL] : []));
  if (button === TERMINAL)
    await vscode.commands.executeCommand('chameleon.openTerminal', {
      subject: { kind: 'server', cloud: site.cloud, id: server.id },
    });
}
