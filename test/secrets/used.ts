/**
 * The secrets that the suites used. Each one that a suite makes or is given is noted here when it is first used, and
 * the last suite searches everything that the others left behind for them.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { repository } from '../vscode/editions.mjs';

/** Outside of out/, which is what is searched. */
const file = path.join(repository, '.vscode-test', 'used-secrets.jsonl');

/** Notes a secret. @param what whose it is, for the message of the search */
export function noteSecret(what: string, secret: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify({ what, secret })}\n`, { mode: 0o600 });
}

/** All that were noted since the run began. */
export function usedSecrets(): readonly { readonly what: string; readonly secret: string }[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as { what: string; secret: string });
}
