import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { abortError, isAbort, Problem } from '../../base';
import {
  findClouds,
  knownSites,
  NeedsBrowser,
  readClouds,
  siteOf,
  trapsOf,
  type FoundClouds,
  type Site,
  type Trap,
} from '../../chameleon';
import { OpenStackError, type CredentialCloud } from '../../openstack';
import type { App } from '../app';
import { ask, type Choice } from '../ask';
import { withProgress } from '../register';
import { sessionTo } from '../signedIn';
import { signInByBrowser, signInByJupyter } from './browserSignIn';
import { subjectOf } from './subjects';

type Way =
  | 'browser'
  | 'jupyter'
  | 'file'
  | 'paste'
  | 'make'
  | 'demo'
  | { readonly clouds: readonly CredentialCloud[] };

/** Signs in to one cloud or several; nothing is kept that was not tried once. */
export async function signIn(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  app.renewSites();
  const dropped = await droppedText(argument);
  if (dropped !== undefined) return withClouds(app, dropped, signal);
  const way = await askWay(app);
  if (typeof way !== 'string') return signInTo(app, way.clouds, signal);
  switch (way) {
    case 'demo':
      return app.openDemo();
    case 'browser':
      return signInByBrowser(app, undefined, signal);
    case 'jupyter':
      return signInByJupyter(app, signal);
    case 'file':
      return withClouds(app, await fromFile(), signal);
    case 'paste':
      return withClouds(app, await fromText(), signal);
    case 'make':
      return makeOne(app, undefined, signal);
  }
}

/** Forgets all credentials on this machine. */
export async function signOut(app: App): Promise<void> {
  if (app.demo !== undefined) return app.closeDemo();
  const sure = await ask.confirm(
    'Sign out of all sites?',
    'The credentials are removed from this machine. What runs at Chameleon goes on running.',
    'Sign Out',
  );
  if (!sure) return;
  await forgetAll(app);
}

/** Signs out of one site: from the Accounts menu. */
export async function signOutOf(app: App, cloud: string): Promise<void> {
  await app.clouds.remove(cloud);
  const left = await app.clouds.list();
  if (left.length === 0) return forgetAll(app);
  if (!left.some(({ credential }) => credential.kind === 'federated')) await app.identity.browser.end();
  await app.signInAgain();
}

async function forgetAll(app: App): Promise<void> {
  await app.clouds.clear();
  await app.identity.browser.end();
  await app.hosts.close();
  await app.signInAgain();
}

/** Opens Horizon where an application credential is made, and waits for what it hands out. */
export async function makeCredential(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const subject = subjectOf(argument);
  const at = subject?.kind === 'site' ? app.signedIn?.site(subject.cloud).site : undefined;
  return makeOne(app, at, signal);
}

async function makeOne(app: App, given: Site | undefined, signal: AbortSignal): Promise<void> {
  const site = given ?? (await askSite('At which site?'));
  await vscode.env.openExternal(vscode.Uri.parse(`${site.web}/identity/application_credentials/`, true));
  const text = await ask.text({
    title: `Make one at ${site.name}: Create Application Credential, tick “Unrestricted”, then Download openrc file`,
    prompt:
      'Paste the whole text of the openrc file (or of clouds.yaml) here. Horizon shows the secret once only',
    secret: true,
  });
  if (text === undefined || text.trim() === '') throw abortError();
  await withClouds(app, await offeredIn(text), signal);
}

async function askWay(app: App): Promise<Way> {
  const found = await findClouds({
    env: process.env,
    home: homedir(),
    cwd: vscode.workspace.isTrusted
      ? (vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir())
      : homedir(),
    readFile: (file) => readFile(file, 'utf8'),
  });
  const way = await ask.pick<Way>(
    'Sign in to Chameleon',
    [...browserChoices(app), ...foundChoices(found), ...OTHER_WAYS],
    'One sign-in by the browser is for all sites; a credential is for one',
  );
  if (way === undefined) throw abortError();
  return way;
}

function browserChoices(app: App): Choice<Way>[] {
  const { jupyter } = app.identity;
  return [
    ...(jupyter === undefined
      ? []
      : [
          {
            label: '$(notebook) As in this Jupyter',
            description: jupyter.project ?? '',
            detail: 'You are signed in to Chameleon here already',
            value: 'jupyter' as const,
          },
        ]),
    {
      label: '$(globe) Sign in by the browser',
      detail: 'With your Chameleon account, once for all sites',
      value: 'browser',
    },
  ];
}

function foundChoices(found: FoundClouds & { readonly from: string | undefined }): Choice<Way>[] {
  const here: Choice<Way>[] = found.clouds.map((cloud) => ({
    label: `$(cloud) ${siteOf(cloud).name}`,
    description: cloud.name,
    detail: `From ${found.from ?? 'this machine'}`,
    value: { clouds: [cloud] },
  }));
  const all: Choice<Way>[] =
    found.clouds.length > 1
      ? [{ label: '$(checklist) All of these sites', value: { clouds: found.clouds } }]
      : [];
  return [...all, ...here];
}

const OTHER_WAYS: readonly Choice<Way>[] = [
  { label: '$(file) Choose a clouds.yaml or openrc file …', value: 'file' },
  {
    label: '$(key) Paste an application credential …',
    detail: 'Horizon → Identity → Application Credentials; the text of its openrc or clouds.yaml',
    value: 'paste',
  },
  {
    label: '$(add) Make an application credential …',
    detail: 'Opens the page of Horizon, and waits for what it hands out',
    value: 'make',
  },
  {
    label: '$(beaker) Open the demo',
    detail: 'A miniature Chameleon on this machine: no account needed',
    value: 'demo',
  },
];

/** Signs in to what a text offers; one that needs the browser is led there. */
async function withClouds(app: App, found: FoundClouds, signal: AbortSignal): Promise<void> {
  if (found.clouds.length > 0) return signInTo(app, found.clouds, signal);
  const byBrowser = found.problems.find((problem) => problem instanceof NeedsBrowser);
  if (byBrowser === undefined)
    throw (
      found.problems[0] ??
      new Problem('No application credential was found in that text.', {
        next: 'In Horizon, Identity → Application Credentials → Create, download the openrc file or clouds.yaml.',
      })
    );
  const go = await ask.confirm(byBrowser.message, byBrowser.next ?? '', 'Sign In by the Browser');
  if (go) await signInByBrowser(app, byBrowser.project, signal);
}

async function signInTo(app: App, offered: readonly CredentialCloud[], signal: AbortSignal): Promise<void> {
  const chosen = offered.length === 1 ? offered : await whichOf(offered);
  if (app.demo !== undefined) await app.closeDemo();
  const good: Accepted[] = [];
  try {
    // One progress and one word for all: of many messages at once VS Code shows the first ones only.
    await withProgress(`Signing in to ${siteNames(chosen)} …`, signal, async (inner, say) => {
      for (const cloud of chosen) {
        if (chosen.length > 1) say(siteOf(cloud).name);
        app.masking.add(cloud.credential.secret);
        good.push(await tried(cloud, inner));
      }
    });
  } finally {
    // Those that were good stay, also when a later one is refused.
    if (good.length > 0) {
      const clouds = good.map(({ cloud }) => cloud);
      await app.clouds.add(...clouds);
      const users = [...new Set(good.map(({ user }) => user))].join(', ');
      void ask.info(`Signed in to ${siteNames(clouds)} as ${users}.`);
    }
  }
  for (const { cloud, traps } of good) for (const trap of traps) warnOf(app, siteOf(cloud).name, trap);
  await app.signInAgain();
}

function siteNames(clouds: readonly CredentialCloud[]): string {
  return clouds.map((cloud) => siteOf(cloud).name).join(', ');
}

const BROWSER = 'Sign In by the Browser';

/** Said at once, not when the first lease is refused with a riddle. */
function warnOf(app: App, site: string, trap: Trap): void {
  ask
    .warn(`${site}: ${trap.what} ${trap.next}`, BROWSER)
    .then(async (pressed) => {
      if (pressed === BROWSER) await signInByBrowser(app, undefined, new AbortController().signal);
    })
    .catch((thrown: unknown) => {
      if (!isAbort(thrown)) app.report(thrown, 'sign-in');
    });
}

async function fromFile(): Promise<FoundClouds> {
  const file = await ask.openFile('clouds.yaml or openrc', {
    'clouds.yaml, openrc': ['yaml', 'yml', 'sh', 'rc', 'txt'],
    'all files': ['*'],
  });
  if (file === undefined) throw abortError();
  return ofFile(file);
}

/** With the `secure.yaml` beside it, if there is one: secrets are often kept apart. */
async function ofFile(file: vscode.Uri): Promise<FoundClouds> {
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  const beside = vscode.Uri.joinPath(file, '..', 'secure.yaml');
  const secure = await Promise.resolve(vscode.workspace.fs.readFile(beside)).catch(() => undefined);
  return readClouds(text, secure === undefined ? undefined : new TextDecoder().decode(secure));
}

/** A file that was dropped on the view, or chosen in the explorer. */
async function droppedText(argument: unknown): Promise<FoundClouds | undefined> {
  if (argument instanceof vscode.Uri) return ofFile(argument);
  return typeof argument === 'string' ? readClouds(argument) : undefined;
}

async function fromText(): Promise<FoundClouds> {
  const text = await ask.text({
    title: 'Paste an application credential',
    prompt:
      'The whole text of the openrc or clouds.yaml that Horizon offers, or only the id of the credential',
    secret: true,
  });
  if (text === undefined || text.trim() === '') throw abortError();
  return offeredIn(text);
}

async function offeredIn(text: string): Promise<FoundClouds> {
  if (/^[0-9a-f]{32}$/.test(text.trim())) return { clouds: [await fromParts(text.trim())], problems: [] };
  return readClouds(unfolded(text));
}

/** An input box has one line: what was pasted into it has lost its line ends. */
function unfolded(text: string): string {
  return text.includes('\n') ? text : text.replace(/\s+export\s+/g, '\nexport ');
}

async function askSite(title: string): Promise<Site> {
  const site = await ask.pick(
    title,
    knownSites().map((each) => ({ label: each.name, description: each.web, value: each })),
  );
  if (site === undefined) throw abortError();
  return site;
}

async function fromParts(id: string): Promise<CredentialCloud> {
  const site = await askSite('Of which site is it?');
  const secret = await ask.text({
    title: 'Secret of the application credential',
    prompt: 'It is kept in VS Code’s secret storage only',
    secret: true,
  });
  if (secret === undefined || secret === '') throw abortError();
  return {
    name: site.uid,
    authUrl: site.authUrl,
    region: site.name,
    interface: 'public',
    credential: { kind: 'applicationCredential', id, secret: secret.trim() },
  };
}

async function whichOf(clouds: readonly CredentialCloud[]): Promise<readonly CredentialCloud[]> {
  const picked = await ask.pick<readonly CredentialCloud[]>('Which site?', [
    { label: 'All of them', value: clouds },
    ...clouds.map((cloud) => ({ label: siteOf(cloud).name, description: cloud.name, value: [cloud] })),
  ]);
  if (picked === undefined) throw abortError();
  return picked;
}

/** A credential that its site has accepted. */
interface Accepted {
  readonly cloud: CredentialCloud;
  readonly user: string;
  readonly traps: readonly Trap[];
}

/** One sign-in: never repeated, because accounts get locked. */
async function tried(cloud: CredentialCloud, signal: AbortSignal): Promise<Accepted> {
  const name = siteOf(cloud).name;
  const session = sessionTo(cloud, globalThis.fetch, undefined);
  try {
    const { user } = await session.token(signal);
    const traps = await trapsOf(session, Date.now() + session.clockOffset, signal);
    return { cloud, user: user.name, traps };
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    const wrong =
      thrown instanceof OpenStackError &&
      (thrown.kind === 'unauthorized' || thrown.kind === 'notFound' || thrown.kind === 'forbidden');
    if (!wrong) throw thrown;
    const locked = /account .* is disabled/.test(thrown.message);
    throw new Problem(
      locked
        ? `${thrown.message} It was tried once and nothing was stored.`
        : `${name} does not accept this application credential. It was tried once and nothing was stored.`,
      {
        next: locked
          ? 'Write to Chameleon’s help desk; signing in again and again keeps it locked.'
          : 'Check that id and secret were copied whole, that it has not expired, that its project’s allocation has not ended, and that it was made at this site.',
        cause: thrown,
      },
    );
  }
}
