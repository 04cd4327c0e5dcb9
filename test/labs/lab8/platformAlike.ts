import { recorded } from '../recorded';
import * as vm from '../virtualMachine';
import { notebook, type LabWorlds } from '../world';
import {
  machine,
  IMAGE,
  NOTEBOOK,
  trained,
  topics,
  SOURCES,
  watermark,
  health,
  WINDOWS,
  TABLES,
  LAKE,
  metadata,
  FIRST,
  SECOND,
  AIRFLOW,
  dagsWithout,
  documented,
  kafka,
  late,
  login,
  printed,
  fault,
} from './platform';

/** What is like the right answer of each check, and is not right. */
export const alike: LabWorlds['alike'] = {
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
  databases: [vm.prints('databases', 'nimtable\n', ''), vm.prints('databases', 'airflow\n', 'airflow_db\n')],
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
  'nimtable-up': late(
    vm.shows('3000 /login', '<html><title>Grafana</title><body>Nimtable</body></html>'),
    vm.shows('3000 /login', '<html><title>Nimtable</title><body>It works!</body></html>'),
    vm.shows('3000 /login', login.replace('<title>Nimtable', '<title>Nimtable Docs')),
    vm.shows('3000 /login', { status: 404, body: login }),
    vm.shows('3000 /login', { error: 'JAVA_API_URL is not set', by: 'Nimtable' }),
    vm.closes(3000),
  ),
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
};
