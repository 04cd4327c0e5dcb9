import * as vscode from 'vscode';
import { Problem, systemClock } from '../../base';
import type { OwnedServer, SiteInventory } from '../../chameleon';
import type { CloudFacts, Diagnosis, Reach, RepairName, Rung } from '../../doctor';
import type { Target } from '../../ssh';
import type { App } from '../app';
import { ask, type Ask } from '../ask';
import { withProgress } from '../register';
import { ownerWords } from '../rows/states';
import { readable, type Readable } from '../readable';
import { attachFloatingIp, openSshPort } from './reach';
import { forgetHostKey } from './sessions';
import { anyServerFor } from './subjects';

const COPY = 'Copy Report';
const AGAIN = 'Look Again';

/** Why can't I connect to this server? Climbs from its lease to its services, and shows each step. */
export async function whyNoConnection(app: App, argument: unknown, signal: AbortSignal): Promise<Diagnosis> {
  const asked = await anyServerFor(app, argument, 'Look why which server can’t be reached?');
  const { reportOf } = await import('../../doctor');
  const page = await readable(app, `Why no connection to ${asked.it.name}`);
  const subject = { kind: 'server', cloud: asked.site.cloud, id: asked.it.id } as const;
  const mask = (words: string): string => app.masking.forOthers(words);
  const diagnosis = await withProgress(
    `Looking why ${asked.it.name} can’t be reached …`,
    signal,
    async (inner, say) =>
      climbed(app, subject, inner, (so) => {
        page.write(reportOf(so, { running: true, mask }));
        say(so.rungs.at(-1)?.title ?? '');
      }),
  );
  page.write(reportOf(diagnosis, { running: false, mask }));
  void offer(app, diagnosis, { subject }, page).catch((thrown: unknown) => {
    app.report(thrown, 'connection report');
  });
  return diagnosis;
}

async function climbed(
  app: App,
  subject: { readonly cloud: string; readonly id: string },
  signal: AbortSignal,
  tell: (diagnosis: Diagnosis) => void,
): Promise<Diagnosis> {
  const { climb, CLOUD_PARTS } = await import('../../doctor');
  await app.refresh({ cloud: subject.cloud, parts: CLOUD_PARTS, signal });
  const site = app.inventory.sites.find(({ cloud }) => cloud === subject.cloud);
  const server = site?.servers.find(({ id }) => id === subject.id);
  if (site === undefined || server === undefined)
    throw new Problem('That server is not there any more.', {
      next: 'A server ends with its lease. Look at your leases in Resources.',
    });
  const mine = server.owner.kind === 'me';
  const target = targetOr(() => app.hosts.targetOf(server));
  const text = await app.hosts.console(server.id, signal).catch(() => undefined);
  const facts: CloudFacts = {
    site,
    server,
    now: Date.now() + site.clockOffset,
    console: text,
    held: mine ? await heldBy(app, server, target) : undefined,
  };
  return climb(facts, target && (await reachOf(app, server, target, text)), signal, tell);
}

/** In the demo the key is the demo's own. */
async function heldBy(
  app: App,
  server: OwnedServer,
  target: Target | undefined,
): Promise<CloudFacts['held']> {
  if (app.demo !== undefined) return [{ publicKey: '', matches: true }];
  const some = {
    serverId: server.id,
    name: server.name,
    address: '127.0.0.1',
    port: 22,
    user: 'cc',
    via: [],
  };
  return app.hosts.keyRing.held(target ?? some);
}

async function reachOf(
  app: App,
  server: OwnedServer,
  target: Target,
  console: string | undefined,
): Promise<Reach> {
  const { dialBy, hostKeysFromConsole, listeningPorts, lookAtDoor } = await import('../../ssh');
  const { connections, knownHosts, reach } = await app.hosts.ready();
  const mine = server.owner.kind === 'me';
  return {
    door: (signal) => lookAtDoor(target, { dial: dialBy(reach), clock: systemClock, connections }, signal),
    pinned: () => knownHosts.pinned(server.id),
    printed: console === undefined ? undefined : hostKeysFromConsole(console),
    login: mine ? (signal) => app.hosts.connect(target, signal) : undefined,
    owner: ownerWords(server.owner),
    listening: listeningPorts,
    services: app.labs.servicesOn(server).map(({ name, port }) => ({ name, port })),
  };
}

async function offer(
  app: App,
  diagnosis: Diagnosis,
  argument: { readonly subject: { readonly kind: 'server'; readonly cloud: string; readonly id: string } },
  page: Readable,
): Promise<void> {
  const { causeOf } = await import('../../doctor');
  const cause = causeOf(diagnosis);
  const repair = cause?.repair === undefined ? undefined : REPAIRS[cause.repair];
  const words =
    cause === undefined ? `${diagnosis.server}: nothing wrong was found.` : `${cause.title}: ${cause.what}`;
  const say: Ask['info'] = (...said) => (cause === undefined ? ask.info(...said) : ask.warn(...said));
  const button = await say(
    app.masking.mask(words),
    ...(repair === undefined ? [] : [repair.label]),
    COPY,
    AGAIN,
  );
  if (button === COPY) await vscode.env.clipboard.writeText(page.text);
  else if (button === AGAIN) await vscode.commands.executeCommand('chameleon.whyNoConnection', argument);
  else if (button !== undefined && repair?.label === button) {
    await repair.run(app, argument, cause, new AbortController().signal);
    await vscode.commands.executeCommand('chameleon.whyNoConnection', argument);
  }
}

interface Repair {
  readonly label: string;
  readonly run: (
    app: App,
    argument: unknown,
    cause: Rung | undefined,
    signal: AbortSignal,
  ) => Promise<unknown>;
}

const REPAIRS: Readonly<Record<RepairName, Repair>> = {
  attachFloatingIp: {
    label: 'Attach Floating IP …',
    run: (app, at, _cause, signal) => attachFloatingIp(app, at, signal),
  },
  openSshPort: { label: 'Open Port 22 …', run: (app, at, _cause, signal) => openSshPort(app, at, signal) },
  forgetHostKey: { label: 'Forget Host Key …', run: (app, at) => forgetHostKey(app, at) },
  openInHorizon: { label: 'Open in Horizon', run: (app, at) => openHorizon(app, at) },
};

async function openHorizon(app: App, argument: unknown): Promise<void> {
  const { site, it: server } = await anyServerFor(app, argument, 'Open which server in Horizon?');
  await vscode.env.openExternal(vscode.Uri.parse(serverPage(site, server.id), true));
}

function serverPage(site: SiteInventory, id: string): string {
  return `${site.site.web.replace(/\/$/, '')}/project/instances/${encodeURIComponent(id)}/`;
}

function targetOr(way: () => Target): Target | undefined {
  try {
    return way();
  } catch {
    return undefined;
  }
}
