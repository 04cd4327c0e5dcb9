import type { CloudConfig } from '../openstack';
import type { Site } from './types';

/**
 * The sites of the testbed, as in the reference repository of June 2026 (`data/chameleoncloud/sites`). The host
 * name can't be built from the region: NCAR, NU and NRP fit no pattern.
 */
export const sites: readonly Site[] = [
  site('tacc', 'CHI@TACC', 'https://chi.tacc.chameleoncloud.org', 'baremetal'),
  site('uc', 'CHI@UC', 'https://chi.uc.chameleoncloud.org', 'baremetal'),
  site('ncar', 'CHI@NCAR', 'https://chi.hpc.ucar.edu', 'baremetal'),
  site('nu', 'CHI@NU', 'https://sl-ciab.northwestern.edu', 'baremetal'),
  site('nrp', 'CHI@NRP', 'https://chi.nrp.ai', 'baremetal'),
  site('kvm', 'KVM@TACC', 'https://kvm.tacc.chameleoncloud.org', 'kvm'),
  site('edge', 'CHI@Edge', 'https://chi.edge.chameleoncloud.org', 'edge'),
];

function site(uid: string, name: string, web: string, kind: Site['kind']): Site {
  return { uid, name, web, authUrl: `${web}:5000/v3`, kind };
}

/** The site of that name (`KVM@TACC`), capitals aside; `undefined` if the table has none. */
export function siteByName(name: string): Site | undefined {
  const wanted = name.toLowerCase();
  return sites.find((known) => known.name.toLowerCase() === wanted);
}

/**
 * The site that a cloud signs in to: by its region, else by its Keystone's address. A region that the table does
 * not know becomes a site of kind `unknown`, on which nothing is assumed.
 */
export function siteOf(config: CloudConfig): Site {
  const known =
    siteByName(config.region) ?? sites.find((each) => hostOf(each.authUrl) === hostOf(config.authUrl));
  if (known !== undefined) return known;
  return {
    uid: config.region.toLowerCase(),
    name: config.region,
    web: new URL(config.authUrl).origin,
    authUrl: config.authUrl,
    kind: 'unknown',
  };
}

function hostOf(url: string): string {
  return new URL(url).hostname;
}
