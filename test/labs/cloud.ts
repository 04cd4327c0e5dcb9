import assert from 'node:assert/strict';
import { systemClock, type Clock } from '../../src/base';
import { InventorySource, siteByName, siteOf, type Inventory } from '../../src/chameleon';
import type { Lab, ProbeSession } from '../../src/labs';
import { Session, type CloudConfig } from '../../src/openstack';
import { answersOf, PROJECT, USER_ID } from './wire';
import { NOW, withStatus, type PlainWorld, type ZunContainer } from './world';

const SERVICES = [
  'identity',
  'compute',
  'network',
  'image',
  'reservation',
  'volumev3',
  'object-store',
  'container',
];

/** The signed-in sites of a plain world: real sessions and a real inventory over answers that are data. */
export interface Cloud {
  readonly inventory: Inventory;
  readonly clock: Clock;
  session(site: string): ProbeSession | undefined;
}

/** Signs in at all sites that the world or the lab names. */
export async function cloudOf(world: PlainWorld, lab: Lab): Promise<Cloud> {
  const now = Date.parse(world.now ?? NOW);
  const clock = { now: () => now, after: systemClock.after.bind(systemClock) };
  const first = (lab.variants[world.variant ?? '']?.sites ?? lab.sites)[0] ?? '';
  const names = [...new Set([...lab.sites, ...Object.keys(world.openstack ?? {}), ...sitesIn(world)])];
  const clouds = names.map(configOf);
  const sessions = new Map(
    names.map((site, at) => {
      const answers = { ...answersOf(world.inventory ?? {}, site, first), ...world.openstack?.[site] };
      const zun = Object.entries(world.zun ?? {}).filter(([, each]) => (each.site ?? first) === site);
      const config = clouds[at];
      assert(config !== undefined);
      const fetch = answering({ site, answers, zun, world, now });
      return [site, new Session(config, { fetch, clock, random: () => 0.5 })] as const;
    }),
  );
  const source = new InventorySource({
    clouds,
    clock,
    session: (cloud) => {
      const session = sessions.get(siteOf(cloud).name);
      assert(session !== undefined);
      return session;
    },
  });
  const inventory = await source.refresh();
  source.dispose();
  return { inventory, clock, session: (site) => sessions.get(site) };
}

function sitesIn(world: PlainWorld): string[] {
  return Object.values(world.inventory ?? {})
    .flatMap((list: readonly { site?: string }[]) => list.map(({ site }) => site))
    .filter((site) => site !== undefined);
}

function configOf(site: string): CloudConfig {
  return {
    name: site,
    authUrl: siteByName(site)?.authUrl ?? `https://${site.toLowerCase().replace(/\W/g, '-')}.example.org/v3`,
    region: site,
    interface: 'public',
    credential: { kind: 'applicationCredential', id: 'id', secret: 'secret' },
  };
}

interface Answering {
  readonly site: string;
  readonly answers: Readonly<Record<string, unknown>>;
  readonly zun: readonly (readonly [string, ZunContainer])[];
  readonly world: PlainWorld;
  readonly now: number;
}

function answering(from: Answering): typeof globalThis.fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const date = { Date: new Date(from.now).toUTCString() };
    if (url.pathname.endsWith('/auth/tokens'))
      return new Response(JSON.stringify(tokenBody(from)), {
        status: 201,
        headers: { ...date, 'X-Subject-Token': 'token' },
      });
    const { status, body, headers } = answerTo(from, url, init?.method ?? 'GET');
    const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
    await Promise.resolve();
    return new Response(status === 204 ? null : text, { status, headers: { ...date, ...headers } });
  };
}

function answerTo(
  { answers, zun }: Answering,
  url: URL,
  method: string,
): { status: number; body?: unknown; headers?: Record<string, string> } {
  const [, service = '', ...rest] = url.hostname.startsWith('api.')
    ? url.pathname.split('/')
    : ['', 'identity', ...url.pathname.replace(/^\/v3/, '').split('/').slice(1)];
  const path = `/${rest.join('/')}`;
  if (service === 'container') return containerAnswer(zun, path.replace(/^\/v1/, ''), url, method);
  if (service === 'compute' && path === '/')
    return { status: 200, body: { version: { version: '2.95', min_version: '2.1', id: 'v2.1' } } };
  const query = url.search.replace(/[?&](?:limit|marker)=[^&]*/g, '').replace(/^&/, '?');
  const found = answers[`${service} ${path}${decodeURIComponent(query)}`] ?? answers[`${service} ${path}`];
  if (found === undefined)
    return { status: 404, body: { itemNotFound: { code: 404, message: 'Not found.' } } };
  return withStatus(found) ? found : { status: 200, body: found };
}

function containerAnswer(
  zun: Answering['zun'],
  path: string,
  url: URL,
  method: string,
): { status: number; body?: unknown } {
  const records = zun.map(([name, { record }], at) => ({
    uuid: `5${at}d3a1b0-0000-4000-8000-000000000000`,
    name,
    status: 'Running',
    status_reason: null,
    project_id: PROJECT.id,
    user_id: USER_ID,
    ...record,
  }));
  if (path === '/containers') return { status: 200, body: { containers: records } };
  const [, , uuid = '', verb] = path.split('/');
  const at = records.findIndex((each) => each.uuid === uuid || each.name === uuid);
  if (at < 0) return { status: 404, body: { errors: [{ detail: 'Container could not be found.' }] } };
  if (verb === undefined) return { status: 200, body: records[at] };
  if (verb !== 'execute' || method !== 'POST') return { status: 405 };
  const command = url.searchParams.get('command') ?? '';
  const said = Object.entries(zun[at]?.[1].runs ?? {}).find(([run]) =>
    command.includes(run.replaceAll("'", `'\\''`)),
  )?.[1];
  if (said === undefined) return { status: 200, body: { output: 'sh: not found\n', exit_code: 127 } };
  const result = typeof said === 'string' ? { exit: 0, stdout: said } : { exit: 0, stdout: '', ...said };
  return { status: 200, body: { output: result.stdout, exit_code: result.exit } };
}

function tokenBody({ site, world, now }: Answering): unknown {
  const host = new URL(configOf(site).authUrl).hostname;
  return {
    token: {
      methods: ['application_credential'],
      user: {
        id: USER_ID,
        name: world.parameters['username'] ?? world.parameters['netID'] ?? 'alexbaker',
        domain: { id: 'default', name: 'Default' },
      },
      project: { ...PROJECT, domain: { id: 'default', name: 'Default' } },
      roles: [{ id: 'r', name: 'member' }],
      issued_at: new Date(now - 60_000).toISOString(),
      expires_at: new Date(now + 3_600_000).toISOString(),
      catalog: SERVICES.filter((service) => hasService(site, service)).map((type) => ({
        type,
        name: type,
        endpoints: [
          { interface: 'public', region: site, region_id: site, url: `https://api.${host}/${type}` },
        ],
      })),
    },
  };
}

/** Whether the site's catalog has it; the identity service is known without. */
function hasService(site: string, service: string): boolean {
  if (service === 'identity') return false;
  return service === 'container'
    ? site === 'CHI@Edge'
    : service !== 'object-store' || !['KVM@TACC', 'CHI@Edge'].includes(site);
}
