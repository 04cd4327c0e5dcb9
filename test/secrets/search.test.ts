/** Nothing that the suites left behind has a secret in it: logs, consoles, results, cards, process lists. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { repository } from '../vscode/editions.mjs';
import { usedSecrets } from './used';

const out = path.join(repository, 'out');

function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map((name) => path.join(folder, String(name)))
    .filter((file) => statSync(file).isFile());
}

/** A secret as it is, and as it would be in a header, an address or JSON. */
function forms(secret: string): readonly string[] {
  const written = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    Buffer.from(secret).toString('hex'),
  ];
  return [...new Set(written)];
}

describe('secrets', () => {
  const files = ['logs', 'results', 'cards'].flatMap((part) => filesBelow(path.join(out, part)));

  it('has something to look for, and something to look in', function () {
    if (usedSecrets().length === 0) this.skip(); // a run of suites that use none
    assert.ok(files.length > 0);
  });

  it('finds one where there is one', () => {
    const [first = 'an example'] = usedSecrets().map(({ secret }) => secret);
    const log = Buffer.from(`header ${Buffer.from(first).toString('base64')} end`);
    assert.ok(forms(first).some((form) => log.includes(form)));
  });

  it('finds none in what the suites left', () => {
    const found: string[] = [];
    for (const file of files) {
      const bytes = readFileSync(file);
      for (const { what, secret } of usedSecrets())
        if (forms(secret).some((form) => bytes.includes(form)))
          found.push(`${path.relative(out, file)}: ${what}`);
    }
    assert.deepEqual([...new Set(found)], []);
  });
});
