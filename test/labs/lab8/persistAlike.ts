import { recorded } from '../recorded';
import * as vm from '../virtualMachine';
import { idOf } from '../wire';
import { notebook, type LabWorlds } from '../world';
import * as at from './persist';

/** What is like the right answer of each check, and is not right. */
export const alike: LabWorlds['alike'] = {
  ...vm.alikeStart(at.machine),
  ...vm.alikeNoLease(at.machine),
  'cleanup-server': [
    at.inGone((world) =>
      world.inventory?.servers?.push({ name: at.machine.server, id: idOf('server', 'new') }),
    ),
    at.inGone((world) => world.inventory?.servers?.push({ name: 'renamed', id: vm.serverIdOf(at.renewed) })),
  ],
  'key-both-sites': [
    (world) => {
      for (const pair of world.inventory?.keyPairs ?? [])
        if (pair.name === 'laptop') pair.publicKey = at.OTHER_KEY.replace(/x$/, 'y');
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
    vm.answers('object-store /', at.containers(), at.CHI),
    vm.answers('object-store /', at.containers(at.stored('object-persist-netID', 5, 5)), at.CHI),
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
    vm.says('rclone-config', at.remote('YOUR_USER_ID')),
  ],
  'app-credential': [
    vm.answers(at.CREDENTIALS, at.credentials({ name: 'data-persist', expires_at: null }), at.CHI),
    vm.answers(
      at.CREDENTIALS,
      at.credentials({ name: 'data-persist', expires_at: '2026-06-01T14:00:00.000000' }),
      at.CHI,
    ),
    vm.answers(at.CREDENTIALS, at.credentials({ name: 'data-persist2', expires_at: at.ENDS }), at.CHI),
  ],
  'rclone-auth': [
    vm.says('rclone-auth', at.listed(`${at.CONTAINER}0`)),
    vm.says('rclone-auth', { exit: 1, stderr: 'Authorization Failed\n' }),
    vm.says('rclone-auth', ''),
  ],
  'etl-loaded': [
    vm.answers(at.OBJECTS, at.folders('evaluation', 'training'), at.CHI),
    vm.answers(at.OBJECTS, at.folders('Food-11'), at.CHI),
    vm.answers(at.OBJECTS, [{ name: 'evaluation/' }, { name: 'training/' }, { name: 'validation/' }], at.CHI),
  ],
  'etl-transformed': [
    vm.answers(at.CLASSES, at.folders(...at.classes.slice(1)), at.CHI),
    vm.answers(at.CLASSES, at.folders(...at.classes, 'evaluation/class_11'), at.CHI),
    vm.answers(at.CLASSES, [{ name: 'evaluation/0_0.jpg', bytes: 5 }], at.CHI),
  ],
  'etl-complete': [
    vm.answers('object-store /', at.containers(at.stored(at.CONTAINER, 9000, 700_000_000)), at.CHI),
    vm.answers('object-store /', at.containers(at.stored(at.CONTAINER, 16643, 0)), at.CHI),
  ],
  'staging-removed': [
    vm.says('staging-removed', 'food11-etl_food11\nend-of-list\n'),
    vm.says('staging-removed', ''),
  ],
  'object-mounted': [
    vm.says('object-mounted', at.MOUNT.replace(at.CONTAINER, `${at.CONTAINER}0`)),
    vm.says('object-mounted', at.MOUNT.replace(' ro,', ' rw,')),
    vm.says('object-mounted', at.MOUNT.replace('fuse.rclone', 'fuse.cloudfuse')),
    vm.says('object-mounted', { exit: 1 }),
  ],
  'object-mount-content': [
    vm.says('object-mount-content', 'fuse.rclone\nevaluation\ntraining\n'),
    vm.says('object-mount-content', 'ext4\nevaluation\ntraining\nvalidation\n'),
    vm.says('object-mount-content', { exit: 1 }),
  ],
  'jupyter-object': [
    vm.says('jupyter-object', at.jupyter('/mnt/other')),
    vm.says('jupyter-object', at.jupyter('/mnt/object', 'quay.io/jupyter/pytorch-notebook:pytorch-2.5.1')),
    vm.says('jupyter-object', at.jupyter('/mnt/object').replace('running', 'exited')),
  ],
  'demo-accuracy': [
    vm.saves(at.DEMO, notebook(['', 'Accuracy of class 1: 90.00%\n'])),
    vm.saves(at.DEMO, notebook([{ source: 'print("Overall Accuracy: 1%")', executed: false }])),
  ],
  'jupyter-stopped': [
    at.inBlock(vm.says('jupyter-stopped', `${at.FIRST_JUPYTER}end-of-list\n`)),
    at.inBlock(vm.says('jupyter-stopped', '')),
  ].map(at.fresh),
  'volume-exists': [
    at.inBlock(at.hasVolumes(at.volume({ size: 20 }))),
    at.inBlock(at.hasVolumes(at.volume({ name: `${at.VOLUME}0` }))),
    at.inBlock(at.hasVolumes(at.volume({ status: 'error' }))),
    at.inBlock(at.hasVolumes(at.volume(), at.volume({ id: idOf('volume', 'twin') }))),
  ].map(at.fresh),
  'volume-attached': [
    at.inBlock(at.hasVolumes(at.volume({ status: 'available', attachments: [] }))),
    at.inBlock(at.hasVolumes(at.volume(at.attachedTo(idOf('server', 'of somebody else'))))),
    at.inBlock(at.hasVolumes(at.volume(at.attachedTo(vm.serverIdOf(at.machine), '/dev/vdc')))),
  ].map(at.fresh),
  'volume-visible': [
    at.inBlock(vm.says('volume-visible', 'vdb disk\n')),
    at.inBlock(vm.says('volume-visible', 'vdc disk\nvdc1 part\n')),
    at.inBlock(vm.says('volume-visible', { exit: 32, stderr: 'lsblk: /dev/vdb: not a block device\n' })),
  ].map(at.fresh),
  'volume-ext4': [
    at.inBlock(vm.says('volume-ext4', '\n')),
    at.inBlock(vm.says('volume-ext4', 'xfs\n')),
    at.inBlock(vm.says('volume-ext4', 'ext3\n')),
  ].map(at.fresh),
  'volume-mounted': [
    at.inBlock(vm.says('volume-mounted', '/dev/vda1 /\n')),
    at.inBlock(vm.says('volume-mounted', '/dev/vdc1 /mnt/block\n')),
    at.inBlock(vm.says('volume-mounted', { exit: 1 })),
  ].map(at.fresh),
  'volume-owner': [
    at.inBlock(vm.says('volume-owner', '/dev/vdb1\nroot root\n')),
    at.inBlock(vm.says('volume-owner', '/dev/vdb1\ncc root\n')),
    at.inBlock(vm.says('volume-owner', { exit: 1 })),
  ].map(at.fresh),
  'block-stack': [
    at.inBlock(vm.says('block-stack', 'jupyter\nmlflow\nminio\n')),
    at.inBlock(vm.says('block-stack', 'jupyter\nmlflow-old\npostgres\nminio\n')),
  ].map(at.fresh),
  'data-on-volume': [
    at.inBlock(vm.says('data-on-volume', { exit: 1 })),
    at.inBlock(vm.says('data-on-volume', '/dev/vda1\nminio_data\npostgres_data\n')),
    at.inBlock(vm.says('data-on-volume', '/dev/vdb1\nlost+found\nminio_data\n')),
  ].map(at.fresh),
  'bucket-mlflow': [
    at.inBlock(vm.says('bucket-mlflow', '/dev/vdb1\n')),
    at.inBlock(vm.says('bucket-mlflow', '/dev/vda1\nmlflow-artifacts\n')),
  ].map(at.fresh),
  'mlflow-up': [
    at.inBlock(vm.shows('8000 /health', { status: 'OK' })),
    at.inBlock(vm.shows('8000 /health', 'OK, said nginx')),
    at.inBlock(vm.closes(8000)),
  ].map(at.fresh),
  'mlflow-experiment': [
    at.inBlock(vm.shows(at.EXPERIMENT, recorded('mlflow2-experiment-404'))),
    at.inBlock(
      vm.shows(at.EXPERIMENT, {
        experiment: { experiment_id: '1', name: 'food11-classifier', lifecycle_stage: 'deleted' },
      }),
    ),
  ].map(at.fresh),
  'mlflow-metric': [
    at.inBlock(vm.shows(at.RUNS, recorded('mlflow2-runs-search-bad-id'))),
    at.inBlock(
      vm.shows(
        at.RUNS,
        at.runs((run) => (run.info.status = 'FAILED')),
      ),
    ),
    at.inBlock(
      vm.shows(
        at.RUNS,
        at.runs((run) => delete run.data.metrics),
      ),
    ),
  ].map(at.fresh),
  'mlflow-artifact': [
    at.inBlock(vm.shows(at.ARTIFACTS, { root_uri: 'mlflow-artifacts:/1' })),
    at.inBlock(vm.shows(at.ARTIFACTS, { files: [{ path: 'food11', is_dir: false }] })),
    at.inBlock(vm.shows(at.ARTIFACTS, { files: [{ path: 'food110', is_dir: true }] })),
  ].map(at.fresh),
  'server-recreated': [
    at.inRenewed(at.older('2026-06-01T13:50:00Z')),
    at.inRenewed(at.older('2026-06-01T12:10:00Z')),
  ],
  'volume-reattached': [
    at.inRenewed(vm.says('volume-reattached', '/dev/vdb1 /mnt/block\nlost+found\n')),
    at.inRenewed(vm.says('volume-reattached', '/dev/vda1 /\nminio_data\npostgres_data\n')),
    at.inRenewed(vm.says('volume-reattached', { exit: 1 })),
  ],
  'mlflow-persisted': [
    at.inRenewed(
      vm.shows(
        at.RUNS,
        at.runs((run) => (run.info.start_time = Date.parse('2026-06-01T14:50:00Z'))),
      ),
    ),
    at.inRenewed(vm.shows(at.RUNS, recorded('mlflow2-runs-search-bad-id'))),
  ],
  'python-volume-gone': [
    at.inBlock(at.hasVolumes(at.volume(), at.volume({ id: 'p', name: 'block-persist-python-alexbaker' }))),
  ].map(at.fresh),
  'cleanup-volume': [
    at.inGone(at.hasVolumes(at.volume())),
    at.inGone(at.hasVolumes(at.volume({ status: 'deleting' }))),
    at.inGone(at.hasVolumes(at.volume({ name: 'renamed' }))),
  ],
  'cleanup-container': [
    at.inGone(vm.answers('object-store /', at.containers(at.stored(at.CONTAINER, 0, 0)), at.CHI)),
    at.inGone(vm.answers('object-store /', { status: 404, body: { detail: 'no account' } }, at.CHI)),
  ],
  'app-credential-left': [
    at.inGone(
      vm.answers(at.CREDENTIALS, at.credentials({ name: 'data-persist', expires_at: at.ENDS }), at.CHI),
    ),
  ],
};
