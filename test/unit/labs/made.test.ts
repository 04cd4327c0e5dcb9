import assert from 'node:assert/strict';
import { deployedOf, labsOnServer, launchesOf, namesMade, readLab, type Lab } from '../../../src/labs';
import { labOf } from '../../labs/bench';
import { cloudOf } from '../../labs/cloud';

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

describe('what is there of a lab with three servers', () => {
  const parameters = { netID: 'ab1234', username: 'alexbaker' };
  for (const [id, name] of [
    ['lab2-cloud', 'cloud'],
    ['lab3-mlops', 'mlops'],
  ] as const)
    describe(id, () => {
      const called = (node: number): string => `node${node}-${name}-ab1234`;
      const deployed = async (...names: string[]) => {
        const world = { parameters, inventory: { servers: names.map((each) => ({ name: each })) } };
        const { inventory } = await cloudOf(world, labOf(id));
        const { servers, missing } = deployedOf(labOf(id), parameters, inventory);
        return { servers: servers.map(({ host, server }) => [server.name, host]), missing };
      };

      it('all three, of which the lab knows one by its name', async () => {
        assert.deepEqual(await deployed(called(1), called(2), called(3)), {
          servers: [
            [called(1), 'node1'],
            [called(2), undefined],
            [called(3), undefined],
          ],
          missing: [],
        });
      });

      it('one is missing, beside another student’s and one of a longer name', async () => {
        const others = [`node3-${name}-ab12345`, `node3-${name}-zz999`, 'node3'];
        const { servers, missing } = await deployed(called(1), called(2), ...others);
        assert.equal(servers.length, 2);
        assert.deepEqual(missing, [called(3)]);
      });

      it('nothing is there', async () => {
        assert.deepEqual(await deployed(), { servers: [], missing: [1, 2, 3].map(called) });
      });

      it('the second is one of the lab’s, too, and serves nothing by itself', () => {
        const [found] = labsOnServer([labOf(id)], { name: called(2) });
        assert.deepEqual([found?.lab.id, found?.host, found?.services], [id, undefined, []]);
        assert.deepEqual(labsOnServer([labOf(id)], { name: `${called(2)}-old` }), []);
      });
    });

  it('names none that lacks a parameter, or is in some variants only', async () => {
    const { inventory } = await cloudOf({ parameters: {} }, lab());
    assert.deepEqual(deployedOf(lab(), {}, inventory).missing, []);
    assert.deepEqual(deployedOf(lab(), { netID: 'ab1234' }, inventory).missing, ['node-made-ab1234']);
  });
});
