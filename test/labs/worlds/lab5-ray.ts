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
  shows,
  noKeys,
  unbound,
} from '../edits';
import { recorded } from '../recorded';
import { must, type Change, type LabWorlds, type RightWorld } from '../world';

const parameters = { netID: 'ab1234', username: 'alexbaker' };
const LEASE = 'mltrain_ab1234';
const SERVER = 'node-mltrain-alexbaker';
const ADDRESS = '129.114.108.21';
const NODES = '8265 /nodes';
const VERSION = '8265 /api/version';
const ofCloud = ['clean-server', 'clean-lease', 'clean-fip'];

const row = (at: number): string =>
  `${at}       2     0x738c,   50334  35.0°C  33.0W  300Mhz  1200Mhz  0%   auto  290.0W  0%     0%\n`;
const rocm = (...rows: number[]): string =>
  `======== ROCm System Management Interface ========\nDevice  Node  IDs   Temp  Power  VRAM%  GPU%\n${rows.map(row).join('')}======== End of ROCm SMI Log ========\n`;
const nvidia = (...uuids: string[]): string =>
  uuids
    .map((uuid, at) => `GPU ${at}: NVIDIA A100-PCIE-40GB (UUID: GPU-3f2e8b1a-4d7f-5e0c-2b9a-${uuid})\n`)
    .join('');
const [FIRST, SECOND] = ['8d7e6f5a4b30', '8d7e6f5a4b31'];

interface Job {
  id: string;
  done: boolean;
  entrypoint: string;
  start: number;
  end: number | null;
  started: boolean;
  train: boolean;
  tune: boolean;
  sizes: string[];
  ranks: string[];
  gpus: number[];
  firsts: number;
  restored: boolean;
  trials: number;
}
interface Seen {
  jobs: Job[];
  alive: number;
  dead: number;
  runs?: string[];
}

const MINUTE = 60_000;
const job = (id: string, startMinute: number, minutes: number, more: Partial<Job> = {}): Job => ({
  id,
  done: true,
  entrypoint: 'python gourmetgram-train/train.py',
  start: startMinute * MINUTE,
  end: (startMinute + minutes) * MINUTE,
  started: true,
  train: false,
  tune: false,
  sizes: [],
  ranks: [],
  gpus: [],
  firsts: 0,
  restored: false,
  trials: 0,
  ...more,
});
const train = { train: true, sizes: ['1'], ranks: ['0'], gpus: [1], firsts: 1 };
const half = { ...train, gpus: [0.5] };
const jobs: Job[] = [
  job('plain', 0, 12),
  job('infeasible', 13, 0, { done: false, end: null, started: false }),
  job('train', 14, 10, train),
  job('two', 25, 8, { ...train, sizes: ['2'], ranks: ['0', '1'] }),
  job('half-a', 34, 12, half),
  job('half-b', 35, 12, half),
  job('half-c', 36, 12, half),
  job('fault', 50, 14, { ...train, firsts: 2 }),
  job('tune', 66, 20, { tune: true, trials: 16 }),
];
const seen = (of: Partial<Seen> = {}): string => `${JSON.stringify({ jobs, alive: 3, dead: 1, ...of })}\n`;
const RUNS = ['ray_train_run-2026-03-01_10-00-00', 'train_func_2026-03-01_10-30-00'];

interface RayNode {
  raylet: { state: string; isHeadNode: boolean; nodeId: string };
}
const nodesPage = (change: (nodes: RayNode[]) => RayNode[]): { data: { summary: RayNode[] } } => {
  const answer = recorded('ray-nodes') as { data: { summary: RayNode[] } };
  answer.data.summary = change(answer.data.summary);
  return answer;
};
const withDead = (nodes: RayNode[]): RayNode[] => {
  const worker = structuredClone(must(nodes.find(({ raylet }) => !raylet.isHeadNode)));
  worker.raylet = { ...worker.raylet, state: 'DEAD', nodeId: 'd'.repeat(56) };
  return [...nodes, worker];
};
const dies = (which: (node: RayNode) => boolean) => (nodes: RayNode[]) =>
  nodes.map((node) => (which(node) ? { raylet: { ...node.raylet, state: 'DEAD' } } : node));
const oneWorker = (nodes: RayNode[]): RayNode[] =>
  nodes.filter((node, at) => node.raylet.isHeadNode || at === 0);

const status = [
  '======== Autoscaler status: 2026-11-22 10:38:38.510289 ========',
  'Total Usage:',
  ' 0.0/68.0 CPU',
  ' 0.0/2.0 GPU',
  'Pending Demands:',
  " {'CPU': 8.0, 'GPU': 2.0}: 1+ pending tasks/actors",
  '',
].join('\n');
const infeasible = (text: string, list: unknown): string => `${text}-- jobs\n${JSON.stringify(list)}\n`;
const whole = (nodes: unknown): string => `running\nrunning\n${JSON.stringify(nodes)}\n`;
const metrics = (grafana: unknown, prometheus: unknown): string =>
  `${JSON.stringify(grafana)}\n-- prometheus\n${String(prometheus)}`;

const files = {
  '#ssh-ready': '',
  '#repo-cloned': 'main\n',
  '#docker-ready': '28.3.3\ncc adm sudo docker\n',
  '#nvidia-runtime': '{"nvidia":{"path":"nvidia-container-runtime"},"runc":{"path":"runc"}}\n',
  '#nvtop-installed': '/usr/bin/nvtop\n',
  '#volume-created': 'food11\n',
  '#data-loaded': 'exited 0\n',
  '#data-layout': 'evaluation\ntraining\nvalidation\n',
  '#gpu-count': nvidia(FIRST, SECOND),
  '#train-repo': 'https://github.com/teaching-on-testbeds/gourmetgram-train\n',
};

const done: RightWorld = {
  variant: 'nvidia',
  parameters,
  inventory: oneServer(
    { name: LEASE, nodeName: 'liqid01', start: '2026-06-01T14:00:00Z', end: '2026-06-01T16:50:00Z' },
    { name: SERVER, image: 'CC-Ubuntu24.04-CUDA' },
    ADDRESS,
  ),
  ssh: {
    node: {
      ...files,
      '#cluster-running':
        '/ray-head running\n/ray-worker-0 running\n/ray-worker-1 running\n/minio running\n/grafana running\n',
      '#worker-gpus': `${nvidia(FIRST)}-- worker 1\n${nvidia(SECOND)}`,
      '#bucket-exists': '0\nray\n',
      '#grafana-http': metrics(recorded('grafana-health'), recorded('prometheus-healthy')),
      '#jupyter-running': 'jupyter-ray running\n',
      '#jupyter-env': `http://${ADDRESS}:8265/\n`,
      '#job-plain': seen(),
      '#job-train': seen({ runs: RUNS }),
      '#job-infeasible': infeasible(status, recorded('ray-jobs')),
      '#worker-restarted': whole(nodesPage(withDead)),
      '#clean-cluster': 'ray-head\nminio\n',
      '#clean-jupyter': 'jupyter\n',
    },
  },
  pages: {
    node: {
      [VERSION]: recorded('ray-version'),
      [NODES]: nodesPage(withDead),
      '9001 /': recorded('minio-console'),
      '8888 /api': recorded('jupyter-api'),
    },
  },
  passes: { except: ['clean-cluster', 'clean-jupyter', ...ofCloud] },
};

const amd: RightWorld = {
  ...done,
  variant: 'amd',
  inventory: {
    ...done.inventory,
    leases: [{ ...must(done.inventory?.leases?.[0]), nodeName: 'c03-01' }],
    servers: [{ name: SERVER, image: 'CC-Ubuntu24.04-ROCm', lease: LEASE }],
  },
  ssh: {
    node: {
      ...done.ssh?.['node'],
      '#repo-cloned': 'amd\n',
      '#nvtop-installed': '/usr/local/bin/nvtop\n',
      '#gpu-count': rocm(0, 1),
      '#worker-image': `sha256:${'6c9d3f2e8b1a4d7f'.repeat(4)}\n`,
      '#worker-gpus': `${rocm(0)}-- worker 1\n${rocm(0)}`,
    },
  },
};

const stopped: RightWorld = {
  ...done,
  name: 'stopped',
  after: 'nvidia',
  ssh: { node: { ...files, '#clean-cluster': '', '#clean-jupyter': '' } },
  pages: {},
  passes: { except: ofCloud },
};

/** The jobs as they are seen, changed in place, wherever they are asked. */
const jobsAre =
  (change: (seen: Seen) => void): Change =>
  (world) => {
    for (const id of ['#job-plain', '#job-train']) {
      const text = world.ssh?.['node']?.[id];
      const answer = JSON.parse(typeof text === 'string' ? text : 'null') as Seen;
      change(answer);
      must(world.ssh?.['node'])[id] = `${JSON.stringify(answer)}\n`;
    }
  };
const only = (keep: (job: Job) => boolean): Change =>
  jobsAre((answer) => {
    answer.jobs = answer.jobs.filter(keep);
  });
const each = (change: (job: Job) => void): Change =>
  jobsAre((answer) => {
    answer.jobs.forEach(change);
  });
const without = (id: string): Change => only((one) => !one.id.startsWith(id));
const edit = (id: string, change: Partial<Job>): Change =>
  each((one) => {
    if (one.id.startsWith(id)) Object.assign(one, change);
  });

export const lab: LabWorlds = {
  id: 'lab5-ray',
  worlds: [done, amd, stopped, deleted(done, 'stopped', 'CHI@TACC', ADDRESS)],
  wrong: [
    {
      failure: 1,
      name: 'a node with one GPU, reserved by its type',
      change: all(
        (world) => {
          delete lease(world).nodeName;
          lease(world).nodeType = 'compute_liqid';
        },
        says('gpu-count', nvidia(FIRST)),
      ),
      fails: ['lease-resource', 'gpu-count'],
      hint: /liqid01 or liqid02/,
    },
    {
      failure: '1 (AMD)',
      name: 'the MI100 node with one GPU',
      in: 'amd',
      change: says('gpu-count', rocm(0)),
      fails: ['gpu-count'],
      hint: /needs two/,
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
      hint: /delete it in Horizon/,
    },
    {
      failure: 4,
      name: 'the first job still waits for its packages',
      change: jobsAre((answer) => {
        answer.jobs = [job('plain', 0, 0, { done: false, end: null, started: false })];
      }),
      fails: ['job-plain', 'job-train', 'job-tune'],
      hint: /packages are installed/,
    },
    {
      failure: 5,
      name: 'messages about the job that waits',
      invisible: 'Nothing is wrong: the job is meant to wait.',
    },
    { failure: 6, name: 'Ctrl+C', invisible: 'Nothing is wrong: the job goes on.' },
    {
      failure: 7,
      name: 'the wrong worker was stopped',
      change: edit('fault', { firsts: 1 }),
      fails: ['job-fault-tolerance'],
      unknown: ['worker-restarted'],
      hint: /stop the other/,
    },
    {
      failure: 8,
      name: 'the worker was not started again',
      change: all(
        says(
          'cluster-running',
          '/ray-head running\n/ray-worker-0 exited\n/ray-worker-1 running\n/minio running\n/grafana running\n',
        ),
        says(
          'worker-restarted',
          `exited\nrunning\n${JSON.stringify(nodesPage(dies((node) => !node.raylet.isHeadNode)))}\n`,
        ),
        shows(
          NODES,
          nodesPage((nodes) => dies((node) => node === nodes[0])(nodes)),
        ),
      ),
      fails: ['worker-restarted', 'cluster-running', 'ray-nodes'],
      hint: /Start the worker that you stopped/,
    },
    {
      failure: 9,
      name: 'checkpoints do not arrive',
      change: all(without('train'), says('job-train', seen({ runs: [] }))),
      fails: ['job-train'],
      hint: /MinIO's address or keys/,
    },
    {
      failure: 10,
      name: 'git refused to switch, so the old script ran again',
      change: jobsAre((answer) => {
        answer.jobs = [job('plain', 0, 12), job('again', 14, 12)];
      }),
      fails: ['job-train', 'job-two-workers', 'job-fractional', 'job-fault-tolerance', 'job-tune'],
      hint: /stash/,
    },
    { failure: 11, name: 'no terminal', invisible: 'Checks ask without a terminal.' },
    {
      failure: 12,
      name: 'the MLflow lab still runs there',
      change: all(
        failsWith('cluster-running', 1, 'Error: No such object: ray-head', '/minio running\n'),
        says('jupyter-running', 'jupyter-mlflow running\n'),
        hushes(8265),
      ),
      fails: ['cluster-running', 'jupyter-running', 'ray-http'],
      unknown: ['ray-nodes', 'job-plain'],
      hint: /MLflow lab/,
    },
  ],
  alike: {
    'key-at-site': [noKeys],
    'lease-exists': [ofLease({ status: 'TERMINATED' }), ofLease({ name: 'mltrain_ab12345' })],
    'lease-resource': [
      ofLease({ amount: 2 }),
      ofLease({ floatingIps: 1 }),
      (world) => {
        delete lease(world).nodeName;
        lease(world).nodeType = 'node_name';
      },
    ],
    'lease-length': [ofLease({ end: '2026-06-01T17:01:00Z' })],
    'lease-active': [ofLease({ status: 'PENDING' }), ofLease({ end: '2026-06-01T14:59:00Z' })],
    'server-active': [ofServer({ status: 'BUILD' }), ofServer({ name: 'node-mltrain-alexbaker2' })],
    'server-image': [
      ofServer({ image: 'CC-Ubuntu24.04' }),
      { in: 'amd', change: ofServer({ image: 'CC-Ubuntu24.04-CUDA' }) },
    ],
    'fip-associated': [unbound],
    'ssh-ready': [says('ssh-ready', { down: 'auth' }), failsWith('ssh-ready', 1)],
    'repo-cloned': [says('repo-cloned', 'amd\n'), { in: 'amd', change: says('repo-cloned', 'main\n') }],
    'docker-ready': [
      says('docker-ready', '28.3.3\ncc adm sudo dockerusers\n'),
      failsWith('docker-ready', 1, 'permission denied', '\n'),
    ],
    'nvidia-runtime': [
      says('nvidia-runtime', '{"runc":{"path":"runc"}}\n'),
      says('nvidia-runtime', '{"nvidia-old":{}}\n'),
      says('nvidia-runtime', 'null\n'),
    ],
    'nvtop-installed': [
      failsWith('nvtop-installed', 1),
      { in: 'amd', change: says('nvtop-installed', '/usr/bin/nvtop\n') },
    ],
    'volume-created': [says('volume-created', 'food110\n')],
    'data-loaded': [says('data-loaded', 'running 0\n'), says('data-loaded', 'exited 1\n')],
    'data-layout': [says('data-layout', 'training\nvalidation\n'), says('data-layout', 'Food-11.zip\n')],
    'gpu-count': [
      says('gpu-count', nvidia(FIRST)),
      says('gpu-count', nvidia(FIRST, SECOND, '8d7e6f5a4b32')),
      { in: 'amd', change: says('gpu-count', rocm(0, 1, 2)) },
    ],
    'worker-image': [{ in: 'amd', change: failsWith('worker-image', 1, 'No such image', '\n') }],
    'cluster-running': [
      says(
        'cluster-running',
        '/ray-head running\n/ray-worker-0 running\n/ray-worker-1 exited\n/minio running\n/grafana running\n',
      ),
      failsWith('cluster-running', 1, 'No such object: grafana', '/ray-head running\n'),
    ],
    'worker-gpus': [
      says('worker-gpus', `${nvidia(FIRST)}-- worker 1\n${nvidia(FIRST)}`),
      says('worker-gpus', `${nvidia(FIRST, SECOND)}-- worker 1\n${nvidia(SECOND)}`),
      says('worker-gpus', `-- worker 1\n${nvidia(FIRST, SECOND)}`),
      { in: 'amd', change: says('worker-gpus', `${rocm(0, 1)}-- worker 1\n${rocm(0)}`) },
      { in: 'amd', change: says('worker-gpus', `${rocm(0)}-- worker 1\n${rocm()}`) },
    ],
    'bucket-exists': [
      says('bucket-exists', '0\nray-old\n'),
      says('bucket-exists', '1\nray\n'),
      failsWith('bucket-exists', 1, 'No such object', 'ray\n'),
    ],
    'ray-http': [
      shows(VERSION, { version: '4' }),
      shows(VERSION, { ray_version: '2.9.0' }),
      shows(VERSION, { status: 404, body: recorded('ray-version') }),
    ],
    'ray-nodes': [
      shows(NODES, nodesPage(oneWorker)),
      shows(
        NODES,
        nodesPage((nodes) => dies((node) => node === nodes[0])(nodes)),
      ),
      shows(
        NODES,
        nodesPage((nodes) => dies((node) => node.raylet.isHeadNode)([...nodes, ...nodes.slice(0, 1)])),
      ),
    ],
    'grafana-http': [
      says('grafana-http', metrics({ database: 'failing' }, 'Prometheus Server is Healthy.\n')),
      says('grafana-http', metrics({ database: 'ok' }, 'Prometheus is starting.\n')),
      failsWith('grafana-http', 7, '', `${JSON.stringify({ database: 'ok' })}\n-- prometheus\n`),
    ],
    'minio-console-http': [shows('9001 /', '<html><title>Console</title></html>')],
    'jupyter-running': [
      says('jupyter-running', 'jupyter-mlflow running\n'),
      says('jupyter-running', 'jupyter-ray exited\n'),
    ],
    'jupyter-env': [
      says('jupyter-env', `http://${ADDRESS}0:8265/\n`),
      says('jupyter-env', 'http://:8265/\n'),
      failsWith('jupyter-env', 1),
    ],
    'jupyter-http': [shows('8888 /api', recorded('jupyter-host-refused'))],
    'train-repo': [says('train-repo', 'https://github.com/teaching-on-testbeds/gourmetgram\n')],
    'job-plain': [
      without('plain'),
      edit('plain', { done: false }),
      edit('plain', { train: true }),
      edit('plain', { started: false }),
      edit('plain', { entrypoint: 'python gourmetgram-train/train.py --help' }),
    ],
    'job-infeasible': [
      says('job-infeasible', infeasible(status.replace("'GPU': 2.0", "'GPU': 1.0"), recorded('ray-jobs'))),
      says(
        'job-infeasible',
        infeasible(status.replace(/ \{'CPU'.*\n/, ' (no resource demands)\n'), recorded('ray-jobs')),
      ),
      says('job-infeasible', infeasible(status, [])),
      says(
        'job-infeasible',
        infeasible(
          status,
          (recorded('ray-jobs') as { status: string }[]).map((one) => ({ ...one, status: 'STOPPED' })),
        ),
      ),
    ],
    'job-train': [
      says('job-train', seen({ runs: [] })),
      says('job-train', seen({ runs: ['checkpoints'] })),
      says('job-train', seen({ runs: RUNS, jobs: jobs.filter(({ train: isTrain }) => !isTrain) })),
    ],
    'job-two-workers': [without('two'), edit('two', { ranks: ['0'] }), edit('two', { done: false })],
    'job-fractional': [
      edit('half', { gpus: [1] }),
      edit('half-c', { start: 60 * MINUTE, end: 70 * MINUTE }),
      without('half-c'),
      edit('half-c', { done: false }),
      edit('half', { gpus: [0.75] }),
    ],
    'job-fault-tolerance': [
      edit('fault', { firsts: 1 }),
      edit('fault', { done: false }),
      jobsAre((answer) => {
        answer.dead = 0;
      }),
    ],
    'worker-restarted': [
      says('worker-restarted', whole(nodesPage((nodes) => nodes))),
      says('worker-restarted', `running\nexited\n${JSON.stringify(nodesPage(withDead))}\n`),
      says('worker-restarted', whole(nodesPage(dies((node) => !node.raylet.isHeadNode)))),
    ],
    'job-tune': [edit('tune', { trials: 15 }), edit('tune', { done: false }), without('tune')],
    'clean-cluster': [says('clean-cluster', 'minio\n'), failsWith('clean-cluster', 1, 'permission denied')],
    'clean-jupyter': [says('clean-jupyter', 'jupyter\n')],
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
  exempt: {
    'nvidia-runtime': { 'wrong type': 'the runtime is told by its name; its record is not looked at' },
  },
};
