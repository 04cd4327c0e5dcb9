import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { helpAt, keysOf, newLabText, outlineOf, readLab } from '../../../src/labs';
import { labFunctions } from '../../../src/labs/expression';

const fresh = newLabText({ id: 'lab9-fresh', title: 'Fresh: a "lab"', edition: '2026-09', site: 'KVM@TACC' });
const schemaFile = path.join(import.meta.dirname, '../../../media/labs/lab.schema.json');
const keys = keysOf(JSON.parse(readFileSync(schemaFile, 'utf8')));

describe('writing a lab file', () => {
  it('a new one reads without a fault', () => {
    const reading = readLab(fresh, 'lab9-fresh.lab.yaml');
    assert('lab' in reading, JSON.stringify(reading));
    assert.equal(reading.lab.title, 'Fresh: a "lab"');
  });

  it('its checks are found where they stand, also while the file has faults', () => {
    const { lab, checks } = outlineOf(fresh);
    assert.equal(lab, 'lab9-fresh');
    const lines = fresh.split('\n');
    for (const { id, line } of checks) assert.match(lines[line - 1] ?? '', new RegExp(`- id: ${id}$`));
    assert.deepEqual(
      checks.map(({ id }) => id),
      ['server-active', 'greeting', 'server-gone'],
    );
    assert.equal(outlineOf(`${fresh}\nnonsense: [`).checks.length, 3);
    assert.deepEqual(outlineOf('').checks, []);
  });

  for (const [what, change, marked] of [
    ['an unknown key', (t: string) => t.replace('hint: Write', 'hnt: Write'), 'hnt'],
    ['a bad value', (t: string) => t.replace('unit: 1', 'unit: one'), 'one'],
    ['a host of nothing', (t: string) => t.replace('host: node,', 'host: nod,'), 'nod'],
    ['a bad expression', (t: string) => t.replace('that: exit', 'that: exit ='), 'exit ='],
    ['a need of nothing', (t: string) => t.replace('[server-active]', '[server-active, other]'), 'needs'],
  ] as const)
    it(`${what} is marked by its own words`, () => {
      const text = change(fresh);
      const reading = readLab(text, 'lab9-fresh.lab.yaml');
      assert('problems' in reading);
      const marks = reading.problems.map(({ line, column, end }) => {
        assert.equal(end.line, line);
        return text.split('\n')[line - 1]?.slice(column - 1, end.column - 1);
      });
      assert.ok(marks.includes(marked), JSON.stringify(marks));
    });

  it('explains functions and keys where they are used, and nothing else', () => {
    const line = "  - { that: 'count(lines(stdout), `x`)', is: 1 }";
    assert.equal(helpAt(line, line.indexOf('lines') + 2, keys)?.form, labFunctions.lines.call);
    assert.match(helpAt(line, line.indexOf('that') + 1, keys)?.says ?? '', /JMESPath/);
    assert.equal(helpAt(line, line.indexOf('stdout') + 1, keys), undefined);
    assert.match(helpAt('        keep: true', 9, keys)?.says ?? '', /once/);
  });
});
