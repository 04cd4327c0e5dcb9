/** An identity provider with the device flow, and the federated doors of the demo's sites. On loopback. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { BrowserContext } from 'playwright-core';
import type { Demo } from '../../../src/demo';
import { siteByName } from '../../../src/chameleon';

const REALM = '/auth/realms/chameleon';
/** Where the person's browser finds it, by `inBrowser`. */
const PUBLIC = 'https://auth.chameleoncloud.org';

/** What a test decides. */
export interface Provider {
  /** For `elsewhere.mjs`. */
  readonly elsewhere: Readonly<Record<string, string>>;
  /** How long the next codes live, s. */
  codesLive: number;
  /** Names of the person's projects. */
  projects: readonly string[];
  /** Every access and refresh token that was given out. */
  readonly given: readonly string[];
  /** Lets a browser find its pages under the testbed's own address. */
  inBrowser(context: BrowserContext): Promise<void>;
  stop(): Promise<void>;
}

type Decision = 'pending' | 'approved' | 'refused';

/** Starts it before the demo's sites: who approved may work in each of them. */
export async function startProvider(demo: Demo): Promise<Provider> {
  const codes = new Map<string, { readonly device: string; readonly endsAt: number; decision: Decision }>();
  const given: string[] = [];
  const state = { codesLive: 60, projects: ['CHI-251409', 'CHI-999999'] as readonly string[] };
  const token = (): string => {
    const made = randomBytes(24).toString('base64url');
    given.push(made);
    return made;
  };
  let origin = '';

  const byPath: Record<string, (body: URLSearchParams, url: URL) => [number, unknown]> = {
    [`${REALM}/.well-known/openid-configuration`]: () => [
      200,
      { device_authorization_endpoint: `${origin}/device-code`, token_endpoint: `${origin}/token` },
    ],
    '/device-code': () => {
      const user = randomBytes(4).toString('hex').toUpperCase();
      const device = randomBytes(16).toString('hex');
      codes.set(user, { device, endsAt: Date.now() + state.codesLive * 1000, decision: 'pending' });
      const verification_uri = `${PUBLIC}/device`;
      return [
        200,
        {
          device_code: device,
          user_code: user,
          verification_uri,
          verification_uri_complete: `${verification_uri}?user_code=${user}`,
          expires_in: state.codesLive,
          interval: 1,
        },
      ];
    },
    '/token': (body) => {
      const code = [...codes.values()].find(({ device }) => device === body.get('device_code'));
      if (code === undefined) return [400, { error: 'invalid_grant' }];
      if (code.endsAt <= Date.now()) return [400, { error: 'expired_token' }];
      if (code.decision === 'pending') return [400, { error: 'authorization_pending' }];
      if (code.decision === 'refused') return [400, { error: 'access_denied' }];
      return [200, { access_token: token(), expires_in: 300, refresh_token: token(), token_type: 'Bearer' }];
    },
    '/device': (_body, url) => [200, page(url.searchParams.get('user_code') ?? '')],
    '/decide': (_body, url) => {
      const code = codes.get(url.searchParams.get('user_code') ?? '');
      const approved = url.searchParams.get('answer') === 'approve';
      if (code !== undefined) code.decision = approved ? 'approved' : 'refused';
      return [200, '<p>You can close this page.</p>'];
    },
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', origin);
    const body = await textOf(request);
    const handler = byPath[url.pathname];
    if (handler !== undefined) {
      const [status, sent] = handler(new URLSearchParams(body), url);
      send(response, status, sent);
      return;
    }
    const site = demo.clouds.find(({ name }) => url.pathname.startsWith(`/${name}/v3/`));
    if (site === undefined) {
      send(response, 404, {});
      return;
    }
    const path = url.pathname.slice(`/${site.name}/v3`.length);
    if (path.startsWith('/OS-FEDERATION/')) {
      const bearer = (request.headers.authorization ?? '').replace('Bearer ', '');
      if (!given.includes(bearer)) {
        send(response, 401, '<h1>Unauthorized</h1>');
        return;
      }
      const user = { id: 'federated', name: demo.me.username };
      const expires_at = new Date(Date.now() + 300_000).toISOString();
      send(response, 201, { token: { expires_at, user } }, { 'X-Subject-Token': `unscoped-${site.name}` });
      return;
    }
    if (path === '/auth/projects') {
      const projects = state.projects.map((name) => ({ id: `${site.name}-${name}`, name, enabled: true }));
      send(response, 200, { projects });
      return;
    }
    // Scoped to the project: the demo's Keystone knows credentials alone, and its answer is of the same shape.
    const scoped = await fetch(`${site.authUrl}/auth/tokens`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        auth: {
          identity: {
            methods: ['application_credential'],
            application_credential: { id: site.credential.id, secret: site.credential.secret },
          },
        },
      }),
    });
    send(response, scoped.status, await scoped.text(), {
      'X-Subject-Token': scoped.headers.get('x-subject-token') ?? '',
    });
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The provider has no port.');
  origin = `http://127.0.0.1:${address.port}`;
  return Object.assign(state, {
    elsewhere: {
      [PUBLIC]: origin,
      ...Object.fromEntries(
        demo.clouds.map(({ name, region }) => [siteByName(region)?.authUrl ?? name, `${origin}/${name}/v3`]),
      ),
    },
    given,
    inBrowser: async (context: BrowserContext): Promise<void> => {
      await context.route(`${PUBLIC}/**`, async (route) => {
        const answered = await fetch(origin + route.request().url().slice(PUBLIC.length));
        await route.fulfill({ contentType: 'text/html', body: await answered.text() });
      });
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  });
}

function page(code: string): string {
  const safe = code.replace(/[^0-9A-Z]/g, '');
  const link = (answer: string, words: string): string =>
    `<a href="/decide?user_code=${safe}&answer=${answer}">${words}</a>`;
  return `<title>Sign in</title><h1>${safe}</h1><p>${link('approve', 'Approve')} ${link('refuse', 'Refuse')}</p>`;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = text.startsWith('<') ? 'text/html' : 'application/json';
  response.writeHead(status, { 'Content-Type': type, ...headers });
  response.end(text);
}
