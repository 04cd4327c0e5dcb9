import * as vscode from 'vscode';
import { abortError, Problem } from '../../base';
import type { Forward, ForwardSpec, Forwards } from '../../ssh';
import type { App } from '../app';
import { ask } from '../ask';
import { withProgress } from '../register';
import { subjectOf } from './subjects';

/** Forwards a lab's service and opens it in the browser: one click. */
export async function openService(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const spec = specOf(app, argument);
  const { forwards } = await app.hosts.ready();
  const forward = await withProgress(`Opening ${spec.name} …`, signal, (inner) =>
    settled(forwards, started(forwards, spec), inner),
  );
  app.draw();
  if (forward.state.kind === 'refused') throw new Problem(forward.state.what, { next: forward.state.next });
  await openInBrowser(forward);
}

export async function openForward(app: App, argument: unknown): Promise<void> {
  await openInBrowser(await forwardOf(app, argument));
}

export async function copyUrl(app: App, argument: unknown): Promise<void> {
  await vscode.env.clipboard.writeText(urlOf(await forwardOf(app, argument)));
}

export async function stop(app: App, argument: unknown): Promise<void> {
  const forward = await forwardOf(app, argument);
  await Promise.resolve((await app.hosts.ready()).forwards.stop(forward.spec.id));
  app.draw();
}

export async function restart(app: App, argument: unknown): Promise<void> {
  const forward = await forwardOf(app, argument);
  await Promise.resolve((await app.hosts.ready()).forwards.restart(forward.spec.id));
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
    id: `${server.id}:${service.port}`,
    target: app.hosts.targetOf(server),
    remoteHost: '127.0.0.1',
    remotePort: service.port,
    localPort: service.port,
    name: service.name,
    path: service.path,
  };
}

function started(forwards: Forwards, spec: ForwardSpec): string {
  const before = forwards.list().find((each) => each.spec.id === spec.id);
  if (before === undefined) forwards.start(spec);
  else if (before.state.kind === 'stopped' || before.state.kind === 'refused') void forwards.restart(spec.id);
  return spec.id;
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
  if (list.length === 0)
    throw new Problem('There is no forward.', { next: 'Open a service below a server in Resources.' });
  const picked = await ask.pick(
    'Which forward?',
    list.map((each) => ({ label: each.spec.name, description: each.spec.target.name, value: each })),
  );
  if (picked === undefined) throw abortError();
  return picked;
}

function urlOf(forward: Forward): string {
  if (forward.localPort === undefined)
    throw new Problem(`${forward.spec.name} is not forwarded now.`, { next: 'Restart the forward.' });
  return `http://127.0.0.1:${forward.localPort}${forward.spec.path}`;
}

async function openInBrowser(forward: Forward): Promise<void> {
  const uri = vscode.Uri.parse(urlOf(forward), true);
  // In the browser our 127.0.0.1 is another machine's: the window's own proxy leads there.
  const reachable = vscode.env.uiKind === vscode.UIKind.Web ? await vscode.env.asExternalUri(uri) : uri;
  if (!(await vscode.env.openExternal(reachable)))
    await vscode.env.clipboard.writeText(reachable.toString(true));
}
