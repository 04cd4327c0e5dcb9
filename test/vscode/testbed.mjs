// @ts-check
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from './editions.mjs';

const program = path.join(repository, 'test', 'e2e', 'elsewhere.mjs');

/** For the environment of an editor under test: nothing in it talks to the testbed itself. */
export const withoutTestbed = { NODE_OPTIONS: `--import ${pathToFileURL(program).href}` };
