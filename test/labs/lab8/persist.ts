import { recordedBody } from '../recorded';
import * as vm from '../virtualMachine';
import { idOf, USER_ID } from '../wire';
import type { Change } from '../world';

/**
 * Four moments of one attempt: the object store is in use, then the volume with its services, then a new server with the
 * old data, then nothing is left. MLflow's answers are recorded from 2.20.2; rclone, findmnt and lsblk are written out.
 */
export const id = 'lab8-data-persist';
export const CHI = 'CHI@TACC';
export const CONTAINER = 'object-persist-ab1234';
export const VOLUME = 'block-persist-ab1234';
const VOLUME_ID = idOf('volume', VOLUME);
const SWIFT_USER = 'c95d21b7f3a14d9fa6bb6d1d0b0e9f11';
export const KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG${'k'.repeat(43)}`;
export const OTHER_KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG${'x'.repeat(43)}`;
export const DEMO = '/home/cc/data-persist-chi/workspace/demo.ipynb';

export const machine: vm.VirtualMachineLab = {
  id,
  repository: 'data-persist-chi',
  username: 'alexbaker',
  parameters: { netID: 'ab1234' },
  server: 'node-persist-alexbaker',
  lease: {
    name: 'lease-persist-alexbaker',
    flavor: 'm1.large',
    start: '2026-06-01T12:00:00Z',
    end: '2026-06-01T20:00:00Z',
  },
  ports: [22, 8888, 8000, 9000, 9001],
  vcpus: 4,
  ram: 8192,
  created: '2026-06-01T12:10:00Z',
};
export const renewed = {
  ...machine,
  serverId: idOf('server', 'the second one'),
  created: '2026-06-01T14:40:00Z',
};

export const CREDENTIALS = `identity /users/${SWIFT_USER}/application_credentials`;
export interface Credential {
  readonly name: string;
  readonly expires_at: string | null;
}
export const credentials = (...list: readonly Credential[]): unknown => ({
  application_credentials: list.map((each) => ({
    id: idOf('credential', each.name).replaceAll('-', ''),
    ...each,
    unrestricted: false,
    roles: [{ name: 'member' }],
  })),
  links: {},
});
export const ENDS = '2026-12-20T00:00:00.000000';

export const stored = (name: string, count: number, bytes: number): object => ({ name, count, bytes });
export const containers = (...list: readonly object[]): unknown => [
  stored('object-eval-cd5678', 4, 900),
  stored(`${CONTAINER}0`, 16643, 1_200_000_000),
  ...list,
];
export const OBJECTS = `object-store /${CONTAINER}?format=json&delimiter=/`;
export const CLASSES = `${OBJECTS}&prefix=evaluation/`;
export const folders = (...names: readonly string[]): unknown =>
  names.map((name) => ({ subdir: `${name}/` }));
export const classes = Array.from(
  { length: 11 },
  (_, at) => `evaluation/class_${String(at).padStart(2, '0')}`,
);

export interface Volume {
  id: string;
  name: string;
  status: string;
  size: number;
  user_id: string;
  volume_type: string;
  availability_zone: string;
  bootable: string;
  created_at: string;
  attachments: object[];
}
export const volume = (change: Partial<Volume> = {}): Volume => ({
  id: VOLUME_ID,
  name: VOLUME,
  status: 'in-use',
  size: 2,
  user_id: USER_ID,
  volume_type: 'ceph-ssd',
  availability_zone: 'nova',
  bootable: 'false',
  created_at: '2026-06-01T13:30:00.000000',
  attachments: [
    { id: VOLUME_ID, volume_id: VOLUME_ID, server_id: vm.serverIdOf(machine), device: '/dev/vdb' },
  ],
  ...change,
});
const otherVolume = volume({ id: idOf('volume', 'other'), name: 'block-persist-cd5678', size: 10 });
export const attachedTo = (server: string, device = '/dev/vdb'): Partial<Volume> => ({
  attachments: [{ id: VOLUME_ID, volume_id: VOLUME_ID, server_id: server, device }],
});
/** Cinder's answers about that volume, as the student's. */
export const volumes = (...list: readonly Volume[]): Record<string, unknown> => ({
  'volumev3 /volumes/detail': { volumes: [otherVolume, ...list] },
  ...Object.fromEntries(list.map((each) => [`volumev3 /volumes/${each.id}`, { volume: each }])),
});
export const hasVolumes =
  (...list: readonly Volume[]): Change =>
  (world) => {
    for (const [path, body] of Object.entries(volumes(...list))) vm.answers(path, body)(world);
  };

export const MOUNT = `chi_tacc:${CONTAINER} fuse.rclone ro,nosuid,nodev,relatime,user_id=1000,group_id=1000,allow_other\n`;
export const remote = (user = SWIFT_USER): string =>
  `chi_tacc:\ntype=swift\nuser_id=${user}\nauth=https://chi.tacc.chameleoncloud.org:5000/v3\nregion=CHI@TACC\n`;
export const listed = (name: string): string => `          -1 2026-06-01 12:30:00        -1 ${name}\n`;
export const jupyter = (source: string, image = 'quay.io/jupyter/pytorch-notebook:latest'): string =>
  JSON.stringify({
    status: 'running',
    image,
    mounts: [{ Type: 'bind', Source: source, Destination: '/mnt/Food-11', Mode: '', RW: false }],
  });
export const FIRST_JUPYTER = 'jupyter quay.io/jupyter/pytorch-notebook:latest\n';

export interface Run {
  info: { status: string; start_time: number };
  data: { metrics?: { key: string }[] };
}
/** The recorded run, begun at that time. */
export function runs(change: (run: Run) => void = () => undefined): unknown {
  const { runs: list } = structuredClone(recordedBody('mlflow2-runs-search')) as { runs: Run[] };
  for (const run of list) {
    run.info.start_time = Date.parse('2026-06-01T14:20:00Z');
    change(run);
  }
  return { runs: list };
}
export const EXPERIMENT = vm.pageOf(id, 'mlflow-experiment');
export const RUNS = vm.pageOf(id, 'mlflow-metric');
export const ARTIFACTS = '8000 /api/2.0/mlflow/artifacts/list?run_id=0e258ca2661d4ec8b0d3760a20e9344a';

export const inBlock = (change: Change): { in: string; change: Change } => ({ in: 'block', change });
export const inRenewed = (change: Change): { in: string; change: Change } => ({ in: 'renewed', change });
export const inGone = (change: Change): { in: string; change: Change } => ({ in: 'gone', change });

/** Without what was seen before: what is like it must not pass on its own. */
export function fresh(each: { in: string; change: Change }): { in: string; change: Change } {
  return {
    in: each.in,
    change: (world) => {
      delete world.after;
      each.change(world);
    },
  };
}

/** The new server as old as that. */
export function older(created: string): Change {
  return vm.all(
    vm.answers(`compute /servers/${vm.serverIdOf(renewed)}`, { server: vm.detail({ ...renewed, created }) }),
    (world) => {
      for (const server of world.inventory?.servers ?? [])
        if (server.name === renewed.server) server.created = created;
    },
  );
}
