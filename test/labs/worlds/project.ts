import * as vm from '../virtualMachine';
import { serverWire, USER_ID } from '../wire';
import type { Change, LabWorlds, RightWorld } from '../world';

/** The project has no list of failures: the wrong worlds are breaches of its own rules. */
const CHI = 'CHI@TACC';
const OTHER_USER = 'f39f4eca2c904dbeaf176a08d6047a62';
const SHA = '3f1c9a7d2b8e4f60a1c5d7e9b0f2a4c6d8e0f1a3';
const PREDICTION = '["prediction","probability"]';

interface Server {
  name: string;
  user?: string;
  created?: string;
  status?: string;
}
/** Nova's list, with the servers of several people. */
const servers = (...list: readonly Server[]): Change =>
  vm.answers('compute /servers/detail', {
    servers: list.map(({ user, ...server }) => ({
      ...serverWire(server, {}, []),
      user_id: user ?? USER_ID,
    })),
  });
const neighbours = (word: string): Server[] => [
  { name: `node1-${word}70`, user: OTHER_USER },
  { name: 'anything', user: OTHER_USER },
  { name: 'node-data-alexbaker' },
];

const volume = (name: string, status = 'available'): object => ({
  id: name,
  name,
  status,
  size: 50,
  user_id: USER_ID,
  volume_type: 'ceph-ssd',
  bootable: 'false',
  created_at: '2026-05-01T10:00:00.000000',
  attachments: [],
});
const volumes = (...list: readonly object[]): Change =>
  vm.answers('volumev3 /volumes/detail', { volumes: list });
const containers = (...list: readonly (readonly [string, number])[]): Change =>
  vm.answers(
    'object-store /',
    list.map(([name, count]) => ({ name, count, bytes: count * 1000 })),
    CHI,
  );

interface Pair {
  key: string;
  value: string | number;
}
interface Run {
  info: { status: string; run_name: string };
  data: { params?: Pair[]; metrics?: Pair[]; tags: Pair[] };
}
/** Runs as MLflow's search answers. */
function runs(host: string, change: (run: Run) => void = () => undefined): string {
  const run = (name: string, status = 'FINISHED'): Run => ({
    info: { status, run_name: name },
    data: {
      params: [
        { key: 'lr', value: '0.001' },
        { key: 'gpu_name', value: 'A100' },
      ],
      metrics: [
        { key: 'val_accuracy', value: 0.9 },
        { key: 'total_time', value: 412 },
      ],
      tags: [
        { key: 'mlflow.source.git.commit', value: SHA },
        { key: 'host', value: host },
      ],
    },
  });
  const list = [run('baseline-logreg'), run('resnet-1'), run('resnet-2', 'FAILED')];
  list.forEach(change);
  return JSON.stringify({ runs: list });
}
const finished =
  (change: (run: Run) => void): ((run: Run) => void) =>
  (run) => {
    if (run.info.run_name === 'resnet-1') change(run);
  };

const nodes = (...ready: readonly string[]): string =>
  JSON.stringify({
    kind: 'List',
    items: ready.map((status, at) => ({
      metadata: { name: `node${at + 1}` },
      status: { conditions: [{ type: 'Ready', status }] },
    })),
  });
const claims = (...phases: readonly string[]): string =>
  JSON.stringify({
    kind: 'List',
    items: phases.map((phase, at) => ({ metadata: { name: `c${at}` }, status: { phase } })),
  });
const LIMITS = { requests: { cpu: '1' }, limits: { cpu: '2' } };
const pods = (resources: object, namespace = 'app'): string =>
  JSON.stringify({
    kind: 'List',
    items: [
      { metadata: { name: 'coredns', namespace: 'kube-system' }, spec: { containers: [{ resources: {} }] } },
      {
        metadata: { name: 'mlflow', namespace },
        spec: { containers: [{ resources: LIMITS }, { resources }] },
      },
    ],
  });
const deployments = (ready: Readonly<Record<string, number | undefined>>): string =>
  JSON.stringify({
    kind: 'List',
    items: Object.entries(ready).map(([namespace, readyReplicas]) => ({
      metadata: { name: 'app', namespace },
      status: { replicas: 1, readyReplicas },
    })),
  });
const targets = (...list: readonly (readonly [string, string])[]): string =>
  JSON.stringify({
    status: 'success',
    data: { activeTargets: list.map(([job, health]) => ({ labels: { job }, health })) },
  });
const FILES = ['tf/main.tf', 'k8s/platform/Chart.yaml', 'train/Dockerfile', 'train/train.py', 'README.md'];
const files = (...list: readonly string[]): string => `${list.join('\n')}\nend-of-list\n`;
const counted = (change: object = {}): string =>
  JSON.stringify({ files: 6, docker: 1, from: 1, named: 1, chosen: 2, code: 2, ...change });
const pair = (change: object = {}): string =>
  JSON.stringify({ input: ['image'], output: ['prediction', 'probability'], same: false, ...change });
const says = (id: string, ...said: readonly vm.Said[]): Change[] =>
  said.map((each) => vm.says(id, each, 'main'));
const noClone = { exit: 2, stderr: 'cd: no such folder\n' };

function world(variant: string, word: string): RightWorld {
  const main = `node1-${word}7`;
  const start: RightWorld = {
    variant,
    parameters: {
      group: '7',
      mainServer: main,
      repoFolder: '/home/cc/shop',
      inputFile: 'io/input.json',
      outputFile: 'io/output.json',
      trainFolder: 'train',
      serveFolder: 'serve',
      experiment: 'shop',
      servePort: '8001',
      serviceWord: 'Nextcloud',
    },
    inventory: {
      leases: [
        { name: `gpu-${word}7`, site: CHI, nodeType: 'compute_liqid', end: '2026-06-01T19:00:00Z' },
        { name: `gpu-${word}70`, site: CHI, nodeType: 'compute_liqid', end: '2026-06-03T19:00:00Z' },
      ],
      servers: [{ name: main }, { name: `node2-${word}7` }, { name: `node1-${word}70` }],
      floatingIps: [
        { address: vm.ADDRESS, server: main },
        { address: '129.114.26.70', server: `node1-${word}70` },
        { address: '129.114.26.71' },
      ],
    },
    ssh: {
      main: {
        '#no-secrets-in-git': 'false\n120\nend-of-list\n',
        '#github-only': `${SHA}\n    runs-on: self-hosted\nend-of-list\n`,
        '#joint-io-pair': pair(),
        '#joint-readme': '{"links": 9, "broken": 0}\n',
        '#ops-iac': files(...FILES),
        '#train-baseline': runs(main),
        '#train-container': counted(),
        '#train-ray': '[{"status": "SUCCEEDED"}, {"status": "FAILED"}]\n',
        '#train-offline-eval': '{"model_versions": [{"name": "shop", "status": "READY", "run_id": "a1"}]}\n',
        '#serve-artifacts': counted(),
        '#serve-live': '{"keys": ["prediction", "probability"]}\n',
        '#serve-online-eval': targets(['prometheus', 'up'], ['serving', 'up']),
        '#ops-k8s': nodes('True', 'True'),
        '#ops-platform': claims('Bound', 'Bound'),
        '#ops-requests-limits': pods(LIMITS),
        '#ops-stages': deployments({ staging: 1, canary: 1, production: 2 }),
      },
    },
    pages: {
      http: {
        [`http://${vm.ADDRESS}:8000/`]: '<html><title>MLflow</title></html>',
        [`http://${vm.ADDRESS}:80/`]: '<html><title>Nextcloud</title></html>',
      },
    },
    passes: 'all',
  };
  const copy = structuredClone(start);
  servers({ name: main }, { name: `node2-${word}7` }, ...neighbours(word))(copy);
  volumes(volume(`block-${word}7`), volume(`block-${word}70`))(copy);
  containers([`data-${word}7`, 16643], [`empty-${word}7`, 0], [`data-${word}70`, 3])(copy);
  return copy;
}

const spring26 = world('s26', 'proj');
const spring25 = world('s25', 'project');
const in25 = (...changes: readonly Change[]): { in: string; change: Change }[] =>
  changes.map((change) => ({ in: 's25', change }));
const page = (port: number, body: unknown): Change => vm.shows(`http://${vm.ADDRESS}:${port}/`, body, 'http');
const MINE = [{ name: 'node1-proj7' }, { name: 'node2-proj7' }];
const MINE_25 = [{ name: 'node1-project7' }, { name: 'node2-project7' }];

export const lab: LabWorlds = {
  id: 'project',
  worlds: [spring26, spring25],
  wrong: [
    {
      failure: 'suffix',
      name: 'a server without the suffix',
      change: servers(...MINE, { name: 'my-test' }),
      fails: ['name-suffix'],
      hint: /deleted by the staff/,
    },
    {
      failure: 'second address',
      name: 'a second floating IP',
      change: (each) =>
        each.inventory?.floatingIps?.push({ address: '129.114.26.80', server: 'node2-proj7' }),
      fails: ['one-fip-per-site'],
      hint: /Keep one/,
    },
    {
      failure: 'old server',
      name: 'a server that runs for three days',
      in: 's25',
      change: servers(...MINE_25.map((each) => ({ ...each, created: '2026-05-29T10:00:00Z' }))),
      fails: ['vm-max-age'],
      hint: /delete the server/,
    },
    {
      failure: 'secret',
      name: 'a key in the history',
      change: vm.says('no-secrets-in-git', 'false\n120\nleak:3f1c9a7\nend-of-list\n', 'main'),
      fails: ['no-secrets-in-git', 'ops-secrets'],
      hint: /history/,
    },
    {
      failure: 'closed',
      name: 'MLflow refuses the staff',
      change: page(8000, {
        status: 403,
        body: 'Invalid Host header - possible DNS rebinding attack detected',
      }),
      fails: ['train-mlflow-live'],
      hint: /allowed-hosts/,
    },
    {
      failure: 'node',
      name: 'a node of the cluster is down',
      change: vm.says('ops-k8s', nodes('True', 'Unknown'), 'main'),
      fails: ['ops-k8s'],
      unknown: ['ops-service', 'ops-platform'],
      hint: /kubelet/,
    },
  ],
  exempt: {
    'joint-readme': { 'one too few': 'Its numbers are no list.' },
  },
  alike: {
    'name-suffix': [
      servers(...MINE, { name: 'my-test' }),
      servers({ name: 'node1-proj70' }, { name: 'node2-proj77' }),
      servers({ name: 'node1-proj7' }, { name: 'node1-proj7' }),
      servers(...MINE, { name: 'node1-proj7-old' }),
    ],
    'one-fip-per-site': [
      (each) => each.inventory?.floatingIps?.push({ address: '129.114.26.80', server: 'node2-proj7' }),
      vm.answers('network /v2.0/floatingips', { floatingips: [] }),
    ],
    'vm-max-age': in25(
      servers(...MINE_25, { name: 'old-project7', created: '2026-05-31T14:00:00Z' }),
      servers({ name: 'node1-project7', created: '2026-05-30T14:00:00Z' }, { name: 'node2-project7' }),
    ),
    'baremetal-max-lease': in25(
      (each) => {
        for (const lease of each.inventory?.leases ?? []) lease.end = '2026-06-01T21:00:00Z';
      },
      (each) => {
        if (each.inventory !== undefined) each.inventory.leases = [];
      },
    ),
    'one-volume-per-project': in25(
      volumes(volume('block-project7'), volume('more-project7')),
      volumes(volume('block-project70')),
    ),
    'no-secrets-in-git': says(
      'no-secrets-in-git',
      'false\n120\nleak:3f1c9a7\nend-of-list\n',
      'true\n1\nend-of-list\n',
      'false\n0\nend-of-list\n',
      noClone,
    ),
    'github-only': in25(
      ...says(
        'github-only',
        `${SHA}\n    runs-on: ubuntu-latest\nend-of-list\n`,
        `${SHA}\n    runs-on: [macos-14]\nend-of-list\n`,
        noClone,
      ),
    ),
    'joint-io-pair': says('joint-io-pair', pair({ same: true }), pair({ output: [] }), {
      exit: 1,
      stderr: 'error: pathspec did not match\n',
    }),
    'joint-readme': in25(
      ...says('joint-readme', '{"links": 9, "broken": 2}\n', '{"links": 0, "broken": 0}\n', noClone),
    ),
    'joint-iac': in25(
      ...says('ops-iac', files('README.md', 'train/Dockerfile'), files('tf/main.tf'), noClone),
    ),
    'train-mlflow-live': [
      page(8000, { status: 403, body: 'Invalid Host header' }),
      page(8000, '<html><title>Welcome to nginx!</title></html>'),
    ],
    'train-baseline': [
      vm.says(
        'train-baseline',
        runs('node1-proj7', (run) => {
          if (run.info.run_name.startsWith('baseline')) run.info.run_name = 'first';
        }),
        'main',
      ),
      vm.says(
        'train-baseline',
        runs(
          'node1-proj7',
          finished((run) => (run.info.status = 'RUNNING')),
        ),
        'main',
      ),
      vm.says('train-baseline', '{}', 'main'),
    ],
    'train-run-content': [
      vm.says(
        'train-baseline',
        runs(
          'node1-proj7',
          finished((run) => delete run.data.metrics),
        ),
        'main',
      ),
      vm.says(
        'train-baseline',
        runs(
          'node1-proj7',
          finished((run) => delete run.data.params),
        ),
        'main',
      ),
      vm.says(
        'train-baseline',
        runs(
          'node1-proj7',
          finished((run) => (run.data.tags = [])),
        ),
        'main',
      ),
      vm.says('train-baseline', '{}', 'main'),
    ],
    'train-container': says(
      'train-container',
      counted({ docker: 0 }),
      counted({ files: 0, docker: 0, from: 0 }),
      counted({ from: 0 }),
    ),
    'train-script': says('train-container', counted({ named: 0 }), counted({ chosen: 0 }), noClone),
    'train-on-chameleon': [
      vm.says('train-baseline', runs('laptop'), 'main'),
      vm.says('train-baseline', runs('node1-proj70'), 'main'),
      vm.says(
        'train-baseline',
        runs(
          'node1-proj7',
          finished((run) => (run.data.tags = [])),
        ),
        'main',
      ),
    ],
    'train-ray': in25(...says('train-ray', '[{"status": "FAILED"}]\n', '[]\n', { exit: 7 })),
    'train-offline-eval': in25(
      ...says(
        'train-offline-eval',
        '{}\n',
        '{"model_versions": [{"name": "shop", "status": "PENDING_REGISTRATION", "run_id": "a1"}]}\n',
        '{"model_versions": [{"name": "shop", "status": "READY", "run_id": ""}]}\n',
      ),
    ),
    'serve-artifacts': says(
      'serve-artifacts',
      counted({ docker: 0 }),
      counted({ code: 0 }),
      counted({ files: 0, docker: 0, code: 0 }),
    ),
    'serve-live': says(
      'serve-live',
      '{"keys": ["detail"]}\n',
      '{"keys": ["prediction", "probability", "error"]}\n',
      '{"keys": []}\n',
      { exit: 22, stderr: 'curl: (22) The requested URL returned error: 500\n' },
      PREDICTION,
    ),
    'serve-online-eval': in25(
      ...says(
        'serve-online-eval',
        targets(['prometheus', 'up']),
        targets(['serving', 'up'], ['gpu', 'down']),
        targets(['serving', 'down']),
      ),
    ),
    'data-bucket-live': [
      containers(['data-proj7', 0]),
      containers(['data-proj70', 5]),
      containers(['proj7-data', 5]),
    ],
    'data-persistent-storage': in25(
      volumes(volume('block-project7', 'error')),
      volumes(volume('block-project70')),
    ),
    'ops-iac': says('ops-iac', files('README.md', 'train/Dockerfile'), files('tf/main.tf'), ''),
    'ops-k8s': says('ops-k8s', nodes('True', 'False'), nodes(), { exit: 1, stdout: nodes() }),
    'ops-service': [
      page(80, '<html><title>Welcome to nginx!</title></html>'),
      page(80, { status: 502, body: 'Nextcloud' }),
    ],
    'ops-platform': says('ops-platform', claims('Bound', 'Pending'), claims(), { exit: 1, stdout: claims() }),
    'ops-requests-limits': says(
      'ops-requests-limits',
      pods({}),
      pods({ requests: { cpu: '1' } }),
      pods(LIMITS, 'kube-public'),
    ),
    'ops-secrets': says('no-secrets-in-git', 'false\n120\nleak:3f1c9a7\nend-of-list\n', noClone),
    'ops-stages': in25(
      ...says(
        'ops-stages',
        deployments({ staging: 1, canary: undefined, production: 2 }),
        deployments({ staging: 1, production: 2 }),
        deployments({ staging: 0, canary: 1, production: 1 }),
      ),
    ),
  },
};
