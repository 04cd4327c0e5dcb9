import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { cloudsFile, type Who } from './clouds';

const run = promisify(execFile);

/** What the official client says, as its JSON: `openstack --os-cloud WHO … -f json`. */
export async function client(who: Who, ...words: readonly string[]): Promise<unknown> {
  const { stdout } = await run('/usr/bin/openstack', ['--os-cloud', who, ...words, '-f', 'json'], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], OS_CLIENT_CONFIG_FILE: cloudsFile },
    maxBuffer: 32_000_000,
  });
  return JSON.parse(stdout);
}

/** One column of what the official client lists, sorted. */
export async function column(who: Who, name: string, ...words: readonly string[]): Promise<string[]> {
  const rows = await client(who, ...words);
  if (!Array.isArray(rows)) throw new Error('no list');
  return rows.map((row: Record<string, unknown>) => String(row[name])).sort();
}
