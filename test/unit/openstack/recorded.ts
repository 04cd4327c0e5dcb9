import { readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.join(import.meta.dirname, '../../fixtures/openstack-zed');

/** The text of a recorded answer, as the service sent it. */
export function recordedText(name: string): string {
  return readFileSync(path.join(FOLDER, `${name}.json`), 'utf8');
}

/** A recorded answer as `fetch` would give it. */
export function recordedAnswer(name: string, status = 200): Response {
  return new Response(recordedText(name), { status });
}
