import * as vm from '../virtualMachine';
import type { LabWorlds } from '../world';
import {
  SHA,
  PREDICTION,
  servers,
  volume,
  volumes,
  containers,
  runs,
  finished,
  nodes,
  claims,
  LIMITS,
  pods,
  deployments,
  targets,
  files,
  counted,
  pair,
  says,
  noClone,
  in25,
  page,
  MINE,
  MINE_25,
} from './answers';

/** What is like the right answer of each check, and is not right. */
export const alike: LabWorlds['alike'] = {
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
      `${SHA}\n        os: [macos-14]\nend-of-list\n`,
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
    ...says(
      'ops-iac',
      files('README.md', 'train/Dockerfile'),
      files('tf/main.tf'),
      files('website.yml', 'release.py', 'Dockerfile'),
      noClone,
    ),
  ),
  'train-mlflow-live': [
    page(8000, { status: 403, body: 'Invalid Host header' }),
    page(8000, '<html><title>Welcome to nginx!</title></html>'),
    page(8000, '<html><title>My project</title>It uses MLflow and Ray.</html>'),
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
};
