import * as vm from '../virtualMachine';
import { serverWire, USER_ID } from '../wire';
import type { Change } from '../world';

/** The project has no list of failures: the wrong worlds are breaches of its own rules. */
export const CHI = 'CHI@TACC';
const OTHER_USER = 'f39f4eca2c904dbeaf176a08d6047a62';
export const SHA = '3f1c9a7d2b8e4f60a1c5d7e9b0f2a4c6d8e0f1a3';
export const PREDICTION = '["prediction","probability"]';

export interface Server {
  name: string;
  user?: string;
  created?: string;
  status?: string;
}
/** Nova's list, with the servers of several people. */
export const servers = (...list: readonly Server[]): Change =>
  vm.answers('compute /servers/detail', {
    servers: list.map(({ user, ...server }) => ({
      ...serverWire(server, {}, []),
      user_id: user ?? USER_ID,
    })),
  });
export const neighbours = (word: string): Server[] => [
  { name: `node1-${word}70`, user: OTHER_USER },
  { name: 'anything', user: OTHER_USER },
  { name: 'node-data-alexbaker' },
];

export const volume = (name: string, status = 'available'): object => ({
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
export const volumes = (...list: readonly object[]): Change =>
  vm.answers('volumev3 /volumes/detail', { volumes: list });
export const containers = (...list: readonly (readonly [string, number])[]): Change =>
  vm.answers(
    'object-store /',
    list.map(([name, count]) => ({ name, count, bytes: count * 1000 })),
    CHI,
  );

export interface Pair {
  key: string;
  value: string | number;
}
export interface Run {
  info: { status: string; run_name: string };
  data: { params?: Pair[]; metrics?: Pair[]; tags: Pair[] };
}
/** Runs as MLflow's search answers. */
export function runs(host: string, change: (run: Run) => void = () => undefined): string {
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
export const finished =
  (change: (run: Run) => void): ((run: Run) => void) =>
  (run) => {
    if (run.info.run_name === 'resnet-1') change(run);
  };

export const nodes = (...ready: readonly string[]): string =>
  JSON.stringify({
    kind: 'List',
    items: ready.map((status, at) => ({
      metadata: { name: `node${at + 1}` },
      status: { conditions: [{ type: 'Ready', status }] },
    })),
  });
export const claims = (...phases: readonly string[]): string =>
  JSON.stringify({
    kind: 'List',
    items: phases.map((phase, at) => ({ metadata: { name: `c${at}` }, status: { phase } })),
  });
export const LIMITS = { requests: { cpu: '1' }, limits: { cpu: '2' } };
export const pods = (resources: object, namespace = 'app'): string =>
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
export const deployments = (ready: Readonly<Record<string, number | undefined>>): string =>
  JSON.stringify({
    kind: 'List',
    items: Object.entries(ready).map(([namespace, readyReplicas]) => ({
      metadata: { name: 'app', namespace },
      status: { replicas: 1, readyReplicas },
    })),
  });
export const targets = (...list: readonly (readonly [string, string])[]): string =>
  JSON.stringify({
    status: 'success',
    data: { activeTargets: list.map(([job, health]) => ({ labels: { job }, health })) },
  });
export const FILES = [
  'tf/main.tf',
  'k8s/platform/Chart.yaml',
  'train/Dockerfile',
  'train/train.py',
  'README.md',
];
export const files = (...list: readonly string[]): string => `${list.join('\n')}\nend-of-list\n`;
export const counted = (change: object = {}): string =>
  JSON.stringify({ files: 6, docker: 1, from: 1, named: 1, chosen: 2, code: 2, ...change });
export const pair = (change: object = {}): string =>
  JSON.stringify({ input: ['image'], output: ['prediction', 'probability'], same: false, ...change });
export const says = (id: string, ...said: readonly vm.Said[]): Change[] =>
  said.map((each) => vm.says(id, each, 'main'));
export const noClone = { exit: 2, stderr: 'cd: no such folder\n' };

export const in25 = (...changes: readonly Change[]): { in: string; change: Change }[] =>
  changes.map((change) => ({ in: 's25', change }));
export const page = (port: number, body: unknown): Change =>
  vm.shows(`http://${vm.ADDRESS}:${port}/`, body, 'http');
export const MINE = [{ name: 'node1-proj7' }, { name: 'node2-proj7' }];
export const MINE_25 = [{ name: 'node1-project7' }, { name: 'node2-project7' }];
