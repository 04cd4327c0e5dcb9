/**
 * `npm run bench`: ratios measured side by side in one run, on real parts. Printed as a table, written to bench.json.
 * A number that falls short is reported, not hidden; nothing here fails a build.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { needPackages } from '../vscode/debian.mjs';
import { oldest, repository } from '../vscode/editions.mjs';
import { install } from '../vscode/install.mjs';
import { buildExtension } from '../vscode/project.mjs';
import { up as cloudUp } from '../openstack/setup';
import { cloudMeasures } from './cloud';
import { forwardMeasures } from './forwards';
import { hostMeasures } from './host';
import { labMeasures } from './labs';
import { packageMeasures } from './package';
import { transferMeasures } from './transfers';
import { rowMeasures } from './rows';
import { isWithin, tableOf, type Measure } from './table';

const say = (line: string): void => {
  console.log(line);
};

/** A real VS Code with the extension as it is now. */
async function editor(): Promise<void> {
  await needPackages(['chromium'], say);
  await install(oldest, say);
  await buildExtension(say, 'as people get it');
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const parts: readonly (readonly [string, () => Promise<Measure[]>])[] = [
    [
      'cloud',
      async () => {
        await cloudUp();
        await buildExtension(say, 'as people get it');
        return cloudMeasures(path.join(repository, 'out', 'built', 'dist', 'cli.js'));
      },
    ],
    ['forwards', forwardMeasures],
    ['transfers', transferMeasures],
    ['labs', labMeasures],
    ['rows', rowMeasures],
    [
      'host',
      async () => {
        await editor();
        return hostMeasures();
      },
    ],
    [
      'package',
      async () => {
        await editor();
        return packageMeasures();
      },
    ],
  ];
  const measures: Measure[] = [];
  for (const [name, measure] of parts.filter(([each]) => wanted.length === 0 || wanted.includes(each))) {
    say(`Measuring: ${name} …`);
    measures.push(...(await measure()));
  }
  say(`\n${tableOf(measures)}`);
  const record = measures.map((each) => ({ ...each, met: isWithin(each) ?? null }));
  writeFileSync(path.join(repository, 'bench.json'), `${JSON.stringify(record, undefined, 2)}\n`);
}

void main().then(
  () => process.exit(0),
  (thrown: unknown) => {
    console.error(thrown);
    process.exit(1);
  },
);
