import { homedir } from 'node:os';
import path from 'node:path';
import { abortError } from '../../base';
import { me, type LaunchWish, type SiteInventory } from '../../chameleon';
import type { App } from '../app';
import { ask, type Choice } from '../ask';

type KeyWish = NonNullable<LaunchWish['keyPair']>;

/**
 * The key pair for a launch: one that the site has and this machine can use; else a key of this machine, to be
 * imported; else a new one, made in `~/.ssh`. Asked only where several would do.
 */
export async function keyForLaunch(app: App, site: SiteInventory): Promise<KeyWish> {
  const local = await localKeys(app);
  const known = local.flatMap(({ file, publicKey }) =>
    site.keyPairs
      .filter((pair) => bare(pair.publicKey) === bare(publicKey))
      .map((pair): Choice<KeyWish> => ({
        label: `$(key) ${pair.name}`,
        description: file,
        detail: `${site.site.name} has it`,
        value: { name: pair.name, publicKey: pair.publicKey },
      })),
  );
  const [only] = known;
  if (known.length === 1 && only !== undefined) return only.value;
  if (known.length > 1) return picked(await ask.pick('Which key shall open the server?', known));
  const mine = me(app.inventory);
  const name = `id_rsa_chameleon-${mine.netId ?? mine.usernames[0] ?? 'key'}`;
  const choices: Choice<KeyWish | 'new'>[] = [
    ...local.map(({ file, publicKey }): Choice<KeyWish> => ({
      label: `$(key) ${path.basename(file)}`,
      description: file,
      detail: `Its public half is imported at ${site.site.name}`,
      value: { name: freeName(site, `${path.basename(file)}-${mine.netId ?? 'key'}`), publicKey },
    })),
    {
      label: '$(add) Make a new key pair',
      description: '~/.ssh/id_rsa_chameleon',
      detail: 'The private key stays on this machine, readable by you alone',
      value: 'new',
    },
  ];
  const choice = picked(
    await ask.pick(`${site.site.name} has none of the keys of this machine. Which shall it get?`, choices),
  );
  if (choice !== 'new') return choice;
  return { name: freeName(site, name), publicKey: await newKey() };
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

/** Under a name that is free here: an existing key is never written over. */
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

function picked<T>(choice: T | undefined): T {
  if (choice === undefined) throw abortError();
  return choice;
}
