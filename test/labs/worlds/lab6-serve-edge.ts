import { deviceReservation, lease, networkReservation, NOW } from '../parts/cloudAnswers';
import { answers, CONTAINER, LEASE, MODELS, parameters, saved, type Difference } from '../parts/edge';
import type { Change, LabWorlds } from '../world';

const change =
  (than: Difference): Change =>
  (changed) => {
    Object.assign(changed, answers(than));
  };
const GONE: Difference = { lease: { status: 'TERMINATED' }, container: null, fip: null, page: null };
const cleaned = (than: Difference): { in: string; change: Change } => ({
  in: 'cleaned up',
  change: change({ ...GONE, ...than }),
});
const reserving = (...reservations: Parameters<typeof lease>[0]['reservations'] & object): Change =>
  change({ lease: { reservations } });
const missing = { exit: 2, stdout: 'ls: cannot access: No such file or directory\n', stderr: '' };
const [BASELINE, DYNAMIC, STATIC] = MODELS;

export const lab: LabWorlds = {
  id: 'lab6-serve-edge',
  worlds: [
    {
      name: 'on the device',
      parameters: { ...parameters },
      now: NOW,
      ...answers(),
      passes: { except: ['clean-container', 'clean-lease', 'clean-fip'] },
    },
    {
      name: 'cleaned up',
      after: 'on the device',
      parameters: { ...parameters },
      now: NOW,
      ...answers(GONE),
      passes: 'all',
    },
  ],
  wrong: [
    {
      failure: 1,
      name: 'a container in Error keeps its name',
      change: change({ container: { status: 'Error' } }),
      fails: ['container-running'],
      unknown: ['container-image', 'jupyter-token', 'measured-baseline'],
      hint: /delete it in Horizon/,
    },
    {
      failure: 1,
      name: 'the container was found instead of made, so it has no address',
      change: change({ fip: { portId: null }, page: null }),
      fails: ['fip-bound'],
      unknown: ['jupyter-http', 'jupyter-login'],
      hint: /found instead of made/,
    },
    {
      failure: 2,
      name: 'the lease could not start behind another one',
      change: change({ lease: { status: 'ERROR' }, container: null, fip: null, page: null }),
      fails: ['lease-exists', 'container-running'],
      unknown: ['lease-active'],
      hint: /end at minute 55/,
    },
    {
      failure: 3,
      name: 'everything was made at another site',
      change: change({ lease: null, container: null, fip: null, page: null }),
      fails: ['lease-exists', 'container-running'],
      hint: /CHI@Edge, not another site/,
    },
    {
      failure: 4,
      name: 'local time was entered for UTC',
      change: change({
        lease: { status: 'PENDING', start: '2026-03-01T19:00:00.000000', end: '2026-03-01T20:55:00.000000' },
        container: null,
        fip: null,
        page: null,
      }),
      fails: ['lease-active', 'container-running'],
      hint: /UTC/,
    },
    {
      failure: 5,
      name: 'a container whose name has the underscore of the user name',
      change: change({ container: { name: 'node-serve-edge-alex_baker' } }),
      fails: ['container-running'],
      hint: /with dashes for each _/,
    },
    { failure: 6, name: 'the browser questions the download', invisible: 'only the browser knows of it' },
    {
      failure: 7,
      name: 'the image is still being pulled',
      change: change({ container: { status: 'Creating' }, fip: null, page: null }),
      fails: ['container-running'],
      unknown: ['jupyter-http'],
      hint: /up to 30 minutes/,
    },
  ],
  alike: {
    'lease-exists': [
      change({ lease: { name: `${LEASE}5` } }),
      change({ lease: { name: 'serve_model_ab1234' } }),
      change({ lease: { status: 'TERMINATED' } }),
      change({ moreLeases: [lease({ id: 'a-second-one', name: LEASE })] }),
    ],
    'lease-resource': [
      reserving(deviceReservation('["==", "$machine_name", "raspberrypi4-64"]')),
      reserving(deviceReservation('["==", "$machine_name", "raspberrypi50"]')),
      reserving(deviceReservation('["==", "$uid", "00000000-1111-2222-3333-444444444444"]')),
      reserving(deviceReservation(undefined, { max: 2 })),
      reserving(deviceReservation(), networkReservation()),
    ],
    'lease-length': [change({ lease: { end: '2026-03-01T16:01:00.000000' } })],
    'lease-active': [
      change({ lease: { status: 'PENDING' } }),
      reserving(deviceReservation(undefined, { status: 'pending' })),
      change({ lease: { end: '2026-03-01T14:55:00.000000' } }),
    ],
    'container-running': [
      change({ container: { status: 'Stopped' } }),
      change({ container: { name: `${CONTAINER}2` } }),
      change({ container: { name: 'node-serve-edge-alex' } }),
    ],
    'container-image': [
      change({ container: { image: 'quay.io/jupyter/minimal-notebook-cuda:latest' } }),
      change({ container: { image: 'ghcr.io/chameleoncloud/edge_ssh_image:latest' } }),
    ],
    'fip-bound': [
      change({ fip: { portId: 'another-port' } }),
      change({ fip: { status: 'DOWN' } }),
      change({ fip: null }),
    ],
    'jupyter-http': [change({ page: { status: 'ok' } }), change({ page: 'Welcome to nginx!' })],
    'jupyter-token': [
      change({ commands: { token: 'Currently running servers:\n' } }),
      change({ commands: { token: 'http://ae0f51c2:8888/?token=... :: /home/jovyan\n' } }),
    ],
    'jupyter-login': [
      change({
        commands: { login: { exit: 1, stdout: 'urllib.error.HTTPError: HTTP Error 403: Forbidden\n' } },
      }),
      change({ commands: { login: '{"message": "Forbidden", "reason": null}\n' } }),
    ],
    'materials-models': [
      change({ commands: { models: 'food11.onnx\nfood11_quantized_dynamic.onnx\n' } }),
      change({ commands: { models: missing } }),
    ],
    'materials-notebook': [change({ commands: { notebook: missing } })],
    'onnxruntime-installed': [
      change({
        commands: {
          runtime: { exit: 1, stdout: "ModuleNotFoundError: No module named 'onnxruntime'\n" },
        },
      }),
    ],
    'device-is-pi5': [
      change({ commands: { cpu: 'Architecture: aarch64\nModel name: Cortex-A72\n' } }),
      change({ commands: { cpu: 'Architecture: x86_64\nModel name: AMD EPYC 7763\n' } }),
    ],
    'measured-baseline': [
      change({ commands: { measured: saved([]) } }),
      change({ commands: { measured: saved([DYNAMIC, STATIC]) } }),
      change({ commands: { measured: saved(MODELS, 'NoSuchFile: models/food11.onnx\n') } }),
    ],
    'measured-all': [
      change({ commands: { measured: saved([BASELINE, DYNAMIC]) } }),
      change({ commands: { measured: saved([BASELINE, STATIC]) } }),
    ],
    'clean-container': [cleaned({ container: {} }), cleaned({ container: { status: 'Stopped' } })],
    'clean-lease': [cleaned({ lease: {} })],
    'clean-fip': [cleaned({ fip: {} }), cleaned({ fip: { portId: null } })],
  },
};
