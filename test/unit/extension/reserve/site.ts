import { InventorySource, siteByName, type SiteInventory } from '../../../../src/chameleon';
import { FakeClock } from '../../openstack/fakeCloud';

/** A site of the table with nothing in it. */
export function emptySite(name: string): SiteInventory {
  const site = siteByName(name);
  if (site === undefined) throw new Error(`no site ${name}`);
  const source = new InventorySource({
    clouds: [
      {
        name: site.uid,
        authUrl: site.authUrl,
        region: site.name,
        interface: 'public',
        credential: { kind: 'applicationCredential', id: 'id', secret: 'secret' },
      },
    ],
    clock: new FakeClock(),
    reader: () => ({
      token: nothingIsRead,
      offers: nothingIsRead,
      list: nothingIsRead,
      clockOffset: 0,
    }),
  });
  const [empty] = source.current.sites;
  source.dispose();
  if (empty === undefined) throw new Error('no site');
  return empty;
}

function nothingIsRead(): Promise<never> {
  return Promise.reject(new Error('nothing is read here'));
}
