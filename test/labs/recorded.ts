import { readFileSync } from 'node:fs';
import path from 'node:path';

const folder = path.join(import.meta.dirname, '../fixtures/services');

interface Recorded {
  readonly response: {
    readonly status: number;
    readonly body: unknown;
    /** Of a command. */
    readonly exit?: number;
    readonly stdout?: string;
  };
}

function responseOf(name: string): Recorded['response'] {
  return (JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Recorded).response;
}

/** What a real service answered once: the body, or with its status where that is not 200. */
export function recorded(name: string): unknown {
  const { status, body } = responseOf(name);
  return status === 200 ? body : { status, body };
}

/** The body alone, whatever the status was. */
export function recordedBody(name: string): unknown {
  return responseOf(name).body;
}

/** What a real command printed. */
export function recordedOutput(name: string): { exit: number; stdout: string } {
  const { exit, stdout } = responseOf(name);
  return { exit: exit ?? 0, stdout: stdout ?? '' };
}
