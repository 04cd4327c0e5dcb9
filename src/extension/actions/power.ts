import * as vscode from 'vscode';
import { abortError, byText, Problem, systemClock } from '../../base';
import { groupNameOf, openPort, settledServer, type OwnedServer } from '../../chameleon';
import {
  consoleOutput,
  consoleUrl,
  rebootServer,
  rebuildServer,
  snapshotServer,
  startServer,
  stopServer,
  type Session,
} from '../../openstack';
import type { App } from '../app';
import { ask } from '../ask';
import { withProgress } from '../register';
import { anyServerFor, sessionOf, sureAbout, type At } from './subjects';

const CONSOLE_LINES = 2000;

export async function start(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const at = await anyServerFor(app, argument, 'Start which server?', ({ status }) => status === 'SHUTOFF');
  await sureIfNotMine(at.it, 'Start', 'It runs again then.');
  await acted(app, at, `Starting ${at.it.name} …`, signal, (session, inner) =>
    startServer(session, at.it.id, inner),
  );
}

export async function stop(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const at = await anyServerFor(app, argument, 'Stop which server?', ({ status }) => status === 'ACTIVE');
  await sureAbout(at.it, {
    title: `Stop the server ${at.it.name}?`,
    detail: `What runs on it ends; its disk and its addresses stay. The lease runs on, and costs.`,
    yes: 'Stop',
  });
  await acted(app, at, `Stopping ${at.it.name} …`, signal, (session, inner) =>
    stopServer(session, at.it.id, inner),
  );
}

export async function reboot(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const at = await anyServerFor(app, argument, 'Reboot which server?', ({ status }) => status === 'ACTIVE');
  const hard = await ask.pick(`Reboot ${at.it.name}: how?`, [
    { label: 'Restart its system', detail: 'Programs are asked to end first.', value: false },
    {
      label: 'Pull the plug',
      detail: 'For a system that does not answer. Files being written may be lost.',
      value: true,
    },
  ]);
  if (hard === undefined) throw abortError();
  await sureAbout(at.it, {
    title: `Reboot the server ${at.it.name}?`,
    detail: 'What runs on it ends, and connections to it break.',
    yes: 'Reboot',
  });
  await acted(app, at, `Rebooting ${at.it.name} …`, signal, (session, inner) =>
    rebootServer(session, at.it.id, { hard }, inner),
  );
}

export async function rebuild(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const at = await anyServerFor(app, argument, 'Rebuild which server?');
  const images = at.site.images.filter(({ status }) => status === 'active');
  const image = await ask.pick(
    `Rebuild ${at.it.name} from which image?`,
    [...images]
      .sort(
        (a, b) => Number(b.id === at.it.imageId) - Number(a.id === at.it.imageId) || byText(a.name, b.name),
      )
      .map((each) => ({
        label: each.name,
        description: each.id === at.it.imageId ? 'the one that it has' : each.visibility,
        value: each,
      })),
  );
  if (image === undefined) throw abortError();
  await sureAbout(at.it, {
    title: `Write ${image.name} over the disk of ${at.it.name}?`,
    detail:
      'Everything on its disk is lost. Its addresses and volumes stay, and it shows another host key afterwards.',
    yes: 'Rebuild',
  });
  await acted(app, at, `Rebuilding ${at.it.name} …`, signal, (session, inner) =>
    rebuildServer(session, at.it.id, image.id, inner),
  );
}

export async function snapshot(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const at = await anyServerFor(app, argument, 'Make an image of which server?');
  if (at.site.site.kind === 'baremetal')
    throw new Problem('A node can’t be copied from outside.', {
      next: 'Run cc-snapshot on it; that takes ten minutes and more.',
    });
  await sureIfNotMine(at.it, 'Make an Image', 'Everybody in the project can use the image.');
  const name = await ask.text({
    title: `Image of ${at.it.name}`,
    prompt: 'Name of the image; end it with your net ID. It outlives the lease.',
    value: `snapshot-${at.it.name}`,
    check: (text) => (text.trim() === '' ? 'A name is needed' : undefined),
  });
  if (name === undefined) throw abortError();
  await acted(app, at, `Making an image of ${at.it.name} …`, signal, (session, inner) =>
    snapshotServer(session, at.it.id, name.trim(), inner),
  );
  await app.refresh({ cloud: at.site.cloud, parts: ['images'] });
  void ask.info(`The image ${name.trim()} is made of ${at.it.name}; it is there when its state is active.`);
}

/** What the server printed, as a document. */
export async function showConsole(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: server } = await anyServerFor(app, argument, 'Show the console log of which server?');
  const text = await withProgress(`Asking for the console of ${server.name} …`, signal, (inner) =>
    consoleOutput(sessionOf(app, site), server.id, CONSOLE_LINES, inner),
  );
  if (text === undefined)
    throw new Problem(`${site.site.name} gives no console log of ${server.name}.`, {
      next:
        site.site.kind === 'baremetal'
          ? 'Nodes have a serial console instead: Open Console.'
          : 'Try again when the server has begun to start.',
    });
  await app.consoles.show(server.name, server.id, text === '' ? 'Nothing was printed yet.' : text);
}

/** The server's screen, or a node's serial line, in the browser. */
export async function openConsole(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: server } = await anyServerFor(app, argument, 'Open the console of which server?');
  const serial = site.site.kind === 'baremetal';
  if (server.owner.kind !== 'me' || serial)
    await sureAbout(server, {
      title: `Open the console of ${server.name}?`,
      detail: serial
        ? 'Only one person at a time can have it: whoever has it open now loses it.'
        : 'You see and type on its screen.',
      yes: 'Open',
    });
  const url = await withProgress(`Asking for the console of ${server.name} …`, signal, (inner) =>
    consoleUrl(sessionOf(app, site), server.id, serial ? 'serial' : 'novnc', inner),
  );
  if (!url.startsWith('http'))
    throw new Problem('This console can’t be shown in a browser.', { next: 'Open it in Horizon.' });
  await vscode.env.openExternal(vscode.Uri.parse(url, true));
}

/** Lets connections to a port of a server in. */
export async function openServerPort(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: server } = await anyServerFor(app, argument, 'Open a port of which server?');
  if (site.site.kind === 'baremetal')
    throw new Problem(`${site.site.name} has no security groups, so nothing there closes a port.`, {
      next: 'The image has a firewall of its own: on the node, sudo firewall-cmd --add-port=PORT/tcp --permanent, then --reload.',
    });
  const typed = await ask.text({
    title: `Open a port of ${server.name}`,
    prompt: 'TCP port that anybody on the internet may reach, for example 22 or 8888',
    check: (text) => (portIn(text) === undefined ? 'A number from 1 to 65535' : undefined),
  });
  const port = portIn(typed ?? '');
  if (port === undefined) throw abortError();
  await sureIfNotMine(server, 'Open the Port', `Anybody can reach port ${port} of it then.`);
  const { group, outcome } = await withProgress(`Opening port ${port} of ${server.name} …`, signal, (inner) =>
    openPort(sessionOf(app, site), server, { name: groupNameOf(port), port }, inner),
  );
  await app.refresh({ cloud: site.cloud, parts: ['securityGroups', 'ports', 'servers'] });
  void ask.info(
    outcome === 'noGroups'
      ? `The networks of ${server.name} have no security groups: nothing there closes port ${port}.`
      : `Port ${port} of ${server.name} ${outcome === 'already' ? 'was open already' : 'is open'}, by the security group ${group.name}.`,
  );
}

function portIn(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text.trim()) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** Does it, waits until the server has settled, and shows what it is then. */
async function acted(
  app: App,
  { site, it: server }: At<OwnedServer>,
  title: string,
  signal: AbortSignal,
  act: (session: Session, signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const session = sessionOf(app, site);
  await withProgress(title, signal, async (inner, say) => {
    await act(session, inner);
    await app.refresh({ cloud: site.cloud, parts: ['servers'] });
    await settledServer({ session, clock: systemClock, signal: inner, pollMs: 2_000 }, server.id, (now) => {
      say((now.taskState ?? now.status).replaceAll(/[-_]/g, ' ').toLowerCase());
    });
  });
  await app.refresh({ cloud: site.cloud, parts: ['servers'] });
}

async function sureIfNotMine(server: OwnedServer, yes: string, detail: string): Promise<void> {
  if (server.owner.kind !== 'me') await sureAbout(server, { title: `${yes}: ${server.name}?`, detail, yes });
}
