import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { readLab } from '../../../src/labs';

const folder = path.join(import.meta.dirname, '../../../media/labs');
const schema = new Ajv({ allErrors: true }).compile(
  JSON.parse(readFileSync(path.join(folder, 'lab.schema.json'), 'utf8')) as object,
);

const good = `id: lab0-sample
title: A sample
edition: 2026-01
unit: 0
source: https://example.org
sites: [KVM@TACC]
parameters:
  netID: { title: Net ID, pattern: '[a-z]+[0-9]+' }
names:
  server: node-{{netID}}
hosts:
  node: { server: '{{name.server}}' }
steps:
  - id: one
    title: One
    checks:
      - id: there
        title: It is there
        openstack: { service: compute, path: /servers/detail, list: servers }
        expect:
          - { that: 'length(body.servers[?name == $.name.server])', is: 1 }
        save: { serverId: 'body.servers[0].id' }
      - id: up
        title: It is up
        needs: [there]
        ssh: { host: node, run: 'echo "$netID"' }
        expect:
          - { that: exit, is: 0 }
`;

/** What is wrong, where (line), in words; `form`: an editor's schema must see it too. */
const faults: readonly [string, (text: string) => string, RegExp, number, 'form' | 'sense'][] = [
  ['an unknown key', (t) => t.replace('title: It is up', 'titel: It is up'), /titel|title/, 23, 'form'],
  ['a missing key', (t) => t.replace('edition: 2026-01\n', ''), /edition/, 1, 'form'],
  ['an edition that is none', (t) => t.replace('2026-01', 'today'), /YYYY-MM/, 3, 'form'],
  ['a probe that is none', (t) => t.replace('ssh: {', 'telnet: {'), /telnet/, 26, 'form'],
  ['an id with capitals', (t) => t.replace('id: up', 'id: Up'), /small letters/, 23, 'form'],
  ['two checks of one id', (t) => t.replace('id: up', 'id: there'), /two checks/, 23, 'sense'],
  ['a need of nothing', (t) => t.replace('[there]', '[elsewhere]'), /no earlier check/, 25, 'sense'],
  ['a host of nothing', (t) => t.replace('host: node,', 'host: other,'), /no host “other”/, 26, 'sense'],
  [
    'a parameter of nothing',
    (t) => t.replace('node-{{netID}}', 'node-{{netid}}'),
    /no parameter/,
    10,
    'sense',
  ],
  ['a name of nothing', (t) => t.replace('$.name.server', '$.name.node'), /no name “node”/, 22, 'sense'],
  ['a bad expression', (t) => t.replace('length(body', 'length((body'), /Bad expression/, 22, 'sense'],
  ['a function of nothing', (t) => t.replace('length(', 'lenght('), /no function lenght/, 22, 'sense'],
  ['no comparison', (t) => t.replace(', is: 1', ''), /Exactly one/, 22, 'sense'],
  ['two comparisons', (t) => t.replace('is: 1', 'is: 1, atLeast: 1'), /Exactly one/, 22, 'sense'],
  ['nothing expected', (t) => t.replace(/ {8}expect:\n.*exit.*\n/, ''), /always pass/, 23, 'sense'],
  ['a value spliced into a command', (t) => t.replace('"$netID"', '{{netID}}'), /environment/, 26, 'sense'],
  ['YAML that is none', (t) => t.replace('steps:', 'steps: ['), /./, 15, 'sense'],
  ['a key twice', (t) => t.replace('unit: 0', 'unit: 0\nunit: 1'), /unique|twice/i, 5, 'sense'],
  ['a value saved nowhere', (t) => t.replace('that: exit', 'that: $.saved.key'), /saves “key”/, 28, 'sense'],
];

describe('reading a lab file', () => {
  it('takes a good one', () => {
    assert.ok('lab' in readLab(good, 'lab0-sample.lab.yaml'));
    assert.ok(schema(parse(good)), JSON.stringify(schema.errors));
  });

  for (const [what, change, words, line, kind] of faults)
    it(`refuses ${what}, and says where`, () => {
      const text = change(good);
      assert.notEqual(text, good);
      const reading = readLab(text, 'lab0-sample.lab.yaml');
      assert.ok('problems' in reading);
      assert.match(reading.problems.map((problem) => problem.what).join('\n'), words);
      assert.ok(
        reading.problems.some((problem) => Math.abs(problem.line - line) <= 1),
        JSON.stringify(reading.problems),
      );
      if (kind === 'form') assert.equal(schema(parse(text)), false, 'the editor sees it too');
    });

  it('refuses a file whose name is not its id', () => {
    assert.ok('problems' in readLab(good, 'lab9-other.lab.yaml'));
  });

  for (const file of readdirSync(folder).filter((name) => name.endsWith('.lab.yaml')))
    it(`takes ${file} by form and by sense`, () => {
      const text = readFileSync(path.join(folder, file), 'utf8');
      const reading = readLab(text, file);
      assert.ok('lab' in reading, JSON.stringify(reading));
      assert.ok(schema(parse(text)), JSON.stringify(schema.errors));
    });
});
