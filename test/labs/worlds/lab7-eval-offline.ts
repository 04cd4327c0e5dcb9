import {
  all,
  deleted,
  failsWith,
  holds,
  hushes,
  keptAddress,
  KEY,
  lease,
  ofLease,
  ofServer,
  oneServer,
  says,
  server,
  shows,
  unbound,
} from '../edits';
import { recorded } from '../recorded';
import { must, notebook, type Change, type LabWorlds, type RightWorld } from '../world';

const parameters = { username: 'alexbaker' };
const LEASE = 'my-eval-lease';
const SERVER = 'node-eval-offline-alexbaker';
const ADDRESS = '129.114.26.44';
const NOTEBOOK = '/home/cc/eval-offline-chi/workspace/4_eval_offline.ipynb';
const CLASSES = Array.from({ length: 11 }, (_, at) => `class_${String(at).padStart(2, '0')}\n`);
const TESTS = [
  'test_overall_accuracy',
  'test_per_class_accuracy',
  'test_template_permutations',
  'test_cake_looks_like_accuracy',
  'test_indian_dessert_accuracy',
];
const cleanup = ['cleanup-server', 'cleanup-fip', 'cleanup-lease'];

interface Cell {
  source?: string;
  output?: string;
  executed?: boolean;
}
const cells = (accuracy: string, tests: string, more: readonly Cell[] = []): Cell[] => [
  ...Array.from({ length: 25 }, (_, at) => ({ source: `step(${at})` })),
  { source: 'print(f"Overall Accuracy: {accuracy:.2f}%")', output: accuracy },
  { source: '!pytest --verbose --tb=short tests/', output: tests },
  ...more,
];
const ACCURACY = 'Overall Accuracy: 90.49%\n';
const PYTEST = 'platform linux -- Python 3.12\ncollected 5 items\ntests/test_model.py::test_x FAILED\n';
const saved = (accuracy = ACCURACY, tests = PYTEST, more: readonly Cell[] = []): unknown =>
  notebook(cells(accuracy, tests, more));
const nodeids = (names: readonly string[]): string =>
  `${JSON.stringify(names.map((name) => `tests/test_model.py::${name}`))}\n`;

const done: RightWorld = {
  name: 'done',
  parameters,
  inventory: {
    ...oneServer(
      { name: LEASE, flavor: 'm1.medium' },
      { name: SERVER, securityGroups: ['default', 'allow-ssh', 'allow-8888'] },
      ADDRESS,
    ),
    keyPairs: [
      { name: 'alexbaker-jupyter', publicKey: KEY.replace('k3yB0dy', 'jupyt3r') },
      { name: 'laptop', publicKey: KEY },
    ],
  },
  ssh: {
    node: {
      '#ssh-login': 'cc\n',
      '#repo-cloned': 'https://github.com/teaching-on-testbeds/eval-offline-chi\n',
      '#docker-ready': '28.3.3\n',
      '#volume-food11': 'food11\n',
      '#data-loader-done': 'exited 0\n',
      '#data-splits': 'evaluation\ntraining\nvalidation\n',
      '#data-classes': CLASSES.join(''),
      '#jupyter-running': 'running quay.io/jupyter/pytorch-notebook:pytorch-2.5.1\n',
      '#jupyter-token': 'running\ntoken\n',
      '#jupyter-data-env': '/mnt/Food-11\n',
      '#jupyter-packages':
        'Name: grad-cam\nVersion: 1.5.5\nRequires: numpy\n---\nName: pytest\nVersion: 8.3.5\nRequires: iniconfig\n',
      '#model-file': 'ok\n',
      '#pytest-suite-ran': nodeids(TESTS),
    },
  },
  pages: { node: { '8888 /api': recorded('jupyter-api') } },
  notebooks: { node: { [NOTEBOOK]: saved() } },
  passes: { except: cleanup },
};

const unreserved = all(ofServer({ flavor: 'm1.medium' }), (world) => {
  delete server(world).lease;
  must(world.inventory).leases = [];
});
const groups = (...names: string[]): Change => ofServer({ securityGroups: names });
const opens =
  (name: string, ports: number[]): Change =>
  (world) => {
    must(world.inventory).securityGroups = [{ name, ports }];
  };

export const lab: LabWorlds = {
  id: 'lab7-eval-offline',
  worlds: [done, deleted(done, 'done', 'KVM@TACC', ADDRESS)],
  wrong: [
    {
      failure: 1,
      name: 'a failed server has the name',
      change: ofServer({ status: 'ERROR' }),
      fails: ['server-active'],
      hint: /delete it in Horizon/,
    },
    {
      failure: 2,
      name: 'no reservation, so no server',
      change: all(unreserved, (world) => {
        must(world.inventory).servers = [];
        must(world.inventory).floatingIps = [];
      }),
      fails: ['server-active'],
      unknown: ['server-flavor', 'lease-active', 'ssh-login'],
      hint: /reserve an m1\.medium/,
    },
    {
      failure: 3,
      name: 'the notebook waits for SSH that no group lets in',
      change: all(groups('default'), opens('allow-ssh', [22]), says('ssh-login', { down: 'timeout' })),
      fails: ['sg-ssh'],
      unknown: ['ssh-login'],
      hint: /waits for SSH/,
    },
    {
      failure: 4,
      name: 'the group for Jupyter is missing',
      change: groups('default', 'allow-ssh'),
      fails: ['sg-8888'],
      hint: /blocked/,
    },
    {
      failure: 5,
      name: 'the data is still being downloaded',
      change: all(
        says('data-loader-done', 'running 0\n'),
        failsWith('data-splits', 1, 'ls: /mnt/Food-11/: No such file or directory'),
        failsWith('data-classes', 1, 'ls: /mnt/Food-11/evaluation: No such file or directory'),
      ),
      fails: ['data-loader-done', 'data-splits', 'data-classes'],
      hint: /some minutes/,
    },
    {
      failure: 6,
      name: 'a browser at 127.0.0.1',
      invisible: 'The address is right for the server; only the person’s own browser goes wrong.',
    },
    {
      failure: 7,
      name: 'another notebook was looked for',
      change: (world) => {
        must(world.notebooks)['node'] = {};
      },
      fails: ['notebook-accuracy', 'notebook-executed', 'pytest-output'],
      hint: /4_eval_offline/,
    },
    {
      failure: 8,
      name: 'the packages went with the container',
      change: failsWith('jupyter-packages', 1, 'WARNING: Package(s) not found: grad-cam, pytest'),
      fails: ['jupyter-packages'],
      hint: /go when the container/,
    },
    {
      failure: 9,
      name: 'tests that fail by intention',
      invisible: 'Nothing is wrong: some of them are meant to fail, and they do in the right world too.',
    },
    {
      failure: 10,
      name: 'the browser refuses the download',
      invisible: 'It happens in the person’s browser.',
    },
    {
      failure: 11,
      name: 'staff deleted what was there too long',
      change: (world) => {
        must(world.inventory).leases = [];
        must(world.inventory).servers = [];
        must(world.inventory).floatingIps = [];
      },
      fails: ['server-active'],
      unknown: ['floating-ip', 'ssh-login', 'notebook-executed'],
    },
  ],
  alike: {
    'key-on-kvm': [
      (world) => {
        must(world.inventory?.keyPairs).pop();
      },
      (world) => {
        must(world.inventory?.keyPairs?.[1]).publicKey = '';
      },
    ],
    'server-active': [
      ofServer({ status: 'SHUTOFF' }),
      ofServer({ name: 'node-eval-offline-alexbaker2' }),
      ofServer({ name: 'node-eval-online-alexbaker' }),
    ],
    'server-image': [ofServer({ image: 'CC-Ubuntu24.04-CUDA' }), ofServer({ image: 'CC-Ubuntu22.04' })],
    'server-flavor': [
      all(unreserved, ofServer({ flavor: 'm1.small' })),
      all(unreserved, ofServer({ flavor: 'm1.medium.old' })),
      all(unreserved, ofServer({ flavor: 'reserved:m1.medium' })),
    ],
    'lease-active': [
      ofLease({ status: 'TERMINATED' }),
      ofLease({ end: '2026-06-01T14:59:00Z' }),
      ofLease({ status: 'PENDING' }),
      unreserved,
    ],
    'floating-ip': [unbound],
    'sg-ssh': [
      groups('default', 'allow-8888'),
      opens('allow-ssh', [222]),
      groups('allow-ssh-2', 'allow-8888'),
    ],
    'sg-8888': [
      groups('default', 'allow-ssh'),
      opens('allow-8888', [888]),
      groups('allow-ssh', 'allow-88880'),
    ],
    'ssh-login': [says('ssh-login', 'root\n'), says('ssh-login', { down: 'auth' })],
    'repo-cloned': [
      says('repo-cloned', 'https://github.com/teaching-on-testbeds/eval-online-chi\n'),
      failsWith('repo-cloned', 128, 'fatal: not a git repository'),
    ],
    'docker-ready': [
      failsWith('docker-ready', 1, 'permission denied', '\n'),
      says('docker-ready', '<no value>\n'),
    ],
    'volume-food11': [says('volume-food11', 'food110\n'), failsWith('volume-food11', 1, 'no such volume')],
    'data-loader-done': [
      says('data-loader-done', 'running 0\n'),
      says('data-loader-done', 'exited 1\n'),
      failsWith('data-loader-done', 1, 'No such object', '\n'),
    ],
    'data-splits': [says('data-splits', 'training\nvalidation\n'), says('data-splits', 'Food-11.zip\n')],
    'data-classes': [
      says('data-classes', CLASSES.slice(1).join('')),
      says('data-classes', '0_1.jpg\n0_2.jpg\n'),
    ],
    'jupyter-running': [
      says('jupyter-running', 'exited quay.io/jupyter/pytorch-notebook:pytorch-2.5.1\n'),
      says('jupyter-running', 'running quay.io/jupyter/minimal-notebook:latest\n'),
    ],
    'jupyter-http': [
      hushes(8888),
      shows('8888 /api', recorded('jupyter-host-refused')),
      shows('8888 /api', { version: '' }),
    ],
    'jupyter-token': [says('jupyter-token', 'running\n'), says('jupyter-token', 'exited\ntoken\n')],
    'jupyter-data-env': [
      failsWith('jupyter-data-env', 1),
      says('jupyter-data-env', '/mnt\n'),
      says('jupyter-data-env', '/mnt/Food-11-old\n'),
    ],
    'jupyter-packages': [
      says('jupyter-packages', 'Name: pytest\nVersion: 8.3.5\n'),
      says('jupyter-packages', 'Name: grad-cam\nRequires: pytest\n'),
      says('jupyter-packages', 'Name: grad-cam\n---\nName: pytest-cov\n'),
    ],
    'model-file': [failsWith('model-file', 1), says('model-file', 'okay\n')],
    'notebook-accuracy': [
      holds(NOTEBOOK, saved('')),
      holds(NOTEBOOK, saved('Overall Accuracy: nan%\n')),
      holds(NOTEBOOK, saved('Accuracy: 90.49%\n')),
    ],
    'notebook-executed': [
      holds(NOTEBOOK, saved(ACCURACY, PYTEST, [{ source: 'last()', executed: false }])),
      holds(NOTEBOOK, notebook(cells(ACCURACY, PYTEST).slice(1))),
      holds(NOTEBOOK, notebook(cells(ACCURACY, PYTEST).map((cell) => ({ ...cell, executed: false })))),
    ],
    'pytest-suite-ran': [
      says('pytest-suite-ran', ''),
      says('pytest-suite-ran', nodeids(TESTS.slice(1))),
      says('pytest-suite-ran', nodeids([...TESTS.slice(1), 'test_overall_accuracy_old'])),
    ],
    'pytest-output': [
      holds(NOTEBOOK, saved(ACCURACY, 'collected 4 items\n')),
      holds(NOTEBOOK, saved(ACCURACY, 'collected 0 items / 1 error\n')),
      holds(NOTEBOOK, saved(ACCURACY, 'collected 15 items\n')),
    ],
    'cleanup-server': [
      (world) => {
        must(world.inventory).servers = [{ name: SERVER }];
      },
    ],
    'cleanup-fip': [keptAddress('KVM@TACC', ADDRESS)],
    'cleanup-lease': [
      (world) => {
        must(world.inventory).leases = [{ name: LEASE, flavor: 'm1.medium' }];
      },
      (world) => {
        must(world.inventory).leases = [{ ...lease(structuredClone(done)), status: 'ERROR' }];
      },
    ],
  },
};
