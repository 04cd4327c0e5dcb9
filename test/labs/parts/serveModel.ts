import { cloudAnswers, hostReservation, type CloudDifference, type Json } from './cloudAnswers';
import {
  bindMount,
  container,
  daemonJson,
  RUNTIMES_NVIDIA,
  saidBy,
  volumeMount,
  type Said,
} from './serverAnswers';
import { notebook, type Cell } from './notebooks';
import type { Down, RightWorld } from '../world';

export type Variant = 'tacc' | 'uc' | 'amd';
export type Stage = 'base' | 'gpu' | 'openvino';

export const WORKSPACE = '/home/cc/serve-model-chi/workspace';
export const MOUNTS = [bindMount(WORKSPACE), volumeMount('food11', '/mnt')];

const model = (file: string): string => `stat -c '%s %n' ~/serve-model-chi/workspace/models/${file}`;
export const COMMANDS = {
  login: 'true',
  repo: 'git -C ~/serve-model-chi rev-parse --abbrev-ref HEAD && test -d ~/serve-model-chi/workspace && echo ok',
  docker: "docker version --format '{{.Server.Version}}' && id -nG cc",
  runtime: "docker info --format '{{json .Runtimes}}' && cat /etc/docker/daemon.json",
  nvidia: 'nvidia-smi --query-gpu=name --format=csv,noheader',
  rocm: 'rocm-smi',
  volume: "docker volume inspect food11 --format '{{.Name}}'",
  loader: "docker container inspect docker-init-data-1 --format '{{.State.Status}} {{.State.ExitCode}}'",
  data:
    "v=$(docker volume inspect food11 --format '{{.Mountpoint}}') && " +
    `sudo -n find "$v/Food-11" -mindepth 1 -maxdepth 2 -type d -printf '%P\\n'`,
  imageBase: "docker image inspect jupyter-onnx-base --format '{{.Id}}'",
  jupyter: 'docker container inspect jupyter',
  onnx: model('food11.onnx'),
  optimized: model('food11_optimized.onnx'),
  dynamic: model('food11_quantized_dynamic.onnx'),
  aggressive: model('food11_quantized_aggressive.onnx'),
  conservative: model('food11_quantized_conservative.onnx'),
  gone: "docker ps -a --filter 'name=^jupyter$' --format '{{.Names}}' && echo asked",
} as const;
type Command = keyof typeof COMMANDS;

/** `rocm-smi` of two MI100, in its concise form. */
export const ROCM = [
  '',
  '========================================= ROCm System Management Interface =========================================',
  '=================================================== Concise Info ===================================================',
  'Device  Node  IDs              Temp    Power  Partitions          SCLK    MCLK     Fan  Perf  PwrCap  VRAM%  GPU%',
  '====================================================================================================================',
  '0       2     0x738c,   50334  35.0°C  33.0W  N/A, N/A, 0         300Mhz  1200Mhz  0%   auto  290.0W  0%     0%',
  '1       3     0x738c,   22148  34.0°C  34.0W  N/A, N/A, 0         300Mhz  1200Mhz  0%   auto  290.0W  0%     0%',
  '====================================================================================================================',
  '=============================================== End of ROCm SMI Log ================================================',
]
  .map((line) => `${line}\n`)
  .join('');
export const ROCM_EMPTY = ROCM.split('\n')
  .filter((line) => !/^\d/.test(line))
  .join('\n');

export const CLASSES = Array.from({ length: 11 }, (_, at) => `class_${String(at).padStart(2, '0')}`);
export function folders(parts: readonly string[], classes: readonly string[] = CLASSES): string {
  return parts
    .flatMap((part) => [part, ...classes.map((each) => `${part}/${each}`)])
    .map((line) => `${line}\n`)
    .join('');
}

/** What `benchmark_session` prints. */
export function measured(providers: readonly string[], whole = true): string {
  const lines = [
    `Execution provider: [${providers.map((each) => `'${each}ExecutionProvider'`).join(', ')}]`,
    'Accuracy: 90.59% (3032/3347 correct)',
    ...(whole
      ? [
          'Inference Latency (single sample, median): 8.70 ms',
          'Inference Latency (single sample, 95th percentile): 8.84 ms',
          'Inference Throughput (single sample): 114.63 FPS',
          'Batch Throughput: 1153.63 FPS',
        ]
      : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** The authors' own results, hidden in a text of each notebook. */
const REFERENCE: Cell = {
  markdown: true,
  source:
    '<!-- summary\n\nAccuracy: 90.59% (3032/3347 correct)\nInference Latency (single sample, median): 60.16 ms\n' +
    "Batch Throughput: 83.66 FPS\nExecution provider: ['CUDAExecutionProvider', 'CPUExecutionProvider']\n" +
    'ONNX model saved to models/food11.onnx\n-->',
};

const SUMMARY =
  'Model Size on Disk: 9.23 MB\nAccuracy: 90.59% (3032/3347 correct)\n' +
  'Inference Latency (single sample, median): 26.92 ms\nInference Throughput (single sample): 32.35 FPS\n' +
  'Batch Throughput: 249.08 FPS\n';

export const LOAD = 'model = torch.load(model_path, map_location=device, weights_only=False)\n';
/** Notebook 5, its cells run in that order. */
export function torch(compiled: string, summary: string | undefined = SUMMARY, countOfLoad?: number): Cell[] {
  return [
    { source: 'import torch', output: '' },
    {
      source: `${LOAD}${compiled}model.eval()`,
      output: '',
      ...(countOfLoad === undefined ? {} : { count: countOfLoad }),
    },
    {
      source: 'print(f"Batch Throughput: {batch_fps:.2f} FPS")',
      ...(summary === '' ? {} : { output: summary, count: 12 }),
    },
    REFERENCE,
  ];
}
export function onnx(saved: boolean, summary = true): Cell[] {
  return [
    {
      source: 'print(f"ONNX model saved to {onnx_model_path}")',
      ...(saved ? { output: 'ONNX model saved to models/food11.onnx\n' } : {}),
    },
    { source: 'print(f"Inference Latency")', ...(summary ? { output: SUMMARY } : {}) },
    REFERENCE,
  ];
}
export function benchmarks(outputs: readonly (string | undefined)[]): Cell[] {
  return [
    REFERENCE,
    { source: 'def benchmark_session(ort_session):\n    print(f"Execution provider: …")', output: '' },
    ...outputs.map((output) => ({
      source: 'benchmark_session(ort_session)',
      ...(output === undefined ? {} : { output }),
    })),
  ];
}
export const CPU = measured(['CPU']);
export const GPU: Readonly<Record<Variant, readonly string[]>> = {
  tacc: ['CUDA', 'CPU'],
  uc: ['CUDA', 'CPU'],
  amd: ['ROCM', 'CPU'],
};
/** What notebook 8 shows at the end of a stage. */
export function providers(variant: Variant, stage: Stage): string[] {
  const gpu = [measured(GPU[variant]), ...(variant === 'amd' ? [] : [measured(['Tensorrt', 'CPU'])])];
  return [
    CPU,
    ...(stage === 'base' ? [] : gpu),
    ...(stage === 'openvino' ? [measured(['OpenVINO', 'CPU'])] : []),
  ];
}

export interface Difference extends CloudDifference {
  readonly commands?: Partial<Record<Command, Said>>;
  /** No login at all. */
  readonly login?: Record<string, Down>;
  /** `null`: nothing listens. */
  readonly page?: Json;
  readonly torch?: readonly Cell[];
  readonly onnx?: readonly Cell[];
  readonly optimize?: readonly Cell[];
  readonly ep?: readonly Cell[];
}

export const parameters = { netID: 'ab1234', username: 'alexbaker' };
export const LEASE = `serve_model_${parameters.netID}`;
export const NODE = `node-serve-model-${parameters.username}`;
export const SITE: Readonly<Record<Variant, string>> = { tacc: 'CHI@TACC', uc: 'CHI@UC', amd: 'CHI@TACC' };
const TYPE: Readonly<Record<Variant, string>> = {
  tacc: 'compute_liqid',
  uc: 'compute_gigaio',
  amd: 'gpu_mi100',
};

export const jupyter = (stage: Stage, mounts: readonly Json[] = MOUNTS, status = 'running'): string =>
  container({ image: `jupyter-onnx-${stage}`, mounts, status });

/** What stands in a world's place of that name, with some of it otherwise. */
export function answers(
  variant: Variant,
  stage: Stage,
  than: Difference = {},
): Pick<RightWorld, 'openstack' | 'ssh' | 'pages' | 'notebooks'> {
  const outputs: Readonly<Record<Command, Said>> = { ...rightOutputs(variant, stage), ...than.commands };
  const notebooks = {
    '5_measure_torch': than.torch ?? torch('model.compile()\n'),
    '6_measure_onnx': than.onnx ?? onnx(true),
    '7_optimize_onnx': than.optimize ?? benchmarks([CPU, CPU, CPU, CPU]),
    '8_ep_onnx': than.ep ?? benchmarks(providers(variant, stage)),
  };
  return {
    openstack: {
      [SITE[variant]]: cloudAnswers(
        {
          lease: { name: LEASE, reservations: [hostReservation(`["==", "$node_type", "${TYPE[variant]}"]`)] },
          server: { name: NODE },
          image: `CC-Ubuntu24.04-${variant === 'amd' ? 'ROCm' : 'CUDA'}`,
        },
        than,
      ),
    },
    ssh: {
      node: than.login ?? saidBy(COMMANDS, outputs),
    },
    pages: { node: than.page === null ? {} : { '8888 /api': than.page ?? { version: '2.15.0' } } },
    notebooks: {
      node: Object.fromEntries(
        Object.entries(notebooks).map(([name, cells]) => [
          `~/serve-model-chi/workspace/${name}.ipynb`,
          notebook(cells),
        ]),
      ),
    },
  };
}

/** What `stat` says of a model. */
export function sizeOf(model: string, bytes: number): string {
  return `${bytes} ${WORKSPACE}/models/${model}.onnx\n`;
}

function rightOutputs(variant: Variant, stage: Stage): Record<Command, Said> {
  const amd = variant === 'amd';
  const absent = { exit: 127, stdout: '', stderr: 'sh: 1: not found\n' };
  return {
    login: '',
    repo: `${amd ? 'mi100' : 'main'}\nok\n`,
    docker: '27.5.1\ncc adm cdrom sudo dip plugdev lxd docker\n',
    runtime: `${RUNTIMES_NVIDIA}\n${daemonJson(true)}`,
    nvidia: amd ? absent : 'NVIDIA A100-PCIE-40GB\nNVIDIA A100-PCIE-40GB\n',
    rocm: amd ? ROCM : absent,
    volume: 'food11\n',
    loader: 'exited 0\n',
    data: folders(['evaluation', 'training', 'validation']),
    imageBase: `sha256:${'9b1c'.repeat(16)}\n`,
    jupyter: jupyter(stage),
    onnx: sizeOf('food11', 8922314),
    optimized: sizeOf('food11_optimized', 8915123),
    dynamic: sizeOf('food11_quantized_dynamic', 2423021),
    aggressive: sizeOf('food11_quantized_aggressive', 2424532),
    conservative: sizeOf('food11_quantized_conservative', 6013221),
    gone: 'jupyter\nasked\n',
  };
}
