import type { SiteWorld } from '../world/site';
import { Fault, type Call } from './api';

/** The newest microversion: Xena at the VM site, Antelope (2023.1) on bare metal. Older than 2.1 there is none. */
export function newestMinor(site: SiteWorld): number {
  return site.kind === 'kvm' ? 90 : 95;
}

/**
 * The minor number of the asked microversion: 61 of `compute 2.61`; 1 where none is asked.
 * @throws Fault 406 for one that the site does not have
 */
export function minorOf(site: SiteWorld, call: Call): number {
  const asked =
    /^compute (.+)$/.exec(call.header('OpenStack-API-Version') ?? '')?.[1] ??
    call.header('X-OpenStack-Nova-API-Version');
  if (asked === undefined) return 1;
  if (asked === 'latest') return newestMinor(site);
  const minor = /^2\.(\d+)$/.exec(asked)?.[1];
  if (minor === undefined || Number(minor) < 1 || Number(minor) > newestMinor(site))
    throw new Fault(
      406,
      `Version ${asked} is not supported by the API. Minimum is 2.1 and maximum is 2.${newestMinor(site)}.`,
    );
  return Number(minor);
}

/** Nova repeats the asked version on every answer, also on the 406. */
export function versionHeaders(call: Call): Record<string, string> {
  const asked =
    /^compute (.+)$/.exec(call.header('OpenStack-API-Version') ?? '')?.[1] ??
    call.header('X-OpenStack-Nova-API-Version') ??
    '2.1';
  return {
    'OpenStack-API-Version': `compute ${asked}`,
    'X-OpenStack-Nova-API-Version': asked,
    Vary: 'OpenStack-API-Version, X-OpenStack-Nova-API-Version',
  };
}

/** The version documents: of `/` and of `/v2.1/`. */
export function versions(site: SiteWorld, base: string): readonly Readonly<Record<string, unknown>>[] {
  return [
    {
      id: 'v2.0',
      status: 'SUPPORTED',
      version: '',
      min_version: '',
      updated: '2011-01-21T11:33:21Z',
      links: [{ rel: 'self', href: `${base}/v2/` }],
    },
    {
      id: 'v2.1',
      status: 'CURRENT',
      version: `2.${newestMinor(site)}`,
      min_version: '2.1',
      updated: '2013-07-23T11:33:21Z',
      links: [{ rel: 'self', href: `${base}/v2.1/` }],
    },
  ];
}
