import * as vscode from 'vscode';
import { CLOUDS_SECRET } from './keys';

/** A site that is signed in: `id` is its cloud's name, `how` its project or kind of credential. */
export interface SignedInSite {
  readonly id: string;
  readonly site: string;
  readonly how: string;
}

/** What the provider needs of the rest, loaded when it is first asked. */
export interface SignIns {
  list(): Promise<readonly SignedInSite[]>;
  signIn(): Promise<void>;
  signOutOf(cloud: string): Promise<void>;
}

export const PROVIDER = 'chameleon';

/**
 * “Chameleon” in the Accounts menu: one session a site. Other extensions see that somebody is signed in and where;
 * the token of a session is none that a site takes, since any of them could delete what the class has.
 */
export class Accounts implements vscode.AuthenticationProvider, vscode.Disposable {
  readonly #changed =
    new vscode.EventEmitter<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent>();
  readonly #listening: vscode.Disposable;
  readonly #signIns: SignIns;
  #known: readonly vscode.AuthenticationSession[] = [];

  readonly onDidChangeSessions = this.#changed.event;

  constructor(secrets: vscode.SecretStorage, signIns: SignIns) {
    this.#signIns = signIns;
    // The secret changes in all windows at once, whoever changed it.
    this.#listening = secrets.onDidChange(({ key }) => {
      if (key === CLOUDS_SECRET) void this.#tell();
    });
  }

  async getSessions(): Promise<vscode.AuthenticationSession[]> {
    const sessions = (await this.#signIns.list()).map(sessionOf);
    this.#known = sessions;
    return sessions;
  }

  async createSession(): Promise<vscode.AuthenticationSession> {
    await this.#signIns.signIn();
    const [first] = await this.getSessions();
    if (first === undefined) throw new vscode.CancellationError();
    return first;
  }

  async removeSession(id: string): Promise<void> {
    await this.#signIns.signOutOf(id);
  }

  dispose(): void {
    this.#listening.dispose();
    this.#changed.dispose();
  }

  async #tell(): Promise<void> {
    const before = this.#known;
    const now = await this.getSessions();
    const missing = (
      from: readonly { readonly id: string }[],
      all: readonly vscode.AuthenticationSession[],
    ) => all.filter(({ id }) => !from.some((each) => each.id === id));
    this.#changed.fire({ added: missing(before, now), removed: missing(now, before), changed: [] });
  }
}

function sessionOf({ id, site, how }: SignedInSite): vscode.AuthenticationSession {
  return { id, accessToken: '', account: { id, label: `${site} · ${how}` }, scopes: [site] };
}
