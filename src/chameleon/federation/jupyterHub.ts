import * as v from 'valibot';
import { isAbort, Problem, type Clock } from '../../base';
import type { AccessTokens } from './account';
import { SignInEnded } from './oidc';

/** What the testbed's own Jupyter puts into the environment (`platform` 2.4). */
export interface JupyterHub {
  readonly accessToken: string;
  readonly project: string | undefined;
  /** Where a newer token is had, with the hub's own token. */
  readonly refresh: { readonly url: string; readonly token: string } | undefined;
}

/** The sign-in of the Jupyter that this window runs in; `undefined` elsewhere. */
export function jupyterHubOf(env: Readonly<Record<string, string | undefined>>): JupyterHub | undefined {
  const accessToken = env['OS_ACCESS_TOKEN'] ?? '';
  if (env['OS_AUTH_TYPE'] !== 'v3oidcaccesstoken' || accessToken === '') return undefined;
  const { JUPYTERHUB_API_URL: api, JUPYTERHUB_USER: user, JUPYTERHUB_API_TOKEN: token } = env;
  const known = api !== undefined && user !== undefined && token !== undefined;
  return {
    accessToken,
    project: env['OS_PROJECT_NAME'],
    refresh: known ? { url: `${api}/users/${encodeURIComponent(user)}`, token } : undefined,
  };
}

const HubAnswer = v.object({
  auth_state: v.object({
    access_token: v.string(),
    expires_at: v.optional(v.union([v.number(), v.string()])),
  }),
});

/** A token of the environment lives for minutes, and how many are left is not said. */
const SPARE_MS = 30_000;
const UNKNOWN_LIFE_MS = 60_000;

/** Access tokens of the hub, asked for anew when the last one is near its end. */
export class JupyterTokens implements AccessTokens {
  readonly #hub: JupyterHub;
  readonly #fetch: typeof globalThis.fetch;
  readonly #clock: Clock;
  #held: { readonly token: string; readonly endsAt: number } | undefined;

  constructor(hub: JupyterHub, fetch: typeof globalThis.fetch, clock: Clock) {
    this.#hub = hub;
    this.#fetch = fetch;
    this.#clock = clock;
  }

  async accessToken(signal?: AbortSignal): Promise<string> {
    const held = this.#held;
    if (held !== undefined && held.endsAt - SPARE_MS > this.#clock.now()) return held.token;
    const { refresh, accessToken } = this.#hub;
    if (refresh === undefined) return accessToken;
    try {
      const response = await this.#fetch(refresh.url, {
        headers: { Accept: 'application/json', Authorization: `token ${refresh.token}` },
        redirect: 'manual',
        ...(signal === undefined ? {} : { signal }),
      });
      if (response.status === 401 || response.status === 403)
        throw new SignInEnded('sessionOver', 'The sign-in of this Jupyter has ended.');
      const parsed = v.safeParse(HubAnswer, await response.json());
      // A hub that keeps no state for its users leaves the token of the start.
      if (!parsed.success) return accessToken;
      const { access_token: token, expires_at: ends } = parsed.output.auth_state;
      this.#held = { token, endsAt: endOf(ends) ?? this.#clock.now() + UNKNOWN_LIFE_MS };
      return token;
    } catch (thrown) {
      if (isAbort(thrown) || thrown instanceof Problem) throw thrown;
      throw new Problem("Jupyter's hub can't be reached for a new token.", {
        next: 'Try again in a minute.',
        cause: thrown,
      });
    }
  }
}

/** Seconds since 1970, or a date. */
function endOf(value: number | string | undefined): number | undefined {
  if (typeof value === 'number') return value * 1000;
  const time = value === undefined ? Number.NaN : Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}
