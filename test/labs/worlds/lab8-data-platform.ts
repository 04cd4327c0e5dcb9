import { recorded, recordedBody, recordedOutput } from '../recorded';
import * as vm from '../virtualMachine';
import { notebook, type Change, type LabWorlds, type RightWorld } from '../world';

/**
 * Airflow, Adminer and the API as they answered; Redpanda, Redis Insight and Nimtable can't run in the tests: their
 * answers are written out in the documented forms.
 */
const id = 'lab8-data-platform';
const machine: vm.VirtualMachineLab = {
  id,
  repository: 'data-platform-chi',
  username: 'alexbaker',
  server: 'node-data-alexbaker',
  lease: { name: 'lease-data-alexbaker', flavor: 'm1.xlarge', end: '2026-06-01T22:00:00Z' },
  ports: [22, 8888, 8000, 8080, 5050, 8090, 8081, 9001, 3000],
  vcpus: 8,
  ram: 16384,
};
const IMAGE = '7d0f3c52-5a8e-4f39-9c41-2b6f1d9a0e77';
const WORKSPACE = '/home/cc/data-platform-chi/model_training/workspace';
const NOTEBOOK = `${WORKSPACE}/training.ipynb`;
const trained = (line = 'Training complete | batches: 3 | rows: 412'): unknown =>
  notebook(['Imports ready\n', 'Using snapshot id: 42\n', `${line}\n`, 'Saved local artifacts:\n']);

const topics = (...names: readonly string[]): string =>
  ['NAME  PARTITIONS  REPLICAS', ...names.map((name) => `${name}  1  1`), ''].join('\n');
const SOURCES = ['gourmetgram.comments', 'gourmetgram.flags', 'gourmetgram.uploads', 'gourmetgram.views'];
const TOPICS = topics(...SOURCES, 'gourmetgram.moderation_requests');
const watermark = (high: number): string =>
  `PARTITION  LEADER  EPOCH  REPLICAS  LOG-START-OFFSET  HIGH-WATERMARK\n0          0       1      [0]       0                 ${high}\n`;
const health = (healthy: boolean): string =>
  `CLUSTER HEALTH OVERVIEW\n=======================\nHealthy:                          ${healthy}\nUnhealthy reasons:                []\n`;

const WINDOWS = ['comment', 'flag', 'view'].map((kind) => `event_aggregations.${kind}_windows_5min`);
const TABLES = `${[...WINDOWS, 'moderation.training_data'].join('\n')}\n`;
const LAKE = `/data/gourmetgram-datalake/warehouse:
event_aggregations

/data/gourmetgram-datalake/warehouse/event_aggregations/view_windows_5min:
data
metadata

/data/gourmetgram-datalake/warehouse/event_aggregations/view_windows_5min/data:
00000-0-1.parquet

/data/gourmetgram-datalake/warehouse/event_aggregations/view_windows_5min/metadata:
00000-1.metadata.json
`;
const metadata = (change: object = {}): string =>
  JSON.stringify({
    trained_at: '2026-06-01T14:50:00Z',
    snapshot_id: '4120388861294480211',
    rows_seen: 412,
    batches_seen: 3,
    algorithm: 'SGDClassifier(log_loss)',
    ...change,
  });

const FIRST = 'postgres\nadminer\nminio\napi-v1\ngenerator\n';
const SECOND = [
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

const AIRFLOW = {
  dags: vm.pageOf(id, 'airflow-dags'),
  aggregation: vm.pageOf(id, 'dag-aggregation-ok'),
  training: vm.pageOf(id, 'dag-training-ok'),
};
/** The recorded list without a DAG. */
function dagsWithout(name: string): unknown {
  const { dags } = recordedBody('airflow-dags') as { dags: { dag_id: string }[] };
  return { dags: dags.filter(({ dag_id: dag }) => dag !== name), total_entries: dags.length - 1 };
}
const console = { topics: [...SOURCES].map((topicName) => ({ topicName, partitionCount: 1 })) };
const login = '<!DOCTYPE html><html lang="en"><head><title>Nimtable</title></head><body></body></html>';
const paths = (recordedBody('api-openapi') as { paths: Record<string, unknown> }).paths;
const documented = (change: (all: Record<string, unknown>) => void, title = 'GourmetGram API'): unknown => {
  const all = { ...paths };
  change(all);
  return { openapi: '3.1.0', info: { title, version: '1.0.0' }, paths: all };
};
const kafka = (change: object): unknown => ({
  status: 'healthy',
  kafka_enabled: true,
  kafka_stats: { total_events: 5 },
  ...change,
});

const start = vm.rightStart(machine);
const first: RightWorld = {
  ...start,
  name: 'first API',
  ssh: {
    node: {
      ...start.ssh?.['node'],
      '#postgres-healthy': 'healthy\n',
      '#app-tables': 'comments\nflags\nimages\nmoderation\nusers\n',
      '#databases': 'postgres\ngourmetgram\ntemplate1\ntemplate0\nairflow\niceberg_catalog\nnimtable\n',
      '#minio-healthy': 'healthy\n',
      '#buckets': 'gourmetgram-datalake\ngourmetgram-images\n',
      '#dataset-ready': '/extract exited 0\n/transform exited 0\n',
      '#generator-running': 'running\n',
      '#rows-accumulate': '31 44 12 3 1810\n',
      '#views-accumulate': '412\n',
      '#images-in-bucket': `${IMAGE}.jpg\n`,
      '#v1-stopped': FIRST,
    },
  },
  pages: {
    node: {
      '5050 /': recorded('adminer-page'),
      '8000 /health': recorded('api-health-v1'),
      '8000 /openapi.json': recorded('api-openapi'),
    },
  },
  passes: {
    except: [
      'v1-stopped',
      'api-v2-kafka',
      'realtime-stack',
      'redpanda-healthy',
      'topics',
      'topic-traffic',
      'redis-ping',
      'redis-features',
      'console-ui',
      'redisinsight-ui',
      'viral-image',
      'moderation-topic',
      'moderation-row',
      'risk-log',
      'airflow-init-done',
      'airflow-healthy',
      'airflow-dags',
      'dag-aggregation-ok',
      'watermark',
      'iceberg-window-tables',
      'iceberg-window-files',
      'nimtable-up',
      'nimtable-catalog',
      'dag-training-ok',
      'iceberg-training-table',
      'jupyter-running',
      'model-artifacts',
      'model-metadata',
      'notebook-executed',
      'cleanup-server',
      'cleanup-lease',
      'cleanup-fip',
    ],
  },
};

const done: RightWorld = {
  ...first,
  name: 'done',
  after: 'first API',
  ssh: {
    node: {
      ...first.ssh?.['node'],
      '#v1-stopped': SECOND,
      '#redpanda-healthy': health(true),
      '#topics': TOPICS,
      '#topic-traffic': watermark(1042),
      '#redis-ping': 'PONG\n',
      '#redis-features': `image:${IMAGE}:total_views\n`,
      '#viral-image': `${IMAGE}\n`,
      '#moderation-row': `${IMAGE} 0.6\n`,
      '#risk-log': '1\n',
      '#airflow-init-done': 'exited 0\n',
      '#watermark': recordedOutput('airflow-cli-variable').stdout,
      '#iceberg-window-tables': TABLES,
      '#iceberg-window-files': LAKE,
      '#nimtable-catalog': 'gourmetgram\n',
      '#jupyter-running': `running\n${JSON.stringify(recordedBody('jupyter-api'))}`,
      '#model-artifacts': 'encoder.joblib\nmetadata.json\nmodel.joblib\nscaler.joblib\n',
      '#model-metadata': metadata(),
    },
  },
  pages: {
    node: {
      ...first.pages?.['node'],
      '8000 /health': recorded('api-health-v2'),
      '8080 /health': recorded('airflow-health'),
      '8081 /api/health/': { status: 'up' },
      '8090 /api/topics': console,
      '3000 /login': login,
      [AIRFLOW.dags]: recorded('airflow-dags'),
      [AIRFLOW.aggregation]: recorded('airflow-runs-success'),
      [AIRFLOW.training]: recorded('airflow-runs-training'),
    },
  },
  notebooks: { node: { [NOTEBOOK]: trained() } },
  passes: { except: ['cleanup-server', 'cleanup-lease', 'cleanup-fip'] },
};

/** In the last world, without what was seen before. */
function late(...changes: readonly Change[]): { in: string; change: Change }[] {
  return changes.map((change) => ({
    in: 'done',
    change: (world) => {
      delete world.after;
      change(world);
    },
  }));
}
const printed = (check: string, ...said: readonly vm.Said[]): { in: string; change: Change }[] =>
  late(...said.map((each) => vm.says(check, each)));
const fault = { exit: 1, stderr: 'Error response from daemon: no such container\n' };

export const lab: LabWorlds = {
  id,
  worlds: [first, done, vm.gone(machine, 'done', 'all')],
  wrong: [
    ...vm.wrongStart(machine, { error: 1 }),
    {
      failure: 2,
      name: 'Adminer left on MySQL',
      invisible: 'What somebody chooses in its login form is seen by nobody else.',
    },
    {
      failure: 3,
      name: 'the first API still has port 8000',
      in: 'done',
      change: vm.all(
        vm.says('v1-stopped', SECOND.replace('api-v2', 'api-v1')),
        vm.shows('8000 /health', recorded('api-health-v1')),
        (world) => {
          delete world.after;
        },
      ),
      fails: ['v1-stopped', 'api-v2-kafka'],
      hint: /Stop data_generator and api_v1/,
    },
    {
      failure: 4,
      name: 'the keys in Redis have expired',
      in: 'done',
      change: late(vm.says('redis-features', ''))[0]?.change ?? vm.silent,
      fails: ['redis-features'],
      hint: /right after the burst/,
    },
    {
      failure: 5,
      name: 'the burst raised no alert',
      in: 'done',
      change: late(vm.says('topics', topics(...SOURCES)))[0]?.change ?? vm.silent,
      fails: ['moderation-topic'],
      hint: /one alert only/,
    },
    {
      failure: 6,
      name: 'the scoring service joined after the request',
      in: 'done',
      change: late(vm.says('moderation-row', '\n'))[0]?.change ?? vm.silent,
      fails: ['moderation-row'],
      unknown: ['risk-log'],
      hint: /burst again/,
    },
    {
      failure: 7,
      name: 'Airflow is still being built',
      in: 'done',
      change: vm.all(vm.says('airflow-init-done', 'running 0\n'), vm.closes(8080)),
      fails: ['airflow-init-done', 'airflow-healthy'],
      unknown: ['airflow-dags'],
      hint: /takes minutes/,
    },
    {
      failure: 8,
      name: 'the DAGs look paused',
      invisible: 'That is as it should be before they are triggered.',
    },
    {
      failure: 9,
      name: 'the aggregation ran before there were topics',
      in: 'done',
      change: vm.all(
        vm.says('topics', topics()),
        vm.shows(AIRFLOW.aggregation, recorded('airflow-runs-none')),
        vm.says('watermark', { exit: 1, stderr: 'Variable does not exist\n' }),
      ),
      fails: ['dag-aggregation-ok', 'topics', 'watermark'],
      hint: /real-time part first/,
    },
    {
      failure: 10,
      name: 'the training data was made before the aggregation',
      in: 'done',
      change: vm.all(
        vm.says('iceberg-window-tables', 'moderation.training_data\n'),
        vm.shows(AIRFLOW.aggregation, recorded('airflow-runs-none')),
      ),
      fails: ['iceberg-window-tables', 'dag-aggregation-ok'],
      hint: /aggregation makes them/,
    },
    {
      failure: 11,
      name: 'Nimtable was not connected',
      in: 'done',
      change: vm.says('nimtable-catalog', '\n'),
      fails: ['nimtable-catalog'],
      hint: /jdbc\.user/,
    },
    {
      failure: 12,
      name: 'the checkpoint can’t be read in Adminer',
      invisible: 'It is encrypted there, as it should be.',
    },
    {
      failure: 13,
      name: 'too little data to train on',
      in: 'done',
      change: vm.all(
        vm.says('model-artifacts', '\n'),
        vm.saves(NOTEBOOK, notebook(['Imports ready\n', 'Using snapshot id: 42\n', { error: 'ValueError' }])),
      ),
      fails: ['model-artifacts', 'notebook-executed'],
      hint: /class labels/,
    },
    {
      failure: 14,
      name: 'the server is deleted, its address is not',
      in: 'gone',
      change: (world) => {
        delete world.openstack?.[vm.SITE]?.[`network /v2.0/floatingips/${vm.FIP_ID}`];
        world.inventory?.floatingIps?.push({ address: vm.ADDRESS, status: 'DOWN' });
      },
      fails: ['cleanup-fip'],
      hint: /leaves its floating IP behind/,
    },
  ],
  exempt: {
    ...vm.exemptStart,
    watermark: { none: 'It holds no list.', 'a list of nulls': 'It holds no list.' },
  },
  alike: {
    ...vm.alikeStart(machine),
    ...vm.alikeLease(machine),
    'postgres-healthy': [
      vm.says('postgres-healthy', 'starting\n'),
      vm.says('postgres-healthy', 'unhealthy\n'),
      vm.says('postgres-healthy', fault),
    ],
    'adminer-up': [
      vm.shows('5050 /', '<html><title>Welcome to nginx!</title></html>'),
      vm.shows('5050 /', { status: 502, body: '<title>Login - Adminer</title>' }),
      vm.closes(5050),
    ],
    'app-tables': [
      vm.says('app-tables', 'comments\nflags\nimages\nusers\n'),
      vm.says('app-tables', 'comments_old\nflags\nimages\nmoderation\nusers\n'),
    ],
    databases: [
      vm.prints('databases', 'nimtable\n', ''),
      vm.prints('databases', 'airflow\n', 'airflow_db\n'),
    ],
    'minio-healthy': [vm.says('minio-healthy', 'starting\n'), vm.says('minio-healthy', fault)],
    buckets: [
      vm.says('buckets', 'gourmetgram-images\n'),
      vm.says('buckets', 'gourmetgram-datalake-old\ngourmetgram-images\n'),
    ],
    'dataset-ready': [
      vm.says('dataset-ready', '/extract exited 0\n/transform running 0\n'),
      vm.says('dataset-ready', '/extract exited 1\n/transform exited 0\n'),
      vm.says('dataset-ready', { exit: 1, stdout: '/extract exited 0\n' }),
    ],
    'api-v1-health': [
      vm.shows('8000 /health', recorded('api-health-v2')),
      vm.shows('8000 /health', { status: 'unhealthy' }),
      vm.closes(8000),
    ],
    'api-docs': [
      vm.shows(
        '8000 /openapi.json',
        documented((all) => delete all['/flags/']),
      ),
      vm.shows(
        '8000 /openapi.json',
        documented((all) => delete all['/images/{image_id}/view']),
      ),
      vm.shows(
        '8000 /openapi.json',
        documented(() => undefined, 'Food Classification API'),
      ),
    ],
    'generator-running': [
      vm.says('generator-running', 'exited\n'),
      vm.says('generator-running', 'restarting\n'),
      vm.says('generator-running', fault),
    ],
    'rows-accumulate': [
      vm.says('rows-accumulate', '10 20 0 0 8\n'),
      vm.says('rows-accumulate', '31 44 12 0 1810\n'),
      vm.says('rows-accumulate', '9 44 12 3 1810\n'),
      vm.says('rows-accumulate', '31 19 12 3 1810\n'),
      vm.says('rows-accumulate', '31 44 12 3 20\n'),
    ],
    'views-accumulate': [vm.says('views-accumulate', '0\n'), vm.says('views-accumulate', '\n')],
    'images-in-bucket': [
      vm.says('images-in-bucket', ''),
      vm.says('images-in-bucket', 'readme.txt\n'),
      vm.says('images-in-bucket', fault),
    ],
    'v1-stopped': printed('v1-stopped', FIRST, `${SECOND}api-v1\n`, SECOND.replace('api-v2', 'api-v20')),
    'api-v2-kafka': late(
      vm.shows('8000 /health', recorded('api-health-v1')),
      vm.shows('8000 /health', kafka({ kafka_enabled: false })),
      vm.shows('8000 /health', kafka({ kafka_stats: { total_events: 0 } })),
      vm.shows('8000 /health', kafka({ kafka_enabled: 'true' })),
    ),
    'realtime-stack': printed(
      'v1-stopped',
      SECOND.replace('stream-consumer\n', ''),
      SECOND.replace('redis\n', ''),
      SECOND.replace('redpanda\n', ''),
    ),
    'redpanda-healthy': printed(
      'redpanda-healthy',
      health(false),
      'Healthy: trueish?\n'.replace('true', 'un'),
      fault,
    ),
    topics: printed(
      'topics',
      topics(...SOURCES.slice(1)),
      topics('gourmetgram.views.old', 'gourmetgram.comments', 'gourmetgram.flags', 'gourmetgram.uploads'),
    ),
    'topic-traffic': printed(
      'topic-traffic',
      watermark(0),
      { exit: 1, stderr: 'UNKNOWN_TOPIC\n' },
      watermark(0).split('\n')[0] ?? '',
    ),
    'redis-ping': printed('redis-ping', 'LOADING\n', { exit: 1, stderr: 'Connection refused\n' }),
    'redis-features': printed('redis-features', '', 'image:x:total_views\n', `image:${IMAGE}:views:1hr\n`),
    'console-ui': late(
      vm.shows('8090 /api/topics', { topics: [] }),
      vm.shows('8090 /api/topics', { topics: [{ topicName: 'gourmetgram.views.old' }] }),
      vm.closes(8090),
    ),
    'redisinsight-ui': late(
      vm.shows('8081 /api/health/', { status: 'down' }),
      vm.shows('8081 /api/health/', '<html>Airflow</html>'),
      vm.closes(8081),
    ),
    'viral-image': printed('viral-image', '', '109\n', fault),
    'moderation-topic': printed(
      'topics',
      topics(...SOURCES),
      topics(...SOURCES, 'gourmetgram.moderation_requests.old'),
    ),
    'moderation-row': printed('moderation-row', '\n', `${IMAGE}\n`, `${IMAGE} 1.6\n`, 'x 0.6\n'),
    'risk-log': printed('risk-log', { exit: 1, stdout: '0\n' }, '0\n'),
    'airflow-init-done': printed('airflow-init-done', 'exited 1\n', 'running 0\n', fault),
    'airflow-healthy': late(
      vm.shows('8080 /health', recorded('airflow-health-no-scheduler')),
      vm.shows('8080 /health', { metadatabase: { status: 'healthy' }, scheduler: { status: null } }),
      vm.closes(8080),
    ),
    'airflow-dags': late(
      vm.shows(AIRFLOW.dags, dagsWithout('moderation_training')),
      vm.shows(AIRFLOW.dags, dagsWithout('redpanda_event_aggregation')),
      vm.shows(AIRFLOW.dags, recorded('airflow-dags-wrong-password')),
    ),
    'dag-aggregation-ok': late(
      vm.shows(AIRFLOW.aggregation, recorded('airflow-runs-none')),
      vm.shows(AIRFLOW.aggregation, recorded('airflow-runs-training')),
    ),
    watermark: printed(
      'watermark',
      { exit: 1, stderr: 'Variable does not exist\n' },
      '{"offsets": {"gourmetgram.views": {"0": 5}, "gourmetgram.comments": {"0": 5}}}\n',
      '{"run_id": "x"}\n',
    ),
    'iceberg-window-tables': printed(
      'iceberg-window-tables',
      TABLES.replace('flag_windows_5min', 'flag_windows_1min'),
      'moderation.training_data\n',
    ),
    'iceberg-window-files': printed(
      'iceberg-window-files',
      LAKE.replace(/view_windows_5min\/data/g, 'view_windows_5min/tmp'),
      LAKE.replaceAll('view_windows', 'flag_windows'),
    ),
    'nimtable-up': late(vm.shows('3000 /login', '<html><title>Grafana</title></html>'), vm.closes(3000)),
    'nimtable-catalog': printed('nimtable-catalog', '\n', 'gourmetgram_old\n', {
      exit: 1,
      stderr: 'ERROR:  relation "catalogs" does not exist\n',
    }),
    'dag-training-ok': late(
      vm.shows(AIRFLOW.training, recorded('airflow-runs-none')),
      vm.shows(AIRFLOW.training, recorded('airflow-runs-success')),
    ),
    'iceberg-training-table': printed(
      'iceberg-window-tables',
      `${WINDOWS.join('\n')}\n`,
      'moderation.training_data_old\n',
    ),
    'jupyter-running': printed('jupyter-running', 'exited\n', 'running\n{"message": "Forbidden"}', {
      exit: 7,
      stdout: 'running\n',
    }),
    'model-artifacts': printed('model-artifacts', 'encoder.joblib\nmodel.joblib\nscaler.joblib\n', '\n'),
    'model-metadata': printed(
      'model-metadata',
      metadata({ snapshot_id: 'None' }),
      metadata({ rows_seen: 0 }),
      metadata({ algorithm: 'LogisticRegression' }),
    ),
    'notebook-executed': late(
      vm.saves(NOTEBOOK, trained('Training complete | batches: 0 | rows: 0')),
      vm.saves(NOTEBOOK, trained('Training complete')),
      vm.saves(NOTEBOOK, notebook(['', '', { output: 'Training complete | batches: 3 | rows: 9\n' }])),
    ),
  },
};
