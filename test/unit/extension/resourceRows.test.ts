import assert from 'node:assert/strict';
import { attention, type Inventory, type RawParts } from '../../../src/chameleon';
import { attentionCount, resourceRows, type ResourcesInput } from '../../../src/extension/rows/resources';
import { flat, type Row } from '../../../src/extension/rows/row';
import {
  floatingIp,
  HOUR,
  inventoryOf,
  lease,
  network,
  now,
  onLease,
  OTHER,
  router,
  server,
  volume,
  zunContainer,
} from '../chameleon/world';

const raw: Partial<RawParts> = {
  leases: [
    lease({ id: 'l1', name: 'lease1_cloud_ab1234' }),
    lease({ id: 'l2', name: 'lease1_cloud_cd5678', userId: OTHER }),
    lease({ id: 'l3', name: 'mlflow_ab1234', status: 'TERMINATED' }),
  ],
  servers: [
    server({ id: 's1', name: 'node1-cloud-ab1234', flavor: onLease('l1') }),
    server({ id: 's2', name: 'node1-cloud-cd5678', flavor: onLease('l2'), userId: OTHER }),
    server({ id: 's3', name: 'node-old-ab1234', created: now - HOUR / 4, launchedAt: now - HOUR / 4 }),
  ],
  floatingIps: [
    floatingIp({ id: 'f1', address: '1.1.1.1', portId: 'p', serverId: 's1' }),
    floatingIp({ id: 'f2', address: '2.2.2.2', tags: ['reservation:r-l1'] }),
    floatingIp({ id: 'f3', address: '3.3.3.3', description: 'cd5678', created: now - 72 * HOUR }),
  ],
  volumes: [
    volume({
      id: 'v1',
      name: 'block-ab1234',
      status: 'in-use',
      attachments: [{ serverId: 's1', device: '/dev/vdb' }],
    }),
    volume({ id: 'v2', name: 'block-cd5678', userId: OTHER }),
    // In somebody else's server: a row of it must not come twice.
    volume({
      id: 'v3',
      name: 'block-lent-cd5678',
      userId: OTHER,
      status: 'in-use',
      attachments: [{ serverId: 's1', device: '/dev/vdc' }],
    }),
  ],
  networks: [
    network({ id: 'n1', name: 'private-net-ab1234' }),
    network({ id: 'n2', name: 'sharednet1', shared: true }),
  ],
  routers: [router({ id: 'r1', name: 'router-cd5678' })],
  objectContainers: [{ name: 'object-persist-ab1234', count: 3, bytes: 2_400_000 }],
  zunContainers: [zunContainer({ id: 'z', name: 'edge-cd5678', userId: OTHER })],
  securityGroups: ['allow-ssh', 'allow-ssh', 'default'].map((name, at) => ({
    id: `g${at}`,
    name,
    description: '',
    projectId: 'p1',
    rules: [],
  })),
};

function rowsOf(inventory: Inventory, more: Partial<ResourcesInput> = {}): readonly Row[] {
  return resourceRows({
    inventory,
    shows: () => true,
    showsOwner: () => true,
    filter: () => undefined,
    grouping: 'lease',
    attention: (site) => attention(site, { now, expectedHours: () => 5 }),
    services: () => [],
    demo: new Set(),
    now,
    ...more,
  });
}

/** The tree as indented labels. */
function tree(rows: readonly Row[], depth = 0): string[] {
  return rows.flatMap((each) => [`${'  '.repeat(depth)}${each.label}`, ...tree(each.children, depth + 1)]);
}

const mine: Partial<ResourcesInput> = {
  shows: (_site, resource) => resource.owner.kind === 'me',
  showsOwner: () => false,
};

describe('rows of resources', () => {
  const inventory = inventoryOf(raw);

  it('what belongs together is together', () => {
    assert.deepEqual(tree(rowsOf(inventory, mine)), [
      'KVM@TACC',
      '  lease1_cloud_ab1234',
      '    node1-cloud-ab1234',
      '      block-ab1234',
      '      1.1.1.1',
      '    2.2.2.2',
      '  Servers without a lease',
      '    node-old-ab1234',
      '  Object store',
      '    object-persist-ab1234',
      '  Networks and routers',
      '    private-net-ab1234',
      '  Ended leases',
      '    mlflow_ab1234',
      '  Security groups',
      '    allow-ssh',
      '    allow-ssh',
      '    default',
    ]);
  });

  it('everyone’s: what needs attention comes first, shared networks never', () => {
    const lines = tree(rowsOf(inventory));
    assert.deepEqual(lines.slice(1, 4), ['  Needs attention', '    3.3.3.3', '    block-cd5678']);
    assert.ok(lines.includes('    router-cd5678'));
    assert.ok(lines.includes('    edge-cd5678'));
    assert.ok(!lines.some((line) => line.includes('sharednet1')));
    assert.equal(attentionCount(rowsOf(inventory)), 2);
    assert.equal(attentionCount(rowsOf(inventory, mine)), 0);
  });

  it('by kind: nothing lies in a lease', () => {
    const [site] = rowsOf(inventory, { ...mine, grouping: 'kind' });
    assert.deepEqual(
      site?.children.map(({ label, description }) => `${label} ${description}`),
      [
        'Leases 1',
        'Servers 2',
        'Floating IPs 2',
        'Volumes 1',
        'Object store 1',
        'Networks and routers 1',
        'Ended leases 1',
        'Security groups 3',
      ],
    );
  });

  it('by person: me first, each with their own', () => {
    const [site] = rowsOf(inventory, { grouping: 'person' });
    const people = site?.children.filter((each) => each.context === 'heading.person') ?? [];
    assert.deepEqual(
      people.map(({ label }) => label),
      ['You', 'cd5678'],
    );
    const theirs = tree(people.slice(1));
    assert.ok(theirs.includes('    node1-cloud-cd5678'));
    assert.ok(!theirs.some((line) => line.includes('ab1234')));
  });

  for (const grouping of ['lease', 'kind', 'person'] as const)
    it(`every row has an id of its own (by ${grouping})`, () => {
      const ids = flat(rowsOf(inventory, { grouping })).map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
    });

  it('groups of one name are told apart, and no row of a group offers a deletion', () => {
    const groups = flat(rowsOf(inventory)).filter((each) => each.context === 'securityGroup');
    assert.deepEqual(
      groups.map(({ description }) => description),
      [
        'lets nothing in · one of 2 of this name',
        'lets nothing in · one of 2 of this name',
        'lets nothing in',
      ],
    );
  });

  it('a container of the object store says what is in it', () => {
    const [bucket] = flat(rowsOf(inventory, mine)).filter((each) => each.context.startsWith('bucket'));
    assert.equal(bucket?.description, '3 objects, 2.4 MB');
    assert.equal(bucket.click, 'chameleon.browseObjects');
  });

  it('names of the cloud are text: nothing in a row is Markdown or an icon', () => {
    const evil = inventoryOf({ servers: [server({ id: 's', name: '[x](command:y) $(zap)' })] });
    const [found] = flat(rowsOf(evil)).filter((each) => each.context.startsWith('server'));
    assert.equal(found?.label, '[x](command:y) $(zap)');
  });
});
