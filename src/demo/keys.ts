import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { utils } from 'ssh2';
import { Problem } from '../base';
import type { HostKeyPair } from './world/records';

/** An ed25519 pair in OpenSSH's text form. @param comment who or what it belongs to */
export function newKeyPair(comment: string): HostKeyPair {
  const { private: privateKey, public: publicKey } = utils.generateKeyPairSync('ed25519', { comment });
  return { privateKey, publicKey: `${publicKey.split(' ').slice(0, 2).join(' ')} ${comment}` };
}

export interface KeyFiles {
  readonly keyFile: string;
  readonly publicKeyFile: string;
  readonly publicKey: string;
  /** Takes away what was written; a key file that was given stays as it is. */
  remove(): Promise<void>;
}

/** A new pair in a private folder of its own (`mkdtemp` makes it 700), as `ssh` insists on: nobody else may read it. */
export async function writeKeyFiles(comment: string): Promise<KeyFiles> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chameleon-demo-'));
  const { privateKey, publicKey } = newKeyPair(comment);
  const keyFile = path.join(folder, 'id_ed25519_chameleon');
  const publicKeyFile = `${keyFile}.pub`;
  await writeFile(keyFile, `${privateKey.trimEnd()}\n`, { mode: 0o600 });
  await writeFile(publicKeyFile, `${publicKey}\n`, { mode: 0o644 });
  return {
    keyFile,
    publicKeyFile,
    publicKey,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A pair that is there already. @throws Problem if its public half can't be read */
export async function givenKeyFiles(keyFile: string): Promise<KeyFiles> {
  const publicKeyFile = `${keyFile}.pub`;
  try {
    const publicKey = (await readFile(publicKeyFile, 'utf8')).trim();
    return { keyFile, publicKeyFile, publicKey, remove: () => Promise.resolve() };
  } catch (cause) {
    throw new Problem(`The demo can't read ${publicKeyFile}.`, {
      next: 'Make it with: ssh-keygen -y -f KEY > KEY.pub',
      cause,
    });
  }
}
