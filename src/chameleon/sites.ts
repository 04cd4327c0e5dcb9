import type { CloudConfig } from '../openstack';
import type { Site } from './types';

/**
 * The sites of the testbed, as in the reference repository of June 2026 (`data/chameleoncloud/sites`). The host
 * name can't be built from the region: NCAR, NU and NRP fit no pattern.
 */
export const builtInSites: readonly Site[] = [
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

/** What the testbed is, is the same for all who ask: one table for the whole process. */
let known = builtInSites;

/** The testbed's sites, by its own directory once that was read, else as built in. */
export function knownSites(): readonly Site[] {
  return known;
}

/** Takes over what the testbed's directory lists; the built-in table with nothing. */
export function learnSites(listed: readonly Site[] | undefined): void {
  if (listed === undefined) known = builtInSites;
  // For years the directory left the site of virtual machines out.
  else
    known = [
      ...listed,
      ...builtInSites.filter(({ kind }) => kind === 'kvm' && !listed.some((each) => each.kind === 'kvm')),
    ];
}

/** The site of that name (`KVM@TACC`), capitals aside; `undefined` if there is none. */
export function siteByName(name: string): Site | undefined {
  const wanted = name.toLowerCase();
  return known.find((each) => each.name.toLowerCase() === wanted);
}

/** Whether a cloud is of a site that the testbed has no more: it was one by its name, and the directory lacks it. */
export function isRetired(config: CloudConfig): boolean {
  return known !== builtInSites && /^[A-Z]+@/.test(config.region) && knownSiteOf(config) === undefined;
}

/**
 * The site that a cloud signs in to: by its region, else by its Keystone's address. A region that nobody
 * knows becomes a site of kind `unknown`, on which nothing is assumed.
 */
export function siteOf(config: CloudConfig): Site {
  const found = knownSiteOf(config);
  if (found !== undefined) return found;
  return {
    uid: config.region.toLowerCase(),
    name: config.region,
    web: new URL(config.authUrl).origin,
    authUrl: config.authUrl,
    kind: 'unknown',
  };
}

function knownSiteOf({ region, authUrl }: CloudConfig): Site | undefined {
  return siteByName(region) ?? known.find((each) => hostOf(each.authUrl) === hostOf(authUrl));
}

function hostOf(url: string): string {
  return new URL(url).hostname;
}
