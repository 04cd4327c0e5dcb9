import { rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { utils } from 'ssh2';
import { hasEnded, holderName, Problem } from '../base';
import type { HostKeyPair } from './world/records';

/** An ed25519 pair in OpenSSH's text form. @param comment who or what it belongs to */
export function newKeyPair(comment: string): HostKeyPair {
  const { private: privateKey, public: publicKey } = utils.generateKeyPairSync('ed25519', { comment });
  // ssh2 1.17 writes one pair in 200 so that nobody can read it, itself included: it drops a leading zero byte.
  if (utils.parseKey(privateKey) instanceof Error) return newKeyPair(comment);
  return { privateKey, publicKey: `${publicKey.split(' ').slice(0, 2).join(' ')} ${comment}` };
}

/** What lies on the person's own machine. */
export interface Laptop {
  /** Private (700), new at each start. */
  readonly folder: string;
  readonly keyFile: string;
  readonly publicKeyFile: string;
  readonly publicKey: string;
  /** Takes away what was written; a key file that was given stays as it is. */
  remove(): Promise<void>;
}

export interface LaptopParts {
  /** Who the new key belongs to. */
  readonly comment: string;
  /** A private key to use instead of a new one, its public half beside it as `.pub`. */
  readonly keyFile: string | undefined;
  /** Files beside it, by name. */
  readonly files: Readonly<Record<string, string>>;
}

const FOLDER = 'chameleon-demo-';
/** In each such folder: whose it is. */
const HOLDER = '.holder';

/**
 * A private folder in the system's place for such (`mkdtemp` makes it 700), with a key pair that nobody else may read,
 * as `ssh` insists on.
 * @throws Problem if a given key's public half can't be read
 */
export async function makeLaptop({ comment, keyFile, files }: LaptopParts): Promise<Laptop> {
  const given = keyFile === undefined ? undefined : await givenPair(keyFile);
  await removeLeft();
  const folder = await mkdtemp(path.join(tmpdir(), FOLDER));
  await writeFile(path.join(folder, HOLDER), holderName());
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  const pair = given ?? (await newPair(folder, comment));
  const removeNow = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  // A window that is closed does not wait for anybody, and no key of the demo is to outlive it.
  process.once('exit', removeNow);
  return {
    ...pair,
    folder,
    remove: async () => {
      process.removeListener('exit', removeNow);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Takes away the folders of demos whose process was killed. */
async function removeLeft(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(FOLDER))) {
    const folder = path.join(tmpdir(), name);
    const holder = await readFile(path.join(folder, HOLDER), 'utf8').catch(() => '');
    // Another window may do the same now.
    if (hasEnded(holder)) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

type Pair = Pick<Laptop, 'keyFile' | 'publicKeyFile' | 'publicKey'>;

async function newPair(folder: string, comment: string): Promise<Pair> {
  const { privateKey, publicKey } = newKeyPair(comment);
  const keyFile = path.join(folder, 'id_ed25519_chameleon');
  const publicKeyFile = `${keyFile}.pub`;
  await writeFile(keyFile, `${privateKey.trimEnd()}\n`, { mode: 0o600 });
  await writeFile(publicKeyFile, `${publicKey}\n`);
  return { keyFile, publicKeyFile, publicKey };
}

async function givenPair(keyFile: string): Promise<Pair> {
  const publicKeyFile = `${keyFile}.pub`;
  try {
    return { keyFile, publicKeyFile, publicKey: (await readFile(publicKeyFile, 'utf8')).trim() };
  } catch (cause) {
    throw new Problem(`The demo can't read ${publicKeyFile}.`, {
      next: 'Make it with: ssh-keygen -y -f KEY > KEY.pub',
      cause,
    });
  }
}
