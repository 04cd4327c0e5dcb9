import * as v from 'valibot';
import { abortError, byText, isAbort, Problem } from '../../base';

/**
 * Keystone's side of the federated sign-in: a site takes the provider's access token and gives a token of its own,
 * without a project; its projects can then be listed, and one chosen by scoping.
 */
export interface UnscopedToken {
  readonly id: string;
  readonly expiresAt: number;
  readonly user: { readonly id: string; readonly name: string };
}

export interface SiteProject {
  readonly id: string;
  readonly name: string;
}

/** The provider's access token was not taken. All refusals look alike (401 in HTML): judge its end by `expires_in`. */
export class BearerRefused extends Problem {}

const UnscopedAnswer = v.object({
  token: v.object({ expires_at: v.string(), user: v.object({ id: v.string(), name: v.string() }) }),
});
const ProjectsAnswer = v.object({
  projects: v.array(v.object({ id: v.string(), name: v.string(), enabled: v.optional(v.boolean(), true) })),
});

/**
 * Exchanges an access token at a site's Keystone (`authUrl` ends in `/v3`). Never follows a redirect: without a good
 * bearer Apache sends a login page there.
 */
export async function exchange(
  fetch: typeof globalThis.fetch,
  authUrl: string,
  accessToken: string,
  signal: AbortSignal,
): Promise<UnscopedToken> {
  const url = `${authUrl}/OS-FEDERATION/identity_providers/chameleon/protocols/openid/auth`;
  const answer = await call(fetch, url, {
    method: 'POST',
    headers: { Accept: 'application/json', Authorization: `Bearer ${accessToken}` },
    signal,
  });
  if (answer.status === 401) {
    throw new BearerRefused('The site did not take your Chameleon sign-in.', { next: 'Sign in again.' });
  }
  const parsed = v.safeParse(UnscopedAnswer, answer.body);
  if (answer.status !== 201 || !parsed.success || answer.subjectToken === undefined) throw unusable(answer);
  const { expires_at, user } = parsed.output.token;
  return { id: answer.subjectToken, expiresAt: Date.parse(expires_at), user };
}

/**
 * The projects that a person may work in at this site, by name; empty for one who is signed in but in no project yet.
 * Ids differ from site to site: match projects by name.
 */
export async function projectsOf(
  fetch: typeof globalThis.fetch,
  authUrl: string,
  token: UnscopedToken,
  signal: AbortSignal,
): Promise<readonly SiteProject[]> {
  const answer = await call(fetch, `${authUrl}/auth/projects`, {
    headers: { Accept: 'application/json', 'X-Auth-Token': token.id },
    signal,
  });
  const parsed = v.safeParse(ProjectsAnswer, answer.body);
  if (answer.status !== 200 || !parsed.success) throw unusable(answer);
  return parsed.output.projects
    .filter((project) => project.enabled)
    .map(({ id, name }) => ({ id, name }))
    .sort((a, b) => byText(a.name, b.name));
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly subjectToken: string | undefined;
}

async function call(fetch: typeof globalThis.fetch, url: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(url, { ...init, redirect: 'manual' });
    return {
      status: response.status,
      body: parseJson(await response.text()),
      subjectToken: response.headers.get('x-subject-token') ?? undefined,
    };
  } catch (thrown) {
    if (isAbort(thrown)) throw abortError();
    throw new Problem(`${new URL(url).host} can't be reached.`, {
      next: 'The other sites work without it; try again later.',
      cause: thrown,
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // Apache answers in HTML for a refused bearer and for a Keystone that is down
  }
}

function unusable(answer: Answer): Problem {
  return new Problem(
    `The site's sign-in service gave an answer that can't be used (HTTP ${answer.status}).`,
    {
      next: answer.status === 503 ? 'The site is down: try again later.' : 'Try again in a minute.',
    },
  );
}
