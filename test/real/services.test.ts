import path from 'node:path';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { lab as serving } from '../labs/worlds/lab6-serve-system';
import { lab as loop } from '../labs/worlds/lab7-eval-loop';
import { lab as tracking } from '../labs/worlds/lab5-mlflow';
import { lab as platform } from '../labs/worlds/lab8-data-platform';
import { SEEN_REALLY } from '../labs/seenReally';
import { clone } from '../ssh/labs/clone';
import { RealHosts } from '../ssh/labs/realHost';
import { answer } from '../ssh/labs/standIn';
import { inLab, onHost, onHosts, program, script, up } from '../ssh/setup';

const run = promisify(execFile);
const content = onHosts('real', 'content');
const long = (id: string): readonly string[] => SEEN_REALLY[id]?.long ?? [];

describe('Lab 5 on a real MinIO', () => {
  const real = new RealHosts({ worlds: tracking, hosts: { node: 'mlflow' }, asked: long('lab5-mlflow') });

  before(async () => {
    await install('minio');
    await real.up('minio');
  });
  after(() => real.end());

  it('its console answers', () => real.sees());

  it('MinIO that hangs is unknown, and one that was stopped fails', async () => {
    await script('service.sh', 'hang', 'minio');
    try {
      await real.sees({ unknown: ['minio-console-http'] });
    } finally {
      await script('service.sh', 'wake', 'minio');
    }
    await script('down.sh', 'minio');
    await real.sees({ fails: ['minio-console-http'] });
  });
});

describe('Lab 6 on a real Triton', () => {
  const real = new RealHosts({ worlds: serving, hosts: { node: 'serve' }, asked: long('lab6-serve-system') });

  before(async () => {
    await install('triton');
    await real.up();
    await script('down.sh', 'fastapi');
    await script('up.sh', 'triton');
  });
  after(async () => {
    await script('down.sh', 'triton');
    await real.end();
  });

  it('before a request there are no batches', () => real.sees({ fails: ['triton-batched'] }));

  it('after many at once all passes', async () => {
    const python = program('triton', 'python');
    await onHost('serve', python, path.join(content, 'triton_requests.py'));
    await real.sees();
  });

  it('Triton that hangs is unknown', async () => {
    await script('service.sh', 'hang', 'triton', 'tritonserver');
    try {
      await real.sees({ unknown: long('lab6-serve-system').filter((id) => id !== 'ssh-ready') });
    } finally {
      await script('service.sh', 'wake', 'triton', 'tritonserver');
    }
  });

  it('without batching', async () => {
    await script('down.sh', 'triton');
    await script('up.sh', 'triton', { TRITON_PREFERRED: '' });
    await real.sees({ fails: ['triton-dynamic-batching'], unknown: ['triton-batched'] });
  });
});

describe('Lab 8 on a real Airflow', () => {
  const real = new RealHosts({
    worlds: platform,
    hosts: { node: 'data' },
    asked: long('lab8-data-platform'),
  });
  const runs = ['dag-aggregation-ok', 'dag-training-ok'];

  before(async () => {
    await install('airflow');
    await real.up('airflow');
    await dagsAreRead();
  });
  after(async () => {
    await script('down.sh', 'airflow');
    await real.end();
  });

  it('before a run no run has succeeded', () => real.sees({ fails: runs }));

  it('a run that succeeded passes, one that failed does not', async () => {
    for (const dag of ['redpanda_event_aggregation', 'moderation_training']) {
      await airflow('PATCH', `dags/${dag}`, { is_paused: false });
      await airflow('POST', `dags/${dag}/dagRuns`, {});
    }
    await until('dags/~/dagRuns', '[.dag_runs[].state] | all(. == "success" or . == "failed")');
    await real.sees({ fails: ['dag-training-ok'] });
  });

  it('a scheduler that died: 200 all the same, and it fails', async () => {
    await script('service.sh', 'hang', 'airflow', 'airflow scheduler');
    try {
      await until('health', '.scheduler.status == "unhealthy"', '');
      await real.sees({ fails: ['airflow-healthy'], unknown: ['airflow-dags', ...runs] });
    } finally {
      await script('service.sh', 'wake', 'airflow', 'airflow scheduler');
    }
  });

  async function dagsAreRead(): Promise<void> {
    await until('dags', '[.dags[].dag_id] | contains(["redpanda_event_aggregation", "moderation_training"])');
  }
});

describe('Lab 7, the loop, on a real Label Studio and a real MinIO', () => {
  const real = new RealHosts({
    worlds: loop,
    hosts: { node: 'online' },
    asked: long('lab7-eval-loop'),
  });
  const ofProject = ['ls-label-config', 'ls-production-labelled'];
  const ofStudio = ['ls-profile-name', 'ls-project-production', ...ofProject];

  before(async () => {
    await install('minio', 'labelstudio');
    await real.up('minio-online', 'labelstudio');
    await clone('online', 'eval-loop-chi', 'main');
    const token = await readFile(inLab('keys', 'label_studio_token'), 'utf8');
    real.say('node', [answer('docker exec jupyter printenv LABEL_STUDIO_USER_TOKEN', `${token}\n`)]);
  });
  after(async () => {
    await script('down.sh', 'labelstudio', 'minio-online');
    await real.end();
  });

  it('a Label Studio in which nothing was made', () =>
    real.sees({ fails: ['ls-profile-name', 'ls-project-production'], unknown: ofProject }));

  it('a project that is not labelled to its end, and one that is', async () => {
    const token = await readFile(inLab('keys', 'label_studio_token'), 'utf8');
    const script_ = path.join(content, 'label_studio.py');
    await onHost('online', 'python3', script_, token, '9');
    await real.sees({ fails: ['ls-production-labelled'] });
    await onHost('online', 'python3', script_, token, '10');
    await real.sees();
  });

  it('another token is refused: then nothing can be told', async () => {
    const wrong = answer('docker exec jupyter printenv LABEL_STUDIO_USER_TOKEN', 'x\n');
    const right = await readFile(inLab('keys', 'label_studio_token'), 'utf8');
    real.say('node', [wrong]);
    try {
      await real.sees({ unknown: ofStudio });
    } finally {
      real.say('node', [answer('docker exec jupyter printenv LABEL_STUDIO_USER_TOKEN', `${right}\n`)]);
    }
  });

  it('a Label Studio that hangs is unknown, MinIO is not', async () => {
    await script('service.sh', 'hang', 'labelstudio');
    try {
      await real.sees({ unknown: ['labelstudio-up', ...ofStudio] });
    } finally {
      await script('service.sh', 'wake', 'labelstudio');
    }
  });
});

async function install(...names: string[]): Promise<void> {
  await up();
  await script('install.sh', ...names);
}

/** A call of Airflow's API on its host. */
function airflow(method: string, what: string, body?: object): Promise<string> {
  const json = body === undefined ? [] : ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)];
  const url = `http://127.0.0.1:8080/api/v1/${what}`;
  return onHost('data', 'curl', '-sSf', '-u', 'admin:gourmetgram_airflow', '-X', method, ...json, url);
}

/** Waits until what Airflow answers is so, by jq. */
async function until(what: string, holds: string, under = 'api/v1/'): Promise<void> {
  const url = `http://127.0.0.1:8080/${under}${what}`;
  const ask = `until curl -s -u admin:gourmetgram_airflow '${url}' | jq -e '${holds}' > /dev/null; do sleep 1; done`;
  await run(path.join(import.meta.dirname, '../ssh/lab/host.sh'), [
    'run',
    'data',
    'timeout',
    '150',
    'bash',
    '-c',
    ask,
  ]);
}
