import path from 'node:path';
import { utils } from 'ssh2';
import { nodeFiles, type Files } from './files';
import type { Keys } from './types';

const WINDOWS_PIPE = '\\\\.\\pipe\\openssh-ssh-agent';
/** A private key is some KiB; what is larger is not read. */
const MAX_KEY_BYTES = 64 * 1024;
/** sshd takes 6 tries; what stands behind these would hardly ever be asked. */
const MAX_FILES = 8;
/** A folder with more than that is no folder of keys. */
const MAX_LOOKED_AT = 60;
const USUAL = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/** Keys to prove who we are: the agent of the environment, then private keys of `~/.ssh` (Chameleon's first). */
export async function findKeys(options: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly files?: Files;
  /** Tried before all others, in this order. */
  readonly preferred?: readonly string[];
  /** Public keys (`type base64 …`) that the server takes, as far as is known: files with these come first of all. */
  readonly wanted?: readonly string[];
  /** An agent that the person's ssh config names; a path, or `none`. */
  readonly identityAgent?: string | undefined;
}): Promise<Keys> {
  const files = options.files ?? nodeFiles;
  const folder = path.join(options.home, '.ssh');
  const names = (await files.list(folder)).filter((name) => !name.endsWith('.pub')).sort(byUse);
  const candidates = [
    ...new Set([...(options.preferred ?? []), ...names.map((name) => path.join(folder, name))]),
  ];
  const found: { readonly path: string; readonly matches: boolean }[] = [];
  for (const file of candidates.slice(0, MAX_LOOKED_AT))
    if (await isPrivateKey(file, files)) {
      const publicKey = await publicKeyOf(file, files);
      found.push({ path: file, matches: matchesAny(publicKey, options.wanted ?? []) });
    }
  const sorted = [...found.filter(({ matches }) => matches), ...found.filter(({ matches }) => !matches)];
  return {
    agent: await agentNamed(options, files),
    files: sorted.slice(0, MAX_FILES).map(({ path: file }) => ({ path: file })),
  };
}

/** True if a public key (`type base64 …`) is one of these: its comment does not count. */
export function matchesAny(publicKey: string | undefined, wanted: readonly string[]): boolean {
  const bare = (key: string): string => key.trim().split(/\s+/).slice(0, 2).join(' ');
  return publicKey !== undefined && wanted.some((each) => bare(each) === bare(publicKey));
}

async function agentNamed(
  { env, home, identityAgent }: Parameters<typeof findKeys>[0],
  files: Files,
): Promise<string | undefined> {
  if (identityAgent === undefined || identityAgent === '' || identityAgent === 'SSH_AUTH_SOCK')
    return agentOf(env, files);
  if (identityAgent === 'none') return undefined;
  const named = identityAgent.startsWith('$') ? (env[identityAgent.slice(1)] ?? '') : identityAgent;
  const socket = named.startsWith('~/') ? path.join(home, named.slice(2)) : named;
  return (await files.stat(socket)) === undefined ? undefined : socket;
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
