import { recorded } from '../recorded';
import * as vm from '../virtualMachine';
import { idOf } from '../wire';
import { notebook, type LabWorlds } from '../world';
import {
  CHI,
  CONTAINER,
  VOLUME,
  OTHER_KEY,
  DEMO,
  machine,
  renewed,
  CREDENTIALS,
  credentials,
  ENDS,
  stored,
  containers,
  OBJECTS,
  CLASSES,
  folders,
  classes,
  volume,
  attachedTo,
  hasVolumes,
  MOUNT,
  remote,
  listed,
  jupyter,
  FIRST_JUPYTER,
  runs,
  EXPERIMENT,
  RUNS,
  ARTIFACTS,
  inBlock,
  inRenewed,
  inGone,
  fresh,
  older,
} from './persist';

/** What is like the right answer of each check, and is not right. */
export const alike: LabWorlds['alike'] = {
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
};
