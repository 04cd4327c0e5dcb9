import {
  all,
  deleted,
  failsWith,
  holds,
  hushes,
  keptAddress,
  ofLease,
  ofServer,
  oneServer,
  says,
  shows,
  noKeys,
  unbound,
} from '../edits';
import { recorded } from '../recorded';
import { must, notebook, type LabWorlds, type RightWorld } from '../world';

const parameters = { netID: 'ab1234', username: 'alexbaker' };
const LEASE = 'serve_system_ab1234';
const SERVER = 'node-serve-system-alexbaker';
const ADDRESS = '129.114.108.33';
const FASTAPI = '/home/cc/serve-system-chi/workspace/fastapi.ipynb';
const TRITON = '/home/cc/serve-system-chi/workspace/triton.ipynb';
const INDEX = '8000 POST /v2/repository/index';
const CONFIG = '8000 /v2/models/food_classifier/config';
const ONNX_CONFIG = '8000 /v2/models/food_classifier_onnx/config';
const STATS = '8000 /v2/models/food_classifier/versions/1/stats';
const ofCloud = ['clean-server', 'clean-lease', 'clean-fip'];
const cleanup = ['clean-triton', ...ofCloud];
const ofTritonOnnx = ['triton-onnx-ready', 'triton-onnx-scaled', 'triton-bench-all', 'flask-onnx'];
const ofTriton = [
  'triton-models',
  'triton-stack',
  'triton-ready',
  'triton-flask',
  'triton-bench-base',
  'triton-dynamic-batching',
  'triton-batched',
  'triton-scale-2x2',
  'triton-scale-4x2',
  ...ofTritonOnnx,
];

const predicted = JSON.stringify(recorded('fastapi-serving-predict'));
const onnxPage = {
  ...(recorded('fastapi-serving-openapi') as object),
  info: { title: 'Food Classification API (ONNX)', version: '1.0.0' },
};
const onnx = (page: unknown, answer: string): string => `${JSON.stringify(page)}\n-- predict\n${answer}`;
const measured = (...texts: string[]): unknown => notebook(['', ...texts]);
const MEASUREMENT =
  'Median inference time: 17.2018 ms\n95th percentile: 19.4870 ms\nThroughput: 57.16 requests/sec\n';

interface Group {
  count: number;
  kind: string;
  gpus: number[];
}
const group = (count: number, ...gpus: number[]): Group => ({ count, kind: 'KIND_GPU', gpus });
/** The model's configuration as Triton tells it. */
const config = (groups: Group[], more: object = {}): object => ({
  ...(recorded('triton-model-config') as object),
  instance_group: groups,
  ...more,
});
const unbatched = (groups: Group[]): object =>
  Object.fromEntries(Object.entries(config(groups)).filter(([key]) => key !== 'dynamic_batching'));
const onnxConfig = (groups: Group[], more: object = {}): object => ({
  ...unbatched(groups),
  name: 'food_classifier_onnx',
  backend: 'onnxruntime',
  ...more,
});
const ready = (...names: string[]): object[] => names.map((name) => ({ name, version: '1', state: 'READY' }));
const stats = (...sizes: number[]): object => ({
  model_stats: [
    {
      name: 'food_classifier',
      version: '1',
      inference_count: 100,
      batch_stats: sizes.map((batch_size) => ({ batch_size, compute_infer: { count: 12, ns: 100 } })),
    },
  ],
});
const [ONE, TWO] = ['GPU-1111', 'GPU-2222'];
const scaled = (answer: object, ...gpus: string[]): string =>
  `${JSON.stringify(answer)}\n-- processes\n${gpus
    .map((gpu) => `${gpu}, /opt/tritonserver/backends/python/triton_python_backend_stub\n`)
    .join('')}`;
const served = (index: object[], answer: object): string =>
  `${JSON.stringify(index)}\n-- config\n${JSON.stringify(answer)}`;
const two = [group(2, 0), group(2, 1)];
const four = [group(4, 0), group(4, 1)];

const bench = (clients: number, options = '-b 1'): { source: string; output: string } => ({
  source: `%%bash\nperf_analyzer -u triton_server:8000 -m food_classifier --input-data input.json ${options}\n`,
  output: `Inferences/Second vs. Client Average Batch Latency\nConcurrency: ${clients}, throughput: 52.3786 infer/sec, latency 151983 usec\n`,
});
const onnxBench = (clients: number): { source: string; output: string } => ({
  ...bench(clients),
  source: 'perf_analyzer -u triton_server:8000 -m food_classifier_onnx -b 1 --shape IMAGE:3,224,224\n',
});
const base = [bench(1), bench(8), bench(16), bench(1, '-b 16 --concurrency-range 1')];
const scaling = [bench(8), bench(8), bench(8)];
const allOnnx = [onnxBench(1), onnxBench(8), onnxBench(16)];

const machine = {
  '#ssh-ready': '',
  '#repo-cloned': 'ok\n',
  '#docker-ready': '28.3.3\ncc adm sudo docker\n',
  '#nvidia-runtime':
    '{"nvidia":{"path":"nvidia-container-runtime"},"runc":{"path":"runc"}}\n{"exec-opts":["native.cgroupdriver=cgroupfs"]}\n',
  '#gpu-count': 'Tesla P100-PCIE-16GB\nTesla P100-PCIE-16GB\n',
  '#nvtop-installed': '/usr/bin/nvtop\n',
};
const ofFastapi = {
  '#fastapi-stack': '/fastapi_server running\n/jupyter running\n/flask running\n',
  '#fastapi-predict': predicted,
  '#flask-end-to-end': 'fastapi_test\nVegetable/Fruit',
  '#jupyter-token': 'running\ntoken\n',
  '#fastapi-down': 'flask\njupyter\nfastapi_server\n',
};
const webPages = { '80 /': recorded('flask-page'), '8888 /api': recorded('jupyter-api') };

const pytorch: RightWorld = {
  name: 'pytorch',
  parameters,
  inventory: oneServer(
    { name: LEASE, nodeName: 'P3-GPU-01', start: '2026-06-01T14:00:00Z', end: '2026-06-01T16:55:00Z' },
    { name: SERVER, image: 'CC-Ubuntu24.04-CUDA' },
    ADDRESS,
  ),
  ssh: { node: { ...machine, ...ofFastapi } },
  pages: { node: { ...webPages, '8000 /openapi.json': recorded('fastapi-serving-openapi') } },
  notebooks: { node: { [FASTAPI]: measured(MEASUREMENT) } },
  passes: {
    except: [
      'fastapi-onnx-edit',
      'fastapi-onnx-http',
      'fastapi-onnx-measured',
      'fastapi-down',
      ...ofTriton,
      ...cleanup,
    ],
  },
};

const fastapiOnnx: RightWorld = {
  ...pytorch,
  name: 'fastapi onnx',
  after: 'pytorch',
  ssh: {
    node: {
      ...machine,
      ...ofFastapi,
      '#fastapi-onnx-edit': '/home/cc/serve-system-chi/fastapi_onnx\n',
      '#fastapi-onnx-http': onnx(onnxPage, predicted),
    },
  },
  pages: { node: { ...webPages, '8000 /openapi.json': onnxPage } },
  notebooks: { node: { [FASTAPI]: measured(MEASUREMENT, MEASUREMENT, MEASUREMENT) } },
  passes: { except: ['fastapi-down', ...ofTriton, ...cleanup] },
};

const tritonMachine = {
  ...machine,
  '#fastapi-down': '',
  '#jupyter-token': 'running\ntoken\n',
  '#triton-models':
    '/home/cc/serve-system-chi/models/food_classifier:\n1\nconfig.pbtxt\n\n/home/cc/serve-system-chi/models/food_classifier/1:\nfood11.pth\nmodel.py\n',
  '#triton-stack': '/triton_server running\n/jupyter running\n/flask running\n',
  '#triton-flask': 'triton_test\nVegetable/Fruit',
  '#clean-triton': 'flask\njupyter\ntriton_server\n',
};

const batching: RightWorld = {
  ...fastapiOnnx,
  name: 'batching',
  after: 'fastapi onnx',
  ssh: { node: { ...tritonMachine, '#triton-scale-2x2': scaled(config(two), ONE, ONE, TWO, TWO) } },
  pages: {
    node: {
      ...webPages,
      [INDEX]: ready('food_classifier'),
      [CONFIG]: config(two),
      [STATS]: stats(1, 2, 4, 8),
    },
  },
  notebooks: { node: { ...fastapiOnnx.notebooks?.['node'], [TRITON]: notebook([...base, ...scaling]) } },
  passes: { except: ['triton-scale-4x2', ...ofTritonOnnx, ...cleanup] },
};

const fourEach: RightWorld = {
  ...batching,
  name: 'four each',
  after: 'batching',
  pages: {
    node: { ...webPages, [INDEX]: ready('food_classifier'), [CONFIG]: config(four), [STATS]: stats(1) },
  },
  passes: { except: [...ofTritonOnnx, ...cleanup] },
};

const tritonOnnx: RightWorld = {
  ...fourEach,
  name: 'triton onnx',
  after: 'four each',
  ssh: {
    node: {
      ...tritonMachine,
      '#triton-onnx-ready': served(
        ready('food_classifier', 'food_classifier_onnx'),
        onnxConfig([group(2, 0, 1)]),
      ),
      '#flask-onnx':
        '["TRITON_SERVER_URL=triton_server:8000","FOOD11_MODEL_NAME=food_classifier_onnx","PATH=/usr/bin"]\nVegetable/Fruit',
    },
  },
  pages: {
    node: {
      ...webPages,
      [INDEX]: ready('food_classifier', 'food_classifier_onnx'),
      [CONFIG]: config(four),
      [ONNX_CONFIG]: onnxConfig([group(2, 0, 1)]),
    },
  },
  notebooks: {
    node: { ...fastapiOnnx.notebooks?.['node'], [TRITON]: notebook([...base, ...scaling, ...allOnnx]) },
  },
  passes: { except: cleanup },
};

const stopped: RightWorld = {
  ...tritonOnnx,
  name: 'stopped',
  after: 'triton onnx',
  ssh: { node: { ...machine, '#clean-triton': '' } },
  pages: {},
  passes: { except: ofCloud },
};

export const lab: LabWorlds = {
  id: 'lab6-serve-system',
  worlds: [
    pytorch,
    fastapiOnnx,
    batching,
    fourEach,
    tritonOnnx,
    stopped,
    deleted(stopped, 'stopped', 'CHI@TACC', ADDRESS),
  ],
  wrong: [
    {
      failure: 1,
      name: 'a lease that could not start behind another',
      change: all(ofLease({ status: 'ERROR' }), (world) => {
        must(world.inventory).servers = [];
        must(world.inventory).floatingIps = [];
      }),
      fails: ['lease-exists', 'server-active'],
      unknown: ['lease-active'],
      hint: /minute 55/,
    },
    {
      failure: 2,
      name: 'a failed server has the name',
      change: ofServer({ status: 'ERROR' }),
      fails: ['server-active'],
      hint: /delete it in Horizon/,
    },
    { failure: 3, name: 'TensorRT on a P100', invisible: 'The lab does not try it.' },
    {
      failure: 4,
      name: 'latency grows with the clients',
      invisible: 'Nothing is wrong: it is what the lab shows.',
    },
    { failure: 5, name: 'no power readings', invisible: 'Nothing is wrong: the lines are harmless.' },
    {
      failure: 6,
      name: 'the edit is not in the image',
      in: 'batching',
      change: all(
        shows(CONFIG, unbatched([group(1, 0)])),
        says('triton-scale-2x2', scaled(unbatched([group(1, 0)]), ONE)),
      ),
      fails: ['triton-dynamic-batching', 'triton-scale-2x2'],
      unknown: ['triton-batched'],
      hint: /build triton_server and recreate/,
    },
    {
      failure: 7,
      name: 'the FastAPI part is still up',
      in: 'batching',
      change: all(
        failsWith(
          'triton-stack',
          1,
          'Error: No such object: triton_server',
          '/jupyter running\n/flask running\n',
        ),
        says('fastapi-down', 'flask\njupyter\nfastapi_server\n'),
        hushes(8000),
      ),
      fails: ['triton-stack', 'fastapi-down', 'triton-ready'],
      hint: /FastAPI part is still up/,
    },
    {
      failure: 8,
      name: 'no folder of models, so no image',
      in: 'batching',
      change: all(
        failsWith('triton-models', 2, 'ls: cannot access'),
        failsWith('triton-stack', 1, 'Error: No such object: triton_server', '\n'),
        hushes(8000),
      ),
      fails: ['triton-models', 'triton-stack', 'triton-ready'],
      hint: /can't be built/,
    },
    {
      failure: 9,
      name: 'four instances are slower',
      invisible: 'Nothing is wrong: it is what the lab shows.',
    },
    {
      failure: 10,
      name: 'the web app does not prepare the picture',
      in: 'triton onnx',
      change: says('flask-onnx', '["FOOD11_MODEL_NAME=food_classifier_onnx"]\nNone'),
      fails: ['flask-onnx'],
      hint: /triton_onnx/,
    },
    {
      failure: 11,
      name: 'the endpoint fails behind the web app',
      change: all(
        says('flask-end-to-end', 'fastapi_test\nNone'),
        says('fastapi-predict', JSON.stringify(recorded('fastapi-serving-predict-bad-image'))),
      ),
      fails: ['flask-end-to-end', 'fastapi-predict'],
      hint: /docker logs flask/,
    },
    {
      failure: 12,
      name: 'the old tab of Jupyter',
      invisible: 'The tab is in the person’s browser; the new Jupyter answers.',
    },
  ],
  alike: {
    'key-at-site': [noKeys],
    'lease-exists': [ofLease({ status: 'TERMINATED' }), ofLease({ name: 'serve_system_ab12345' })],
    'lease-resource': [ofLease({ amount: 2 }), ofLease({ floatingIps: 1 })],
    'lease-length': [ofLease({ end: '2026-06-01T17:01:00Z' })],
    'lease-active': [ofLease({ status: 'PENDING' }), ofLease({ end: '2026-06-01T14:59:00Z' })],
    'server-active': [ofServer({ status: 'BUILD' }), ofServer({ name: 'node-serve-system-alexbaker2' })],
    'server-image': [ofServer({ image: 'CC-Ubuntu24.04' }), ofServer({ image: 'CC-Ubuntu24.04-ROCm' })],
    'fip-associated': [unbound],
    'ssh-ready': [says('ssh-ready', { down: 'auth' }), failsWith('ssh-ready', 1)],
    'repo-cloned': [failsWith('repo-cloned', 1), says('repo-cloned', 'okay\n')],
    'docker-ready': [
      says('docker-ready', '28.3.3\ncc adm sudo dockerusers\n'),
      failsWith('docker-ready', 1, 'permission denied', '\n'),
    ],
    'nvidia-runtime': [
      says('nvidia-runtime', '{"runc":{}}\n{"exec-opts":["native.cgroupdriver=cgroupfs"]}\n'),
      says('nvidia-runtime', '{"nvidia":{}}\n{"labels":["native.cgroupdriver=cgroupfs"]}\n'),
    ],
    'gpu-count': [
      says('gpu-count', 'Tesla P100-PCIE-16GB\n'),
      says('gpu-count', 'Quadro P1000\nQuadro P1000\n'),
      says('gpu-count', 'Tesla V100-PCIE-16GB\nTesla V100-PCIE-16GB\n'),
    ],
    'nvtop-installed': [failsWith('nvtop-installed', 1)],
    'fastapi-stack': [
      says('fastapi-stack', '/fastapi_server restarting\n/jupyter running\n/flask running\n'),
      failsWith('fastapi-stack', 1, 'No such object', '/jupyter running\n/flask running\n'),
    ],
    'fastapi-pt-http': [
      shows('8000 /openapi.json', onnxPage),
      shows('8000 /openapi.json', { info: { title: 'Food Classification API 2' } }),
      hushes(8000),
    ],
    'fastapi-predict': [
      says('fastapi-predict', JSON.stringify(recorded('fastapi-serving-predict-bad-image'))),
      says('fastapi-predict', '{"prediction":"Pizza","probability":0.9}'),
      says('fastapi-predict', '{"prediction":"Bread","probability":1.2}'),
      says('fastapi-predict', '{"prediction":"Bread","probability":0.9,"error":"late"}'),
      failsWith('fastapi-predict', 22, 'curl: (22) 422', predicted),
    ],
    'flask-http': [
      shows('80 /', '<title>GourmetGram</title>'),
      shows('80 /', { status: 502, body: recorded('flask-page') }),
    ],
    'flask-end-to-end': [
      says('flask-end-to-end', 'fastapi_test\nNone'),
      says('flask-end-to-end', 'triton_test\nBread'),
      says('flask-end-to-end', 'fastapi_test\n<span>Bread</span>'),
      failsWith('flask-end-to-end', 22, '', 'fastapi_test\nBread'),
    ],
    'jupyter-token': [says('jupyter-token', 'running\n'), says('jupyter-token', 'exited\ntoken\n')],
    'jupyter-http': [shows('8888 /api', recorded('jupyter-host-refused')), hushes(8888)],
    'fastapi-pt-measured': [
      holds(FASTAPI, measured('Median inference time: nan ms\n')),
      holds(FASTAPI, notebook([{ source: '# Median inference time: 17.2 ms' }])),
    ],
    'fastapi-onnx-edit': ['fastapi_pt', 'fastapi_onnx_old'].map((name) =>
      says('fastapi-onnx-edit', `/home/cc/serve-system-chi/${name}\n`),
    ),
    'fastapi-onnx-http': [
      says('fastapi-onnx-http', onnx(recorded('fastapi-serving-openapi'), predicted)),
      says('fastapi-onnx-http', onnx(onnxPage, '{"error":"no"}')),
      says('fastapi-onnx-http', onnx(onnxPage, '{"prediction":"Pizza"}')),
    ],
    'fastapi-onnx-measured': [
      holds(FASTAPI, measured(MEASUREMENT, MEASUREMENT)),
      holds(FASTAPI, measured(MEASUREMENT, MEASUREMENT, 'Throughput: nan requests/sec\n')),
    ],
    'fastapi-down': [says('fastapi-down', 'jupyter\n'), failsWith('fastapi-down', 1, 'permission denied')],
    'triton-models': [
      says('triton-models', '/m:\n1\nconfig.pbtxt\n\n/m/1:\nmodel.py\n'),
      failsWith('triton-models', 2, 'ls: cannot access'),
    ],
    'triton-stack': [
      says('triton-stack', '/triton_server exited\n/jupyter running\n/flask running\n'),
      says('triton-stack', '/fastapi_server running\n/jupyter running\n/flask running\n'),
    ],
    'triton-ready': [
      shows(INDEX, [{ name: 'food_classifier', version: '1', state: 'UNAVAILABLE', reason: 'loading' }]),
      shows(INDEX, ready('food_classifier_old')),
      shows(INDEX, []),
    ],
    'triton-flask': [
      says('triton-flask', 'triton_test\nNone'),
      says('triton-flask', 'fastapi_test\nBread'),
      says('triton-flask', 'triton_test\n'),
    ],
    'triton-bench-base': [
      holds(TRITON, notebook([bench(1), bench(8), base[3] ?? bench(1)])),
      holds(TRITON, notebook([bench(1), bench(8), bench(16), onnxBench(1)])),
      holds(TRITON, notebook([onnxBench(1), onnxBench(8), onnxBench(16), base[3] ?? bench(1)])),
      holds(TRITON, notebook([])),
    ],
    'triton-dynamic-batching': [
      shows(CONFIG, unbatched(two)),
      shows(
        CONFIG,
        config(two, {
          dynamic_batching: { preferred_batch_size: [4, 8], max_queue_delay_microseconds: 100 },
        }),
      ),
      shows(
        CONFIG,
        config(two, {
          dynamic_batching: { preferred_batch_size: [4, 6, 8, 10], max_queue_delay_microseconds: 1000 },
        }),
      ),
      shows(CONFIG, config(two, { name: 'food_classifier_2' })),
    ],
    'triton-batched': [shows(STATS, stats(1)), shows(STATS, stats(1, 16)), shows(STATS, stats())],
    'triton-scale-2x2': [
      says('triton-scale-2x2', scaled(config([group(2, 0)]), ONE, ONE)),
      says('triton-scale-2x2', scaled(config(two), ONE, ONE, ONE, TWO)),
      says('triton-scale-2x2', scaled(config(two), ONE, ONE, TWO)),
      says('triton-scale-2x2', scaled(config(four), ONE, ONE, TWO, TWO)),
      says('triton-scale-2x2', scaled(config([group(2, 0), group(2, 0)]), ONE, ONE, ONE, ONE)),
    ],
    'triton-scale-4x2': [
      shows(CONFIG, config(two)),
      shows(CONFIG, config([group(4, 0), group(2, 1)])),
      shows(CONFIG, config([group(4, 0, 1)])),
    ],
    'triton-onnx-ready': [
      says('triton-onnx-ready', served(ready('food_classifier_onnx'), onnxConfig([group(1, 0)]))),
      says(
        'triton-onnx-ready',
        served(
          ready('food_classifier', 'food_classifier_onnx'),
          onnxConfig([group(1, 0)], { backend: 'python' }),
        ),
      ),
      failsWith('triton-onnx-ready', 22, '', `${JSON.stringify(ready('food_classifier'))}\n-- config\n`),
    ],
    'triton-onnx-scaled': [
      shows(ONNX_CONFIG, onnxConfig([group(1, 0)])),
      shows(ONNX_CONFIG, onnxConfig([group(2, 0)])),
      shows(ONNX_CONFIG, onnxConfig([group(1, 0, 1)])),
      shows(ONNX_CONFIG, recorded('triton-model-config-unknown')),
    ],
    'triton-bench-all': [
      holds(TRITON, notebook([...base, ...scaling, ...allOnnx.slice(1)])),
      holds(TRITON, notebook([...base, ...scaling, ...scaling])),
    ],
    'flask-onnx': [
      says('flask-onnx', '["FOOD11_MODEL_NAME=food_classifier"]\nBread'),
      says('flask-onnx', '["FOOD11_MODEL_NAME=food_classifier_onnx"]\nNone'),
      says('flask-onnx', '["FOOD11_MODEL_NAME=food_classifier_onnx2"]\nBread'),
    ],
    'clean-triton': [says('clean-triton', 'jupyter\n'), failsWith('clean-triton', 1, 'permission denied')],
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
