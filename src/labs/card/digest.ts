import { createHash } from 'node:crypto';
import type { CardRecord } from './record';

/** JSON with sorted keys and no spaces: the same record gives the same bytes on every machine. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => (isPlain(each) ? sorted(each) : each));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** SHA-256 (hexadecimal) over everything in the record but its digest. */
export function digestOf(record: Omit<CardRecord, 'digest'> & { readonly digest?: string }): string {
  const { digest: _digest, ...covered } = record;
  return createHash('sha256').update(canonicalJson(covered)).digest('hex');
}

/** True if nothing in the record was changed since its digest was made. It does not prove who made the digest. */
export function checkDigest(record: CardRecord): boolean {
  return digestOf(record) === record.digest;
}

/** Eight characters to compare by eye or read aloud: `3f9a-04c1`. */
export function shortCode(digest: string): string {
  return `${digest.slice(0, 4)}-${digest.slice(4, 8)}`;
}
