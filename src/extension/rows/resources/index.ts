import type { Row } from '../row';
import { siteRows } from './groups';
import { atSite, type ResourcesInput } from './input';
import { siteRow } from './sites';

export type { Grouping, ResourcesInput, ServiceOnServer, Shows } from './input';

/** The Resources view: each site with what of it is shown. */
export function resourceRows(input: ResourcesInput): readonly Row[] {
  return input.inventory.sites.map((site) => {
    const at = atSite(input, site);
    return siteRow(at, siteRows(at));
  });
}

/** How many things need attention, for the view's badge. */
export function attentionCount(rows: readonly Row[]): number {
  return rows.reduce(
    (sum, site) =>
      sum +
      (site.context === 'site.failed' && site.tone === 'bad' ? 1 : 0) +
      site.children
        .filter((each) => each.context === 'heading.attention')
        .reduce((count, heading) => count + heading.children.length, 0),
    0,
  );
}
