import { abortError, isAbort, Problem } from '../../base';
import { OpenStackError, scopeToken, type CloudConfig, type Outside, type SignedIn } from '../../openstack';
import { BearerRefused, exchange, projectsOf, type SiteProject } from './keystone';
import { refreshTokens, SignInEnded, type OidcClient, type OidcTokens, type OidcWorld } from './oidc';

/** Who gives the provider's access token: a browser's session, or the testbed's own Jupyter. */
export interface AccessTokens {
  /** One with some life left. @throws SignInEnded, Problem; AbortError */
  accessToken(signal?: AbortSignal): Promise<string>;
}

/** Where the session is kept, whole: seen by all windows of this machine. */
export interface TokenStore {
  read(): Promise<OidcTokens | undefined>;
  /** `undefined` forgets it. */
  write(tokens: OidcTokens | undefined): Promise<void>;
}

export interface BrowserSessionParts {
  readonly client: OidcClient;
  readonly store: TokenStore;
  readonly world: OidcWorld;
  /** Runs something while no other window does the same: a refresh token used twice ends the session. */
  readonly exclusively: <T>(run: () => Promise<T>) => Promise<T>;
}

/** An access token must outlive the requests that it is sent with. */
const SPARE_MS = 30_000;
/** A provider that is silent for longer is away. Shorter than a window may hold the lock of the refresh. */
const PATIENCE_MS = 30_000;

/**
 * The session of a sign-in by browser. Its refresh token changes at every use, and the new one is stored before
 * anything else happens: one refresh at a time, over all windows.
 */
export class BrowserSession implements AccessTokens {
  readonly #parts: BrowserSessionParts;
  #pending: Promise<string> | undefined;

  constructor(parts: BrowserSessionParts) {
    this.#parts = parts;
  }

  async accessToken(signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    // Shared by all who ask meanwhile, and hung on nobody's signal: a refresh that was cut off may have been done.
    this.#pending ??= this.#current().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** Keeps the tokens of a new sign-in. */
  async begin(tokens: OidcTokens): Promise<void> {
    await this.#parts.exclusively(() => this.#parts.store.write(tokens));
  }

  async end(): Promise<void> {
    await this.#parts.exclusively(() => this.#parts.store.write(undefined));
  }

  async #current(): Promise<string> {
    const { store, exclusively } = this.#parts;
    const kept = await store.read();
    if (kept !== undefined && this.#lives(kept)) return kept.accessToken;
    return exclusively(async () => {
      // Another window may have refreshed it while this one waited.
      const now = await store.read();
      if (now === undefined) throw new SignInEnded('sessionOver', 'You are not signed in to Chameleon.');
      return this.#lives(now) ? now.accessToken : this.#refreshed(now);
    });
  }

  async #refreshed(tokens: OidcTokens): Promise<string> {
    const { client, store, world } = this.#parts;
    try {
      if (tokens.refreshEndsAt !== undefined && tokens.refreshEndsAt <= world.clock.now())
        throw new SignInEnded('sessionOver', 'Your Chameleon sign-in has ended.');
      const fresh = await this.#limited((signal) =>
        refreshTokens(client, tokens.refreshToken, world, signal),
      );
      await store.write(fresh);
      return fresh.accessToken;
    } catch (thrown) {
      if (thrown instanceof SignInEnded) await store.write(undefined);
      throw thrown;
    }
  }

  /** @throws Problem when nothing came in time; whether the old token was spent is seen at its next use */
  async #limited<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const late = new AbortController();
    const cancel = this.#parts.world.clock.after(PATIENCE_MS, () => {
      late.abort();
    });
    try {
      return await run(late.signal);
    } catch (thrown) {
      if (!late.signal.aborted) throw thrown;
      throw new Problem("Chameleon's sign-in service did not answer in time.", {
        next: 'Check your network, then try again.',
        cause: thrown,
      });
    } finally {
      cancel();
    }
  }

  #lives({ accessEndsAt }: OidcTokens): boolean {
    return accessEndsAt - SPARE_MS > this.#parts.world.clock.now();
  }
}

/** The projects of a person at a site. @throws BearerRefused, Problem; AbortError */
export async function projectsAt(
  tokens: AccessTokens,
  authUrl: string,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<readonly SiteProject[]> {
  const unscoped = await exchange(fetch, authUrl, await tokens.accessToken(signal), signal);
  return projectsOf(fetch, authUrl, unscoped, signal);
}

/**
 * How a `Session` signs in to one site by that account: exchange, find the project by its name, scope. What can only
 * be mended by the person is `unauthorized`, so that it is not tried again and again.
 */
export function federatedSignIn(
  tokens: AccessTokens,
): (config: CloudConfig, outside: Outside) => Promise<SignedIn> {
  return async (config, outside) => {
    if (config.credential.kind !== 'federated') throw new Problem('That cloud signs in by itself.');
    const { project } = config.credential;
    const late = AbortSignal.timeout(outside.timeoutMs);
    const limit = outside.closed === undefined ? late : AbortSignal.any([late, outside.closed]);
    try {
      const access = await tokens.accessToken(limit);
      const unscoped = await exchange(outside.fetch, config.authUrl, access, limit);
      const projects = await projectsOf(outside.fetch, config.authUrl, unscoped, limit);
      const found = projects.find(({ name }) => name === project);
      if (found === undefined) throw noProject(project, config.region);
      return await scopeToken(config.authUrl, unscoped.id, found.id, outside, limit);
    } catch (thrown) {
      if (thrown instanceof SignInEnded || thrown instanceof BearerRefused)
        throw final(thrown.message, thrown.next, thrown);
      if (outside.closed?.aborted === true) throw abortError();
      if (isAbort(thrown) || late.aborted)
        throw new OpenStackError(`The sign-in service of ${config.region} did not answer in time.`, {
          kind: 'timeout',
          service: 'identity',
          next: 'Try again; the other sites work without it.',
        });
      throw thrown;
    }
  };
}

function noProject(project: string, region: string): OpenStackError {
  return final(
    `Project ${project} is not among yours at ${region} any more: its allocation has ended, or you were taken out of it.`,
    'Ask the PI of the project (in a course: the staff), or sign in with another project.',
  );
}

function final(what: string, next: string | undefined, cause?: unknown): OpenStackError {
  return new OpenStackError(what, {
    kind: 'unauthorized',
    service: 'identity',
    next: next ?? 'Sign in again.',
    cause,
  });
}
