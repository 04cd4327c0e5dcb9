import { hostReservation, keypairs, lease, networkReservation, NOW, server } from '../parts/cloudAnswers';
import {
  bindMount,
  daemonJson,
  DENIED,
  NO_CONTAINER,
  NO_IMAGE,
  RUNTIMES_NVIDIA,
  RUNTIMES_PLAIN,
  volumeMount,
} from '../parts/serverAnswers';
import {
  answers,
  benchmarks,
  CLASSES,
  CPU,
  folders,
  GPU,
  jupyter,
  LEASE,
  measured,
  MOUNTS,
  NODE,
  onnx,
  parameters,
  ROCM_EMPTY,
  sizeOf,
  torch,
  type Difference,
  type Stage,
  type Variant,
} from '../parts/serveModel';
import type { Change, LabWorlds, RightWorld } from '../world';

const CLEANUP = ['clean-jupyter', 'clean-server', 'clean-lease', 'clean-fip'];
const LATER: Readonly<Record<Stage, readonly string[]>> = {
  base: ['jupyter-gpu', 'ep-gpu', 'ep-tensorrt', 'jupyter-openvino', 'ep-openvino'],
  gpu: ['jupyter-openvino', 'ep-openvino'],
  openvino: [],
};
const GONE: Difference = { lease: { status: 'TERMINATED' }, server: null, fip: null, page: null };
const STOPPED: Difference = { page: null, commands: { jupyter: NO_CONTAINER, gone: 'asked\n' } };

/** A world at the end of a stage; the one before it is what was seen earlier. */
function world(name: string, variant: Variant, stage: Stage, more: Partial<RightWorld> = {}): RightWorld {
  const except = [...LATER[stage], ...CLEANUP].filter((id) => variant !== 'amd' || id !== 'ep-tensorrt');
  return {
    name,
    variant,
    parameters: { ...parameters },
    now: NOW,
    ...answers(variant, stage),
    passes: { except },
    ...more,
  };
}

const change =
  (than: Difference, variant: Variant = 'tacc', stage: Stage = 'base'): Change =>
  (changed) => {
    Object.assign(changed, answers(variant, stage, than));
  };
const STAGES: Readonly<Record<Stage, string>> = {
  base: 'tacc',
  gpu: 'tacc, GPU stage',
  openvino: 'tacc, OpenVINO stage',
};
const at = (stage: Stage, than: Difference): { in: string; change: Change } => ({
  in: STAGES[stage],
  change: change(than, 'tacc', stage),
});
const amd = (than: Difference): { in: string; change: Change } => ({
  in: 'amd',
  change: change(than, 'amd', 'openvino'),
});
const later = (name: string, than: Difference): { in: string; change: Change } => ({
  in: name,
  change: change(than, 'tacc', 'openvino'),
});
const size = (key: keyof NonNullable<Difference['commands']>, model: string, bytes: number): Change[] => [
  change({ commands: { [key]: sizeOf(model, bytes) } }),
  change({ commands: { [key]: sizeOf(`${model}_2`, 2_400_000) } }),
  change({
    commands: {
      [key]: { exit: 1, stdout: '', stderr: 'stat: cannot statx: No such file or directory\n' },
    },
  }),
];

export const lab: LabWorlds = {
  id: 'lab6-serve-model',
  worlds: [
    world('tacc', 'tacc', 'base'),
    world('tacc, GPU stage', 'tacc', 'gpu', { after: 'tacc' }),
    world('tacc, OpenVINO stage', 'tacc', 'openvino', { after: 'tacc, GPU stage' }),
    world('tacc, stopped', 'tacc', 'openvino', {
      after: 'tacc, OpenVINO stage',
      ...answers('tacc', 'openvino', STOPPED),
      passes: { except: ['clean-server', 'clean-lease', 'clean-fip'] },
    }),
    world('tacc, cleaned up', 'tacc', 'openvino', {
      after: 'tacc, stopped',
      ...answers('tacc', 'openvino', { ...STOPPED, ...GONE }),
      passes: 'all',
    }),
    world('uc', 'uc', 'base'),
    world('amd', 'amd', 'openvino', { passes: { except: ['jupyter-base', 'jupyter-gpu', ...CLEANUP] } }),
  ],
  wrong: [
    {
      failure: 1,
      name: 'the notebook looks for the lease at CHI@TACC, it is at CHI@UC',
      in: 'uc',
      change: change({ server: null, fip: null }, 'uc'),
      fails: ['server-active'],
      unknown: ['server-image', 'ssh-ready'],
      hint: /choose CHI@UC in its first cell/,
    },
    {
      failure: 2,
      name: 'the lease could not start behind another one',
      change: change({ lease: { status: 'ERROR' }, server: null, fip: null }),
      fails: ['lease-exists', 'server-active'],
      unknown: ['lease-active'],
      hint: /end at minute 50/,
    },
    {
      failure: 3,
      name: 'a server in ERROR keeps its name',
      change: change({ server: { status: 'ERROR' }, fip: null }),
      fails: ['server-active'],
      unknown: ['fip-associated', 'ssh-ready'],
      hint: /delete it in Horizon first/,
    },
    {
      failure: 4,
      name: 'the MI100 node runs the stock image',
      ...amd({
        image: 'CC-Ubuntu24.04',
        commands: { rocm: { exit: 127, stdout: '', stderr: 'sh: 1: rocm-smi: not found\n' } },
      }),
      fails: ['server-image', 'gpu-visible'],
      hint: /CC-Ubuntu24\.04-ROCm/,
    },
    { failure: 5, name: 'the browser questions the download', invisible: 'only the browser knows of it' },
    {
      failure: 6,
      name: 'the container was stopped for the next one, and the old tab is dead',
      change: change({ page: null, commands: { jupyter: NO_CONTAINER } }),
      fails: ['jupyter-http', 'jupyter-base'],
      hint: /new token/,
    },
    {
      failure: 7,
      name: 'OpenVINO was tried in the GPU container, and the runtime fell back to the CPU',
      ...at('gpu', { ep: benchmarks([CPU, measured(GPU.tacc), measured(['Tensorrt', 'CPU']), CPU]) }),
      fails: ['ep-openvino'],
      hint: /OpenVINO container/,
    },
    {
      failure: 8,
      name: 'the TensorRT cell was stopped because it took long',
      ...at('gpu', { ep: benchmarks([CPU, measured(GPU.tacc), '']) }),
      fails: ['ep-tensorrt'],
      hint: /takes long/,
    },
    {
      failure: 9,
      name: 'a quantized model is slower',
      invisible: 'it is the result that the lab is about, not a fault',
    },
    {
      failure: 10,
      name: 'the cells at the top were not run in the new container',
      ...at('gpu', { ep: benchmarks([CPU, "NameError: name 'benchmark_session' is not defined\n"]) }),
      fails: ['ep-gpu', 'ep-tensorrt'],
      hint: /three cells at the top/,
    },
    {
      failure: 11,
      name: 'docker run -it without a terminal is refused',
      invisible: 'the command only looks at the volume, which is as it was',
    },
  ],
  alike: {
    'key-at-site': [change({ keys: keypairs() })],
    'lease-exists': [
      change({ lease: { name: `${LEASE}5` } }),
      change({ lease: { name: 'serve_system_ab1234' } }),
      change({ lease: { status: 'TERMINATED' } }),
      change({ moreLeases: [lease({ id: 'a-second-one', name: LEASE })] }),
    ],
    'lease-resource': [
      change({ lease: { reservations: [hostReservation('["==", "$node_type", "gpu_p100"]')] } }),
      change({ lease: { reservations: [hostReservation('["==", "$node_type", "compute_liqid_2"]')] } }),
      change({ lease: { reservations: [hostReservation('')] } }),
      change({ lease: { reservations: [hostReservation(undefined, { max: 2 })] } }),
      change({ lease: { reservations: [hostReservation(), networkReservation()] } }),
    ],
    'lease-length': [
      change({ lease: { end: '2026-03-01T17:01:00.000000' } }),
      change({ lease: { end: '2026-03-08T14:00:00.000000' } }),
    ],
    'lease-active': [
      change({ lease: { status: 'PENDING' } }),
      change({ lease: { reservations: [hostReservation(undefined, { status: 'pending' })] } }),
      change({ lease: { end: '2026-03-01T14:50:00.000000' } }),
    ],
    'server-active': [
      change({ server: { name: `${NODE}2` } }),
      change({ server: { status: 'BUILD' } }),
      change({ moreServers: [server({ id: 'a-second-one', name: NODE })] }),
    ],
    'server-image': [
      change({ image: 'CC-Ubuntu24.04' }),
      change({ image: 'CC-Ubuntu24.04-CUDA-VGPU' }),
      amd({ image: 'CC-Ubuntu24.04-CUDA' }),
    ],
    'fip-associated': [change({ fip: { serverId: 'another-server' } }), change({ fip: { portId: null } })],
    'ssh-ready': [
      change({ login: { '*': { down: 'auth' } } }),
      change({ commands: { login: { exit: 1, stdout: '', stderr: '' } } }),
    ],
    'repo-cloned': [
      change({ commands: { repo: 'mi100\nok\n' } }),
      change({ commands: { repo: 'main\n' } }),
      amd({ commands: { repo: 'mi1000\nok\n' } }),
    ],
    'docker-ready': [
      change({ commands: { docker: DENIED } }),
      change({ commands: { docker: '27.5.1\ncc adm sudo docker-users\n' } }),
    ],
    'nvidia-runtime': [
      change({ commands: { runtime: `${RUNTIMES_PLAIN}\n${daemonJson(true)}` } }),
      change({ commands: { runtime: `${RUNTIMES_NVIDIA}\n${daemonJson(false)}` } }),
      change({
        commands: { runtime: `${RUNTIMES_NVIDIA}\n${daemonJson(true).replace('exec-opts', 'labels')}` },
      }),
    ],
    'gpu-visible': [
      change({ commands: { nvidia: 'Tesla P100-PCIE-16GB\nTesla P100-PCIE-16GB\n' } }),
      change({ commands: { nvidia: 'NVIDIA A100-PCIE-40GB\nNVIDIA A10\n' } }),
      change({ commands: { nvidia: { exit: 9, stdout: 'NVIDIA-SMI has failed\n', stderr: '' } } }),
      amd({ commands: { rocm: ROCM_EMPTY } }),
      amd({ commands: { rocm: { exit: 2, stdout: '', stderr: 'ERROR: Driver not initialized\n' } } }),
    ],
    'volume-created': [
      change({ commands: { volume: 'food110\n' } }),
      change({ commands: { volume: { exit: 1, stdout: '\n', stderr: 'no such volume\n' } } }),
    ],
    'data-loaded': [
      change({ commands: { loader: 'exited 1\n' } }),
      change({ commands: { loader: 'running 0\n' } }),
      change({ commands: { loader: 'exited 01\n' } }),
    ],
    'data-layout': [
      change({ commands: { data: folders(['evaluation', 'training']) } }),
      change({ commands: { data: folders(['evaluation', 'training', 'validation'], []) } }),
      change({ commands: { data: folders(['evaluation', 'training', 'validation'], CLASSES.slice(1)) } }),
      change({ commands: { data: folders(['evaluation0', 'training', 'validation']) } }),
    ],
    'image-base': [change({ commands: { imageBase: NO_IMAGE } })],
    'jupyter-base': [
      change({}, 'tacc', 'gpu'),
      change({ commands: { jupyter: jupyter('base', MOUNTS, 'exited') } }),
      change({ commands: { jupyter: jupyter('base', [bindMount('/home/cc/serve-model-chi/workspace')]) } }),
      change({ commands: { jupyter: jupyter('base', [volumeMount('food11', '/mnt')]) } }),
    ],
    'jupyter-http': [change({ page: { status: 'ok' } }), change({ page: 'Welcome to nginx!' })],
    'torch-measured': [
      change({ torch: torch('', '') }),
      change({ torch: torch('', 'Accuracy: 90.59% (3032/3347 correct)\nBatch Throughput: 83.66 FPS\n') }),
      change({ torch: torch('', 'Accuracy: nan% (3032/3347 correct)\n') }),
    ],
    'torch-compiled': [
      change({ torch: torch('') }),
      change({ torch: torch('# model.compile()\n') }),
      change({ torch: torch('model.compile()\n', undefined, 13) }),
      change({ torch: torch('model.compile()\n', '') }),
    ],
    'onnx-exported': size('onnx', 'food11', 1024),
    'onnx-measured': [change({ onnx: onnx(false) }), change({ onnx: onnx(true, false) })],
    'graph-optimized': size('optimized', 'food11_optimized', 0),
    'quant-dynamic': size('dynamic', 'food11_quantized_dynamic', 8922314),
    'quant-aggressive': [
      ...size('aggressive', 'food11_quantized_aggressive', 8922314),
      ...size('aggressive', 'food11_quantized_aggressive', 0),
    ],
    'quant-conservative': size('conservative', 'food11_quantized_conservative', 0),
    'optimize-measured': [
      change({ optimize: benchmarks([CPU, CPU, CPU]) }),
      change({ optimize: benchmarks([CPU, CPU, CPU, measured(['CPU'], false)]) }),
      change({ optimize: benchmarks([CPU, CPU, CPU, undefined]) }),
    ],
    'jupyter-gpu': [
      at('gpu', { commands: { jupyter: jupyter('base') } }),
      at('gpu', { commands: { jupyter: jupyter('gpu', MOUNTS, 'created') } }),
    ],
    'ep-cpu': [
      change({ ep: benchmarks([measured(GPU.tacc)]) }),
      change({ ep: benchmarks([measured(['CPU'], false)]) }),
    ],
    'ep-gpu': [
      at('gpu', { ep: benchmarks([CPU, CPU, measured(['Tensorrt', 'CPU'])]) }),
      at('gpu', { ep: benchmarks([CPU, measured(GPU.tacc, false), measured(['Tensorrt', 'CPU'])]) }),
      amd({ ep: benchmarks([CPU, measured(GPU.tacc), measured(['OpenVINO', 'CPU'])]) }),
    ],
    'ep-tensorrt': [at('gpu', { ep: benchmarks([CPU, measured(GPU.tacc), measured(GPU.tacc)]) })],
    'jupyter-openvino': [at('openvino', { commands: { jupyter: jupyter('gpu') } })],
    'ep-openvino': [
      at('openvino', { ep: benchmarks([CPU, measured(GPU.tacc), CPU]) }),
      at('openvino', { ep: benchmarks([CPU, measured(['OpenVINO', 'CPU'], false)]) }),
    ],
    'clean-jupyter': [
      later('tacc, stopped', { commands: { gone: 'jupyter\nasked\n' } }),
      later('tacc, stopped', { commands: { gone: '' } }),
    ],
    'clean-server': [
      later('tacc, cleaned up', { ...STOPPED, ...GONE, server: { status: 'SHUTOFF' } }),
      later('tacc, cleaned up', { ...STOPPED, ...GONE, server: { name: 'another-name' } }),
    ],
    'clean-lease': [later('tacc, cleaned up', { ...STOPPED, ...GONE, lease: {} })],
    'clean-fip': [
      later('tacc, cleaned up', { ...STOPPED, ...GONE, fip: {} }),
      later('tacc, cleaned up', { ...STOPPED, ...GONE, fip: { portId: null } }),
    ],
  },
};
