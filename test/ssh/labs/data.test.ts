import { rmSync } from 'node:fs';
import path from 'node:path';
import { lab as persist } from '../../labs/worlds/lab8-data-persist';
import { lab as platform } from '../../labs/worlds/lab8-data-platform';
import { metadata } from '../../labs/lab8/platform';
import { inLab, onHost, onHosts, program, script, startServices } from '../setup';
import { clone } from './clone';
import { RealHosts } from './realHost';
import { reallyRuns } from './standIn';

const content = onHosts('ssh', 'labs', 'content');

describe('Lab 8, platform, on a real PostgreSQL, Redis and Adminer behind a real sshd', () => {
  const socket = inLab('state', 'postgres');
  const psql = (...words: string[]): Promise<string> =>
    onHost('data', 'psql', '-h', socket, '-U', 'user', '-v', 'ON_ERROR_STOP=1', '-q', ...words);
  const redis = (...words: string[]): Promise<string> => onHost('data', 'redis-cli', ...words);
  const VIEWS = 'image:7d0f3c52-5a8e-4f39-9c41-2b6f1d9a0e77:total_views';
  const APPLICATION = ['app-tables', 'rows-accumulate', 'views-accumulate', 'viral-image'];
  const ICEBERG = ['iceberg-window-tables', 'iceberg-training-table'];
  const OF_POSTGRES = [...APPLICATION, 'databases', ...ICEBERG, 'nimtable-catalog'];
  const OF_REDIS = ['redis-ping', 'redis-features'];
  const models = '~/data-platform-chi/model_training/workspace/models';
  const real = new RealHosts({
    worlds: platform,
    hosts: { node: 'data' },
    standIns: [
      'docker-ready',
      'postgres-healthy',
      'minio-healthy',
      'buckets',
      'dataset-ready',
      'generator-running',
    ],
    answers: [
      reallyRuns('docker exec postgres psql', `psql -h '${socket}'`),
      reallyRuns('docker exec redis redis-cli', 'redis-cli'),
    ],
  });

  before(async () => {
    await real.up('postgres', 'redis', 'adminer', 'api');
    await clone('data', 'data-platform-chi', 'main');
    for (const name of ['model.joblib', 'scaler.joblib', 'encoder.joblib'])
      real.put('node', `${models}/${name}`, 'x');
    real.put('node', `${models}/metadata.json`, metadata());
    await redis('flushall');
    const made = (await psql('-d', 'postgres', '-Atc', 'select datname from pg_database')).split('\n');
    for (const name of ['gourmetgram', 'airflow', 'iceberg_catalog', 'nimtable'].filter((each) =>
      made.includes(each),
    ))
      await psql('-d', 'postgres', '-c', `drop database ${name} with (force)`);
    await psql('-d', 'postgres', '-c', 'drop user if exists nimtable_user');
  });
  after(() => real.end());

  it('a PostgreSQL and a Redis in which nothing is yet', () =>
    real.sees({
      fails: ['api-v2-kafka', 'redis-features', ...OF_POSTGRES],
      unknown: ['moderation-row'],
    }));

  it('all passes that a student who did it has, at the first version of the API', async () => {
    await psql('-d', 'postgres', '-f', path.join(content, 'data.sql'));
    await redis('set', VIEWS, '120');
    await real.sees({ fails: ['api-v2-kafka'] });
  });

  it('the second version is another one, and says nothing before its first event', async () => {
    await script('down.sh', 'api');
    await script('up.sh', 'api', { API_KAFKA: 'yes' });
    await real.sees({ fails: ['api-v1-health', 'api-v2-kafka'] });
    await onHost('data', 'curl', '-sf', '-X', 'POST', 'http://127.0.0.1:8000/comments/');
    await real.sees({ fails: ['api-v1-health'] });
    await script('down.sh', 'api');
    await real.sees({ fails: ['api-v1-health', 'api-v2-kafka', 'api-docs'] });
    await script('up.sh', 'api', { API_KAFKA: 'yes' });
    await onHost('data', 'curl', '-sf', '-X', 'POST', 'http://127.0.0.1:8000/comments/');
  });

  it('too few rows, none seen often, and a moderation of another image', async () => {
    await psql('-d', 'gourmetgram', '-c', 'update images set views = views - 100 where views >= 110');
    await psql('-d', 'gourmetgram', '-c', 'delete from flags');
    await real.sees({
      fails: ['api-v1-health', 'rows-accumulate', 'viral-image'],
      unknown: ['moderation-row'],
    });
    await psql(
      '-d',
      'gourmetgram',
      '-c',
      'update images set views = 500 where id = (select id from images order by views limit 1)',
    );
    await psql('-d', 'gourmetgram', '-c', "update moderation set inference_mode = 'model'");
    await real.sees({ fails: ['api-v1-health', 'rows-accumulate', 'moderation-row'] });
  });

  it('keys of another feature', async () => {
    await redis('rename', VIEWS, `${VIEWS}_5min`);
    try {
      await real.sees({ fails: ['redis-features'] }, OF_REDIS);
    } finally {
      await redis('rename', `${VIEWS}_5min`, VIEWS);
    }
  });

  it('Redis that was stopped, and Adminer', async () => {
    await script('down.sh', 'redis', 'adminer');
    await real.sees({ fails: ['adminer-up', ...OF_REDIS] }, ['adminer-up', ...OF_REDIS, 'databases']);
    await script('up.sh', 'redis', 'adminer');
  });

  it('a PostgreSQL and a Redis that hang are unknown', async () => {
    await script('service.sh', 'hang', 'postgres');
    await script('service.sh', 'hang', 'redis');
    try {
      const asked = ['ssh-login', 'app-tables', 'databases', ...OF_REDIS];
      await real.sees({ unknown: asked.slice(1) }, asked);
    } finally {
      await script('service.sh', 'wake', 'postgres');
      await script('service.sh', 'wake', 'redis');
    }
  });

  it('PostgreSQL that was stopped', async () => {
    await script('down.sh', 'postgres');
    await real.sees({ fails: OF_POSTGRES, unknown: ['moderation-row'] }, [...OF_POSTGRES, 'moderation-row']);
    await script('up.sh', 'postgres');
  });
});

describe('Lab 8, persistent data, on a real MLflow 2 behind a real sshd', () => {
  const real = new RealHosts({ worlds: persist, hosts: { node: 'persist' } });
  const OF_RUNS = ['mlflow-metric', 'mlflow-artifact'];

  before(async () => {
    await real.up();
    await script('down.sh', 'mlflow2');
    rmSync(inLab('state', 'mlflow2'), { recursive: true, force: true });
    await startServices('mlflow2');
    await clone('persist', 'data-persist-chi', 'main');
  });
  after(() => real.end());

  it('an MLflow in which nothing was logged', () =>
    real.sees({ fails: ['mlflow-experiment'], unknown: OF_RUNS }));

  it('all passes that a student who did it has', async () => {
    const python = program('mlflow2', 'python');
    await onHost('persist', python, path.join(content, 'mlflow_runs.py'), 'http://127.0.0.1:8000', 'persist');
    await real.sees();
  });

  it('a run that was deleted does not count, though MLflow keeps it', async () => {
    const { runs } = JSON.parse(await ask('runs/search', { experiment_ids: ['1'] })) as {
      runs: { info: { run_id: string } }[];
    };
    await ask('runs/delete', { run_id: runs[0]?.info.run_id });
    try {
      await real.sees({ fails: ['mlflow-metric'], unknown: ['mlflow-artifact'] });
    } finally {
      await ask('runs/restore', { run_id: runs[0]?.info.run_id });
    }
  });

  it('an MLflow that hangs is unknown', async () => {
    await script('service.sh', 'hang', 'mlflow2');
    try {
      await real.sees({ unknown: ['mlflow-up', 'mlflow-experiment', ...OF_RUNS] });
    } finally {
      await script('service.sh', 'wake', 'mlflow2');
    }
  });
});

function ask(what: string, body: object): Promise<string> {
  const url = `http://127.0.0.1:8000/api/2.0/mlflow/${what}`;
  const json = ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)];
  return onHost('persist', 'curl', '-sS', '--fail-with-body', '-X', 'POST', ...json, url);
}
