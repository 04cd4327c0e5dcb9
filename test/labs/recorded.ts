import { readFileSync } from 'node:fs';
import path from 'node:path';

const folder = path.join(import.meta.dirname, '../fixtures/services');

interface Recorded {
  readonly response: { readonly status: number; readonly body: unknown };
}

/** What a real service answered once: the body, or with its status where that is not 200. */
export function recorded(name: string): unknown {
  const { response } = JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Recorded;
  return response.status === 200 ? response.body : { status: response.status, body: response.body };
}
