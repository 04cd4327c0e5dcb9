import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { systemClock } from '../base';
import type { SiteInventory } from '../chameleon';
import type { Keys, Target } from '../ssh';
import type { App } from './app';
import { ask } from './ask';

const SSH_MS = 3_000;
const KEEP = 'Keep It';
const secretOf = (file: string): string => `chameleon.passphrase:${file}`;

/** Which keys prove to a server who the person is: those of the site's key pairs first. */
export class KeyRing {
  readonly #app: App;
  /** Passphrases of this session; `undefined`: the person did not want to tell. */
  readonly #told = new Map<string, string | undefined>();
  readonly #asking = new Map<string, Promise<string | undefined>>();

  constructor(app: App) {
    this.#app = app;
  }

  /** The keys to try at a server, in order. */
  async keysFor(target: Target): Promise<Keys> {
    const demo = this.#app.demo;
    if (demo !== undefined) return { agent: undefined, files: [{ path: demo.keyFile }] };
    const { findKeys } = await import('../ssh');
    const said = await askSsh(target);
    const found = await findKeys({
      env: process.env,
      home: homedir(),
      preferred: [...extraFiles(), ...said.files],
      wanted: this.#wanted(target.serverId),
      identityAgent: said.agent,
    });
    const { certificates, securityKeyProvider } = said;
    const unlock = (file: string, wrong: boolean) => this.#unlock(file, wrong);
    return { ...found, certificates, securityKeyProvider, unlock };
  }

  /**
   * What keeps the person's keys from fitting, in a sentence, known without connecting: none of the private keys here
   * belongs to a key pair of mine at that site. `undefined`: one fits, or it can't be told.
   */
  async mismatch(target: Target, site: SiteInventory | undefined): Promise<string | undefined> {
    if (site === undefined || this.#app.demo !== undefined) return undefined;
    const server = site.servers.find((each) => each.id === target.serverId);
    if (server?.owner.kind !== 'me' || site.parts.keyPairs.state !== 'fresh') return undefined;
    if (site.keyPairs.length === 0) return undefined;
    if ((await this.held(target)).some((key) => key.matches)) return undefined;
    const names = site.keyPairs.map(({ name }) => `“${name}”`).join(', ');
    return `None of the private keys on this machine belongs to your key ${site.keyPairs.length === 1 ? 'pair' : 'pairs'} ${names} at ${site.site.name}.`;
  }

  /** The public keys that the person can prove here, each with whether the server's site knows it. */
  async held(target: Target): Promise<readonly { publicKey: string; matches: boolean }[]> {
    const { agentPublicKeys, matchesAny, publicKeyOf } = await import('../ssh');
    const { agent, files } = await this.keysFor(target);
    const ofFiles = await Promise.all(files.map((file) => publicKeyOf(file.path)));
    const ofAgent = agent === undefined ? [] : await agentPublicKeys(agent, systemClock);
    const wanted = this.#wanted(target.serverId);
    return [...ofFiles, ...ofAgent]
      .filter((key) => key !== undefined)
      .map((publicKey) => ({ publicKey, matches: matchesAny(publicKey, wanted) }));
  }

  /** Chameleon's images take all key pairs of who launched the server; the chosen one is most likely. */
  #wanted(serverId: string): readonly string[] {
    for (const site of this.#app.inventory.sites) {
      const server = site.servers.find((each) => each.id === serverId);
      if (server === undefined) continue;
      const chosen = site.keyPairs.filter(({ name }) => name === server.keyName);
      return [...chosen, ...site.keyPairs].map(({ publicKey }) => publicKey);
    }
    return this.#app.inventory.sites.flatMap((site) => site.keyPairs.map(({ publicKey }) => publicKey));
  }

  /** Asked once a session, by one question at a time; kept in the secret storage if the person wants. */
  #unlock(file: string, wrong: boolean): Promise<string | undefined> {
    const under = this.#asking.get(file);
    if (under !== undefined) return under;
    const asking = this.#passphrase(file, wrong).finally(() => {
      this.#asking.delete(file);
    });
    this.#asking.set(file, asking);
    return asking;
  }

  async #passphrase(file: string, wrong: boolean): Promise<string | undefined> {
    const { secrets } = this.#app.context;
    if (!wrong) {
      if (this.#told.has(file)) return this.#told.get(file);
      const kept = await secrets.get(secretOf(file));
      if (kept !== undefined) return kept;
    } else await secrets.delete(secretOf(file));
    const name = path.basename(file);
    const text = await ask.text({
      title: `Passphrase of ${name}`,
      prompt: wrong
        ? `That was not the passphrase of ${file}.`
        : `${file} is locked. It is asked once, and stays on this machine.`,
      secret: true,
    });
    const passphrase = text === '' ? undefined : text;
    this.#told.set(file, passphrase);
    if (passphrase === undefined) return undefined;
    this.#app.masking.add(passphrase);
    void ask
      .info(`Keep the passphrase of ${name} in VS Code’s secret storage?`, KEEP, 'Only This Session')
      .then(async (button) => {
        if (button === KEEP) await secrets.store(secretOf(file), passphrase);
      });
    return passphrase;
  }
}

function extraFiles(): readonly string[] {
  const files = vscode.workspace.getConfiguration('chameleon').get<readonly string[]>('ssh.keyFiles', []);
  return files.map((file) => (file.startsWith('~/') ? path.join(homedir(), file.slice(2)) : file));
}

/** What the person's own ssh config says for that address: its agent, key files and what speaks to security keys. Nothing where there is no ssh. */
function askSsh(target: Target): Promise<{
  readonly agent: string | undefined;
  readonly files: string[];
  readonly certificates: string[];
  readonly securityKeyProvider: string | undefined;
}> {
  return new Promise((resolve) => {
    execFile('ssh', ['-G', '--', target.address], { timeout: SSH_MS, windowsHide: true }, (error, stdout) => {
      const lines = error === null ? stdout.split(/\r?\n/) : [];
      const values = (name: string): string[] =>
        lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
      const atHome = (file: string): string =>
        file.startsWith('~/') ? path.join(homedir(), file.slice(2)) : file;
      resolve({
        certificates: values('certificatefile').map(atHome),
        agent: values('identityagent')[0],
        securityKeyProvider: providerNamed(values('securitykeyprovider')[0]),
        files: values('identityfile')
          .map(atHome)
          // ssh's own defaults are no choice of the person's: they come with the folder.
          .filter((file) => !/[\\/]id_(rsa|ecdsa|ecdsa_sk|ed25519|ed25519_sk|xmss|dsa)$/.test(file)),
      });
    });
  });
}

/** A path; `undefined` for ssh's own way, and for a variable that is not set. */
function providerNamed(word: string | undefined): string | undefined {
  const file = word?.startsWith('$') === true ? process.env[word.slice(1)] : word;
  return file === undefined || file === '' || file === 'internal' ? undefined : file;
}
