import { recordedBody, recorded } from '../recorded';
import * as vm from '../virtualMachine';
import { idOf, USER_ID } from '../wire';
import { notebook, type Change, type LabWorlds, type RightWorld } from '../world';

/**
 * Four moments of one attempt: the object store is in use, then the volume with its services, then a new server with the
 * old data, then nothing is left. MLflow's answers are recorded from 2.20.2; rclone, findmnt and lsblk are written out.
 */
const id = 'lab8-data-persist';
const CHI = 'CHI@TACC';
const CONTAINER = 'object-persist-ab1234';
const VOLUME = 'block-persist-ab1234';
const VOLUME_ID = idOf('volume', VOLUME);
const SWIFT_USER = 'c95d21b7f3a14d9fa6bb6d1d0b0e9f11';
const KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG${'k'.repeat(43)}`;
const OTHER_KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG${'x'.repeat(43)}`;
const DEMO = '/home/cc/data-persist-chi/workspace/demo.ipynb';

const machine: vm.VirtualMachineLab = {
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
const renewed = { ...machine, serverId: idOf('server', 'the second one'), created: '2026-06-01T14:40:00Z' };

const CREDENTIALS = `identity /users/${SWIFT_USER}/application_credentials`;
interface Credential {
  readonly name: string;
  readonly expires_at: string | null;
}
const credentials = (...list: readonly Credential[]): unknown => ({
  application_credentials: list.map((each) => ({
    id: idOf('credential', each.name).replaceAll('-', ''),
    ...each,
    unrestricted: false,
    roles: [{ name: 'member' }],
  })),
  links: {},
});
const ENDS = '2026-12-20T00:00:00.000000';

const stored = (name: string, count: number, bytes: number): object => ({ name, count, bytes });
const containers = (...list: readonly object[]): unknown => [
  stored('object-eval-cd5678', 4, 900),
  stored(`${CONTAINER}0`, 16643, 1_200_000_000),
  ...list,
];
const OBJECTS = `object-store /${CONTAINER}?format=json&delimiter=/`;
const CLASSES = `${OBJECTS}&prefix=evaluation/`;
const folders = (...names: readonly string[]): unknown => names.map((name) => ({ subdir: `${name}/` }));
const classes = Array.from({ length: 11 }, (_, at) => `evaluation/class_${String(at).padStart(2, '0')}`);

interface Volume {
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
const volume = (change: Partial<Volume> = {}): Volume => ({
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
const attachedTo = (server: string, device = '/dev/vdb'): Partial<Volume> => ({
  attachments: [{ id: VOLUME_ID, volume_id: VOLUME_ID, server_id: server, device }],
});
/** Cinder's answers about that volume, as the student's. */
const volumes = (...list: readonly Volume[]): Record<string, unknown> => ({
  'volumev3 /volumes/detail': { volumes: [otherVolume, ...list] },
  ...Object.fromEntries(list.map((each) => [`volumev3 /volumes/${each.id}`, { volume: each }])),
});
const hasVolumes =
  (...list: readonly Volume[]): Change =>
  (world) => {
    for (const [path, body] of Object.entries(volumes(...list))) vm.answers(path, body)(world);
  };

const MOUNT = `chi_tacc:${CONTAINER} fuse.rclone ro,nosuid,nodev,relatime,user_id=1000,group_id=1000,allow_other\n`;
const remote = (user = SWIFT_USER): string =>
  `chi_tacc:\ntype=swift\nuser_id=${user}\nauth=https://chi.tacc.chameleoncloud.org:5000/v3\nregion=CHI@TACC\n`;
const listed = (name: string): string => `          -1 2026-06-01 12:30:00        -1 ${name}\n`;
const jupyter = (source: string, image = 'quay.io/jupyter/pytorch-notebook:latest'): string =>
  JSON.stringify({
    status: 'running',
    image,
    mounts: [{ Type: 'bind', Source: source, Destination: '/mnt/Food-11', Mode: '', RW: false }],
  });
const FIRST_JUPYTER = 'jupyter quay.io/jupyter/pytorch-notebook:latest\n';

interface Run {
  info: { status: string; start_time: number };
  data: { metrics?: { key: string }[] };
}
/** The recorded run, begun at that time. */
function runs(change: (run: Run) => void = () => undefined): unknown {
  const { runs: list } = structuredClone(recordedBody('mlflow2-runs-search')) as { runs: Run[] };
  for (const run of list) {
    run.info.start_time = Date.parse('2026-06-01T14:20:00Z');
    change(run);
  }
  return { runs: list };
}
const EXPERIMENT = vm.pageOf(id, 'mlflow-experiment');
const RUNS = vm.pageOf(id, 'mlflow-metric');
const ARTIFACTS = '8000 /api/2.0/mlflow/artifacts/list?run_id=0e258ca2661d4ec8b0d3760a20e9344a';

const start = vm.rightStart(machine);
const kvm = start.openstack?.[vm.SITE];
const chi = {
  'object-store /': containers(stored(CONTAINER, 16643, 1_180_000_000)),
  [OBJECTS]: folders('evaluation', 'training', 'validation'),
  [CLASSES]: folders(...classes),
  [CREDENTIALS]: credentials(
    { name: 'data-persist', expires_at: ENDS },
    { name: 'vscode', expires_at: null },
  ),
};
const CLEANUP = [
  'cleanup-server',
  'cleanup-fip',
  'cleanup-volume',
  'cleanup-container',
  'cleanup-lease',
  'app-credential-left',
];
const NEW_SERVER = ['server-recreated', 'volume-reattached', 'mlflow-persisted'];
const VOLUME_PART = [
  'jupyter-stopped',
  'volume-exists',
  'volume-attached',
  'volume-visible',
  'volume-ext4',
  'volume-mounted',
  'volume-owner',
  'block-stack',
  'data-on-volume',
  'bucket-mlflow',
  'mlflow-up',
  'mlflow-experiment',
  'mlflow-metric',
  'mlflow-artifact',
  'python-volume-gone',
];

const object: RightWorld = {
  ...start,
  name: 'object',
  inventory: {
    ...start.inventory,
    keyPairs: [
      { name: 'id_rsa_chameleon', publicKey: `${KEY} alex@laptop` },
      { name: 'alexbaker-jupyter', publicKey: `${OTHER_KEY} hub` },
      { name: 'laptop', publicKey: KEY, site: CHI },
      { name: 'alexbaker-jupyter', publicKey: `${OTHER_KEY} hub`, site: CHI },
    ],
  },
  openstack: { [vm.SITE]: { ...kvm, ...volumes() }, [CHI]: chi },
  ssh: {
    node: {
      ...start.ssh?.['node'],
      '#rclone-installed': 'rclone v1.69.1\n- os/version: ubuntu 24.04 (64 bit)\n',
      '#fuse-allow-other': '1\n',
      '#rclone-config': remote(),
      '#rclone-auth': `${listed('object-eval-cd5678')}${listed(CONTAINER)}${listed(`${CONTAINER}0`)}`,
      '#staging-removed': 'other\nend-of-list\n',
      '#object-mounted': MOUNT,
      '#object-mount-content': 'fuse.rclone\nevaluation\ntraining\nvalidation\n',
      '#jupyter-object': jupyter('/mnt/object'),
      '#jupyter-stopped': `${FIRST_JUPYTER}end-of-list\n`,
    },
  },
  notebooks: { node: { [DEMO]: notebook(['', '', '', '', 'Overall Accuracy: 90.59%\n']) } },
  passes: { except: [...VOLUME_PART, ...NEW_SERVER, ...CLEANUP] },
};

const SERVICES = {
  '#volume-visible': 'vdb disk\nvdb1 part\n',
  '#volume-ext4': 'ext4\n',
  '#volume-mounted': '/dev/vdb1 /mnt/block\n',
  '#volume-owner': '/dev/vdb1\ncc cc\n',
  '#block-stack': 'jupyter\nmlflow\npostgres\nminio\n',
  '#data-on-volume': '/dev/vdb1\nlost+found\nminio_data\npostgres_data\n',
  '#bucket-mlflow': '/dev/vdb1\nmlflow-artifacts\n',
};
const MLFLOW = {
  '8000 /health': recorded('mlflow2-health'),
  [EXPERIMENT]: recorded('mlflow2-experiment'),
  [RUNS]: runs(),
  [ARTIFACTS]: recorded('mlflow2-artifacts'),
};

const block: RightWorld = {
  ...object,
  name: 'block',
  after: 'object',
  openstack: { [vm.SITE]: { ...kvm, ...volumes(volume()) }, [CHI]: chi },
  ssh: {
    node: {
      ...object.ssh?.['node'],
      ...SERVICES,
      '#jupyter-object': jupyter('/mnt/object', 'quay.io/jupyter/pytorch-notebook:pytorch-2.5.1'),
      '#jupyter-stopped': 'jupyter quay.io/jupyter/pytorch-notebook:pytorch-2.5.1\nend-of-list\n',
    },
  },
  pages: { node: MLFLOW },
  passes: { except: [...NEW_SERVER, ...CLEANUP] },
};

/** Without rclone and its mount, as the lab leaves it. */
const second = vm.rightStart(renewed);
const again: RightWorld = {
  ...block,
  name: 'renewed',
  after: 'block',
  inventory: { ...object.inventory, ...second.inventory },
  openstack: {
    [vm.SITE]: {
      ...second.openstack?.[vm.SITE],
      ...volumes(volume(attachedTo(vm.serverIdOf(renewed)))),
    },
    [CHI]: chi,
  },
  ssh: {
    node: {
      ...second.ssh?.['node'],
      ...SERVICES,
      '#block-stack': 'mlflow\npostgres\nminio\n',
      '#volume-reattached': '/dev/vdb1 /mnt/block\nlost+found\nminio_data\npostgres_data\n',
    },
  },
  notebooks: {},
  passes: { except: CLEANUP },
};

const gone: RightWorld = {
  ...vm.gone(renewed, 'renewed', 'all'),
  openstack: {
    [vm.SITE]: { ...vm.gone(renewed, 'renewed', 'all').openstack?.[vm.SITE], ...volumes() },
    [CHI]: {
      'object-store /': containers(),
      [CREDENTIALS]: credentials({ name: 'vscode', expires_at: null }),
    },
  },
};

const inBlock = (change: Change): { in: string; change: Change } => ({ in: 'block', change });
const inRenewed = (change: Change): { in: string; change: Change } => ({ in: 'renewed', change });
const inGone = (change: Change): { in: string; change: Change } => ({ in: 'gone', change });

export const lab: LabWorlds = {
  id,
  worlds: [object, block, again, gone],
  wrong: [
    ...vm.wrongStart(machine, { error: 1 }),
    {
      failure: 2,
      name: 'the secret of the credential was lost',
      change: vm.all(
        vm.answers(CREDENTIALS, credentials({ name: 'data-persist', expires_at: ENDS }), CHI),
        vm.says('rclone-auth', { exit: 1, stderr: 'Authorization Failed\n' }),
      ),
      fails: ['rclone-auth'],
      hint: /lost secret/,
    },
    {
      failure: 3,
      name: 'the user name in place of the user id',
      change: vm.says('rclone-config', remote('alexbaker')),
      fails: ['rclone-config'],
      unknown: ['rclone-auth', 'app-credential'],
      hint: /not your user name/,
    },
    {
      failure: 4,
      name: 'the load did not know the container',
      change: vm.all(
        vm.answers(OBJECTS, [], CHI),
        vm.answers('object-store /', containers(stored(CONTAINER, 0, 0)), CHI),
      ),
      fails: ['etl-loaded', 'etl-complete'],
      unknown: ['etl-transformed'],
      hint: /RCLONE_CONTAINER/,
    },
    {
      failure: 5,
      name: 'others may not read the mount',
      change: vm.all(
        vm.says('fuse-allow-other', { exit: 1, stdout: '0\n' }),
        vm.says('object-mounted', MOUNT.replace(',allow_other', '')),
        vm.says('jupyter-object', { exit: 1, stderr: 'no such object: jupyter\n' }),
      ),
      fails: ['fuse-allow-other', 'object-mounted', 'jupyter-object'],
      hint: /user_allow_other/,
    },
    {
      failure: 6,
      name: 'a new file system on the volume with the data',
      in: 'renewed',
      change: vm.all(
        vm.says('volume-reattached', '/dev/vdb1 /mnt/block\nlost+found\n'),
        vm.shows(EXPERIMENT, recorded('mlflow2-experiment-404')),
        vm.shows(RUNS, recorded('mlflow2-runs-search-bad-id')),
      ),
      fails: ['volume-reattached', 'mlflow-persisted'],
      hint: /mkfs/,
    },
    {
      failure: 7,
      name: 'the first Jupyter still has the name and the port',
      in: 'block',
      change: vm.all(
        (world) => {
          delete world.after;
        },
        vm.says('jupyter-object', jupyter('/mnt/object')),
        vm.says('jupyter-stopped', `${FIRST_JUPYTER}end-of-list\n`),
        vm.says('block-stack', 'jupyter\npostgres\nminio\n'),
      ),
      fails: ['jupyter-stopped', 'block-stack'],
      hint: /docker stop jupyter/,
    },
    {
      failure: 8,
      name: 'the volume is deleted while the server has it',
      in: 'gone',
      change: hasVolumes(volume(attachedTo(vm.serverIdOf(renewed)))),
      fails: ['cleanup-volume'],
      hint: /server first/,
    },
    {
      failure: 9,
      name: 'the placeholder of the lab in the name of the volume',
      in: 'block',
      change: hasVolumes(volume({ name: 'block-persist-netID' })),
      fails: ['volume-exists'],
      unknown: ['volume-attached'],
      hint: /own net ID/,
    },
    {
      failure: 10,
      name: 'the container is not empty, so it stays',
      in: 'gone',
      change: vm.answers('object-store /', containers(stored(CONTAINER, 12, 900)), CHI),
      fails: ['cleanup-container'],
      hint: /all objects/,
    },
    {
      failure: 11,
      name: 'postgres ends again and again',
      in: 'block',
      change: vm.all(
        (world) => {
          delete world.after;
        },
        vm.says('block-stack', 'jupyter\nmlflow\nminio\n'),
        vm.closes(8000),
      ),
      fails: ['block-stack', 'mlflow-up'],
      hint: /older major version/,
    },
    {
      failure: 12,
      name: 'Jupyter has no data set on the new server',
      invisible: 'Only MLflow matters there; the first server’s evidence stands.',
    },
    {
      failure: 13,
      name: 'all is gone over night',
      in: 'block',
      change: vm.all(
        (world) => {
          delete world.after;
        },
        hasVolumes(),
        vm.answers('object-store /', containers(), CHI),
      ),
      fails: ['volume-exists', 'container-exists'],
      hint: /Make it in Horizon/,
    },
  ],
  exempt: {
    ...vm.exemptStart,
    'server-recreated': { none: 'Times are no lists.', 'a list of nulls': 'Times are no lists.' },
  },
  alike: {
    ...vm.alikeStart(machine),
    ...vm.alikeNoLease(machine),
    'cleanup-server': [
      inGone((world) => world.inventory?.servers?.push({ name: machine.server, id: idOf('server', 'new') })),
      inGone((world) => world.inventory?.servers?.push({ name: 'renamed', id: vm.serverIdOf(renewed) })),
    ],
    'key-both-sites': [
      (world) => {
        for (const pair of world.inventory?.keyPairs ?? [])
          if (pair.name === 'laptop') pair.publicKey = OTHER_KEY.replace(/x$/, 'y');
      },
      (world) => {
        const pairs = world.inventory?.keyPairs ?? [];
        if (world.inventory !== undefined)
          world.inventory.keyPairs = pairs.filter(({ name }) => name !== 'laptop');
      },
      (world) => {
        const pairs = world.inventory?.keyPairs ?? [];
        if (world.inventory !== undefined)
          world.inventory.keyPairs = pairs.filter(({ name }) => name !== 'id_rsa_chameleon');
      },
    ],
    'container-exists': [
      vm.answers('object-store /', containers(), CHI),
      vm.answers('object-store /', containers(stored('object-persist-netID', 5, 5)), CHI),
    ],
    'rclone-installed': [
      vm.says('rclone-installed', { exit: 127, stderr: 'rclone: not found\n' }),
      vm.says('rclone-installed', 'bash: rclone: command not found\n'),
    ],
    'fuse-allow-other': [
      vm.says('fuse-allow-other', { exit: 1, stdout: '0\n' }),
      vm.says('fuse-allow-other', { exit: 2, stderr: 'grep: /etc/fuse.conf: No such file\n' }),
    ],
    'rclone-config': [
      vm.prints('rclone-config', 'region=CHI@TACC', 'region=KVM@TACC'),
      vm.prints('rclone-config', 'chi.tacc', 'kvm.tacc'),
      vm.prints('rclone-config', 'type=swift', 'type=s3'),
      vm.prints('rclone-config', 'chi_tacc:', 'chi_uc:'),
      vm.says('rclone-config', remote('YOUR_USER_ID')),
    ],
    'app-credential': [
      vm.answers(CREDENTIALS, credentials({ name: 'data-persist', expires_at: null }), CHI),
      vm.answers(
        CREDENTIALS,
        credentials({ name: 'data-persist', expires_at: '2026-06-01T14:00:00.000000' }),
        CHI,
      ),
      vm.answers(CREDENTIALS, credentials({ name: 'data-persist2', expires_at: ENDS }), CHI),
    ],
    'rclone-auth': [
      vm.says('rclone-auth', listed(`${CONTAINER}0`)),
      vm.says('rclone-auth', { exit: 1, stderr: 'Authorization Failed\n' }),
      vm.says('rclone-auth', ''),
    ],
    'etl-loaded': [
      vm.answers(OBJECTS, folders('evaluation', 'training'), CHI),
      vm.answers(OBJECTS, folders('Food-11'), CHI),
      vm.answers(OBJECTS, [{ name: 'evaluation/' }, { name: 'training/' }, { name: 'validation/' }], CHI),
    ],
    'etl-transformed': [
      vm.answers(CLASSES, folders(...classes.slice(1)), CHI),
      vm.answers(CLASSES, folders(...classes, 'evaluation/class_11'), CHI),
      vm.answers(CLASSES, [{ name: 'evaluation/0_0.jpg', bytes: 5 }], CHI),
    ],
    'etl-complete': [
      vm.answers('object-store /', containers(stored(CONTAINER, 9000, 700_000_000)), CHI),
      vm.answers('object-store /', containers(stored(CONTAINER, 16643, 0)), CHI),
    ],
    'staging-removed': [
      vm.says('staging-removed', 'food11-etl_food11\nend-of-list\n'),
      vm.says('staging-removed', ''),
    ],
    'object-mounted': [
      vm.says('object-mounted', MOUNT.replace(CONTAINER, `${CONTAINER}0`)),
      vm.says('object-mounted', MOUNT.replace(' ro,', ' rw,')),
      vm.says('object-mounted', MOUNT.replace('fuse.rclone', 'fuse.cloudfuse')),
      vm.says('object-mounted', { exit: 1 }),
    ],
    'object-mount-content': [
      vm.says('object-mount-content', 'fuse.rclone\nevaluation\ntraining\n'),
      vm.says('object-mount-content', 'ext4\nevaluation\ntraining\nvalidation\n'),
      vm.says('object-mount-content', { exit: 1 }),
    ],
    'jupyter-object': [
      vm.says('jupyter-object', jupyter('/mnt/other')),
      vm.says('jupyter-object', jupyter('/mnt/object', 'quay.io/jupyter/pytorch-notebook:pytorch-2.5.1')),
      vm.says('jupyter-object', jupyter('/mnt/object').replace('running', 'exited')),
    ],
    'demo-accuracy': [
      vm.saves(DEMO, notebook(['', 'Accuracy of class 1: 90.00%\n'])),
      vm.saves(DEMO, notebook([{ source: 'print("Overall Accuracy: 1%")', executed: false }])),
    ],
    'jupyter-stopped': [
      inBlock(vm.says('jupyter-stopped', `${FIRST_JUPYTER}end-of-list\n`)),
      inBlock(vm.says('jupyter-stopped', '')),
    ].map(fresh),
    'volume-exists': [
      inBlock(hasVolumes(volume({ size: 20 }))),
      inBlock(hasVolumes(volume({ name: `${VOLUME}0` }))),
      inBlock(hasVolumes(volume({ status: 'error' }))),
      inBlock(hasVolumes(volume(), volume({ id: idOf('volume', 'twin') }))),
    ].map(fresh),
    'volume-attached': [
      inBlock(hasVolumes(volume({ status: 'available', attachments: [] }))),
      inBlock(hasVolumes(volume(attachedTo(idOf('server', 'of somebody else'))))),
      inBlock(hasVolumes(volume(attachedTo(vm.serverIdOf(machine), '/dev/vdc')))),
    ].map(fresh),
    'volume-visible': [
      inBlock(vm.says('volume-visible', 'vdb disk\n')),
      inBlock(vm.says('volume-visible', 'vdc disk\nvdc1 part\n')),
      inBlock(vm.says('volume-visible', { exit: 32, stderr: 'lsblk: /dev/vdb: not a block device\n' })),
    ].map(fresh),
    'volume-ext4': [
      inBlock(vm.says('volume-ext4', '\n')),
      inBlock(vm.says('volume-ext4', 'xfs\n')),
      inBlock(vm.says('volume-ext4', 'ext3\n')),
    ].map(fresh),
    'volume-mounted': [
      inBlock(vm.says('volume-mounted', '/dev/vda1 /\n')),
      inBlock(vm.says('volume-mounted', '/dev/vdc1 /mnt/block\n')),
      inBlock(vm.says('volume-mounted', { exit: 1 })),
    ].map(fresh),
    'volume-owner': [
      inBlock(vm.says('volume-owner', '/dev/vdb1\nroot root\n')),
      inBlock(vm.says('volume-owner', '/dev/vdb1\ncc root\n')),
      inBlock(vm.says('volume-owner', { exit: 1 })),
    ].map(fresh),
    'block-stack': [
      inBlock(vm.says('block-stack', 'jupyter\nmlflow\nminio\n')),
      inBlock(vm.says('block-stack', 'jupyter\nmlflow-old\npostgres\nminio\n')),
    ].map(fresh),
    'data-on-volume': [
      inBlock(vm.says('data-on-volume', { exit: 1 })),
      inBlock(vm.says('data-on-volume', '/dev/vda1\nminio_data\npostgres_data\n')),
      inBlock(vm.says('data-on-volume', '/dev/vdb1\nlost+found\nminio_data\n')),
    ].map(fresh),
    'bucket-mlflow': [
      inBlock(vm.says('bucket-mlflow', '/dev/vdb1\n')),
      inBlock(vm.says('bucket-mlflow', '/dev/vda1\nmlflow-artifacts\n')),
    ].map(fresh),
    'mlflow-up': [
      inBlock(vm.shows('8000 /health', { status: 'OK' })),
      inBlock(vm.shows('8000 /health', 'OK, said nginx')),
      inBlock(vm.closes(8000)),
    ].map(fresh),
    'mlflow-experiment': [
      inBlock(vm.shows(EXPERIMENT, recorded('mlflow2-experiment-404'))),
      inBlock(
        vm.shows(EXPERIMENT, {
          experiment: { experiment_id: '1', name: 'food11-classifier', lifecycle_stage: 'deleted' },
        }),
      ),
    ].map(fresh),
    'mlflow-metric': [
      inBlock(vm.shows(RUNS, recorded('mlflow2-runs-search-bad-id'))),
      inBlock(
        vm.shows(
          RUNS,
          runs((run) => (run.info.status = 'FAILED')),
        ),
      ),
      inBlock(
        vm.shows(
          RUNS,
          runs((run) => delete run.data.metrics),
        ),
      ),
    ].map(fresh),
    'mlflow-artifact': [
      inBlock(vm.shows(ARTIFACTS, { root_uri: 'mlflow-artifacts:/1' })),
      inBlock(vm.shows(ARTIFACTS, { files: [{ path: 'food11', is_dir: false }] })),
      inBlock(vm.shows(ARTIFACTS, { files: [{ path: 'food110', is_dir: true }] })),
    ].map(fresh),
    'server-recreated': [inRenewed(older('2026-06-01T13:50:00Z')), inRenewed(older('2026-06-01T12:10:00Z'))],
    'volume-reattached': [
      inRenewed(vm.says('volume-reattached', '/dev/vdb1 /mnt/block\nlost+found\n')),
      inRenewed(vm.says('volume-reattached', '/dev/vda1 /\nminio_data\npostgres_data\n')),
      inRenewed(vm.says('volume-reattached', { exit: 1 })),
    ],
    'mlflow-persisted': [
      inRenewed(
        vm.shows(
          RUNS,
          runs((run) => (run.info.start_time = Date.parse('2026-06-01T14:50:00Z'))),
        ),
      ),
      inRenewed(vm.shows(RUNS, recorded('mlflow2-runs-search-bad-id'))),
    ],
    'python-volume-gone': [
      inBlock(hasVolumes(volume(), volume({ id: 'p', name: 'block-persist-python-alexbaker' }))),
    ].map(fresh),
    'cleanup-volume': [
      inGone(hasVolumes(volume())),
      inGone(hasVolumes(volume({ status: 'deleting' }))),
      inGone(hasVolumes(volume({ name: 'renamed' }))),
    ],
    'cleanup-container': [
      inGone(vm.answers('object-store /', containers(stored(CONTAINER, 0, 0)), CHI)),
      inGone(vm.answers('object-store /', { status: 404, body: { detail: 'no account' } }, CHI)),
    ],
    'app-credential-left': [
      inGone(vm.answers(CREDENTIALS, credentials({ name: 'data-persist', expires_at: ENDS }), CHI)),
    ],
  },
};

/** Without what was seen before: what is like it must not pass on its own. */
function fresh(each: { in: string; change: Change }): { in: string; change: Change } {
  return {
    in: each.in,
    change: (world) => {
      delete world.after;
      each.change(world);
    },
  };
}

/** The new server as old as that. */
function older(created: string): Change {
  return vm.all(
    vm.answers(`compute /servers/${vm.serverIdOf(renewed)}`, { server: vm.detail({ ...renewed, created }) }),
    (world) => {
      for (const server of world.inventory?.servers ?? [])
        if (server.name === renewed.server) server.created = created;
    },
  );
}
