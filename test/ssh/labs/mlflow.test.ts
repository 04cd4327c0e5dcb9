import assert from 'node:assert/strict';
import path from 'node:path';
import { lab as worlds } from '../../labs/worlds/lab5-mlflow';
import { onHost, onHosts, program, script } from '../setup';
import { clone } from './clone';
import { RealHosts } from './realHost';
import { answer } from './standIn';

const content = onHosts('ssh', 'labs', 'content');
const HOME = '/home/cc/mlflow-chi';
const TRAIN = `${HOME}/workspace_mlflow/gourmetgram-train`;
const WITH_EXPERIMENT = [
  'torch-run',
  'system-metrics',
  'gpu-info-artifact',
  'torch-run-fast',
  'run-description',
  'model-logged',
  'lightning-run',
  'lightning-rank0-only',
  'compare-runs',
  'staging-registered',
];
const OF_MLFLOW = ['experiment-created', 'model-registered', ...WITH_EXPERIMENT];
const OF_LOGIN = ['repo-cloned', 'train-repo', 'commit-num-workers', 'lightning-branch', 'model-downloaded'];
const OF_DOCKER = [
  'docker-ready',
  'image-built',
  'volume-created',
  'data-loaded',
  'stack-running',
  'minio-healthy',
  'bucket-exists',
  'jupyter-running',
  'jupyter-env',
];

interface Run {
  readonly info: { readonly run_id: string; readonly run_name: string };
}

describe('Lab 5 on a real MLflow, behind a real sshd', () => {
  const real = new RealHosts({
    worlds,
    hosts: { node: 'mlflow' },
    standIns: OF_DOCKER,
    answers: [
      answer("docker version --format '{{.Server.Version}}'", '28.3.3\n'),
      answer("docker inspect -f '{{.State.ExitCode}}' tracking_service-minio-create-bucket-1", '0\n'),
      answer('docker exec minio ls /data', 'mlflow-artifacts\n'),
    ],
  });
  let runs: readonly Run[] = [];
  let experiment = '';

  before(async () => {
    await real.up();
    const train = 'mlflow-chi/workspace_mlflow/gourmetgram-train';
    await clone('mlflow', 'mlflow-chi', 'main');
    await clone('mlflow', train, 'main', 'Increased the number of data loader workers');
    await clone('mlflow', train, 'lightning', 'Added MLflow logging to Lightning', 'Only rank 0 logs now');
    await onHost('mlflow', 'mkdir', '-p', `${HOME}/workspace_mlflow/downloaded_model`);
    await onHost('mlflow', 'cp', '/etc/hostname', `${HOME}/workspace_mlflow/downloaded_model/MLmodel`);
    const python = program('mlflow3', 'python');
    await onHost('mlflow', python, path.join(content, 'mlflow_runs.py'), 'http://127.0.0.1:8000', 'full');
    const found = await ask('experiments/get-by-name?experiment_name=food11-classifier');
    ({ experiment_id: experiment } = found['experiment'] as { experiment_id: string });
    ({ runs } = (await ask('runs/search', { experiment_ids: [experiment], max_results: 100 })) as {
      runs: Run[];
    });
  });
  after(() => real.end());

  it('all passes that a student who did it has', () => real.sees());

  it('an experiment of another name is not the one', async () => {
    await ask('experiments/update', { experiment_id: experiment, new_name: 'food11-classifier2' });
    try {
      await real.sees({ fails: ['experiment-created'], unknown: WITH_EXPERIMENT });
    } finally {
      await ask('experiments/update', { experiment_id: experiment, new_name: 'food11-classifier' });
    }
  });

  it('a deleted experiment is not there', async () => {
    await ask('experiments/delete', { experiment_id: experiment });
    try {
      await real.sees({ fails: ['experiment-created'], unknown: WITH_EXPERIMENT });
    } finally {
      await ask('experiments/restore', { experiment_id: experiment });
    }
  });

  it('a deleted run does not count, though MLflow keeps it', async () => {
    const { run_id: id } = named('as it came');
    await ask('runs/delete', { run_id: id });
    try {
      await real.sees({
        fails: ['torch-run'],
        unknown: ['gpu-info-artifact', 'torch-run-fast', 'staging-registered'],
      });
    } finally {
      await ask('runs/restore', { run_id: id });
    }
  });

  it('a second process that logs the same training is found', async () => {
    const tags = [{ key: 'mlflow.source.git.commit', value: 'c'.repeat(40) }];
    const made = await ask('runs/create', { experiment_id: experiment, start_time: 1, tags });
    const { run_id: id } = (made['run'] as Run).info;
    const metrics = [{ key: 'system/gpu_1_utilization_percentage', value: 12, timestamp: 1, step: 0 }];
    await ask('runs/log-batch', { run_id: id, metrics });
    try {
      await real.sees({ fails: ['lightning-rank0-only'] });
    } finally {
      // MLflow brings a deleted run back with its experiment.
      await ask('runs/delete-tag', { run_id: id, key: 'mlflow.source.git.commit' });
      await ask('runs/delete', { run_id: id });
    }
  });

  it('a description that was taken away, and one of blanks', async () => {
    const { run_id: id } = named('faster');
    const key = 'mlflow.note.content';
    await ask('runs/delete-tag', { run_id: id, key });
    try {
      await real.sees({ fails: ['run-description'] });
      await ask('runs/set-tag', { run_id: id, key, value: ' \n' });
      await real.sees({ fails: ['run-description'] }, ['run-description']);
    } finally {
      await ask('runs/set-tag', { run_id: id, key, value: 'More workers load the data' });
    }
  });

  it('a version of the staging model that is not of the best run', async () => {
    const source = `mlflow-artifacts:/${experiment}/${named('faster').run_id}/artifacts/model`;
    const made = await ask('model-versions/create', {
      name: 'food11-staging',
      source,
      run_id: named('faster').run_id,
    });
    const { version } = made['model_version'] as { version: string };
    try {
      await real.sees({ fails: ['staging-registered'] });
    } finally {
      await ask('model-versions/delete', { name: 'food11-staging', version }, 'DELETE');
    }
  });

  it('a registered model of another name is another one', async () => {
    await ask('registered-models/rename', { name: 'food11', new_name: 'food110' });
    try {
      await real.sees({ fails: ['model-registered'] });
    } finally {
      await ask('registered-models/rename', { name: 'food110', new_name: 'food11' });
    }
  });

  it('an MLflow that hangs is unknown, and nothing of it passes or fails', async () => {
    await script('service.sh', 'hang', 'mlflow');
    try {
      await real.sees({ unknown: ['mlflow-http', ...OF_MLFLOW] });
    } finally {
      await script('service.sh', 'wake', 'mlflow');
    }
  });

  it('a Jupyter that was stopped fails, alone', async () => {
    await script('down.sh', 'jupyter');
    try {
      await real.sees({ fails: ['jupyter-http'] });
    } finally {
      await script('up.sh', 'jupyter');
    }
  });

  it('another clone in the place of the training code', async () => {
    await onHost(
      'mlflow',
      'git',
      '-C',
      TRAIN,
      'remote',
      'set-url',
      'origin',
      'https://github.com/someone/gourmetgram-train',
    );
    try {
      await real.sees({ fails: ['train-repo'], unknown: ['commit-num-workers', 'lightning-branch'] });
    } finally {
      const right = 'https://github.com/teaching-on-testbeds/gourmetgram-train';
      await onHost('mlflow', 'git', '-C', TRAIN, 'remote', 'set-url', 'origin', right);
    }
  });

  it('a folder that was never cloned', async () => {
    await onHost('mlflow', 'mv', HOME, `${HOME}-`);
    try {
      await real.sees({
        fails: ['repo-cloned', 'train-repo', 'model-downloaded'],
        unknown: ['commit-num-workers', 'lightning-branch'],
      });
    } finally {
      await onHost('mlflow', 'mv', `${HOME}-`, HOME);
    }
  });

  it('without sshd there is no answer to anything', async () => {
    const host = { serverId: 'mlflow' };
    await script('host.sh', 'ssh', host.serverId, 'off');
    await script('host.sh', 'drop', host.serverId);
    try {
      const asked = ['mlflow-http', 'jupyter-http', ...OF_MLFLOW, ...OF_LOGIN, ...OF_DOCKER];
      await real.sees({ unknown: ['ssh-ready', ...asked] });
    } finally {
      await script('host.sh', 'ssh', host.serverId, 'on');
    }
  });

  function named(name: string): Run['info'] {
    const found = runs.find(({ info }) => info.run_name === name);
    assert(found !== undefined, `no run ${name}`);
    return found.info;
  }
});

/** A call of MLflow's API on its host. @throws where it refuses */
async function ask(path: string, body?: object, method = 'POST'): Promise<Record<string, unknown>> {
  const json =
    body === undefined
      ? []
      : ['-X', method, '-H', 'Content-Type: application/json', '-d', JSON.stringify(body)];
  const url = `http://127.0.0.1:8000/api/2.0/mlflow/${path}`;
  const text = await onHost('mlflow', 'curl', '-sS', '--fail-with-body', ...json, url);
  return JSON.parse(text) as Record<string, unknown>;
}
