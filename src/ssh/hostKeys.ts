import { createHash } from 'node:crypto';
import type { HostKey } from './types';

const TYPES = /^(?:ssh-(?:ed25519|rsa|dss)|ecdsa-sha2-nistp(?:256|384|521))$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The host's name in `known_hosts` and in our ssh config: by the server's id, since addresses are recycled. */
export function hostAlias(serverId: string): string {
  // An id is the cloud's text: what could end a word or be a pattern there is written as its number.
  const safe = serverId.replace(/[^A-Za-z0-9.-]/g, (char) => `_${char.codePointAt(0)?.toString(16) ?? ''}_`);
  return `chameleon-${safe}`;
}

/** The key of a host from the bytes on the wire; `undefined` when they are no key. */
export function hostKeyOfBlob(blob: Buffer): HostKey | undefined {
  const type = typeOf(blob);
  return type === undefined
    ? undefined
    : { type, base64: blob.toString('base64'), fingerprint: fingerprint(blob) };
}

/** The key of a host from `type base64 …`, as public key files and consoles have it. */
export function parseHostKey(text: string): HostKey | undefined {
  const [type = '', base64 = ''] = text.trim().split(/\s+/);
  if (!TYPES.test(type) || !BASE64.test(base64)) return undefined;
  const key = hostKeyOfBlob(Buffer.from(base64, 'base64'));
  return key?.type === type ? key : undefined;
}

/** True for the same key: type and bytes. */
export function sameHostKey(one: HostKey, other: HostKey): boolean {
  return one.type === other.type && one.base64 === other.base64;
}

/**
 * The keys that cloud-init printed on a console between its markers. Of several starts the last complete block counts;
 * none: an empty list.
 */
export function hostKeysFromConsole(text: string): HostKey[] {
  // Kernel and systemd write to the same console: each line may have colours, a time or a prefix, and \r at its end.
  const blocks = text.matchAll(/-----BEGIN SSH HOST KEY KEYS-----([^]*?)-----END SSH HOST KEY KEYS-----/g);
  const last = [...blocks].at(-1)?.[1];
  if (last === undefined) return [];
  const block = last.slice(last.lastIndexOf('-----BEGIN SSH HOST KEY KEYS-----') + 1);
  const keys: HostKey[] = [];
  for (const [found] of block.matchAll(/(?:ssh-|ecdsa-sha2-)[a-z0-9]+ [A-Za-z0-9+/]+={0,2}/g)) {
    const key = parseHostKey(found);
    if (key !== undefined && !keys.some((each) => sameHostKey(each, key))) keys.push(key);
  }
  return keys;
}

function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

function typeOf(blob: Buffer): string | undefined {
  if (blob.length < 8) return undefined;
  const length = blob.readUInt32BE(0);
  if (length > 64 || blob.length < 4 + length) return undefined;
  const type = blob.toString('latin1', 4, 4 + length);
  return TYPES.test(type) ? type : undefined;
}
