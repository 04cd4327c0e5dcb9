import * as vscode from 'vscode';
import { abortError, isAbort, Problem, sentenceOf, systemClock } from '../../base';
import { groupFor, launchServer, type Launched, type LaunchPlan, type SiteInventory } from '../../chameleon';
import type { Lab } from '../../labs';
import { createKeyPair } from '../../openstack';
import type { App } from '../app';
import { ask } from '../ask';
import { answersSsh } from '../launch/greeting';
import { planOf, type LaunchDraft } from '../launch/draft';
import { freeServer } from '../launch/free';
import { keyReady } from '../launch/keys';
import { serversOf } from '../launch/ofLab';
import { withProgress } from '../register';
import { sessionOf, subjectOf } from './subjects';

/** Launches the servers of a lab, or one free of any lab, and stays with them until SSH answers. */
export async function launch(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  if (app.signedIn === undefined)
    throw new Problem('You are not signed in.', { next: 'Sign in, or open the demo.' });
  await app.labs.load();
  for (;;) {
    const lab = await whichLab(app, argument);
    if (lab !== undefined && !app.course.assist(lab).launch) return byHand(app, lab);
    const drafts =
      lab === undefined ? await freeServer(app, argument, signal) : await serversOf(app, lab, signal);
    if (drafts !== 'back') return launchAll(app, drafts, signal);
    // Back leads to the first question; where a row has answered that, out.
    if (subjectOf(argument) !== undefined) return;
  }
}

async function whichLab(app: App, argument: unknown): Promise<Lab | undefined> {
  const subject = subjectOf(argument);
  if (subject?.kind === 'lab') return app.labs.lab(subject.lab);
  if (subject !== undefined) return undefined;
  const labs = app.labs.labs.filter((lab) => lab.launch.length > 0 || !app.course.assist(lab).launch);
  if (labs.length === 0) return undefined;
  const picked = await ask.pick<Lab | 'free'>('Launch for what?', [
    ...labs.map((lab) => ({
      label: `$(beaker) ${lab.title}`,
      description: `Lab ${lab.unit}${app.course.assist(lab).launch ? '' : ' · by hand: that is what it practises'}`,
      value: lab,
    })),
    { label: '$(vm) A server free of any lab', value: 'free' },
  ]);
  if (picked === undefined) throw abortError();
  return picked === 'free' ? undefined : picked;
}

const HORIZON = 'Open Horizon';
const LAB_TEXT = 'Open Lab Text';

/** Launching by hand is what some labs are for: it is said where, and the checks tell when it is right. */
async function byHand(app: App, lab: Lab): Promise<void> {
  const at = app.inventory.sites.find(({ site }) => lab.sites.includes(site.name)) ?? app.inventory.sites[0];
  const pressed = await ask.info(
    `“${lab.title}” practises launching by hand: follow its text${at === undefined ? '' : `, in Horizon at ${at.site.name}`}. Its checks tell when it is right.`,
    ...(at === undefined ? [] : [HORIZON]),
    LAB_TEXT,
  );
  if (pressed === HORIZON && at !== undefined)
    await vscode.env.openExternal(vscode.Uri.parse(`${at.site.web}/project/instances/`, true));
  if (pressed === LAB_TEXT)
    await vscode.commands.executeCommand('chameleon.openLabText', { subject: { kind: 'lab', lab: lab.id } });
}

interface Ready {
  readonly site: SiteInventory;
  readonly plan: LaunchPlan;
}

async function launchAll(app: App, drafts: readonly LaunchDraft[], signal: AbortSignal): Promise<void> {
  const ready: Ready[] = [];
  const keys = await keysReady(app, drafts, signal);
  for (const [at, draft] of drafts.entries()) {
    const plan = planOf(draft, Date.now(), keys[at]);
    if (!('request' in plan))
      throw new Problem(plan.map(({ message }) => message).join(' '), { next: plan[0]?.next });
    ready.push({ site: draft.ground.site(), plan });
  }
  if (ready.length > 1) await groupsReady(app, ready, signal);
  await Promise.all(ready.map((each) => launched(app, each, signal)));
}

/** The groups that several servers share, found or made before: side by side each would make its own. */
async function groupsReady(app: App, ready: readonly Ready[], signal: AbortSignal): Promise<void> {
  const wanted = new Map(
    ready.flatMap(({ site, plan }) =>
      plan.groups.map((group) => [`${site.cloud} ${group.name} ${group.port}`, { site, group }] as const),
    ),
  );
  if (wanted.size === 0) return;
  await withProgress('Looking for the security groups …', signal, async (inner) => {
    for (const { site, group } of wanted.values()) await groupFor(sessionOf(app, site), group, inner);
  });
}

/** The keys of all servers, made and imported once for those that share them. */
async function keysReady(
  app: App,
  drafts: readonly LaunchDraft[],
  signal: AbortSignal,
): Promise<readonly LaunchPlan['wish']['keyPair'][]> {
  const made = new Map<string, NonNullable<LaunchPlan['wish']['keyPair']>>();
  for (const { ground, key } of drafts) {
    const site = ground.site();
    const id = `${site.cloud} ${key.name}`;
    if (made.has(id)) continue;
    const pair = await keyReady(key);
    made.set(id, pair);
    if (site.keyPairs.some(({ name }) => name === pair.name)) continue;
    await createKeyPair(sessionOf(app, site), pair, signal);
    await app.refresh({ cloud: site.cloud, parts: ['keyPairs'] });
  }
  return drafts.map(({ ground, key }) => made.get(`${ground.site().cloud} ${key.name}`));
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
        made: () => {
          // Seen in Resources while it is built; what fails here is told there.
          void app.refresh({ cloud: site.cloud, parts: ['servers', 'ports'] });
        },
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
