import * as v from 'valibot';
import { badAnswer, maybe, parsed, utc } from './border';
import { OpenStackError, refusalOf } from './error';
import { send, type HttpAnswer, type Outside } from './http';
import type { CatalogEntry, CloudConfig, Token } from './types';

const named = v.object({ id: v.string(), name: v.string() });

const tokenBody = v.object({
  token: v.object({
    expires_at: utc,
    issued_at: maybe(utc),
    user: named,
    project: maybe(named),
    roles: v.array(v.object({ name: v.string() })),
    application_credential: maybe(v.object({ restricted: v.optional(v.boolean(), false) })),
    catalog: v.optional(
      v.array(
        v.object({
          type: v.string(),
          name: v.optional(v.string(), ''),
          endpoints: v.array(
            v.object({
              interface: v.string(),
              region: maybe(v.string()),
              region_id: maybe(v.string()),
              url: v.string(),
            }),
          ),
        }),
      ),
      [],
    ),
  }),
});

const MAX_TOKEN_BYTES = 1_000_000;

/**
 * Signs in once, with no `scope`: an application credential implies it, and sending one is refused (`platform` 2.1).
 * @returns the token and the answer's headers, which tell the server's time
 * @throws OpenStackError `unauthorized` for a wrong, expired or deleted credential: never to be repeated (a locked
 * account is the price), with what to do
 */
export async function signIn(
  { authUrl, credential }: CloudConfig,
  outside: Outside,
  signal?: AbortSignal,
): Promise<SignedIn> {
  if (credential.kind === 'federated')
    throw new OpenStackError('This site is signed in by the browser, and that session is not open here.', {
      kind: 'unauthorized',
      service: 'identity',
      next: 'Sign in again.',
    });
  const answer = await post(
    authUrl,
    {
      identity: {
        methods: ['application_credential'],
        application_credential: { id: credential.id, secret: credential.secret },
      },
    },
    outside,
    signal,
  );
  if (!isFine(answer)) throw signInError(answer);
  return { token: tokenOf(answer), headers: answer.headers };
}

/** A token, and the headers of its answer, which tell the server's time. */
export interface SignedIn {
  readonly token: Token;
  readonly headers: Headers;
}

/**
 * Makes a token for a project out of one that has none (or another). It ends when the given one would.
 * @throws OpenStackError `unauthorized` for a token that has ended, or a project that is not the user's any more
 */
export async function scopeToken(
  authUrl: string,
  tokenId: string,
  projectId: string,
  outside: Outside,
  signal?: AbortSignal,
): Promise<SignedIn> {
  const answer = await post(
    authUrl,
    { identity: { methods: ['token'], token: { id: tokenId } }, scope: { project: { id: projectId } } },
    outside,
    signal,
  );
  if (!isFine(answer)) throw refusalOf('identity', answer);
  return { token: tokenOf(answer), headers: answer.headers };
}

function post(
  authUrl: string,
  auth: object,
  outside: Outside,
  signal: AbortSignal | undefined,
): Promise<HttpAnswer> {
  return send(
    {
      service: 'identity',
      method: 'POST',
      url: `${authUrl}/auth/tokens`,
      headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
      body: JSON.stringify({ auth }),
      maxBytes: MAX_TOKEN_BYTES,
      signal,
    },
    outside,
  );
}

function signInError(answer: HttpAnswer): OpenStackError {
  const refusal = refusalOf('identity', answer);
  const { requestId, said, status } = refusal;
  // Deleted credentials answer 404, not 401 (seen with Keystone Zed).
  if (answer.status !== 401 && answer.status !== 404) return refusal;
  const locked = /disabled/i.test(said ?? '');
  const what = locked
    ? 'The account behind this application credential is disabled.'
    : answer.status === 404
      ? 'Keystone knows no such application credential: it was deleted, or belongs to another site.'
      : 'Keystone refused this application credential: the secret is wrong, or the credential has expired.';
  return new OpenStackError(what, {
    kind: 'unauthorized',
    service: 'identity',
    status,
    requestId,
    said,
    next: locked
      ? 'Write to the help desk of the testbed.'
      : 'Make a new one in Horizon (Identity → Application Credentials) at this site and sign in with it.',
  });
}

/** A page with 200 is no refusal: what it is shows when it is read. */
function isFine({ status }: HttpAnswer): boolean {
  return status >= 200 && status <= 299;
}

function tokenOf(answer: HttpAnswer): Token {
  let body: unknown;
  try {
    body = JSON.parse(answer.text);
  } catch {
    throw badAnswer('identity', 'it is not JSON');
  }
  const id = answer.headers.get('x-subject-token');
  if (id === null) throw badAnswer('identity', 'it names no token');
  const { token } = parsed(tokenBody, body, 'identity');
  return {
    id,
    expiresAt: token.expires_at,
    issuedAt: token.issued_at,
    user: token.user,
    project: token.project,
    roles: token.roles.map((role) => role.name),
    restricted: token.application_credential?.restricted,
    catalog: token.catalog.map((entry): CatalogEntry => ({
      type: entry.type,
      name: entry.name,
      endpoints: entry.endpoints.map(({ interface: side, region, region_id, url }) => ({
        interface: side,
        region: region_id ?? region ?? '',
        url: url.replace(/\/+$/, ''),
      })),
    })),
  };
}

/** Catalog types that mean the same service at older sites. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  volumev3: ['volumev3', 'block-storage', 'block-store'],
};

/** The root of a service for that cloud's region and interface; `undefined`: the site has no such service. */
export function endpointOf(token: Token, service: string, config: CloudConfig): string | undefined {
  if (service === 'identity') return config.authUrl;
  const types = ALIASES[service] ?? [service];
  const url = token.catalog
    .filter((entry) => types.includes(entry.type))
    .flatMap((entry) => entry.endpoints)
    .find((endpoint) => endpoint.interface === config.interface && endpoint.region === config.region)?.url;
  // Catalogs name Zun with or without its version.
  return service === 'container' && url?.endsWith('/v1') === false ? `${url}/v1` : url;
}
