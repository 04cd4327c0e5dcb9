import * as v from 'valibot';
import { microsecondsWithZone } from '../world/time';
import type { Credential, TokenRecord } from '../world/records';
import type { SiteWorld } from '../world/site';
import { Fault, ok, open, signed, type Api, type Call, type Reply, type ServiceName } from './api';

/** Kolla's default is a day; an hour shows renewal in a long session. */
export const TOKEN_LIFE_MS = 3_600_000;

const RELEASED = '2020-04-07T00:00:00Z';
const SIGN_IN_AGAIN = 'The request you have made requires authentication.';
const BAD_BODY =
  'Expecting to find auth in request body. The server could not comply with the request since it is either ' +
  'malformed or otherwise incorrect. The client is assumed to be in error.';
const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
};

const SignIn = v.object({
  auth: v.object({
    identity: v.object({
      methods: v.array(v.string()),
      application_credential: v.optional(v.object({ id: v.string(), secret: v.string() })),
    }),
    scope: v.optional(v.unknown()),
  }),
});

export interface KeystoneParts {
  readonly site: SiteWorld;
  readonly now: () => number;
  /** Where each service of the site is reached. */
  readonly endpoint: (service: ServiceName) => string;
}

/** Keystone: application credentials and nothing else, as ordinary users of the testbed have them. */
export function keystone({ site, now, endpoint }: KeystoneParts): Api {
  const body = (token: TokenRecord): object => tokenBody(site, token);
  return {
    name: 'keystone',
    fault: (fault) => ({
      status: fault.status,
      body: { error: { code: fault.status, message: fault.message, title: TITLES[fault.status] ?? 'Error' } },
      ...(fault.status === 401
        ? { headers: { 'WWW-Authenticate': `Keystone uri="${endpoint('keystone')}/v3"` } }
        : {}),
    }),
    headers: () => ({ Vary: 'X-Auth-Token' }),
    routes: [
      open('GET', '/', (call) => ({
        status: 300,
        body: { versions: { values: [version(call)] } },
        headers: { Location: `${call.base}/v3/` },
      })),
      open('GET', '/v3', (call) => ok({ version: version(call) })),
      open('POST', '/v3/auth/tokens', (call) => {
        const token = issue(site, credentialFor(site, call), now());
        return {
          status: 201,
          body: { token: { ...body(token), ...catalogPart(site, endpoint), ...credentialPart(token) } },
          headers: { 'X-Subject-Token': token.id },
        };
      }),
      signed('GET', '/v3/auth/tokens', (call) => validate(site, call, now(), endpoint)),
      signed('GET', '/v3/auth/projects', (call) =>
        ok({ projects: [project(site, call.base)], links: listLinks(call) }),
      ),
      signed('GET', '/v3/users/:user/application_credentials', (call, userId) => {
        if (userId !== call.token.credential.user.id)
          throw new Fault(403, 'You are not authorized to perform the requested action.');
        const mine = [...site.credentials.values()].filter((each) => each.user.id === userId);
        return ok({
          application_credentials: mine.map((each) => applicationCredential(site, each, call.base)),
          links: listLinks(call),
        });
      }),
    ],
  };
}

/** @throws Fault: 404 for an unknown credential, 401 for a wrong secret or a scope, 400 for anything else */
function credentialFor(site: SiteWorld, call: Call): Credential {
  const read = v.safeParse(SignIn, call.body);
  if (!read.success) throw new Fault(400, BAD_BODY);
  const { identity, scope } = read.output.auth;
  const given = identity.application_credential;
  if (!identity.methods.includes('application_credential') || given === undefined)
    throw new Fault(401, SIGN_IN_AGAIN);
  // A credential is bound to its project: asking for a scope beside it is refused (keystone, AuthInfo).
  if (scope !== undefined) throw new Fault(401, SIGN_IN_AGAIN);
  const credential = site.credentials.get(given.id);
  if (credential === undefined) throw new Fault(404, `Could not find Application Credential: ${given.id}.`);
  if (credential.secret !== given.secret) throw new Fault(401, SIGN_IN_AGAIN);
  return credential;
}

function issue(site: SiteWorld, credential: Credential, now: number): TokenRecord {
  for (const old of [...site.tokens.values()]) if (old.expiresAt <= now) site.tokens.delete(old.id);
  const token = {
    id: `gAAAAAB${site.ids.secret()}`,
    credential,
    issuedAt: now,
    expiresAt: now + TOKEN_LIFE_MS,
  };
  site.tokens.set(token.id, token);
  return token;
}

function validate(
  site: SiteWorld,
  call: Call,
  now: number,
  endpoint: (service: ServiceName) => string,
): Reply {
  const id = call.header('X-Subject-Token') ?? '';
  const token = site.tokens.get(id);
  if (token === undefined || token.expiresAt <= now) throw new Fault(404, 'Could not find token.');
  const catalog = call.query.has('nocatalog') ? {} : catalogPart(site, endpoint);
  return {
    status: 200,
    body: { token: { ...tokenBody(site, token), ...catalog, ...credentialPart(token) } },
    headers: { 'X-Subject-Token': token.id },
  };
}

function tokenBody(site: SiteWorld, token: TokenRecord): object {
  const { user, roles } = token.credential;
  return {
    methods: ['application_credential'],
    user: { domain: site.domain, id: user.id, name: user.name, password_expires_at: null },
    audit_ids: [token.id.slice(-22)],
    expires_at: microsecondsWithZone(token.expiresAt),
    issued_at: microsecondsWithZone(token.issuedAt),
    project: { domain: site.domain, id: site.project.id, name: site.project.name },
    is_domain: false,
    roles: roles.map((name) => ({ id: site.roleIds[name] ?? '', name })),
  };
}

function credentialPart({ credential }: TokenRecord): object {
  const { id, name, unrestricted } = credential;
  return { application_credential: { id, name, restricted: !unrestricted } };
}

/** Types and paths as a site's catalog has them: Blazar's URL ends in /v1, Neutron's and Glance's in nothing. */
function catalogOf(
  site: SiteWorld,
): readonly (readonly [type: string, service: ServiceName, path: string])[] {
  return [
    ...CATALOG,
    // Volumes are of the VM site, the object store of the others.
    site.kind === 'kvm'
      ? ['volumev3', 'cinder', `/v3/${site.project.id}`]
      : ['object-store', 'swift', `/v1/AUTH_${site.project.id}`],
  ];
}

const CATALOG: readonly (readonly [type: string, service: ServiceName, path: string])[] = [
  ['identity', 'keystone', '/v3'],
  ['compute', 'nova', '/v2.1'],
  ['network', 'neutron', ''],
  ['image', 'glance', ''],
  ['reservation', 'blazar', '/v1'],
];

function catalogPart(site: SiteWorld, endpoint: (service: ServiceName) => string): object {
  return {
    catalog: catalogOf(site).map(([type, service, path]) => ({
      endpoints: ['public', 'internal', 'admin'].map((kind) => ({
        id: `${site.project.id.slice(0, 20)}${type.padEnd(12, '0').slice(0, 12)}`,
        interface: kind,
        region_id: site.name,
        url: `${endpoint(service)}${path}`,
        region: site.name,
      })),
      id: `${site.domain.id.slice(0, 20)}${type.padEnd(12, '0').slice(0, 12)}`,
      type,
      name: service,
    })),
  };
}

function version(call: Call): object {
  return {
    id: 'v3.14',
    status: 'stable',
    updated: RELEASED,
    links: [{ rel: 'self', href: `${call.base}/v3/` }],
    'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
  };
}

function project(site: SiteWorld, base: string): object {
  return {
    id: site.project.id,
    name: site.project.name,
    domain_id: site.domain.id,
    description: 'Machine Learning Systems Engineering and Operations (the demo of Chameleon Labs)',
    enabled: true,
    parent_id: site.domain.id,
    is_domain: false,
    tags: [],
    options: {},
    links: { self: `${base}/v3/projects/${site.project.id}` },
  };
}

function applicationCredential(site: SiteWorld, credential: Credential, base: string): object {
  return {
    id: credential.id,
    name: credential.name,
    description: 'made by the demo',
    user_id: credential.user.id,
    project_id: site.project.id,
    system: null,
    expires_at: null,
    unrestricted: credential.unrestricted,
    roles: credential.roles.map((name) => ({
      id: site.roleIds[name] ?? '',
      name,
      domain_id: null,
      description: null,
      options: { immutable: true },
    })),
    links: { self: `${base}/v3/application_credentials/${credential.id}` },
  };
}

function listLinks(call: Call): object {
  return { next: null, self: `${call.base}${call.path}`, previous: null };
}
