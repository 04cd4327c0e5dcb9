import assert from 'node:assert/strict';
import { launchesOf, namesMade, readLab, type Lab } from '../../../src/labs';

const text = `
id: lab9-made
title: Made
edition: 2026-02
unit: 9
source: https://example.org/lab
sites: [KVM@TACC]
parameters: { netID: { title: Net ID, pattern: '[a-z]{2,3}[0-9]{1,5}' }, other: { title: Other, pattern: '.+' } }
names: { lease: 'lease_made_{{netID}}', volume: 'block-{{variant.kind}}-{{netID}}', late: 'x-{{other}}' }
variants:
  one: { title: One, sites: [KVM@TACC], vars: { image: CC-Ubuntu24.04, kind: a } }
  two: { title: Two, sites: [CHI@TACC], vars: { image: CC-Ubuntu24.04-CUDA, kind: b } }
hosts: { node: { server: 'node-made-{{netID}}', user: cc } }
launch:
  - { name: 'node-made-{{netID}}', lease: '{{name.lease}}', image: '{{variant.image}}', networks: [sharednet1], securityGroups: [{ name: allow-ssh, port: 22 }], floatingIp: true }
  - { name: 'gpu-made-{{netID}}', lease: '{{name.lease}}', image: CC-Ubuntu24.04, networks: [sharednet1], only: [two] }
steps:
  - id: s
    title: S
    checks:
      - { id: c, title: C, manual: { confirm: done, why: unseen } }
`;

function lab(): Lab {
  const read = readLab(text, 'lab9-made.lab.yaml');
  if (!('lab' in read)) throw new Error(read.problems.map(({ what }) => what).join('\n'));
  return read.lab;
}

describe('what a lab makes', () => {
  it('the servers of a variant, with all texts filled in', () => {
    assert.deepEqual(launchesOf(lab(), { netID: 'ab1234' }, 'one'), [
      {
        name: 'node-made-ab1234',
        lease: 'lease_made_ab1234',
        site: 'KVM@TACC',
        image: 'CC-Ubuntu24.04',
        networks: ['sharednet1'],
        securityGroups: [{ name: 'allow-ssh', port: 22 }],
        floatingIp: true,
        userData: undefined,
      },
    ]);
    assert.deepEqual(
      launchesOf(lab(), { netID: 'ab1234' }, 'two').map(({ name, image, site }) => [name, image, site]),
      [
        ['node-made-ab1234', 'CC-Ubuntu24.04-CUDA', 'CHI@TACC'],
        ['gpu-made-ab1234', 'CC-Ubuntu24.04', 'CHI@TACC'],
      ],
    );
    assert.throws(() => launchesOf(lab(), {}, 'one'), /not known/);
  });

  it('its names in all variants, exact, and none that lacks a parameter', () => {
    const { names, sites } = namesMade(lab(), { netID: 'ab1234' });
    assert.deepEqual([...names].sort(), [
      'block-a-ab1234',
      'block-b-ab1234',
      'gpu-made-ab1234',
      'lease_made_ab1234',
      'node-made-ab1234',
    ]);
    assert.deepEqual(sites, ['KVM@TACC', 'CHI@TACC']);
    assert.deepEqual([...namesMade(lab(), {}).names], []);
  });
});
