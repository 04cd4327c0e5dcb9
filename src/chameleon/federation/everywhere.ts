import { byText, isAbort, sentenceOf } from '../../base';
import type { CloudConfig } from '../../openstack';
import type { Site } from '../types';
import { projectsAt, type AccessTokens } from './account';

/** A project of a person, by its name, with the sites that know it. */
export interface FoundProject {
  readonly name: string;
  readonly sites: readonly Site[];
}

/** What the sites said of a person; a site that did not answer is named with the reason, and stops nothing. */
export interface SignInOffer {
  readonly projects: readonly FoundProject[];
  readonly silent: readonly { readonly site: Site; readonly why: string }[];
}

/** A site that is down must not hold up the others. */
const PATIENCE_MS = 15_000;

/** Asks all sites side by side which projects the person has there. @throws AbortError */
export async function findProjects(
  tokens: AccessTokens,
  sites: readonly Site[],
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<SignInOffer> {
  // Once before all: else each site would wait for the same refresh.
  await tokens.accessToken(signal);
  const answers = await Promise.all(
    sites.map(async (site) => {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
      try {
        return { site, projects: await projectsAt(tokens, site.authUrl, fetch, limit) };
      } catch (thrown) {
        signal.throwIfAborted();
        return { site, why: isAbort(thrown) ? 'It did not answer in time.' : sentenceOf(thrown) };
      }
    }),
  );
  const byName = new Map<string, Site[]>();
  for (const answer of answers)
    for (const { name } of 'projects' in answer ? answer.projects : [])
      byName.set(name, [...(byName.get(name) ?? []), answer.site]);
  return {
    projects: [...byName]
      .map(([name, at]) => ({ name, sites: at }))
      .sort((a, b) => b.sites.length - a.sites.length || byText(a.name, b.name)),
    silent: answers.flatMap((answer) => ('why' in answer ? [{ site: answer.site, why: answer.why }] : [])),
  };
}

/** One cloud for each site that has the project; tokens are made when they are needed. */
export function cloudsOf({ name, sites }: FoundProject): readonly CloudConfig[] {
  return sites.map((site) => ({
    name: site.uid,
    authUrl: site.authUrl,
    region: site.name,
    interface: 'public',
    credential: { kind: 'federated', project: name },
  }));
}
