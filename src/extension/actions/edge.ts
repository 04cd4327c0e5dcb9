import { deleteZunContainer, zunContainerLogs } from '../../openstack';
import type { App } from '../app';
import { withProgress } from '../register';
import { sessionOf, sureAbout, zunContainerFor } from './subjects';

/** What a container at the edge printed, as a document. */
export async function showLog(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: container } = await zunContainerFor(app, argument, 'Show the log of which container?');
  const text = await withProgress(`Asking for the log of ${container.name} …`, signal, (inner) =>
    zunContainerLogs(sessionOf(app, site), container.id, inner),
  );
  await app.consoles.show(container.name, container.id, text === '' ? 'Nothing was printed yet.' : text);
}

export async function remove(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: container } = await zunContainerFor(app, argument, 'Delete which container?');
  await sureAbout(container, {
    title: `Delete the container ${container.name}?`,
    detail: 'It is stopped, and what it wrote is lost.',
    yes: 'Delete',
  });
  await withProgress(`Deleting ${container.name} …`, signal, (inner) =>
    deleteZunContainer(sessionOf(app, site), container.id, inner),
  );
  await app.refresh({ cloud: site.cloud, parts: ['zunContainers'] });
}
