/** The extension as the suites meet it. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Api } from '../../src/extension/main';
import { flat, type Row } from '../../src/extension/rows/row';

/** What of the manifest the suites look at. */
export interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
  };
}

/** The extension itself. */
export function extension(): vscode.Extension<Api> {
  const found = vscode.extensions.getExtension<Api>('chameleon-labs.chameleon-labs');
  assert.ok(found, 'The extension is not there.');
  return found;
}

/** Its package.json, as VS Code read it. */
export function manifest(): Manifest {
  return extension().packageJSON as Manifest;
}

/** What it gives to tests, once it has started. */
export async function api(): Promise<Api> {
  const active = await extension().activate();
  await active.started;
  return active;
}

/** All rows of a view, parents before children. */
export async function allRows(view: Parameters<Api['rows']>[0]): Promise<readonly Row[]> {
  const window = await api();
  return flat(await window.rows(view));
}

/** The row that fits, as soon as it is there. */
export function rowOf(view: Parameters<Api['rows']>[0], fits: (row: Row) => boolean): Promise<Row> {
  return until(`a row of ${view}: ${fits.toString()}`, async () => (await allRows(view)).find(fits));
}

/** Resolves as soon as `look` finds something; looks again every 50 ms, for `limitMs` at most. */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  limitMs = 30_000,
): Promise<T> {
  const limit = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > limit) throw new assert.AssertionError({ message: `Not within ${limitMs} ms: ${what}` });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
