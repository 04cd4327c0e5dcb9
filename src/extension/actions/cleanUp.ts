import { abortError, Problem, systemClock } from '../../base';
import {
  cleanUp,
  planCleanUp,
  type CleanUpItem,
  type CleanUpResult,
  type CleanUpScope,
} from '../../chameleon';
import type { Lab } from '../../labs';
import type { App } from '../app';
import { ask } from '../ask';
import { withProgress } from '../register';
import { subjectOf } from './subjects';

const KIND_WORDS: Readonly<Record<CleanUpItem['kind'], string>> = {
  zunContainer: 'edge container',
  server: 'server',
  floatingIp: 'floating IP',
  volume: 'volume',
  port: 'port',
  router: 'router',
  network: 'network',
  image: 'image',
  objectContainer: 'object-store container',
  lease: 'lease',
};
const ICONS: Readonly<Record<CleanUpItem['kind'], string>> = {
  zunContainer: 'package',
  server: 'vm',
  floatingIp: 'globe',
  volume: 'database',
  port: 'plug',
  router: 'git-merge',
  network: 'type-hierarchy',
  image: 'file-media',
  objectContainer: 'archive',
  lease: 'calendar',
};

/** Takes away what one lab, or everything, left of mine: chosen from a list, asked once, told in a report. */
export async function cleanUpThings(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  if (app.signedIn === undefined)
    throw new Problem('You are not signed in.', { next: 'Sign in, or open the demo.' });
  const { title, scope } = await askScope(app, argument);
  // Only what is there now: a list that is a minute old would name what is gone.
  await withProgress('Looking for what is yours …', signal, (inner) => app.refresh({ signal: inner }));
  const { items, kept } = planCleanUp(app.inventory, scope);
  const notes = kept.map(({ name, why }) => `${name} stays: ${why}`);
  if (items.length === 0) {
    void ask.info(
      [`Nothing of yours is left${scope.kind === 'named' ? ' of that lab' : ''}.`, ...notes].join(' '),
    );
    return;
  }
  const chosen = await ask.pickMany(
    title,
    items.map((item) => ({
      label: `$(${ICONS[item.kind]}) ${item.name}`,
      description: `${KIND_WORDS[item.kind]} · ${item.site}`,
      detail: item.detail,
      picked: item.ticked,
      value: item,
    })),
    scope.kind === 'allOfMine'
      ? 'In the order of deletion; volumes, images and objects only where you tick them'
      : 'In the order of deletion; untick what shall stay',
  );
  if (chosen === undefined || chosen.length === 0) throw abortError();
  const sure = await ask.confirm(
    `Delete ${chosen.length === 1 ? 'this' : `these ${chosen.length}`} for good?`,
    [chosen.map((item) => `${KIND_WORDS[item.kind]} ${item.name}`).join('\n'), ...notes].join('\n\n'),
    'Delete',
  );
  if (!sure) throw abortError();
  const report = await executed(app, chosen, signal);
  await app.refresh();
  await tell(app, report, argument, signal);
}

async function executed(
  app: App,
  items: readonly CleanUpItem[],
  signal: AbortSignal,
): Promise<readonly CleanUpResult[]> {
  const stop = new AbortController();
  let results: readonly CleanUpResult[] = [];
  await withProgress('Cleaning up …', signal, async (inner, say) => {
    inner.addEventListener('abort', () => {
      stop.abort();
    });
    results = await cleanUp({
      items,
      session: (cloud) => sessionNamed(app, cloud),
      clock: systemClock,
      signal: stop.signal,
      progress: (done, total, item) => {
        say(`${done} of ${total}: ${item.name}`);
      },
    });
  });
  return results;
}

function sessionNamed(app: App, cloud: string): ReturnType<NonNullable<App['signedIn']>['session']> {
  if (app.signedIn === undefined)
    throw new Problem('You signed out meanwhile.', { next: 'Sign in and run Clean Up again.' });
  return app.signedIn.session(cloud);
}

async function tell(
  app: App,
  report: readonly CleanUpResult[],
  argument: unknown,
  signal: AbortSignal,
): Promise<void> {
  const text = reportText(report);
  app.log.info(text);
  const left = report.filter(({ outcome }) => outcome === 'refused' || outcome === 'notDone');
  if (left.length === 0) {
    const button = await ask.info(
      report.length === 1 ? 'It is gone.' : `All ${report.length} are gone.`,
      'Show Report',
    );
    if (button !== undefined) await app.consoles.show('Clean-up report', 'report', text);
    return;
  }
  const [first] = left;
  const button = await ask.warn(
    `${left.length} of ${report.length} are still there. ${first?.item.name ?? ''}: ${first?.why ?? 'cancelled before its turn.'}`,
    'Show Report',
    'Clean Up Again',
  );
  if (button === 'Show Report') await app.consoles.show('Clean-up report', 'report', text);
  if (button === 'Clean Up Again') await cleanUpThings(app, argument, signal);
}

/** What came of it in one sentence, then one line an item. */
export function reportText(report: readonly CleanUpResult[]): string {
  const words: Readonly<Record<CleanUpResult['outcome'], string>> = {
    gone: 'gone',
    wasGone: 'gone before',
    refused: 'still there',
    notDone: 'not done',
  };
  const left = report.filter(({ outcome }) => outcome === 'refused' || outcome === 'notDone').length;
  return [
    left === 0 ? `All ${report.length} are gone.` : `${report.length - left} of ${report.length} are gone.`,
    '',
    ...report.map(
      ({ item, outcome, why }) =>
        `${words[outcome].padEnd(12)} ${KIND_WORDS[item.kind]} ${item.name} (${item.site})${why === undefined ? '' : `\n             ${why}`}`,
    ),
  ].join('\n');
}

async function askScope(app: App, argument: unknown): Promise<{ title: string; scope: CleanUpScope }> {
  const subject = subjectOf(argument);
  const labs = app.labs.labs;
  if (subject?.kind === 'lab' || subject?.kind === 'step') return ofLab(app, app.labs.lab(subject.lab));
  if (subject?.kind === 'server') return ofServer(app, subject.cloud, subject.id);
  const picked = await ask.pick<Lab | 'all'>('Clean up what?', [
    {
      label: '$(trash) All of mine',
      description: 'at all sites; data only if you tick it',
      value: 'all',
    },
    ...labs.map((lab) => ({ label: `$(beaker) ${lab.title}`, description: `Lab ${lab.unit}`, value: lab })),
  ]);
  if (picked === undefined) throw abortError();
  return picked === 'all'
    ? { title: 'Clean up all of mine', scope: { kind: 'allOfMine' } }
    : ofLab(app, picked);
}

/** The lab that a server is part of, or the server alone. */
async function ofServer(
  app: App,
  cloud: string,
  id: string,
): Promise<{ title: string; scope: CleanUpScope }> {
  const site = app.inventory.sites.find((each) => each.cloud === cloud);
  const server = site?.servers.find((each) => each.id === id);
  if (site === undefined || server === undefined)
    throw new Problem('That is not there any more.', { next: 'Refresh the view.' });
  const lab = app.labs.labs.find((each) => app.labs.isOf(each, server));
  if (lab !== undefined) return ofLab(app, lab);
  const scope: CleanUpScope = { kind: 'named', names: new Set([server.name]), sites: [site.site.name] };
  return { title: `Clean up ${server.name}`, scope };
}

async function ofLab(app: App, lab: Lab): Promise<{ title: string; scope: CleanUpScope }> {
  const { namesMade } = await import('../../labs');
  const parameters = await app.labs.parameters(lab);
  return { title: `Clean up ${lab.title}`, scope: { kind: 'named', ...namesMade(lab, parameters) } };
}
