/** What the tracking server of the MLflow lab knows when the lab is done. Times: ms since 1970, `up` the server's start. */

export const EXPERIMENT_ID = '1';

interface Pair<Value> {
  readonly key: string;
  readonly value: Value;
}

export interface RunRecord {
  readonly info: {
    readonly run_id: string;
    readonly run_uuid: string;
    readonly experiment_id: string;
    readonly run_name: string;
    readonly user_id: string;
    readonly status: 'FINISHED' | 'KILLED';
    readonly start_time: number;
    readonly end_time: number;
    readonly artifact_uri: string;
    readonly lifecycle_stage: 'active';
  };
  readonly data: {
    readonly metrics: readonly (Pair<number> & { readonly timestamp: number; readonly step: number })[];
    readonly params: readonly Pair<string>[];
    readonly tags: readonly Pair<string>[];
  };
  readonly inputs: object;
  readonly outputs: object;
}

const TORCH = {
  initial_epochs: '5',
  total_epochs: '20',
  patience: '5',
  batch_size: '32',
  lr: '0.0001',
  fine_tune_lr: '1e-05',
  model_architecture: 'MobileNetV2',
  dropout_probability: '0.5',
  random_horizontal_flip: '0.5',
};
const LIGHTNING = { optimizer_name: 'Adam', betas: '(0.9, 0.999)', epochs: '20', weight_decay: '0' };
const SYSTEM = {
  'system/cpu_utilization_percentage': 70,
  'system/gpu_0_memory_usage_megabytes': 2100,
};
const LEARNT = { train_loss: 0.4, train_accuracy: 0.88, val_loss: 0.5, val_accuracy: 0.86 };

/** All runs, the newest first. */
export function runsOf(up: number): RunRecord[] {
  return [
    run(up, 'e', 'lightning lr 0.0003', 105, 'FINISHED', {
      metrics: {
        ...LEARNT,
        ...SYSTEM,
        'system/gpu_0_utilization_percentage': 84,
        test_loss: 0.39,
        test_accuracy: 0.9112,
      },
      params: { ...LIGHTNING, lr: '0.0003' },
      tags: { 'mlflow.source.git.commit': 'c'.repeat(40), 'mlflow.autologging': 'pytorch', Mode: 'testing' },
    }),
    run(up, 'd', 'lightning lr 0.0001', 90, 'FINISHED', {
      metrics: {
        ...LEARNT,
        ...SYSTEM,
        'system/gpu_0_utilization_percentage': 82,
        test_loss: 0.4,
        test_accuracy: 0.9056,
      },
      params: { ...LIGHTNING, lr: '0.0001' },
      tags: { 'mlflow.source.git.commit': 'c'.repeat(40), 'mlflow.autologging': 'pytorch', Mode: 'testing' },
    }),
    run(up, 'b', 'polite-heron-7', 70, 'FINISHED', {
      metrics: {
        ...LEARNT,
        ...SYSTEM,
        'system/gpu_0_utilization_percentage': 63,
        epoch_time: 24,
        test_loss: 0.41,
        test_accuracy: 0.9041,
      },
      params: { ...TORCH, num_workers: '16' },
      tags: {
        'mlflow.source.git.commit': 'b'.repeat(40),
        'mlflow.note.content': 'With 16 data loader workers: is the GPU busier?',
      },
    }),
    run(up, 'a', 'brave-owl-4', 55, 'KILLED', {
      metrics: { ...LEARNT, ...SYSTEM, 'system/gpu_0_utilization_percentage': 21, epoch_time: 55 },
      params: TORCH,
      tags: { 'mlflow.source.git.commit': 'a'.repeat(40) },
    }),
  ];
}

const MINUTE_MS = 60_000;

function run(
  up: number,
  letter: string,
  name: string,
  startMinute: number,
  status: RunRecord['info']['status'],
  data: {
    readonly metrics: Readonly<Record<string, number>>;
    readonly params: Readonly<Record<string, string>>;
    readonly tags: Readonly<Record<string, string>>;
  },
): RunRecord {
  const id = letter.repeat(32);
  const start = up + startMinute * MINUTE_MS;
  const end = start + 12 * MINUTE_MS;
  const pairs = (of: Readonly<Record<string, string>>): Pair<string>[] =>
    Object.entries(of).map(([key, value]) => ({ key, value }));
  return {
    info: {
      run_id: id,
      run_uuid: id,
      experiment_id: EXPERIMENT_ID,
      run_name: name,
      user_id: 'jovyan',
      status,
      start_time: start,
      end_time: end,
      artifact_uri: `mlflow-artifacts:/${EXPERIMENT_ID}/${id}/artifacts`,
      lifecycle_stage: 'active',
    },
    data: {
      metrics: Object.entries(data.metrics).map(([key, value]) => ({
        key,
        value,
        timestamp: end - MINUTE_MS,
        step: 0,
      })),
      params: pairs(data.params),
      tags: pairs({
        'mlflow.user': 'jovyan',
        'mlflow.source.name': 'train.py',
        'mlflow.source.type': 'LOCAL',
        'mlflow.runName': name,
        ...data.tags,
      }),
    },
    inputs: {},
    outputs: {},
  };
}

/** Models that runs stored, of one experiment. */
export function loggedModels(up: number): object[] {
  return runsOf(up)
    .filter(({ info }) => info.status === 'FINISHED')
    .map(({ info }) => ({
      info: {
        model_id: `m-${info.run_id}`,
        experiment_id: EXPERIMENT_ID,
        name: 'model',
        creation_timestamp_ms: info.end_time,
        last_updated_timestamp_ms: info.end_time,
        artifact_uri: `mlflow-artifacts:/${EXPERIMENT_ID}/models/m-${info.run_id}/artifacts`,
        status: 'LOGGED_MODEL_READY',
        model_type: '',
        source_run_id: info.run_id,
      },
      data: {},
    }));
}

/** The version of a registered model: one was registered by hand, one is the best run. */
export function modelVersions(up: number, name: string): object[] {
  const runs = runsOf(up);
  const of = { food11: runs[2], 'food11-staging': runs[0] }[name];
  if (of === undefined) return [];
  const time = of.info.end_time + 5 * MINUTE_MS;
  return [
    {
      name,
      version: '1',
      creation_timestamp: time,
      last_updated_timestamp: time,
      current_stage: 'None',
      description: '',
      source: `${of.info.artifact_uri}/model`,
      run_id: of.info.run_id,
      status: 'READY',
      run_link: '',
    },
  ];
}
