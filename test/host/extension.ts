/** The extension as the suites meet it. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Api } from '../../src/extension/main';

/** The extension itself. */
export function extension(): vscode.Extension<Api> {
  const found = vscode.extensions.getExtension<Api>('chameleon-labs.chameleon-labs');
  assert.ok(found, 'The extension is not there.');
  return found;
}

/** What it gives to tests, once it has started. */
export async function api(): Promise<Api> {
  const active = await extension().activate();
  await active.started;
  return active;
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
