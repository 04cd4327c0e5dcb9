import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { withoutTestbed } from '../vscode/testbed.mjs';

/** For the environment of an editor: its processes load that file of this folder before anything else. */
export function withHook(file: string): { readonly NODE_OPTIONS: string } {
  const hook = pathToFileURL(path.join(import.meta.dirname, file)).href;
  return { NODE_OPTIONS: `${withoutTestbed.NODE_OPTIONS} --import ${hook}` };
}
