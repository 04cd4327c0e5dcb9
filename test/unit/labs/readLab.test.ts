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
  [
    'user data that is no text',
    (t) => withUserData(t, 'runcmd: [ls]'),
    /userData.*[Ss]tring|text/,
    16,
    'form',
  ],
  [
    'user data of another kind',
    (t) => withUserData(t, '|\n      #!/usr/bin/env python3'),
    /cloud-config or a shell script/,
    15,
    'form',
  ],
  [
    'user data with controls',
    (t) => withUserData(t, '"#!/bin/sh\\necho \\e[2J"'),
    /cloud-config or a shell script/,
    15,
    'form',
  ],
  [
    'a value spliced into user data',
    (t) => withUserData(t, '|\n      #!/bin/sh\n      echo {{netID}}'),
    /environment: \$netID/,
    15,
    'sense',
  ],
  [
    'a name of nothing in user data',
    (t) => withUserData(t, '|\n      #!/bin/sh\n      echo "$name_node"'),
    /no name “node”/,
    15,
    'sense',
  ],
  [
    'user data that wants what a check sees',
    (t) => withUserData(t, '|\n      #!/bin/sh\n      echo "$saved_serverId"'),
    /saves “serverId”/,
    15,
    'sense',
  ],
  [
    'a cloud-config with values',
    (t) => withUserData(t, '|\n      #cloud-config\n      runcmd: [echo "${netID}"]'),
    /values reach a script/,
    15,
    'sense',
  ],
  ['YAML that is none', (t) => t.replace('steps:', 'steps: ['), /./, 15, 'sense'],
  ['a key twice', (t) => t.replace('unit: 0', 'unit: 0\nunit: 1'), /unique|twice/i, 5, 'sense'],
  ['a value saved nowhere', (t) => t.replace('that: exit', 'that: $.saved.key'), /saves “key”/, 28, 'sense'],
];

function withUserData(text: string, userData: string): string {
  const launch = `launch:\n  - name: '{{name.server}}'\n    image: CC-Ubuntu24.04\n    userData: ${userData}\n`;
  return text.replace('steps:', `${launch.replace('userData: runcmd', 'userData:\n      runcmd')}steps:`);
}

/** A lab with all that the form knows. */
const whole = `id: lab0-whole
title: A whole one
edition: 2026-01
unit: 0
source: https://example.org
sites: [CHI@TACC]
variants:
  gpu: { title: GPU, vars: { image: CC-CUDA, cards: 2 }, detect: { nodeType: compute_liqid, image: CC-CUDA } }
  vm: { title: Virtual, sites: [KVM@TACC], vars: { image: CC-Ubuntu, cards: 1 }, detect: { flavor: g1.h100.pci.1 } }
parameters:
  netID: { title: Net ID, pattern: '[a-z]+[0-9]+' }
names:
  server: node-{{netID}}
hosts:
  node: { server: '{{name.server}}' }
  inner: { address: 192.168.1.12, via: node, user: ubuntu, only: [gpu] }
services:
  jupyter: { host: node, port: 8888, path: /lab, name: Jupyter, token: { jupyter: jupyter }, env: JUPYTER_URL }
  argo: { host: node, port: 8443, path: /, name: Argo CD, scheme: https }
keepFiles:
  - { host: node, path: '~/work', title: Notebooks }
reserve:
  - { name: 'l-{{netID}}', site: CHI@TACC, nodeType: compute_liqid, hours: 3, startOnHour: true, endMinute: 50, only: [gpu] }
  - { name: 'l-{{netID}}', site: KVM@TACC, flavor: g1.h100.pci.1, amount: 1, hours: 3, floatingIp: true, only: [vm] }
launch:
  - { name: '{{name.server}}', lease: 'l-{{netID}}', image: '{{variant.image}}', securityGroups: [{ name: allow-ssh, port: 22 }], floatingIp: true, userData: "#!/bin/bash -e\\necho $netID \${name_server} $variant_image" }
steps:
  - id: one
    title: One
    checks:
      - id: image
        title: The image
        ssh: { host: node, run: 'echo "$variant_image" "$name_server"; docker ps --format "{{.Names}}{{end}}"' }
        expect:
          - { that: stdout, is: '{{variant.image}}' }
          - { that: 'count(words(stdout), $.variant.image)', is: 2, only: [gpu] }
        save: { id: stdout }
      - id: inner
        title: The inner host
        only: [gpu]
        needs: [image]
        ssh: { host: inner, run: 'echo "$saved_id"' }
        expect: [{ that: stdout, contains: '{{saved.id}}' }]
      - id: ask
        title: It answers
        forward: { host: node, port: 8000, path: /v2, json: { inputs: [{ name: '{{netID}}', data: [1, null, true] }] }, headers: { X-Lab: '{{netID}}' } }
        expect: [{ that: body.ok, is: true }]
      - id: notebook
        title: The notebook was run
        jupyter: { host: node, container: jupyter, notebook: '~/work/{{netID}}.ipynb' }
        expect: [{ that: executed, atLeast: 1 }]
      - id: container
        title: The container runs
        zun: { container: 'app-{{netID}}', run: 'cat /etc/os-release' }
        expect: [{ that: exit, is: 0 }]
      - id: seen
        title: You saw it
        manual: { confirm: You saw the page., why: A browser shows it. }
  - id: two
    title: Two
    only: [vm]
    checks:
      - id: card
        title: One card
        ssh: { host: node, run: 'nvidia-smi -L' }
        expect: [{ that: 'length(lines(stdout))', is: 1 }]
`;
const wholeFaults: readonly [string, (text: string) => string, RegExp, 'form' | 'sense'][] = [
  ['a variant of nothing', (t) => t.replace('only: [vm]\n', 'only: [vw]\n'), /no variant “vw”/, 'sense'],
  [
    'a value no variant has',
    (t) => t.replace("is: '{{variant.image}}", "is: '{{variant.imag}}"),
    /has no “imag”/,
    'sense',
  ],
  [
    'one that a variant lacks',
    (t) => t.replace(', cards: 1', '').replace('is: 2, only: [gpu]', "is: '{{variant.cards}}'"),
    /“vm” has no “cards”/,
    'sense',
  ],
  [
    'a host of another variant',
    (t) => t.replace('        only: [gpu]\n', ''),
    /no host “inner” in the variant “vm”/,
    'sense',
  ],
  [
    'a need of another variant',
    (t) =>
      t.replace(
        '  - id: two',
        '      - { id: x, title: X, needs: [inner], local: { file: a }, expect: [{ that: exists, is: true }] }\n  - id: two',
      ),
    /no earlier check/,
    'sense',
  ],
  [
    'a check in no variant',
    (t) => t.replace('id: card\n', 'id: card\n        only: [gpu]\n'),
    /in no variant/,
    'sense',
  ],
  [
    'a command with a name of nothing',
    (t) => t.replace('$name_server', '$name_node'),
    /no name “node”/,
    'sense',
  ],
  ['a command with a value saved nowhere', (t) => t.replace('$saved_id', '$saved_x'), /saves “x”/, 'sense'],
  ['a body with GET', (t) => t.replace('path: /v2,', 'path: /v2, method: GET,'), /Only POST/, 'sense'],
  ['another method', (t) => t.replace('path: /v2,', 'path: /v2, method: DELETE,'), /method/, 'form'],
  ['a port that is none', (t) => t.replace('port: 8888', 'port: 88888'), /port/, 'form'],
  [
    'a reservation of two things',
    (t) => t.replace('nodeType: compute_liqid, hours', 'nodeType: compute_liqid, flavor: x, hours'),
    /one of “flavor”/,
    'sense',
  ],
  [
    'a folder on no host',
    (t) => t.replace("host: node, path: '~/work'", "host: nod, path: '~/work'"),
    /no host “nod”/,
    'sense',
  ],
  ['an address without a way', (t) => t.replace(', via: node', ''), /via/, 'sense'],
  [
    'a way in circles',
    (t) => t.replace("server: '{{name.server}}'", "server: '{{name.server}}', via: inner"),
    /leads back/,
    'sense',
  ],
  ['a variable in small letters', (t) => t.replace('JUPYTER_URL', 'jupyter-url'), /env/, 'form'],
  [
    'a template of nothing in a body',
    (t) => t.replace("name: '{{netID}}', data", "name: '{{nedID}}', data"),
    /no parameter “nedID”/,
    'sense',
  ],
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

  it('takes all that the form knows', () => {
    const reading = readLab(whole, 'lab0-whole.lab.yaml');
    assert.ok('lab' in reading, JSON.stringify(reading));
    assert.ok(schema(parse(whole)), JSON.stringify(schema.errors));
    assert.deepEqual(reading.lab.sites, ['CHI@TACC', 'KVM@TACC']);
  });

  for (const [what, change, words, kind] of wholeFaults)
    it(`refuses ${what}`, () => {
      const text = change(whole);
      assert.notEqual(text, whole);
      const reading = readLab(text, 'lab0-whole.lab.yaml');
      assert.ok('problems' in reading);
      assert.match(reading.problems.map((problem) => problem.what).join('\n'), words);
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
