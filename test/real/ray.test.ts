import path from 'node:path';
import { until } from '../openstack/made';
import { SEEN_REALLY } from '../labs/seenReally';
import { lab as worlds } from '../labs/worlds/lab5-ray';
import { onHost, onHosts, program, script } from '../ssh/setup';
import { clone } from '../ssh/labs/clone';
import { RealHosts } from '../ssh/labs/realHost';
import { answer, reallyRuns } from '../ssh/labs/standIn';

const content = onHosts('ssh', 'labs', 'content');
const OF_RAY = ['ray-nodes', 'job-plain', 'job-infeasible', 'job-train', 'job-two-workers', 'job-fractional'];
const OF_DOCKER = [
  'docker-ready',
  'volume-created',
  'data-loaded',
  'gpu-count',
  'cluster-running',
  'worker-gpus',
  'bucket-exists',
  'jupyter-running',
  'jupyter-env',
];
const GPUS = [0, 1].map(
  (at) => `GPU ${at}: NVIDIA A100-PCIE-40GB (UUID: GPU-3f2e8b1a-4d7f-5e0c-2b9a-8d7e6f5a4b3${at})\n`,
);

const asked = SEEN_REALLY['lab5-ray']?.long ?? [];

describe('Lab 5 on a real Ray of three nodes, behind a real sshd', () => {
  const status = `"${program('ray', 'ray')}" status --address 127.0.0.1:6379`;
  const real = new RealHosts({
    worlds,
    hosts: { node: 'ray' },
    // A job that trains is real; what it keeps in the bucket is a stand-in.
    asked: [...asked, 'job-train'],
    standIns: OF_DOCKER,
    answers: [
      reallyRuns('docker exec ray-head ray status', `PYTHONWARNINGS=ignore ${status}`),
      answer("docker version --format '{{.Server.Version}}'", '28.3.3\n'),
      answer("docker inspect -f '{{.State.ExitCode}}' ray_cluster-minio-create-bucket-1", '0\n'),
      answer('docker exec minio ls /data', 'ray\n'),
      answer('docker exec minio ls /data/ray', 'ray_train_run-2026-03-01_10-00-00\n'),
      answer('nvidia-smi -L', GPUS.join('')),
      answer('docker exec ray-worker-0 nvidia-smi -L', GPUS[0] ?? ''),
      answer('docker exec ray-worker-1 nvidia-smi -L', GPUS[1] ?? ''),
    ],
  });

  before(async function () {
    // The jobs themselves take half a minute; where much else runs, more.
    this.timeout(600_000);
    await real.up('ray-worker-0', 'ray-worker-1');
    await alive(3);
    await clone('ray', 'mltrain-chi', 'main');
    await clone('ray', 'mltrain-chi/workspace_ray/gourmetgram-train', 'ray');
    await submit('plain', 'infeasible', 'two', 'half:3');
  });
  after(() => real.end());

  it('all passes that a student who did it has', () => real.sees());

  it('only a job that failed, of the unchanged script', async () => {
    for (const { submission_id: id, metadata } of await jobs())
      if (metadata?.stage === 'plain') await ask(`jobs/${id}`, '-X', 'DELETE');
    await submit('fail');
    try {
      await real.sees({ fails: ['job-plain'] });
    } finally {
      await submit('plain');
    }
  });

  it('a bucket without checkpoints', async () => {
    real.say('node', [answer('docker exec minio ls /data/ray', '')]);
    try {
      await real.sees({ fails: ['job-train'] });
    } finally {
      real.say('node');
    }
  });

  it('a dashboard that hangs is unknown, and nothing of it passes or fails', async () => {
    await script('service.sh', 'hang', 'ray', 'dashboard.py');
    try {
      await real.sees({ unknown: ['ray-http', ...OF_RAY] });
    } finally {
      await script('service.sh', 'wake', 'ray', 'dashboard.py');
    }
  });

  it('a worker that was stopped is missed', async () => {
    await script('down.sh', 'ray-worker-1');
    try {
      await alive(2);
      await real.sees({ fails: ['ray-nodes'] });
    } finally {
      await script('up.sh', 'ray-worker-1');
    }
  });

  it('a host where no cluster was started', async () => {
    const other = new RealHosts({ worlds, hosts: { node: 'persist' }, asked });
    try {
      await other.up();
      await other.sees({
        fails: ['repo-cloned', 'train-repo', 'ray-http'],
        unknown: OF_RAY.filter((id) => id !== 'job-train'),
      });
    } finally {
      await other.end();
    }
  });
});

/** Waits until Ray has as many nodes: it takes a while to miss one. */
async function alive(count: number): Promise<void> {
  await until(
    async () => (await ask('../nodes?view=summary')).match(/"state": ?"ALIVE"/g)?.length,
    (seen) => seen === count,
  );
}

interface Job {
  readonly submission_id: string;
  readonly metadata: { readonly stage?: string } | null;
}

async function jobs(): Promise<Job[]> {
  return JSON.parse(await ask('jobs/')) as Job[];
}

function ask(path: string, ...options: string[]): Promise<string> {
  return onHost('ray', 'curl', '-sSf', ...options, `http://127.0.0.1:8265/api/${path}`);
}

async function submit(...stages: string[]): Promise<void> {
  const python = program('ray', 'python');
  await onHost('ray', python, path.join(content, 'ray_jobs.py'), path.join(content, 'ray'), ...stages);
}
