import { spawn } from 'node:child_process';
import * as vscode from 'vscode';
import { abortError, isAbort, Problem, systemClock } from '../../base';
import type { Forward, ForwardSpec, Forwards } from '../../ssh';
import type { App } from '../app';
import { ask } from '../ask';
import { forwardId, specOf as keptSpec, type KeptForward } from '../keptForwards';
import { withDoctor, withProgress } from '../register';
import { onceLink } from '../onceLink';
import { openingOf, type Side } from '../ourSide';
import { urlOf } from '../rows/connections';
import type { ServiceOnServer } from '../rows/resources';
import { hasToken, jupyterToken, withToken } from '../serviceToken';
import { proven } from './proven';
import { serverFor, subjectOf } from './subjects';

/** Forwards a lab's service and opens it in the browser: one click. */
export async function openService(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const forward = await forwarded(app, specOf(app, argument), signal);
  await openInBrowser(app, await pageOf(app, forward, signal));
}

/** Forwards a port of a server that is picked among those that something listens on, or typed. */
export async function forwardPort(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { it: server } = await serverFor(app, argument, 'Forward a port of which server?');
  const target = app.hosts.targetOf(server);
  const { listeningPorts } = await import('../../ssh');
  const found = await withProgress(`Asking ${server.name} what listens …`, signal, async (inner) => {
    await proven(app, target, inner);
    const connection = await app.hosts.connect(target, inner);
    return listeningPorts(connection, inner).catch((thrown: unknown) => {
      if (thrown instanceof Error && isAbort(thrown)) throw thrown;
      return [];
    });
  });
  const services = new Map(app.labs.servicesOn(server).map((service) => [service.port, service]));
  const picked = await ask.pick<{ port: number; host: string } | 'typed'>(
    `Forward which port of ${server.name}?`,
    [
      ...found.map((each) => ({
        label: String(each.port),
        description: [services.get(each.port)?.name, each.by]
          .filter((word) => word !== undefined)
          .join(' · '),
        value: { port: each.port, host: each.host },
      })),
      { label: 'Another port …', description: 'nothing needs to listen there yet', value: 'typed' as const },
    ],
    found.length === 0 ? 'Nothing was found that listens on it.' : undefined,
  );
  if (picked === undefined) throw abortError();
  const { port, host } = picked === 'typed' ? { port: await typedPort(), host: '127.0.0.1' } : picked;
  const service = services.get(port);
  const forward = await forwarded(
    app,
    {
      id: forwardId(server.id, port, host),
      target,
      remoteHost: host,
      remotePort: port,
      localPort: port,
      name: service?.name ?? found.find((each) => each.port === port)?.by ?? `Port ${port}`,
      path: service?.path ?? '/',
      speaks: service === undefined ? 'any' : (service.scheme ?? 'http'),
    },
    signal,
  );
  const said = `127.0.0.1:${forward.localPort ?? 0} is port ${port} of ${server.name}.`;
  const moved = forward.localPort === port ? '' : ` (${port} was taken on this machine.)`;
  void ask.info(`${said}${moved}`, OPEN, COPY).then(async (button) => {
    if (button === OPEN) await openInBrowser(app, await pageOf(app, forward, new AbortController().signal));
    if (button === COPY) await vscode.env.clipboard.writeText(openable(forward));
  });
}

const OPEN = 'Open in Browser';
const COPY = 'Copy URL';

export async function openForward(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  await openInBrowser(app, await pageOf(app, await forwardOf(app, argument), signal));
}

/** Beside the code instead of in another program. */
export async function openInEditor(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const url = await reachable(app, await pageOf(app, await forwardOf(app, argument), signal));
  await vscode.commands.executeCommand('simpleBrowser.show', url.toString(true));
}

export async function copyUrl(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  await vscode.env.clipboard.writeText(await pageOf(app, await forwardOf(app, argument), signal));
}

/** New terminals of this window get the address as the variable that its programs read. */
export async function useInTerminals(app: App, argument: unknown): Promise<void> {
  const forward = await forwardOf(app, argument);
  const name = serviceOf(app, forward)?.env;
  if (name === undefined)
    throw new Problem(`${forward.spec.name} has no variable that programs read.`, {
      next: 'Copy its URL instead.',
    });
  if (isApart(app))
    throw new Problem('Terminals of this window run on another machine, where 127.0.0.1 is not this one.', {
      next: 'Use it in a window of this machine.',
    });
  app.hosts.variables.use(forward, name);
  app.draw();
  void ask.info(`New terminals have ${name}=${openable(forward)}. Those that are open stay as they are.`);
}

export async function stopUsingInTerminals(app: App, argument: unknown): Promise<void> {
  const forward = await forwardOf(app, argument);
  app.hosts.variables.drop(forward.spec.id);
  app.draw();
}

export async function stop(app: App, argument: unknown): Promise<void> {
  const forward = await forwardOf(app, argument);
  const { forwards } = await app.hosts.ready();
  await forwards.stop(forward.spec.id);
  app.draw();
}

export async function restart(app: App, argument: unknown): Promise<void> {
  const forward = await forwardOf(app, argument);
  const { forwards } = await app.hosts.ready();
  const isOver = forward.state.kind === 'stopped' || forward.state.kind === 'refused';
  if (!isOver) await forwards.restart(forward.spec.id);
  else if ((await app.hosts.forward(forward.spec)) !== undefined)
    throw new Problem(`${forward.spec.name} is forwarded by another window now.`, {
      next: 'Open it from there, or close that window: then it goes on here.',
    });
  app.draw();
}

/** A pinned forward comes back after a restart and with the next server of the same name. */
export async function pin(app: App, argument: unknown): Promise<void> {
  await app.hosts.kept.pin(await forwardOf(app, argument), true);
  app.draw();
}

export async function unpin(app: App, argument: unknown): Promise<void> {
  const subject = subjectOf(argument);
  const kept =
    subject?.kind === 'forward' ? app.hosts.waiting.find(({ id }) => id === subject.id) : undefined;
  if (kept !== undefined) await app.hosts.kept.forget(kept.id);
  else await app.hosts.kept.pin(await forwardOf(app, argument), false);
  app.draw();
}

/** Stops a forward and takes it off the list. */
export async function remove(app: App, argument: unknown): Promise<void> {
  const forward = await forwardOf(app, argument);
  const { forwards } = await app.hosts.ready();
  await app.hosts.kept.forget(forward.spec.id);
  await forwards.remove(forward.spec.id);
  app.draw();
}

function specOf(app: App, argument: unknown): ForwardSpec {
  const subject = subjectOf(argument);
  if (subject?.kind !== 'service')
    throw new Problem('No service was chosen.', {
      next: 'Open it from its row below a server in Resources.',
    });
  const server = app.inventory.sites
    .find((site) => site.cloud === subject.cloud)
    ?.servers.find((each) => each.id === subject.serverId);
  const service =
    server === undefined
      ? undefined
      : app.labs.servicesOn(server).find((each) => each.lab === subject.lab && each.id === subject.service);
  if (server === undefined || service === undefined)
    throw new Problem('That service is not there any more.', { next: 'Refresh the view.' });
  return {
    id: forwardId(server.id, service.port),
    target: app.hosts.targetOf(server),
    remoteHost: '127.0.0.1',
    remotePort: service.port,
    localPort: service.port,
    name: service.name,
    path: service.path,
    ...(service.scheme === undefined ? {} : { speaks: service.scheme }),
  };
}

/** A forward that stands, with a refusal as an error. */
async function forwarded(app: App, spec: ForwardSpec, signal: AbortSignal): Promise<Forward> {
  const { forwards } = await app.hosts.ready();
  const forward = await withProgress(`Opening ${spec.name} …`, signal, async (inner) => {
    const elsewhere = await app.hosts.forward(spec);
    return elsewhere === undefined ? settled(forwards, spec.id, inner) : ofAnotherWindow(elsewhere, spec);
  });
  app.draw();
  if (forward.state.kind === 'refused')
    throw withDoctor(
      app.hosts.siteOf(spec.target.serverId),
      spec.target.serverId,
      new Problem(forward.state.what, { next: forward.state.next }),
    );
  return forward;
}

/** It stands on this machine all the same. */
function ofAnotherWindow({ localPort }: KeptForward, spec: ForwardSpec): Forward {
  const state = { kind: 'up', since: Date.now(), latencyMs: undefined } as const;
  return { spec, localPort, state, bytes: { in: 0, out: 0 }, last: undefined };
}

/** The forward once it is up, degraded or refused. */
function settled(forwards: Forwards, id: string, signal: AbortSignal): Promise<Forward> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const forward = forwards.list().find((each) => each.spec.id === id);
      if (forward === undefined || !['up', 'degraded', 'refused'].includes(forward.state.kind)) return;
      done();
      resolve(forward);
    };
    const cancelled = (): void => {
      done();
      reject(abortError());
    };
    const stopListening = forwards.onChange(look);
    const done = (): void => {
      stopListening();
      signal.removeEventListener('abort', cancelled);
    };
    signal.addEventListener('abort', cancelled, { once: true });
    look();
  });
}

async function forwardOf(app: App, argument: unknown): Promise<Forward> {
  const subject = subjectOf(argument);
  const list = app.hosts.forwards;
  const named = subject?.kind === 'forward' ? list.find((each) => each.spec.id === subject.id) : undefined;
  if (named !== undefined) return named;
  const other =
    subject?.kind === 'forward' ? app.hosts.elsewhere.find(({ id }) => id === subject.id) : undefined;
  const server = app.hosts.siteOf(other?.serverId ?? '')?.servers.find(({ id }) => id === other?.serverId);
  if (other !== undefined && server !== undefined)
    return ofAnotherWindow(other, keptSpec(other, app.hosts.targetOf(server)));
  if (list.length === 0)
    throw new Problem('There is no forward.', { next: 'Open a service below a server in Resources.' });
  const picked = await ask.pick(
    'Which forward?',
    list.map((each) => ({ label: each.spec.name, description: each.spec.target.name, value: each })),
  );
  if (picked === undefined) throw abortError();
  return picked;
}

async function typedPort(): Promise<number> {
  const typed = await ask.text({
    title: 'Forward a port',
    prompt: 'A TCP port of the server, 1 to 65535',
    check: (text) => (portIn(text) === undefined ? 'A number from 1 to 65535' : undefined),
  });
  const port = portIn(typed ?? '');
  if (port === undefined) throw abortError();
  return port;
}

function portIn(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

function openable(forward: Forward): string {
  const url = urlOf(forward);
  if (url === undefined)
    throw new Problem(`${forward.spec.name} is not forwarded now.`, { next: 'Restart the forward.' });
  return url;
}

/** The page to open; a token is asked for at that moment, since it is another one after each start. */
async function pageOf(app: App, forward: Forward, signal: AbortSignal): Promise<string> {
  const url = openable(forward);
  const service = serviceOf(app, forward);
  if (service?.token === undefined) return url;
  const { jupyter } = service.token;
  const { spec } = forward;
  const token = await withProgress(`Asking ${spec.name} for its token …`, signal, async (inner) =>
    jupyterToken(await app.hosts.connect(spec.target, inner), jupyter, spec.remotePort, inner),
  ).catch((thrown: unknown) => {
    if (thrown instanceof Error && isAbort(thrown)) throw thrown;
    return undefined;
  });
  if (token === undefined) {
    void ask.info(`${spec.name} tells no token: if its page asks for one, look at its log on the server.`);
    return url;
  }
  app.masking.add(token);
  return withToken(url, token);
}

function serviceOf(app: App, { spec }: Forward): ServiceOnServer | undefined {
  const server = app.hosts
    .siteOf(spec.target.serverId)
    ?.servers.find(({ id }) => id === spec.target.serverId);
  return server === undefined
    ? undefined
    : app.labs.servicesOn(server).find(({ port }) => port === spec.remotePort);
}

/** On which machine this window's things happen. */
function sideOf(app: App): Side {
  return {
    apart: isApart(app),
    web: vscode.env.uiKind === vscode.UIKind.Web,
    platform: process.platform,
  };
}

/** We run on the person's side, and the window's terminals and tunnels are on another machine. */
function isApart(app: App): boolean {
  const { extensionKind } = app.context.extension;
  return vscode.env.remoteName !== undefined && extensionKind === vscode.ExtensionKind.UI;
}

async function reachable(app: App, url: string): Promise<vscode.Uri> {
  const uri = vscode.Uri.parse(url, true);
  return openingOf(url, sideOf(app)).by === 'proxy' ? vscode.env.asExternalUri(uri) : uri;
}

async function openInBrowser(app: App, url: string): Promise<void> {
  const side = sideOf(app);
  // A page of the browser opens another without any process.
  const bare = hasToken(url) && openingOf(url, side).by !== 'proxy' ? await onceLink(url, systemClock) : url;
  const opening = openingOf(bare, side);
  const isOpen =
    opening.by === 'system'
      ? await started(opening.file, opening.args)
      : await vscode.env.openExternal(await reachable(app, bare));
  if (isOpen) return;
  await vscode.env.clipboard.writeText((await reachable(app, url)).toString(true));
  if (opening.by === 'system')
    void ask.info('No browser could be opened from here: the URL is on the clipboard.');
}

/** True once the program runs. */
function started(file: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(file, [...args], { stdio: 'ignore', detached: true, windowsHide: true });
    child.once('error', () => {
      resolve(false);
    });
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
