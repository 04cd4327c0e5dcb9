import assert from 'node:assert/strict';
import type { RawParts } from '../../../../src/chameleon';
import {
  hindrance,
  imageChoices,
  launchWords,
  machineChoices,
  networkChoices,
  planOf,
  usualWords,
  type LaunchDraft,
} from '../../../../src/extension/launch/draft';
import type { Image } from '../../../../src/openstack';
import { HOUR, inventoryOf, lease, network, now, OTHER } from '../../chameleon/world';

function image(id: string, name: string, of: Partial<Image> = {}): Image {
  return { id, name, status: 'active', visibility: 'public', owner: 'op', created: 1, ...of };
}

const raw: Partial<RawParts> = {
  leases: [
    lease({ id: 'l', name: 'lease_ab1234', end: now + 2 * HOUR }),
    lease({ id: 'over', name: 'over', status: 'TERMINATED' }),
    lease({ id: 'theirs', name: 'lease_cd5678', userId: OTHER }),
  ],
  images: [
    image('own', 'my-snapshot'),
    image('old', 'CC-Ubuntu22.04'),
    image('usual', 'CC-Ubuntu24.04'),
    image('queued', 'CC-New', { status: 'queued' }),
  ],
  networks: [
    network({ id: 'own', name: 'a-net-ab1234' }),
    network({ id: 'out', name: 'public', external: true }),
    network({ id: 'shared', name: 'sharednet1', shared: true }),
  ],
};

function draftAt(siteName: string): LaunchDraft {
  const [site] = inventoryOf(raw, siteName).sites;
  assert.ok(site);
  const key = { name: 'laptop', publicKey: undefined, how: 'made now', file: '~/.ssh/key' };
  return {
    ground: {
      site: () => site,
      flavors: [
        { id: '2', name: 'm1.small', vcpus: 1, ramMb: 2048, diskGb: 20 },
        { id: 'r', name: 'reservation:r', vcpus: 1, ramMb: 2048, diskGb: 20 },
      ],
      keys: { best: key, all: [key] },
    },
    wish: {
      name: 'node-ab1234',
      image: 'CC-Ubuntu24.04',
      leaseId: undefined,
      flavor: 'm1.small',
      networks: ['sharednet1'],
      groups: [],
      floatingIp: true,
      userData: undefined,
    },
    key,
  };
}

describe('a launch while it is filled in', () => {
  const draft = draftAt('KVM@TACC');
  const site = draft.ground.site();
  const labels = (choices: readonly { readonly label: string }[]): string[] =>
    choices.map(({ label }) => label.replace(/^\$\(.*\) /, ''));

  it('offers the course’s usual image first, and none that is not ready', () => {
    assert.deepEqual(labels(imageChoices(site)), ['CC-Ubuntu24.04', 'CC-Ubuntu22.04', 'my-snapshot']);
  });

  it('offers the shared network first, and none that leads outside', () => {
    assert.deepEqual(labels(networkChoices(site)), ['sharednet1', 'a-net-ab1234']);
  });

  it('offers my running leases, then flavors that nobody reserved; on bare metal no flavor', () => {
    assert.deepEqual(labels(machineChoices(draft.ground, now)), ['lease_ab1234', 'm1.small']);
    assert.match(machineChoices(draft.ground, now)[0]?.description ?? '', /^2 h left$/);
    assert.deepEqual(labels(machineChoices(draftAt('CHI@TACC').ground, now)), ['lease_ab1234']);
  });

  it('is planned with a key that is made only when it is launched', () => {
    const plan = planOf(draft, now);
    assert.ok('request' in plan, JSON.stringify(plan));
    assert.equal(plan.importKeyPair?.name, 'laptop');
    assert.equal(usualWords(plan), 'usually 1 to 3 minutes');
    assert.equal(
      launchWords(draft),
      'At KVM@TACC, m1.small, without a lease · CC-Ubuntu24.04 · with a public address',
    );
  });

  it('says what is in the way, with what to do', () => {
    const plan = planOf({ ...draft, wish: { ...draft.wish, networks: [] } }, now);
    assert.ok(!('request' in plan));
    assert.match(hindrance(plan), /on no network\. Choose one, mostly sharednet1/);
    const onNode = planOf(draftAt('CHI@TACC'), now);
    assert.ok(!('request' in onNode));
    assert.match(hindrance(onNode), /needs a lease\. Reserve first/);
  });
});
