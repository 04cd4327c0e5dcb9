import type { SiteInventory } from '../../chameleon';
import { listFlavors } from '../../openstack';
import { sessionOf } from '../actions/subjects';
import type { App } from '../app';
import { withProgress } from '../register';
import type { Ground } from './draft';
import { keysFor } from './keys';

/**
 * Reads what can be chosen at a site. Networks and ports anew: a person has often made them by hand just before.
 * @throws AbortError on a cancel, Problem where it can't be read
 */
export async function groundAt(app: App, site: SiteInventory, signal: AbortSignal): Promise<Ground> {
  const [flavors] = await withProgress(`Reading what ${site.site.name} offers …`, signal, (inner) =>
    Promise.all([
      listFlavors(sessionOf(app, site), inner),
      app.refresh({ cloud: site.cloud, parts: ['networks', 'ports'], signal: inner }),
    ]),
  );
  return {
    site: () => app.inventory.sites.find(({ cloud }) => cloud === site.cloud) ?? site,
    flavors,
    keys: await keysFor(app, site),
  };
}
