import {
  all,
  deleted,
  failsWith,
  hushes,
  keptAddress,
  lease,
  ofLease,
  ofServer,
  oneServer,
  says,
  server,
  shows,
  noKeys,
  unbound,
} from '../edits';
import { recorded } from '../recorded';
import { must, type Change, type LabWorlds, type RightWorld } from '../world';

const parameters = { netID: 'ab1234', username: 'alexbaker' };
const LEASE = 'mlflow_ab1234';
const SERVER = 'node-mlflow-alexbaker';
const ADDRESS = '129.114.108.20';
const SHA = `sha256:${'6c9d3f2e8b1a4d7f'.repeat(4)}`;
const RUNS = '8000 POST /api/2.0/mlflow/runs/search';
const EXPERIMENT = '8000 /api/2.0/mlflow/experiments/get-by-name';
const ARTIFACTS = '8000 /api/2.0/mlflow/artifacts/list';
const MODELS = '8000 POST /api/2.0/mlflow/logged-models/search';
const REGISTERED = '8000 /api/2.0/mlflow/registered-models/get';
const STAGING = '8000 /api/2.0/mlflow/model-versions/search';
const ofCloud = ['clean-server', 'clean-lease', 'clean-fip'];

const rocm = (rows: number): string =>
  [
    '=========================== ROCm System Management Interface ===========================',
    'Device  Node  IDs              Temp    Power  SCLK    MCLK     Fan  Perf  PwrCap  VRAM%  GPU%',
    ...Array.from(
      { length: rows },
      (_, at) =>
        `${at}       2     0x738c,   50334  35.0°C  33.0W  300Mhz  1200Mhz  0%   auto  290.0W  0%     0%`,
    ),
    '================================= End of ROCm SMI Log ==================================',
    '',
  ].join('\n');
const nvidia = (gpus: number): string =>
  Array.from(
    { length: gpus },
    (_, at) => `GPU ${at}: NVIDIA A100-PCIE-40GB (UUID: GPU-3f2e8b1a-4d7f-5e0c-2b9a-8d7e6f5a4b3${at})\n`,
  ).join('');

const files = {
  '#ssh-ready': '',
  '#repo-cloned': 'main\n',
  '#docker-ready': '28.3.3\ncc adm sudo docker\n',
  '#gpu-visible': nvidia(2),
  '#nvidia-runtime':
    '{"io.containerd.runc.v2":{"path":"runc"},"nvidia":{"path":"nvidia-container-runtime"}}\n' +
    '{\n  "exec-opts": ["native.cgroupdriver=cgroupfs"],\n  "runtimes": {}\n}\n',
  '#nvtop-installed': '/usr/bin/nvtop\n',
  '#image-built': `${SHA}\n`,
  '#volume-created': 'food11\n',
  '#data-loaded': 'exited 0\n',
  '#data-layout': 'evaluation\ntraining\nvalidation\n',
  '#train-repo': 'https://github.com/teaching-on-testbeds/gourmetgram-train\n',
  '#commit-num-workers': 'Increased the number of data loader workers\n',
  '#lightning-branch': 'Only rank 0 logs now\nAdded MLflow logging to Lightning\n',
  '#model-downloaded': '/home/cc/mlflow-chi/workspace_mlflow/downloaded_model/model/MLmodel\n',
};

const done: RightWorld = {
  variant: 'nvidia',
  parameters,
  inventory: oneServer(
    {
      name: LEASE,
      nodeType: 'compute_liqid',
      start: '2026-06-01T14:00:00Z',
      end: '2026-06-01T16:50:00Z',
    },
    { name: SERVER, image: 'CC-Ubuntu24.04-CUDA' },
    ADDRESS,
  ),
  ssh: {
    node: {
      ...files,
      '#stack-running': '/minio running\n/postgres running\n/mlflow running\n',
      '#minio-healthy': 'healthy\n',
      '#bucket-exists': '0\nmlflow-artifacts\n',
      '#jupyter-running': 'jupyter-mlflow running\n',
      '#jupyter-env': `http://${ADDRESS}:8000/\n/mnt/Food-11\n`,
      '#clean-stack': 'mlflow\npostgres\nminio\n',
      '#clean-jupyter': 'jupyter\n',
    },
  },
  pages: {
    node: {
      '8000 /': recorded('mlflow3-ui'),
      '8000 /health': recorded('mlflow3-health'),
      [EXPERIMENT]: recorded('mlflow3-experiment'),
      [RUNS]: recorded('mlflow3-runs-search'),
      [ARTIFACTS]: recorded('mlflow3-artifacts'),
      [MODELS]: recorded('mlflow3-logged-models'),
      [REGISTERED]: recorded('mlflow3-registered'),
      [STAGING]: recorded('mlflow3-staging'),
      '9001 /': recorded('minio-console'),
      '8888 /api': recorded('jupyter-api'),
    },
  },
  passes: { except: ['clean-stack', 'clean-jupyter', ...ofCloud] },
};

const amd: RightWorld = {
  ...done,
  variant: 'amd',
  inventory: {
    ...done.inventory,
    leases: [{ ...must(done.inventory?.leases?.[0]), nodeType: 'gpu_mi100' }],
    servers: [{ name: SERVER, image: 'CC-Ubuntu24.04-ROCm', lease: LEASE }],
  },
  ssh: {
    node: {
      ...done.ssh?.['node'],
      '#repo-cloned': 'amd\n',
      '#gpu-visible': rocm(2),
      '#nvtop-installed': '/usr/local/bin/nvtop\n',
    },
  },
};

const vm: RightWorld = {
  ...done,
  variant: 'vm',
  inventory: {
    ...done.inventory,
    leases: [
      {
        name: LEASE,
        flavor: 'g1.h100.pci.1',
        start: '2026-06-01T14:00:00Z',
        end: '2026-06-01T16:50:00Z',
      },
    ],
    servers: [
      {
        name: SERVER,
        image: 'CC-Ubuntu24.04-CUDA',
        lease: LEASE,
        securityGroups: ['allow-ssh', 'allow-8888', 'allow-8000', 'allow-9000', 'allow-9001'],
      },
    ],
  },
  ssh: { node: { ...done.ssh?.['node'], '#repo-cloned': 'vm\n', '#gpu-visible': nvidia(1) } },
};

const stopped: RightWorld = {
  ...done,
  name: 'stopped',
  after: 'nvidia',
  ssh: { node: { ...files, '#clean-stack': '', '#clean-jupyter': '' } },
  pages: {},
  passes: { except: ofCloud },
};

const gone = (name: string, variant: string, after: string, site: string): RightWorld => ({
  ...deleted(done, after, site, ADDRESS),
  name,
  variant,
  passes: name === 'deleted' ? 'all' : { except: ['clean-stack', 'clean-jupyter'] },
});

interface Run {
  info: Record<string, unknown>;
  data: { metrics?: Pair[]; params?: Pair[]; tags: Pair[] };
}
interface Pair {
  key: string;
  value: unknown;
}

/** The runs of a world, changed in place; they begin with the newest. */
const runs =
  (change: (runs: Run[]) => Run[]): Change =>
  (world) => {
    const answer = must(world.pages?.['node'])[RUNS] as { runs: Run[] };
    answer.runs = change(answer.runs);
  };
const only = (keep: (run: Run) => boolean): Change => runs((all) => all.filter(keep));
const each = (change: (run: Run) => void): Change =>
  runs((all) => {
    for (const run of all) change(run);
    return all;
  });
const has = (run: Run, key: string, room: 'metrics' | 'params' | 'tags' = 'params'): boolean =>
  run.data[room]?.some((pair) => pair.key === key) === true;
const without = (run: Run, key: string, room: 'metrics' | 'params' | 'tags'): void => {
  run.data[room] = (run.data[room] ?? []).filter((pair) => pair.key !== key);
};
const isLightning = (run: Run): boolean => has(run, 'optimizer_name');
const isFast = (run: Run): boolean => has(run, 'num_workers');
const value = (run: Run, room: 'metrics' | 'params' | 'tags', key: string, to: unknown): void => {
  for (const pair of run.data[room] ?? []) if (pair.key === key) pair.value = to;
};
/** What a second process logs: the machine, and nothing of the model. */
const twice = runs((all) => {
  const copy = structuredClone(must(all.find((run) => has(run, 'Mode', 'tags'))));
  copy.info['run_id'] = '0'.repeat(32);
  copy.data.params = [];
  copy.data.metrics = [{ key: 'system/gpu_0_utilization_percentage', value: 30 }];
  return [copy, ...all];
});
const page = (key: string, name: string): Change => shows(key, recorded(name));
const groups = (...names: string[]): Change => ofServer({ securityGroups: names });
const opens =
  (name: string, ports: number[]): Change =>
  (world) => {
    must(world.inventory).securityGroups = [{ name, ports }];
  };

export const lab: LabWorlds = {
  id: 'lab5-mlflow',
  worlds: [
    done,
    amd,
    vm,
    stopped,
    gone('deleted', 'nvidia', 'stopped', 'CHI@TACC'),
    gone('deleted amd', 'amd', 'amd', 'CHI@TACC'),
    gone('deleted vm', 'vm', 'vm', 'KVM@TACC'),
  ],
  wrong: [
    {
      failure: 1,
      name: 'one GPU where two were wanted',
      invisible: 'One GPU is allowed, so nothing is wrong with it.',
    },
    {
      failure: 2,
      name: 'a lease that could not start behind another',
      change: all(ofLease({ status: 'ERROR' }), (world) => {
        must(world.inventory).servers = [];
        must(world.inventory).floatingIps = [];
      }),
      fails: ['lease-exists', 'server-active'],
      unknown: ['lease-active'],
      hint: /minute 50/,
    },
    {
      failure: 3,
      name: 'a failed server has the name',
      change: ofServer({ status: 'ERROR' }),
      fails: ['server-active'],
      unknown: ['server-image'],
      hint: /delete it in Horizon/,
    },
    {
      failure: 4,
      name: 'AMD with the usual image',
      in: 'amd',
      change: all(
        ofServer({ image: 'CC-Ubuntu24.04' }),
        failsWith('gpu-visible', 127, 'rocm-smi: not found'),
      ),
      fails: ['server-image', 'gpu-visible'],
      hint: /CC-Ubuntu24\.04-ROCm/,
    },
    {
      failure: 5,
      name: 'nvtop of Ubuntu on AMD',
      in: 'amd',
      change: says('nvtop-installed', '/usr/bin/nvtop\n'),
      fails: ['nvtop-installed'],
      hint: /from source/,
    },
    {
      failure: 6,
      name: 'no groups on the virtual machine',
      in: 'vm',
      change: groups('default'),
      fails: ['security-groups'],
      hint: /blocked/,
    },
    {
      failure: 7,
      name: 'the image is still being built',
      change: all(
        failsWith('image-built', 1, 'Error response from daemon: No such image', '\n'),
        failsWith('jupyter-running', 1, 'Error: No such object: jupyter', '\n'),
        hushes(8888),
      ),
      fails: ['image-built', 'jupyter-running', 'jupyter-http'],
      unknown: ['jupyter-env'],
      hint: /very long/,
    },
    {
      failure: 8,
      name: 'MLflow ends at its start',
      change: all(
        says('stack-running', '/minio running\n/postgres running\n/mlflow restarting\n'),
        says('bucket-exists', '1\n'),
        hushes(8000),
      ),
      fails: ['stack-running', 'bucket-exists', 'mlflow-http'],
      unknown: ['experiment-created', 'torch-run'],
      hint: /started again/,
    },
    {
      failure: 9,
      name: 'the AMD container cannot open the GPU',
      in: 'amd',
      change: each((run) => without(run, 'system/gpu_0_utilization_percentage', 'metrics')),
      fails: ['system-metrics'],
      hint: /without the GPU/,
    },
    {
      failure: 10,
      name: 'runs went elsewhere',
      change: all(
        says('jupyter-env', 'http://129.114.108.99:8000/\n/mnt/Food-11\n'),
        page(EXPERIMENT, 'mlflow3-experiment-404'),
        page(RUNS, 'mlflow3-runs-search-bad-id'),
      ),
      fails: ['jupyter-env', 'experiment-created'],
      unknown: ['torch-run', 'lightning-run', 'staging-registered'],
      hint: /before the floating IP/,
    },
    {
      failure: 11,
      name: 'two runs of one training',
      change: twice,
      fails: ['lightning-rank0-only'],
      hint: /global_rank/,
    },
    {
      failure: 12,
      name: 'the GPU still waits for its data',
      change: all(
        only((run) => !isFast(run)),
        says('commit-num-workers', ''),
      ),
      fails: ['commit-num-workers', 'torch-run-fast'],
      hint: /num_workers to 16/,
    },
    {
      failure: 13,
      name: 'the run that was stopped is still open',
      change: runs((all) => {
        const run = must(all.find((each) => !isLightning(each) && !isFast(each)));
        run.info['status'] = 'RUNNING';
        run.data.metrics = [];
        return [run];
      }),
      fails: ['torch-run'],
      unknown: ['torch-run-fast'],
      hint: /still open/,
    },
    {
      failure: 14,
      name: 'a browser is refused',
      invisible:
        'The forward is a local name, which MLflow trusts; only a browser at the public address is refused.',
    },
  ],
  alike: {
    'key-at-site': [
      noKeys,
      (world) => {
        must(world.inventory?.keyPairs?.[0]).publicKey = '';
      },
    ],
    'lease-exists': [
      ofLease({ status: 'TERMINATED' }),
      ofLease({ name: 'mlflow_ab12345' }),
      ofLease({ name: 'MLFLOW_ab1234' }),
      (world) => {
        must(world.inventory?.leases).push({ ...lease(world), id: '11111111-2222-4333-8444-555555555555' });
      },
    ],
    'lease-resource': [
      ofLease({ amount: 2 }),
      ofLease({ floatingIps: 1 }),
      { in: 'amd', change: ofLease({ amount: 2 }) },
      { in: 'vm', change: ofLease({ flavor: 'g1.h100.pci.10' }) },
      { in: 'vm', change: ofLease({ amount: 2 }) },
      (world) => {
        delete lease(world).nodeType;
        lease(world).flavor = 'm1.small';
      },
    ],
    'lease-length': [
      ofLease({ end: '2026-06-01T17:01:00Z' }),
      { in: 'vm', change: ofLease({ end: '2026-06-01T16:51:00Z' }) },
      ofLease({ end: '2026-06-01T14:00:00Z' }),
    ],
    'lease-active': [ofLease({ status: 'PENDING' }), ofLease({ end: '2026-06-01T14:59:00Z' })],
    'server-active': [
      ofServer({ status: 'BUILD' }),
      ofServer({ name: 'node-mlflow-alexbaker2' }),
      (world) => {
        must(world.inventory?.servers).push({ ...server(world), id: '11111111-2222-4333-8444-555555555555' });
      },
    ],
    'server-image': [
      ofServer({ image: 'CC-Ubuntu24.04' }),
      ofServer({ image: 'CC-Ubuntu24.04-CUDA-old' }),
      { in: 'amd', change: ofServer({ image: 'CC-Ubuntu24.04-CUDA' }) },
    ],
    'security-groups': [
      groups('allow-ssh', 'allow-8888', 'allow-8000', 'allow-9000'),
      groups('allow-ssh', 'allow-8888', 'allow-8000', 'allow-9000', 'allow-90010'),
      opens('allow-8000', [800]),
      opens('allow-ssh', []),
    ],
    'fip-associated': [
      unbound,
      (world) => {
        must(world.inventory).floatingIps = [];
      },
    ],
    'ssh-ready': [says('ssh-ready', { down: 'auth' }), failsWith('ssh-ready', 1)],
    'repo-cloned': [
      says('repo-cloned', 'amd\n'),
      says('repo-cloned', 'mainline\n'),
      failsWith('repo-cloned', 128, 'fatal: cannot change to', ''),
    ],
    'docker-ready': [
      says('docker-ready', '28.3.3\ncc adm sudo dockerusers\n'),
      says('docker-ready', 'cc docker\n'),
      failsWith('docker-ready', 1, 'permission denied', '\n'),
    ],
    'gpu-visible': [
      says('gpu-visible', 'No devices found.\n'),
      says('gpu-visible', 'GPU access blocked by the operating system\n'),
      { in: 'vm', change: says('gpu-visible', nvidia(2)) },
      { in: 'amd', change: says('gpu-visible', rocm(0)) },
      { in: 'amd', change: says('gpu-visible', 'WARNING: No AMD GPUs specified\n') },
    ],
    'nvidia-runtime': [
      says('nvidia-runtime', '{"runc":{"path":"runc"}}\n{"exec-opts":["native.cgroupdriver=cgroupfs"]}\n'),
      says('nvidia-runtime', '{"nvidia":{}}\n{"exec-opts":["native.cgroupdriver=systemd"]}\n'),
      says('nvidia-runtime', '{"nvidia":{}}\n{"labels":["native.cgroupdriver=cgroupfs"]}\n'),
      says('nvidia-runtime', 'null\n{"exec-opts":["native.cgroupdriver=cgroupfs"],"nvidia":1}\n'),
    ],
    'nvtop-installed': [
      failsWith('nvtop-installed', 1),
      says('nvtop-installed', 'nvtop: not found\n'),
      { in: 'amd', change: says('nvtop-installed', '/usr/bin/nvtop\n') },
    ],
    'image-built': [failsWith('image-built', 1, 'No such image', '\n'), says('image-built', 'sha256:\n')],
    'volume-created': [
      says('volume-created', 'food110\n'),
      failsWith('volume-created', 1, 'no such volume', '\n'),
    ],
    'data-loaded': [
      says('data-loaded', 'running 0\n'),
      says('data-loaded', 'exited 1\n'),
      says('data-loaded', 'exited 01\n'),
      failsWith('data-loaded', 1, 'No such object', '\n'),
    ],
    'data-layout': [
      says('data-layout', 'training\nvalidation\n'),
      says('data-layout', 'Food-11.zip\n'),
      says('data-layout', 'evaluation\ntraining\nvalidation_old\n'),
      failsWith('data-layout', 1, 'ls: /mnt/Food-11: No such file or directory'),
    ],
    'stack-running': [
      says('stack-running', '/minio running\n/postgres exited\n/mlflow running\n'),
      failsWith('stack-running', 1, 'No such object: mlflow', '/minio running\n/postgres running\n'),
    ],
    'minio-healthy': [says('minio-healthy', 'unhealthy\n'), says('minio-healthy', 'starting\n')],
    'bucket-exists': [
      says('bucket-exists', '0\nmlflow-artifacts2\n'),
      says('bucket-exists', '1\nmlflow-artifacts\n'),
      says('bucket-exists', '0\n'),
      failsWith('bucket-exists', 1, 'No such object', 'mlflow-artifacts\n'),
    ],
    'mlflow-http': [
      page('8000 /', 'mlflow3-host-ui'),
      page('8000 /', 'mlflow3-health'),
      shows('8000 /', '<html><title>MLflow is starting</title></html>'),
      hushes(8000),
    ],
    'minio-console-http': [
      shows('9001 /', '<html><title>Console</title></html>'),
      shows('9001 /', { status: 502, body: 'MinIO Console' }),
    ],
    'jupyter-running': [
      says('jupyter-running', 'jupyter-ray running\n'),
      says('jupyter-running', 'jupyter-mlflow exited\n'),
      says('jupyter-running', 'jupyter-mlflow-old running\n'),
    ],
    'jupyter-env': [
      says('jupyter-env', `http://${ADDRESS}0:8000/\n/mnt/Food-11\n`),
      says('jupyter-env', 'http://:8000/\n/mnt/Food-11\n'),
      says('jupyter-env', `http://${ADDRESS}:8000/\n/mnt/Food\n`),
      failsWith('jupyter-env', 1, '', `http://${ADDRESS}:8000/\n`),
    ],
    'jupyter-http': [page('8888 /api', 'jupyter-host-refused'), shows('8888 /api', { message: 'up' })],
    'train-repo': [
      says('train-repo', 'https://github.com/teaching-on-testbeds/gourmetgram-train-old\n'),
      says('train-repo', 'https://github.com/teaching-on-testbeds/gourmetgram\n'),
      failsWith('train-repo', 128, 'fatal: not a git repository'),
    ],
    'experiment-created': [
      page(EXPERIMENT, 'mlflow3-experiment-404'),
      page(EXPERIMENT, 'mlflow3-experiment-deleted'),
      shows(EXPERIMENT, {
        experiment: { experiment_id: '3', name: 'food11-classifier2', lifecycle_stage: 'active' },
      }),
      shows(EXPERIMENT, {
        experiment: { experiment_id: '1', name: 'food11-classifier', lifecycle_stage: 'deleted' },
      }),
    ],
    'torch-run': [
      page(RUNS, 'mlflow3-runs-search-bad-id'),
      only(isLightning),
      each((run) => without(run, 'epoch_time', 'metrics')),
      only(isFast),
      each((run) => {
        run.info['experiment_id'] = '7';
      }),
      each((run) => {
        run.info['lifecycle_stage'] = 'deleted';
      }),
    ],
    'system-metrics': [
      page(RUNS, 'mlflow3-runs-search-bad-id'),
      each((run) => without(run, 'system/gpu_0_utilization_percentage', 'metrics')),
    ],
    'gpu-info-artifact': [
      page(ARTIFACTS, 'mlflow3-artifacts-none'),
      shows(ARTIFACTS, { files: [{ path: 'gpu-info.txt.bak', is_dir: false }] }),
      shows(ARTIFACTS, { files: [{ path: 'gpu-info.txt', is_dir: true }] }),
    ],
    'commit-num-workers': [
      says('commit-num-workers', 'Data workers\nloader\n'),
      failsWith('commit-num-workers', 128, 'fatal: not a git repository'),
    ],
    'torch-run-fast': [
      each((run) => {
        if (isFast(run)) run.info['status'] = 'KILLED';
      }),
      each((run) => without(run, 'test_accuracy', 'metrics')),
      each((run) => value(run, 'params', 'num_workers', '1')),
      each((run) => value(run, 'tags', 'mlflow.source.git.commit', 'a'.repeat(40))),
    ],
    'run-description': [
      each((run) => without(run, 'mlflow.note.content', 'tags')),
      each((run) => value(run, 'tags', 'mlflow.note.content', ' \n')),
    ],
    'model-logged': [
      page(MODELS, 'mlflow3-logged-models-none'),
      (world) => {
        const answer = must(world.pages?.['node'])[MODELS] as { models: { info: Record<string, string> }[] };
        for (const { info } of answer.models) info['status'] = 'LOGGED_MODEL_UPLOAD_FAILED';
      },
      (world) => {
        const answer = must(world.pages?.['node'])[MODELS] as { models: { info: Record<string, string> }[] };
        for (const { info } of answer.models) info['experiment_id'] = '2';
      },
    ],
    'model-registered': [
      page(REGISTERED, 'mlflow3-registered-404'),
      shows(REGISTERED, { registered_model: { name: 'food11' } }),
      shows(REGISTERED, {
        registered_model: {
          name: 'food11',
          latest_versions: [{ name: 'food11', version: '1', status: 'FAILED_REGISTRATION' }],
        },
      }),
    ],
    'lightning-branch': [
      says('lightning-branch', 'Added MLflow logging to Lightning\n'),
      says('lightning-branch', 'Only rank 0 logs\n'),
      failsWith('lightning-branch', 128, "fatal: ambiguous argument 'lightning'"),
    ],
    'lightning-run': [
      only((run) => !isLightning(run)),
      each((run) => {
        if (isLightning(run)) run.info['status'] = 'RUNNING';
      }),
      each((run) => value(run, 'tags', 'Mode', 'training')),
      each((run) => {
        if (isLightning(run)) without(run, 'test_accuracy', 'metrics');
      }),
    ],
    'lightning-rank0-only': [twice, each((run) => without(run, 'mlflow.source.git.commit', 'tags'))],
    'compare-runs': [
      each((run) => value(run, 'params', 'lr', '0.0001')),
      runs((all) =>
        all.filter(
          (run) =>
            !isLightning(run) ||
            run === all.find((one) => isLightning(one) && one.info['status'] === 'FINISHED'),
        ),
      ),
    ],
    'staging-registered': [
      page(STAGING, 'mlflow3-staging-none'),
      (world) => {
        const answer = must(world.pages?.['node'])[STAGING] as { model_versions: Record<string, string>[] };
        // The best run is an older version.
        answer.model_versions.push({
          ...must(answer.model_versions[0]),
          version: '2',
          run_id: 'f'.repeat(32),
        });
      },
      (world) => {
        const answer = must(world.pages?.['node'])[STAGING] as { model_versions: Record<string, string>[] };
        must(answer.model_versions[0])['status'] = 'PENDING_REGISTRATION';
      },
      each((run) => {
        if (isFast(run)) value(run, 'metrics', 'test_accuracy', 0.99);
      }),
    ],
    'model-downloaded': [
      says('model-downloaded', ''),
      failsWith('model-downloaded', 1, 'find: No such file or directory'),
    ],
    'clean-stack': [says('clean-stack', 'postgres\n'), failsWith('clean-stack', 1, 'permission denied')],
    'clean-jupyter': [says('clean-jupyter', 'jupyter\n'), failsWith('clean-jupyter', 1, 'permission denied')],
    'clean-server': [
      (world) => {
        must(world.inventory).servers = [{ name: SERVER }];
      },
    ],
    'clean-lease': [
      (world) => {
        must(world.inventory).leases = [{ name: LEASE, status: 'ERROR' }];
      },
    ],
    'clean-fip': [keptAddress('CHI@TACC', ADDRESS)],
  },
};
