import assert from 'node:assert/strict';
import type { Owner } from '../../../src/chameleon';
import { inventoryOf, network, OTHER, router, volume, zunContainer } from './world';

/** Whose each is, by its name. */
function owners(list: readonly { readonly name: string; readonly owner: Owner }[] = []): object {
  return Object.fromEntries(list.map(({ name, owner }) => [name, owner.netId ?? owner.kind]));
}

describe('whose it is', () => {
  it('a volume is its maker’s, whatever it is called', () => {
    const [site] = inventoryOf({
      volumes: [
        volume({ id: 'v1', name: 'block-persist-ab1234' }),
        volume({ id: 'v2', name: 'block-persist-ab1234', userId: OTHER }),
        volume({ id: 'v3', name: 'nameless' }),
      ],
    }).sites;
    assert.deepEqual(
      site?.volumes.map(({ owner }) => owner.kind),
      ['me', 'person', 'me'],
    );
    assert.match(site.volumes[1]?.owner.why ?? '', /another member made it/);
  });

  it('networks, routers and containers have their name alone', () => {
    const [site] = inventoryOf({
      networks: [
        network({ id: 'n1', name: 'private-net-ab1234' }),
        network({ id: 'n2', name: 'private-net-cd5678' }),
        network({ id: 'n3', name: 'private' }),
        network({ id: 'n4', name: 'sharednet1', shared: true }),
        // Another project's, which is seen because it is shared with us.
        network({ id: 'n5', name: 'lab-net-ab1234', projectId: 'p2' }),
      ],
      routers: [router({ id: 'r1', name: 'router-alexbaker' }), router({ id: 'r2', name: 'router-cd5678' })],
      objectContainers: [
        { name: 'object-persist-ab1234', count: 1, bytes: 1 },
        { name: 'object-persist-ab12345', count: 1, bytes: 1 },
        { name: 'data', count: 1, bytes: 1 },
      ],
    }).sites;
    assert.deepEqual(owners(site?.networks), {
      'private-net-ab1234': 'ab1234',
      'private-net-cd5678': 'cd5678',
      private: 'unknown',
      sharednet1: 'shared',
      'lab-net-ab1234': 'shared',
    });
    assert.equal(site?.networks[0]?.owner.kind, 'me');
    assert.equal(site.routers[0]?.owner.kind, 'me');
    assert.equal(site.routers[1]?.owner.kind, 'person');
    assert.deepEqual(
      site.objectContainers.map(({ owner }) => owner.kind),
      ['me', 'person', 'unknown'],
    );
  });

  it('an edge container is its maker’s where the site tells, else by its name', () => {
    const [site] = inventoryOf(
      {
        zunContainers: [
          zunContainer({ id: 'c1', name: 'edge-ab1234' }),
          zunContainer({ id: 'c2', name: 'edge-ab1234', userId: OTHER }),
        ],
      },
      'CHI@Edge',
    ).sites;
    assert.deepEqual(
      site?.zunContainers.map(({ owner }) => owner.kind),
      ['me', 'person'],
    );
  });
});
