import { abortError, Problem } from '../../base';
import { isRunning, type OwnedLease, type SiteInventory } from '../../chameleon';
import type { FilledLaunch, Lab } from '../../labs';
import type { App } from '../app';
import { ask, type Choice } from '../ask';
import { wayChoices } from '../labParameters';
import { ProblemWithOffer } from '../register';
import { inTurn, type Step, type Asked } from '../steps';
import { hindrance, launchWords, planOf, type Ground, type LaunchDraft } from './draft';
import { fillInServer } from './form';
import { groundAt } from './ground';

interface State {
  readonly variant: string | undefined;
  readonly launches: readonly FilledLaunch[];
  readonly drafts: readonly LaunchDraft[];
}

/**
 * The servers that a lab wants and that are not there yet, filled in from its file: its way, which of them, one page.
 * @returns `back` from the first step
 * @throws AbortError when dismissed; Problem where nothing is to be launched, or not yet
 */
export async function serversOf(
  app: App,
  lab: Lab,
  signal: AbortSignal,
): Promise<readonly LaunchDraft[] | 'back'> {
  const title = `Launch for ${lab.title}`;
  const grounds = new Map<string, Promise<Ground>>();
  const groundOf = (site: SiteInventory): Promise<Ground> => {
    const known = grounds.get(site.cloud) ?? groundAt(app, site, signal);
    grounds.set(site.cloud, known);
    return known;
  };
  const steps: readonly Step<State>[] = [
    (state) => askWay(app, lab, title, state),
    (state) => askWhich(app, lab, title, state),
    async (state) => {
      const drafts: LaunchDraft[] = [];
      for (const each of state.launches) drafts.push(await draftOf(app, lab, each, groundOf));
      return { kind: 'given', value: { ...state, drafts } };
    },
    async (state) => {
      const answer = await confirmed(title, state.drafts);
      return answer.kind === 'back' ? answer : { kind: 'chosen', value: { ...state, drafts: answer.value } };
    },
  ];
  const done = await inTurn<State>({ variant: undefined, launches: [], drafts: [] }, steps);
  return done === 'back' ? 'back' : done.drafts;
}

type Answer = Promise<Asked<State>>;

/** Its lease may tell it already. */
async function askWay(app: App, lab: Lab, title: string, state: State): Answer {
  const ways = Object.keys(lab.variants);
  if (ways.length < 2) return { kind: 'given', value: { ...state, variant: ways[0] } };
  const { variantsThatFit } = await import('../../labs');
  const told = variantsThatFit(lab, await app.labs.parameters(lab), app.inventory);
  if (told.length === 1) return { kind: 'given', value: { ...state, variant: told[0] } };
  const answer = await ask.pickStep({
    title,
    placeholder: 'Which way do you do it?',
    choices: wayChoices(lab),
    canGoBack: true,
  });
  return answer?.kind === 'chosen' ? { kind: 'chosen', value: { ...state, variant: answer.value } } : answer;
}

async function askWhich(app: App, lab: Lab, title: string, state: State): Answer {
  const { launchesOf } = await import('../../labs');
  const launches = launchesOf(lab, await app.labs.parameters(lab), state.variant);
  if (launches.length === 0)
    throw new Problem(`“${lab.title}” does not say which servers it wants.`, {
      next: 'Launch free of a lab, as its text describes.',
    });
  const missing = launches.filter(
    ({ name, site }) =>
      !siteNamed(app, site)?.servers.some((server) => server.name === name && server.owner.kind === 'me'),
  );
  if (missing.length === 0)
    throw new Problem('All servers of that lab are there already.', { next: 'Resources shows them.' });
  if (missing.length === 1) return { kind: 'given', value: { ...state, launches: missing } };
  const answer = await ask.manyStep({
    title,
    placeholder: 'Which of its servers?',
    choices: missing.map((each) => ({
      label: each.name,
      description: `${each.image} · ${each.site}`,
      value: each,
    })),
    canGoBack: true,
  });
  if (answer?.kind !== 'chosen') return answer;
  if (answer.value.length === 0) throw abortError();
  return { kind: 'chosen', value: { ...state, launches: answer.value } };
}

async function draftOf(
  app: App,
  lab: Lab,
  launch: FilledLaunch,
  groundOf: (site: SiteInventory) => Promise<Ground>,
): Promise<LaunchDraft> {
  const site = siteNamed(app, launch.site);
  if (site === undefined)
    throw new Problem(`You are not signed in to ${launch.site}, where that lab is done.`, {
      next: 'Sign in there too.',
    });
  const lease = launch.lease === undefined ? undefined : leaseNamed(site, lab, launch.lease);
  const ground = await groundOf(site);
  return {
    ground,
    wish: {
      name: launch.name,
      image: launch.image,
      leaseId: lease?.id,
      flavor: undefined,
      networks: launch.networks,
      groups: launch.securityGroups,
      floatingIp: launch.floatingIp,
      userData: launch.userData,
    },
    key: ground.keys.best,
  };
}

function siteNamed(app: App, name: string): SiteInventory | undefined {
  return app.inventory.sites.find(({ site }) => site.name === name);
}

function leaseNamed(site: SiteInventory, lab: Lab, name: string): OwnedLease {
  const mine = site.leases.filter((lease) => lease.name === name && lease.owner.kind === 'me');
  const found = mine.find(isRunning) ?? mine.find(({ status }) => status !== 'TERMINATED');
  if (found !== undefined) return found;
  throw new ProblemWithOffer(
    new Problem(`You have no lease ${name} at ${site.site.name}.`, { next: 'Reserve for the lab first.' }),
    { label: 'Reserve …', command: 'chameleon.reserve', argument: { subject: { kind: 'lab', lab: lab.id } } },
  );
}

/** One server has its page; of several a list, each to be looked into and changed. */
async function confirmed(
  title: string,
  given: readonly LaunchDraft[],
): Promise<{ readonly kind: 'back' } | { readonly kind: 'chosen'; readonly value: readonly LaunchDraft[] }> {
  const [only] = given;
  if (only !== undefined && given.length === 1) {
    const filled = await fillInServer(title, only, 'launch');
    return filled.kind === 'back' ? { kind: 'back' } : { kind: 'chosen', value: [filled.value] };
  }
  let drafts = given;
  let active = 0;
  for (;;) {
    const lines = listLines(drafts);
    const answer = await ask.pickStep({
      title,
      placeholder: 'Enter on a server shows it, to be changed',
      choices: lines,
      active,
      canGoBack: true,
    });
    if (answer === undefined) throw abortError();
    if (answer.kind === 'back') return { kind: 'back' };
    const { value: at } = answer;
    if (at === 'launch') {
      if (drafts.every((draft) => 'request' in planOf(draft, Date.now())))
        return { kind: 'chosen', value: drafts };
      continue;
    }
    const draft = drafts[at];
    if (draft === undefined) continue;
    active = at + 1;
    const { value } = await fillInServer(`${title}: ${draft.wish.name}`, draft, 'list');
    drafts = drafts.with(at, value);
  }
}

function listLines(drafts: readonly LaunchDraft[]): readonly Choice<number | 'launch'>[] {
  const now = Date.now();
  const problems = drafts.flatMap((draft) => {
    const plan = planOf(draft, now);
    return 'request' in plan ? [] : [`${draft.wish.name}: ${hindrance(plan)}`];
  });
  const [first] = problems;
  return [
    first === undefined
      ? {
          label: `$(rocket) Launch these ${drafts.length} servers`,
          description: 'side by side',
          value: 'launch',
        }
      : { label: '$(error) Not ready to launch', detail: first, value: 'launch' },
    ...drafts.map((draft, at) => ({
      label: `$(edit) ${draft.wish.name}`,
      detail: launchWords(draft),
      value: at,
    })),
  ];
}
