import { Problem } from '../../base';
import { me, type SiteInventory } from '../../chameleon';
import type { App } from '../app';
import { ask } from '../ask';
import { subjectOf } from '../actions/subjects';
import { inTurn, type Asked } from '../steps';
import { fillInServer } from './form';
import { imageChoices, isVirtual, machineChoices, networkChoices, type LaunchDraft } from './draft';
import { groundAt } from './ground';

/**
 * A server of one's own, with everything filled in that can be: site, then one page.
 * @returns `back` from the first step
 * @throws AbortError when dismissed; Problem where no site can launch
 */
export async function freeServer(
  app: App,
  argument: unknown,
  signal: AbortSignal,
): Promise<readonly LaunchDraft[] | 'back'> {
  const title = 'Launch a server';
  const done = await inTurn<State>({ site: undefined, draft: undefined }, [
    (state) => askSite(app, argument, state),
    async (state) => {
      if (state.site === undefined) return undefined;
      const draft = await draftAt(app, state.site, argument, signal);
      return { kind: 'given', value: { ...state, draft } };
    },
    async (state) => {
      if (state.draft === undefined) return undefined;
      const filled = await fillInServer(title, state.draft, 'launch');
      return filled.kind === 'back'
        ? { kind: 'back' }
        : { kind: 'chosen', value: { ...state, draft: filled.value } };
    },
  ]);
  if (done === 'back') return 'back';
  return done.draft === undefined ? 'back' : [done.draft];
}

interface State {
  readonly site: SiteInventory | undefined;
  readonly draft: LaunchDraft | undefined;
}

async function askSite(app: App, argument: unknown, state: State): Promise<Asked<State>> {
  const subject = subjectOf(argument);
  const sites = app.inventory.sites.filter(({ parts }) => parts.servers.state !== 'absent');
  const named = sites.find(
    ({ cloud }) => subject !== undefined && 'cloud' in subject && subject.cloud === cloud,
  );
  const [only] = sites;
  if (only === undefined)
    throw new Problem('No site that you are signed in to offers servers.', {
      next: 'Sign in to another site.',
    });
  const given = named ?? (sites.length === 1 ? only : undefined);
  if (given !== undefined) return { kind: 'given', value: { ...state, site: given } };
  const answer = await ask.pickStep({
    title: 'Launch a server',
    placeholder: 'At which site?',
    choices: sites.map((site) => ({
      label: site.site.name,
      description: site.project?.name ?? '',
      value: site,
    })),
    canGoBack: true,
  });
  return answer?.kind === 'chosen' ? { kind: 'chosen', value: { ...state, site: answer.value } } : answer;
}

async function draftAt(
  app: App,
  site: SiteInventory,
  argument: unknown,
  signal: AbortSignal,
): Promise<LaunchDraft> {
  const ground = await groundAt(app, site, signal);
  const subject = subjectOf(argument);
  const [machine] = machineChoices(ground, Date.now());
  if (machine === undefined && !isVirtual(site))
    throw new Problem(`You have no running lease at ${site.site.name}.`, { next: 'Reserve first.' });
  const [image] = imageChoices(site);
  const [network] = networkChoices(site);
  const { netId, usernames } = me(app.inventory);
  const leaseId = subject?.kind === 'lease' ? subject.id : machine?.value.leaseId;
  return {
    ground,
    wish: {
      name: `node-${netId ?? usernames[0] ?? 'mine'}`,
      image: image?.value ?? 'CC-Ubuntu24.04',
      leaseId,
      flavor: leaseId === undefined ? machine?.value.flavor : undefined,
      networks: network === undefined ? [] : [network.value],
      groups: isVirtual(site) ? [{ name: 'allow-ssh', port: undefined }] : [],
      floatingIp: true,
      userData: undefined,
    },
    key: ground.keys.best,
  };
}
