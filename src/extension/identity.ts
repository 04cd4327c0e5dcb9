import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { holderName, systemClock, whileLocked } from '../base';
import {
  BrowserSession,
  chameleonOidc,
  federatedSignIn,
  jupyterHubOf,
  JupyterTokens,
  type AccessTokens,
  type JupyterHub,
} from '../chameleon';
import type { SessionOptions } from '../openstack';
import { browserStore } from './browserStore';
import type { Secrets } from './cloudStore';
import type { Masking } from './masking';

/** A refresh takes seconds; a window that holds the lock for longer is gone. */
const STALE_MS = 60_000;

/** The person as Chameleon's identity provider knows them: one sign-in for all sites. */
export class Identity {
  readonly browser: BrowserSession;
  /** The testbed's own Jupyter, where this window runs in it. */
  readonly jupyter: JupyterHub | undefined;
  readonly #jupyterTokens: JupyterTokens | undefined;

  constructor(secrets: Secrets, masking: Masking, folder: string) {
    const lock = {
      file: path.join(folder, 'refresh.lock'),
      id: holderName(),
      clock: systemClock,
      staleMs: STALE_MS,
    };
    this.browser = new BrowserSession({
      client: chameleonOidc,
      store: browserStore(secrets, masking),
      world: { fetch: globalThis.fetch, clock: systemClock },
      exclusively: async (run) => {
        await mkdir(folder, { recursive: true });
        return whileLocked(lock, run);
      },
    });
    this.jupyter = jupyterHubOf(process.env);
    if (this.jupyter !== undefined)
      this.#jupyterTokens = new JupyterTokens(this.jupyter, globalThis.fetch, systemClock);
  }

  /** Jupyter's own sign-in where there is one, else the browser's. */
  get tokens(): AccessTokens {
    return this.#jupyterTokens ?? this.browser;
  }

  /** How the sites that are signed in by it come by their tokens. */
  get signIn(): NonNullable<SessionOptions['signIn']> {
    return federatedSignIn(this.tokens);
  }
}
