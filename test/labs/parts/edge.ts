import {
  cloudAnswers,
  deviceReservation,
  FIP,
  PORT_ID,
  type CloudDifference,
  type Json,
} from './cloudAnswers';
import { saidBy, type Said } from './serverAnswers';
import { notebook, type Cell } from './notebooks';
import type { RightWorld } from '../world';

export const parameters = { netID: 'ab1234', username: 'alex_baker' };
export const LEASE = `serve_edge_${parameters.netID}`;
/** The lab replaces each `_` of the user name. */
export const CONTAINER = 'node-serve-edge-alex-baker';
const CONTAINER_ID = '0d9b7b7e-6f1c-4f0e-9a55-6f3f0f4b1c2d';
export const MODELS = ['food11', 'food11_quantized_dynamic', 'food11_quantized_aggressive'] as const;

export const COMMANDS = {
  token: 'jupyter server list',
  login:
    `python3 -c "import json,subprocess,urllib.request as u;s=json.loads(subprocess.run(['jupyter','server','list','--json'],` +
    `capture_output=True,text=True).stdout.splitlines()[0]);print(u.urlopen('http://127.0.0.1:%d/api/status?token=%s'%` +
    `(s['port'],s['token']),timeout=10).read().decode())"`,
  models: 'ls -1 work/models',
  notebook: 'ls work/measure_pi.ipynb',
  runtime: 'python3 -c "import onnxruntime; print(onnxruntime.__version__)"',
  cpu: 'lscpu',
  measured: 'cat work/measure_pi.ipynb',
} as const;
type Command = keyof typeof COMMANDS;

export interface ContainerParts {
  readonly name?: string;
  readonly status?: string;
  readonly image?: string;
  readonly port?: string;
}

/** Fields of the container's record. */
function record({ status = 'Running', image, port = PORT_ID }: ContainerParts): Record<string, unknown> {
  return {
    uuid: CONTAINER_ID,
    image: image ?? 'quay.io/jupyter/minimal-notebook:latest',
    status,
    status_reason: status === 'Error' ? 'The device did not take the container.' : null,
    addresses: {
      'cfdb0a27-ad65-4bb7-b026-a69c5b2735ea': [
        { addr: '10.42.3.17', version: 4, port, preserve_on_delete: false },
      ],
    },
    ports: [8888],
    host: 'nyu-rpi5-03',
    created_at: '2026-03-01T14:02:11+00:00',
  };
}

const LATENCY =
  'Inference Latency (single sample, median): 14.31 ms\n' +
  'Inference Latency (single sample, 95th percentile): 15.02 ms\nInference Throughput (single sample): 69.13 FPS\n';
/** The notebook with the results of those models. */
function measurePi(models: readonly string[], output = LATENCY): Cell[] {
  return [
    {
      markdown: true,
      source: '<!-- Inference Latency (single sample, median): 60.16 ms models/food11.onnx -->',
    },
    { source: 'import onnxruntime as ort', output: '' },
    ...MODELS.map((model) => ({
      source: `onnx_model_path = "models/${model}.onnx"\nbenchmark_session(ort_session)`,
      ...(models.includes(model) ? { output } : {}),
    })),
  ];
}

export interface Difference extends CloudDifference {
  readonly container?: ContainerParts | null;
  /** `null`: nothing answers at the address. */
  readonly page?: Json;
  readonly commands?: Partial<Record<Command, Said>>;
}

/** What stands in a world's place of that name, with some of it otherwise. */
export function answers(than: Difference = {}): Pick<RightWorld, 'openstack' | 'pages' | 'zun'> {
  const outputs: Readonly<Record<Command, Said>> = { ...rightOutputs, ...than.commands };
  const { container } = than;
  return {
    openstack: {
      'CHI@Edge': cloudAnswers(
        {
          lease: { name: LEASE, end: '2026-03-01T15:55:00.000000', reservations: [deviceReservation()] },
          fip: { serverId: `zun-${CONTAINER_ID}` },
        },
        than,
      ),
    },
    zun:
      container === null
        ? {}
        : {
            [container?.name ?? CONTAINER]: {
              record: record(container ?? {}),
              runs: saidBy(COMMANDS, outputs),
            },
          },
    pages: {
      http: than.page === null ? {} : { [`http://${FIP}:8888/api`]: than.page ?? { version: '2.15.0' } },
    },
  };
}

const rightOutputs: Readonly<Record<Command, Said>> = {
  token: `Currently running servers:\nhttp://ae0f51c2:8888/?token=${'0123456789abcdef'.repeat(3)} :: /home/jovyan\n`,
  login: JSON.stringify({ connections: 0, kernels: 1, started: '2026-03-01T14:05:33.805359Z' }),
  models: `${MODELS.map((model) => `${model}.onnx`)
    .sort()
    .join('\n')}\n`,
  notebook: 'work/measure_pi.ipynb\n',
  runtime: '1.24.2\n',
  cpu: 'Architecture:                         aarch64\nCPU op-mode(s):                       32-bit, 64-bit\nVendor ID:                            ARM\nModel name:                           Cortex-A76\n',
  measured: JSON.stringify(notebook(measurePi(MODELS))),
};

/** The notebook with those models measured, as the device keeps it. */
export function saved(models: readonly string[], output?: string): string {
  return JSON.stringify(notebook(measurePi(models, output)));
}
