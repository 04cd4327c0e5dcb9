import { recordedBody } from '../recorded';
import * as vm from '../virtualMachine';
import { notebook, type Change } from '../world';

/**
 * Airflow, Adminer and the API as they answered; Redpanda and Redis Insight can't run in the tests: their
 * answers are written out in the documented forms.
 */
export const id = 'lab8-data-platform';
export const machine: vm.VirtualMachineLab = {
  id,
  repository: 'data-platform-chi',
  username: 'alexbaker',
  server: 'node-data-alexbaker',
  lease: { name: 'lease-data-alexbaker', flavor: 'm1.xlarge', end: '2026-06-01T22:00:00Z' },
  ports: [22, 8888, 8000, 8080, 5050, 8090, 8081, 9001, 3000],
  vcpus: 8,
  ram: 16384,
};
export const IMAGE = '7d0f3c52-5a8e-4f39-9c41-2b6f1d9a0e77';
const WORKSPACE = '/home/cc/data-platform-chi/model_training/workspace';
export const NOTEBOOK = `${WORKSPACE}/training.ipynb`;
export const trained = (line = 'Training complete | batches: 3 | rows: 412'): unknown =>
  notebook(['Imports ready\n', 'Using snapshot id: 42\n', `${line}\n`, 'Saved local artifacts:\n']);

export const topics = (...names: readonly string[]): string =>
  ['NAME  PARTITIONS  REPLICAS', ...names.map((name) => `${name}  1  1`), ''].join('\n');
export const SOURCES = [
  'gourmetgram.comments',
  'gourmetgram.flags',
  'gourmetgram.uploads',
  'gourmetgram.views',
];
export const TOPICS = topics(...SOURCES, 'gourmetgram.moderation_requests');
export const watermark = (high: number): string =>
  `PARTITION  LEADER  EPOCH  REPLICAS  LOG-START-OFFSET  HIGH-WATERMARK\n0          0       1      [0]       0                 ${high}\n`;
export const health = (healthy: boolean): string =>
  `CLUSTER HEALTH OVERVIEW\n=======================\nHealthy:                          ${healthy}\nUnhealthy reasons:                []\n`;

export const WINDOWS = ['comment', 'flag', 'view'].map((kind) => `event_aggregations.${kind}_windows_5min`);
export const TABLES = `${[...WINDOWS, 'moderation.training_data'].join('\n')}\n`;
export const LAKE = `/data/gourmetgram-datalake/warehouse:
event_aggregations

/data/gourmetgram-datalake/warehouse/event_aggregations/view_windows_5min:
data
metadata

/data/gourmetgram-datalake/warehouse/event_aggregations/view_windows_5min/data:
00000-0-1.parquet

/data/gourmetgram-datalake/warehouse/event_aggregations/view_windows_5min/metadata:
00000-1.metadata.json
`;
export const metadata = (change: object = {}): string =>
  JSON.stringify({
    trained_at: '2026-06-01T14:50:00Z',
    snapshot_id: '4120388861294480211',
    rows_seen: 412,
    batches_seen: 3,
    algorithm: 'SGDClassifier(log_loss)',
    ...change,
  });

export const FIRST = 'postgres\nadminer\nminio\napi-v1\ngenerator\n';
export const SECOND = [
  'postgres',
  'adminer',
  'minio',
  'api-v2',
  'generator',
  'redpanda',
  'redpanda-console',
  'redis',
  'redisinsight',
  'stream-consumer',
  'risk-scoring-service',
  'airflow-webserver',
  'airflow-scheduler',
  'nimtable',
  'nimtable-web',
  'jupyter',
]
  .map((name) => `${name}\n`)
  .join('');

export const AIRFLOW = {
  dags: vm.pageOf(id, 'airflow-dags'),
  aggregation: vm.pageOf(id, 'dag-aggregation-ok'),
  training: vm.pageOf(id, 'dag-training-ok'),
};
/** The recorded list without a DAG. */
export function dagsWithout(name: string): unknown {
  const { dags } = recordedBody('airflow-dags') as { dags: { dag_id: string }[] };
  return { dags: dags.filter(({ dag_id: dag }) => dag !== name), total_entries: dags.length - 1 };
}
export const console = { topics: [...SOURCES].map((topicName) => ({ topicName, partitionCount: 1 })) };
export const login = String(recordedBody('nimtable-login'));
const paths = (recordedBody('api-openapi') as { paths: Record<string, unknown> }).paths;
export const documented = (
  change: (all: Record<string, unknown>) => void,
  title = 'GourmetGram API',
): unknown => {
  const all = { ...paths };
  change(all);
  return { openapi: '3.1.0', info: { title, version: '1.0.0' }, paths: all };
};
export const kafka = (change: object): unknown => ({
  status: 'healthy',
  kafka_enabled: true,
  kafka_stats: { total_events: 5 },
  ...change,
});

/** In the last world, without what was seen before. */
export function late(...changes: readonly Change[]): { in: string; change: Change }[] {
  return changes.map((change) => ({
    in: 'done',
    change: (world) => {
      delete world.after;
      change(world);
    },
  }));
}
export const printed = (check: string, ...said: readonly vm.Said[]): { in: string; change: Change }[] =>
  late(...said.map((each) => vm.says(check, each)));
export const fault = { exit: 1, stderr: 'Error response from daemon: no such container\n' };
