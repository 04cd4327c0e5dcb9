import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { cloudsFile, type Who } from './clouds';
import { oslab } from './start';

const run = promisify(execFile);

/** What the official client says, as its JSON: `openstack --os-cloud WHO … -f json`. */
export function client(who: Who, ...words: readonly string[]): Promise<unknown> {
  return told(cloudsFile, who, words);
}

/** The same asked by the lab's administrator, who is shown more than a student. */
export function adminClient(...words: readonly string[]): Promise<unknown> {
  return told(path.join(oslab, 'creds', 'admin.clouds.yaml'), 'admin', words);
}

async function told(clouds: string, who: string, words: readonly string[]): Promise<unknown> {
  const { stdout } = await run('/usr/bin/openstack', ['--os-cloud', who, ...words, '-f', 'json'], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], OS_CLIENT_CONFIG_FILE: clouds },
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
