import type { Cluster } from './cluster';
import type { ProgramName } from './records';

/** What a lab's commands would have made on a server: the demo's Docker, Git and GPU tools tell of it. */
export interface Bench {
  readonly containers: Map<string, ContainerRecord>;
  readonly images: readonly string[];
  /** Folders in a volume, by the volume's name. */
  readonly volumes: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly repositories: readonly RepositoryRecord[];
  /** What the maker's tool prints; a server without it has no GPU of that maker. */
  readonly gpu: { readonly command: string; readonly text: string } | undefined;
  /** Programs beside Docker and Git. */
  readonly installed?: readonly string[];
  /** What its image registry has, with tags. */
  readonly pushed?: readonly string[];
  /** Kubernetes, where this is the first node of a cluster. */
  readonly cluster?: Cluster;
}

export interface ContainerRecord {
  readonly image: string;
  readonly status: 'running' | 'exited';
  readonly exitCode: number;
  readonly healthy: boolean;
  /** Of Docker Compose. */
  readonly project: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Folders in it, with the names in each. */
  readonly folders: Readonly<Record<string, readonly string[]>>;
  /** Files in it that were written by hand, by path. */
  readonly texts: Readonly<Record<string, string>>;
  /** It goes when it is stopped (`docker run --rm`). */
  readonly passing: boolean;
  /** The server's, each of which leads to the same one of the container's, or to `inside`. */
  readonly ports: readonly number[];
  readonly inside: number | undefined;
}

/** One that runs, as its image has it. */
export function container(of: Partial<ContainerRecord> & { readonly image: string }): ContainerRecord {
  return {
    status: 'running',
    exitCode: 0,
    healthy: false,
    project: undefined,
    env: {},
    folders: {},
    texts: {},
    passing: false,
    ports: [],
    inside: undefined,
    ...of,
  };
}

export interface RepositoryRecord {
  readonly folder: string;
  readonly origin: string;
  readonly branch: string;
  /** Commits that were made here, the newest first, by branch. */
  readonly own: Readonly<Record<string, readonly string[]>>;
}

const HOME = '/home/cc';
const WORKSPACE = `${HOME}/mlflow-chi/workspace_mlflow`;
const ORIGIN = 'https://github.com/teaching-on-testbeds';
const ROCM_ROW =
  '0x738c,   50334  35.0°C  33.0W  N/A, N/A, 0         300Mhz  1200Mhz  0%   auto  290.0W  0%     0%';
/** The table of two MI100, in the form of ROCm 6. */
const TWO_MI100 = [
  '========================================= ROCm System Management Interface =========================================',
  '=================================================== Concise Info ===================================================',
  'Device  Node  IDs              Temp    Power  Partitions          SCLK    MCLK     Fan  Perf  PwrCap  VRAM%  GPU%',
  '              (DID,     GUID)  (Edge)  (Avg)  (Mem, Compute, ID)',
  '====================================================================================================================',
  `0       2     ${ROCM_ROW}`,
  `1       3     ${ROCM_ROW}`,
  '====================================================================================================================',
  '',
].join('\n');

/**
 * The MLflow lab, done: all but the clean-up.
 * @param address the server's public one @param isAmd false: a node without MI100
 */
export function mlflowBench(address: string, isAmd = true): Bench {
  const project = 'tracking_service';
  return {
    containers: new Map([
      ['docker-init-data-1', container({ image: 'python:3.11', status: 'exited', project: 'docker' })],
      [
        'minio',
        container({
          image: 'minio/minio:RELEASE.2025-09-07T16-13-09Z',
          healthy: true,
          project,
          folders: { '/data': ['mlflow-artifacts'], '/data/mlflow-artifacts': ['1'] },
          ports: [9001],
        }),
      ],
      [
        `${project}-minio-create-bucket-1`,
        container({ image: 'minio/mc:RELEASE.2025-08-13T08-35-41Z-cpuv1', status: 'exited', project }),
      ],
      ['postgres', container({ image: 'postgres:18', project })],
      ['mlflow', container({ image: 'ghcr.io/mlflow/mlflow:v3.9.0', project, ports: [8000] })],
      [
        'jupyter',
        container({
          image: 'jupyter-mlflow',
          healthy: true,
          env: { MLFLOW_TRACKING_URI: `http://${address}:8000/`, FOOD11_DATA_DIR: '/mnt/Food-11' },
          passing: true,
          ports: [8888],
        }),
      ],
    ]),
    images: ['jupyter-mlflow'],
    volumes: { food11: { '/Food-11': ['evaluation', 'training', 'validation'] } },
    repositories: [
      { folder: `${HOME}/mlflow-chi`, origin: `${ORIGIN}/mlflow-chi`, branch: 'amd', own: {} },
      {
        folder: `${WORKSPACE}/gourmetgram-train`,
        origin: `${ORIGIN}/gourmetgram-train`,
        branch: 'lightning',
        own: {
          mlflow: ['More data loader workers, for a GPU that waits'],
          lightning: ['Only rank 0 logs', 'MLflow logging to Lightning'],
        },
      },
    ],
    gpu: isAmd ? { command: 'rocm-smi', text: TWO_MI100 } : undefined,
  };
}

/** What listens on the server when the lab is done. */
export const mlflowPrograms: ReadonlyMap<number, ProgramName> = new Map([
  [8000, 'mlflow'],
  [8888, 'jupyter'],
  [9001, 'minio'],
]);

/** What the lab left in the home folder, beside repositories. */
export const mlflowFiles: Readonly<Record<string, string>> = {
  'mlflow-chi/workspace_mlflow/downloaded_model/MLmodel': 'artifact_path: model\nflavors:\n  pytorch: {}\n',
  'mlflow-chi/workspace_mlflow/downloaded_model/requirements.txt': 'mlflow==3.9.0\ntorch\n',
  'mlflow-chi/workspace_mlflow/gourmetgram-train/train.py': 'config = {"num_workers": 16}\n',
};
