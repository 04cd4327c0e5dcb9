import path from 'node:path';
import { utils } from 'ssh2';
import { nodeFiles, type Files } from './files';
import type { KeyFile, Keys } from './types';

const WINDOWS_PIPE = '\\\\.\\pipe\\openssh-ssh-agent';
/** A private key is some KiB; what is larger is not read. */
const MAX_KEY_BYTES = 64 * 1024;
/** sshd takes 6 tries; what stands behind these would hardly ever be asked. */
const MAX_FILES = 8;
const USUAL = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/** Keys to prove who we are: the agent of the environment, then private keys of `~/.ssh` (Chameleon's first). */
export async function findKeys(options: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly files?: Files;
  /** Tried before all others, in this order. */
  readonly preferred?: readonly string[];
}): Promise<Keys> {
  const files = options.files ?? nodeFiles;
  const folder = path.join(options.home, '.ssh');
  const names = (await files.list(folder)).filter((name) => !name.endsWith('.pub')).sort(byUse);
  const candidates = [
    ...new Set([...(options.preferred ?? []), ...names.map((name) => path.join(folder, name))]),
  ];
  const found: KeyFile[] = [];
  for (const file of candidates) {
    if (found.length === MAX_FILES) break;
    if (await isPrivateKey(file, files)) found.push({ path: file });
  }
  return { agent: await agentOf(options.env, files), files: found };
}

/**
 * The public part of a key as `type base64`, from `path.pub`, from `path` itself if it is public, or from the private
 * key, also an encrypted one of OpenSSH's own format. `undefined` when there is none.
 */
export async function publicKeyOf(file: string, files: Files = nodeFiles): Promise<string | undefined> {
  for (const candidate of file.endsWith('.pub') ? [file] : [`${file}.pub`, file]) {
    const text = await files.readFile(candidate);
    if (text === undefined || text.length > MAX_KEY_BYTES) continue;
    const line = publicLine(text);
    if (line !== undefined) return line;
  }
  return undefined;
}

function publicLine(text: string): string | undefined {
  const parsed = utils.parseKey(text);
  const blob = parsed instanceof Error ? outerPublicKey(text) : parsed.getPublicSSH();
  if (blob === undefined || blob.length < 8) return undefined;
  const length = blob.readUInt32BE(0);
  return `${blob.toString('latin1', 4, 4 + length)} ${blob.toString('base64')}`;
}

/** OpenSSH's format keeps the public key outside of what the passphrase locks. */
function outerPublicKey(text: string): Buffer | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(text)?.[1];
  if (body === undefined) return undefined;
  const bytes = Buffer.from(body, 'base64');
  const magic = 'openssh-key-v1\0';
  if (bytes.toString('latin1', 0, magic.length) !== magic) return undefined;
  try {
    let at = magic.length;
    const next = (): Buffer => {
      const length = bytes.readUInt32BE(at);
      const part = bytes.subarray(at + 4, at + 4 + length);
      if (part.length !== length) throw new RangeError('short');
      at += 4 + length;
      return part;
    };
    next(); // cipher
    next(); // key derivation
    next(); // its options
    at += 4; // number of keys
    return next();
  } catch {
    return undefined;
  }
}

async function isPrivateKey(file: string, files: Files): Promise<boolean> {
  const found = await files.stat(file);
  if (found?.kind !== 'file' || found.size > MAX_KEY_BYTES) return false;
  const text = await files.readFile(file);
  return text !== undefined && /^-----BEGIN [A-Z ]*PRIVATE KEY-----/m.test(text);
}

async function agentOf(
  env: Readonly<Record<string, string | undefined>>,
  files: Files,
): Promise<string | undefined> {
  const socket = env['SSH_AUTH_SOCK'];
  if (socket !== undefined && socket !== '')
    return (await files.stat(socket)) === undefined ? undefined : socket;
  if (env['OS'] !== 'Windows_NT') return undefined;
  return (await files.stat(WINDOWS_PIPE)) === undefined ? undefined : WINDOWS_PIPE;
}

function byUse(one: string, other: string): number {
  return rank(one) - rank(other) || (one < other ? -1 : 1);
}

function rank(name: string): number {
  if (name.toLowerCase().includes('chameleon')) return 0;
  const usual = USUAL.indexOf(name);
  return usual < 0 ? USUAL.length + 1 : usual + 1;
}
