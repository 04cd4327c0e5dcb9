import * as vm from '../virtualMachine';
import type { LabWorlds, RightWorld } from '../world';
import {
  CHI,
  SHA,
  servers,
  neighbours,
  volume,
  volumes,
  containers,
  runs,
  nodes,
  claims,
  LIMITS,
  pods,
  deployments,
  targets,
  FILES,
  files,
  counted,
  pair,
  page,
  MINE,
  MINE_25,
} from '../project/answers';
import { alike } from '../project/answersAlike';

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
        '#github-only': `${SHA}\nend-of-list\n`,
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
  alike,
};
