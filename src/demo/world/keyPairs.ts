import { createHash } from 'node:crypto';
import type { KeyPairRecord } from './records';

/** The MD5 fingerprint that Nova shows for a public key in OpenSSH's text form; `undefined` if it is not one. */
export function fingerprintOf(publicKey: string): string | undefined {
  const [type, base64] = publicKey.trim().split(/\s+/);
  if (type === undefined || base64 === undefined || !/^[A-Za-z0-9+/]+=*$/.test(base64)) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  // The binary form begins with its own type, length first: what differs is not a key.
  const inner = bytes.subarray(4, 4 + Math.min(bytes.length, type.length)).toString('latin1');
  if (inner !== type) return undefined;
  return createHash('md5')
    .update(bytes)
    .digest('hex')
    .replace(/..(?=.)/g, '$&:');
}

/** The part of a public key that identifies it: without the comment. */
export function withoutComment(publicKey: string): string {
  return publicKey.trim().split(/\s+/).slice(0, 2).join(' ');
}

export function keyPair(userId: string, name: string, publicKey: string): KeyPairRecord {
  return { name, userId, publicKey, fingerprint: fingerprintOf(publicKey) ?? '' };
}
