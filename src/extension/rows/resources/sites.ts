import type { PartName, SiteInventory } from '../../../chameleon';
import { row, type Row } from '../row';
import { bothTimes, localTime } from '../when';
import type { At } from './input';

/** What a site's own row answers for: without these lists it has not answered. */
const SHOWN_PARTS: readonly PartName[] = ['leases', 'servers', 'floatingIps'];
/** Lists whose failure is told, but alone does not make a site doubtful. */
const LESSER_PARTS: readonly PartName[] = [
  'volumes',
  'objectContainers',
  'zunContainers',
  'networks',
  'routers',
  'securityGroups',
  'images',
];

export function siteRow(at: At, children: readonly Row[]): Row {
  const { site } = at;
  const trouble = siteTrouble(site, at.now);
  const project = site.project?.name ?? '';
  const demo = at.demo.has(site.cloud) ? 'demo' : '';
  return row({
    id: `site:${site.cloud}`,
    label: site.site.name,
    description: [project, demo, at.filter(site), trouble?.words]
      .filter((word) => word !== undefined && word !== '')
      .join(' · '),
    icon: trouble?.icon ?? 'cloud',
    tone: trouble?.tone,
    tooltip: siteTooltip(at),
    context: `site${trouble?.failed === true ? '.failed' : ''}`,
    fold: 'open',
    subject: { kind: 'site', cloud: site.cloud },
    children: children.length > 0 ? children : [emptyRow(at)],
  });
}

function siteTrouble(
  site: SiteInventory,
  now: number,
): { words: string; icon: string; tone: 'warning' | 'bad' | 'busy'; failed: boolean } | undefined {
  if (site.signIn !== undefined) return { words: 'sign-in failed', icon: 'error', tone: 'bad', failed: true };
  const states = SHOWN_PARTS.map((part) => site.parts[part]);
  const failed = states.find((state) => state.state === 'failed');
  if (failed !== undefined)
    return { words: 'does not answer in full', icon: 'warning', tone: 'bad', failed: true };
  const stale = states.filter((state) => state.state === 'stale');
  if (stale.length > 0) {
    const asOf = Math.min(...stale.map((state) => state.asOf ?? now));
    return {
      words: `not reachable · shown as of ${localTime(asOf, now)}`,
      icon: 'warning',
      tone: 'warning',
      failed: true,
    };
  }
  if (states.some((state) => state.state === 'loading'))
    return { words: 'asking …', icon: 'loading~spin', tone: 'busy', failed: false };
  return undefined;
}

function siteTooltip({ site, demo, serverTime }: At): string[] {
  const problems = [...SHOWN_PARTS, ...LESSER_PARTS].flatMap((part) => {
    const { error, asOf } = site.parts[part];
    if (error === undefined) return [];
    const age = asOf === undefined ? '' : ` Shown as of ${bothTimes(asOf)}.`;
    return [
      `${PART_WORDS[part] ?? part}: ${error.what}${age}`,
      ...(error.next === undefined ? [] : [error.next]),
    ];
  });
  return [
    `${site.site.name}${demo.has(site.cloud) ? ' (demo: nothing here is real)' : ''}`,
    ...(site.project === undefined ? [] : [`Project ${site.project.name}`]),
    ...(site.user === undefined ? [] : [`Signed in as ${site.user.name}`]),
    `Server time ${bothTimes(serverTime)}`,
    ...(site.signIn === undefined ? [] : [site.signIn.what, site.signIn.next ?? '']),
    ...new Set(problems),
  ].filter((line) => line !== '');
}

const PART_WORDS: Partial<Record<PartName, string>> = {
  leases: 'Leases',
  servers: 'Servers',
  floatingIps: 'Floating IPs',
  volumes: 'Volumes',
  objectContainers: 'Object store',
  zunContainers: 'Containers',
  networks: 'Networks',
  routers: 'Routers',
  securityGroups: 'Security groups',
  images: 'Images',
};

/** Inside a site that has nothing to show: why, and what to do, in one line. */
function emptyRow({ site, showsOwner }: At): Row {
  const why =
    site.signIn ?? SHOWN_PARTS.map((part) => site.parts[part].error).find((error) => error !== undefined);
  const loading = SHOWN_PARTS.some((part) => site.parts[part].state === 'loading');
  const label = why?.what ?? (loading ? 'Asking the site …' : 'Nothing here');
  const hint = showsOwner
    ? 'no lease, server or floating IP'
    : 'nothing of yours; “everyone” shows the whole project';
  return row({
    id: `empty:${site.cloud}`,
    label,
    description: why === undefined ? (loading ? '' : hint) : (why.next ?? ''),
    icon: why === undefined ? 'info' : 'error',
    tone: why === undefined ? 'quiet' : 'bad',
    tooltip: [label, why?.next ?? ''].filter((line) => line !== ''),
    context: 'note',
  });
}
