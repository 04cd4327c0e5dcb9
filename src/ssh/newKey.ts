import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { utils } from 'ssh2';

/**
 * Makes a key pair of RSA (which every image and every step of the course takes): the private key in `file` for its
 * owner alone, the public one beside it as `.pub`. A file that is there is never written over.
 * @returns the public key, `type base64 comment`
 * @throws Error with the code `EEXIST`
 */
export async function makeKeyPair(file: string, comment: string): Promise<string> {
  const pair = await promisify(generate)(comment);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, pair.private, { mode: 0o600, flag: 'wx' });
  // The umask may have taken more than wanted, never less; Windows ignores it.
  await chmod(file, 0o600);
  await writeFile(`${file}.pub`, `${pair.public}\n`, { mode: 0o644, flag: 'wx' });
  return pair.public;
}

function generate(
  comment: string,
  done: (error: Error | null, pair: { private: string; public: string }) => void,
): void {
  utils.generateKeyPair('rsa', { bits: 3072, comment }, done);
}
