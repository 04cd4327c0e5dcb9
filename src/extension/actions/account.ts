import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { abortError, isAbort, Problem, systemClock } from '../../base';
import { findClouds, readClouds, siteOf } from '../../chameleon';
import { OpenStackError, Session, type CloudConfig } from '../../openstack';
import type { App } from '../app';
import { ask, type Choice } from '../ask';
import { withProgress } from '../register';

type Way = 'file' | 'paste' | 'demo' | { readonly clouds: readonly CloudConfig[] };

/** Signs in to one cloud or several; nothing is kept that was not tried once. */
export async function signIn(app: App, _argument: unknown, signal: AbortSignal): Promise<void> {
  const way = await askWay();
  if (way === 'demo') return app.openDemo();
  const offered = way === 'file' ? await fromFile() : way === 'paste' ? await fromText() : way.clouds;
  const cloud = offered.length === 1 ? offered : await whichOf(offered);
  if (app.demo !== undefined) await app.closeDemo();
  for (const each of cloud) {
    app.masking.add(each.credential.secret);
    const who = await tried(each, signal);
    await app.clouds.add(each);
    void ask.info(`Signed in to ${siteOf(each).name} as ${who}.`);
  }
  await app.signInAgain();
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
  await app.clouds.clear();
  await app.hosts.close();
  await app.signInAgain();
}

async function askWay(): Promise<Way> {
  const found = await findClouds({
    env: process.env,
    home: homedir(),
    cwd: vscode.workspace.isTrusted
      ? (vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir())
      : homedir(),
    readFile: (file) => readFile(file, 'utf8'),
  });
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
  const way = await ask.pick<Way>(
    'Sign in to Chameleon',
    [
      ...all,
      ...here,
      { label: '$(file) Choose a clouds.yaml or openrc file …', value: 'file' },
      {
        label: '$(key) Paste an application credential …',
        detail: 'Horizon → Identity → Application Credentials; the text of its openrc or clouds.yaml',
        value: 'paste',
      },
      {
        label: '$(beaker) Open the demo',
        detail: 'A miniature Chameleon on this machine: no account needed',
        value: 'demo',
      },
    ],
    'One credential for each site',
  );
  if (way === undefined) throw abortError();
  return way;
}

async function fromFile(): Promise<readonly CloudConfig[]> {
  const file = await ask.openFile('clouds.yaml or openrc', {
    'clouds.yaml, openrc': ['yaml', 'yml', 'sh', 'rc', 'txt'],
    'all files': ['*'],
  });
  if (file === undefined) throw abortError();
  return readable(new TextDecoder().decode(await vscode.workspace.fs.readFile(file)));
}

async function fromText(): Promise<readonly CloudConfig[]> {
  const text = await ask.text({
    title: 'Paste an application credential',
    prompt:
      'The whole text of the openrc or clouds.yaml that Horizon offers, or only the id of the credential',
    secret: true,
  });
  if (text === undefined || text.trim() === '') throw abortError();
  return /^[0-9a-f]{32}$/.test(text.trim()) ? [await fromParts(text.trim())] : readable(unfolded(text));
}

/** An input box has one line: what was pasted into it has lost its line ends. */
function unfolded(text: string): string {
  return text.includes('\n') ? text : text.replace(/\s+export\s+/g, '\nexport ');
}

async function fromParts(id: string): Promise<CloudConfig> {
  const { sites } = await import('../../chameleon');
  const site = await ask.pick(
    'Of which site is it?',
    sites.map((each) => ({ label: each.name, description: each.web, value: each })),
  );
  if (site === undefined) throw abortError();
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

function readable(text: string): readonly CloudConfig[] {
  const { clouds, problems } = readClouds(text);
  const [first] = problems;
  if (clouds.length > 0) return clouds;
  throw (
    first ??
    new Problem('No application credential was found in that text.', {
      next: 'In Horizon, Identity → Application Credentials → Create, download the openrc file or clouds.yaml.',
    })
  );
}

async function whichOf(clouds: readonly CloudConfig[]): Promise<readonly CloudConfig[]> {
  const picked = await ask.pick<readonly CloudConfig[]>('Which site?', [
    { label: 'All of them', value: clouds },
    ...clouds.map((cloud) => ({ label: siteOf(cloud).name, description: cloud.name, value: [cloud] })),
  ]);
  if (picked === undefined) throw abortError();
  return picked;
}

/** One sign-in: never repeated, because accounts get locked. */
async function tried(cloud: CloudConfig, signal: AbortSignal): Promise<string> {
  const name = siteOf(cloud).name;
  const session = new Session(cloud, { fetch: globalThis.fetch, clock: systemClock, random: Math.random });
  try {
    const token = await withProgress(`Signing in to ${name} …`, signal, (inner) => session.token(inner));
    return token.user.name;
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    const wrong =
      thrown instanceof OpenStackError &&
      (thrown.kind === 'unauthorized' || thrown.kind === 'notFound' || thrown.kind === 'forbidden');
    if (!wrong) throw thrown;
    throw new Problem(
      `${name} does not accept this application credential. It was tried once and nothing was stored.`,
      {
        next: 'Check that id and secret were copied whole, that it has not expired, and that it was made at this site.',
        cause: thrown,
      },
    );
  }
}
