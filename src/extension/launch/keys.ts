import { homedir } from 'node:os';
import path from 'node:path';
import { me, type LaunchWish, type SiteInventory } from '../../chameleon';
import type { App } from '../app';
import type { Choice } from '../ask';

/** A key that may open a server: one that the site has, one to be imported, or one to be made. */
export interface KeyOffer {
  /** Of the key pair at the site. */
  readonly name: string;
  /** `undefined`: made in `~/.ssh` when the server is launched, not before. */
  readonly publicKey: string | undefined;
  /** What is done for it, in a few words. */
  readonly how: string;
  readonly file: string;
}

/** What there is to choose from; a new key pair is always among it. */
export interface KeyOffers {
  readonly best: KeyOffer;
  readonly all: readonly KeyOffer[];
}

const NEW_FILE = '~/.ssh/id_rsa_chameleon';

/**
 * The keys that a launch may use, the best first: one that the site has and this machine can use; else a key of this
 * machine, to be imported; else a new one.
 */
export async function keysFor(app: App, site: SiteInventory): Promise<KeyOffers> {
  const local = await localKeys(app);
  const known = local.flatMap(({ file, publicKey }) =>
    site.keyPairs
      .filter((pair) => bare(pair.publicKey) === bare(publicKey))
      .map((pair): KeyOffer => ({
        name: pair.name,
        publicKey: pair.publicKey,
        how: `${site.site.name} has it`,
        file,
      })),
  );
  const mine = me(app.inventory);
  const imported = local
    .filter(({ file }) => !known.some((each) => each.file === file))
    .map(({ file, publicKey }): KeyOffer => ({
      name: freeName(site, `${path.basename(file)}-${mine.netId ?? 'key'}`),
      publicKey,
      how: `its public half is imported at ${site.site.name}`,
      file,
    }));
  const made: KeyOffer = {
    name: freeName(site, `id_rsa_chameleon-${mine.netId ?? mine.usernames[0] ?? 'key'}`),
    publicKey: undefined,
    how: 'made now; the private key stays on this machine, readable by you alone',
    file: NEW_FILE,
  };
  return { best: known[0] ?? imported[0] ?? made, all: [...known, ...imported, made] };
}

export function keyChoices({ all }: KeyOffers): readonly Choice<KeyOffer>[] {
  return all.map((key) => ({
    label: `$(${key.publicKey === undefined ? 'add' : 'key'}) ${key.publicKey === undefined ? 'A new key pair' : key.name}`,
    description: key.file,
    detail: key.how,
    value: key,
  }));
}

/** The key itself, made if it is to be: under a file name that is free, since none is ever written over. */
export async function keyReady({ name, publicKey }: KeyOffer): Promise<NonNullable<LaunchWish['keyPair']>> {
  return { name, publicKey: publicKey ?? (await newKey()) };
}

async function localKeys(app: App): Promise<{ file: string; publicKey: string }[]> {
  const { findKeys, publicKeyOf } = await import('../../ssh');
  const files =
    app.demo === undefined
      ? (await findKeys({ env: {}, home: homedir() })).files.map(({ path: file }) => file)
      : [app.demo.keyFile];
  const keys = await Promise.all(files.map(async (file) => ({ file, publicKey: await publicKeyOf(file) })));
  return keys.flatMap(({ file, publicKey }) => (publicKey === undefined ? [] : [{ file, publicKey }]));
}

async function newKey(): Promise<string> {
  const { makeKeyPair } = await import('../../ssh');
  const folder = path.join(homedir(), '.ssh');
  for (let at = 1; ; at += 1) {
    const file = path.join(folder, at === 1 ? 'id_rsa_chameleon' : `id_rsa_chameleon_${at}`);
    try {
      return await makeKeyPair(file, 'chameleon');
    } catch (thrown) {
      const taken = thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
      if (!taken || at > 20) throw thrown;
    }
  }
}

function freeName(site: SiteInventory, name: string): string {
  const taken = new Set(site.keyPairs.map((pair) => pair.name));
  for (let at = 1; ; at += 1) {
    const candidate = at === 1 ? name : `${name}-${at}`;
    if (!taken.has(candidate)) return candidate;
  }
}

function bare(publicKey: string): string {
  return publicKey.trim().split(/\s+/).slice(0, 2).join(' ');
}
