import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const folder = path.join(import.meta.dirname, '../fixtures/kubernetes');

export interface Printed {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a real kubectl printed (see the folder's INDEX.md), with the exit code that is told there. */
export function recorded(name: string, exit = 0): Printed {
  const read = (ending: string): string | undefined => {
    const file = path.join(folder, `${name}${ending}`);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  };
  const stdout = read('.json') ?? read('.txt');
  const stderr = read('.stderr.txt');
  if (stdout === undefined && stderr === undefined) throw new Error(`There is no recorded answer ${name}.`);
  return { exit, stdout: stdout ?? '', stderr: stderr ?? '' };
}

/** A recorded answer with something changed in its JSON. */
export function changed(name: string, change: (answer: KubeObject) => void): Printed {
  const { stdout } = recorded(name);
  const answer = JSON.parse(stdout) as KubeObject;
  change(answer);
  return { exit: 0, stdout: JSON.stringify(answer, undefined, 1), stderr: '' };
}

/** The list that kubectl makes of several objects. */
export function listOf(...names: readonly (string | KubeObject)[]): Printed {
  const items = names.map((name) =>
    typeof name === 'string' ? (JSON.parse(recorded(name).stdout) as KubeObject) : name,
  );
  const list = { apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } };
  return { exit: 0, stdout: JSON.stringify(list, undefined, 1), stderr: '' };
}

/** As far as the worlds change it. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    generation?: number;
    labels?: Record<string, string>;
    deletionTimestamp?: string;
  };
  data?: Record<string, string>;
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
  items?: KubeObject[];
}
