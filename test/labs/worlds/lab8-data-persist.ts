import { recorded } from '../recorded';
import * as vm from '../virtualMachine';
import { notebook, type LabWorlds, type RightWorld } from '../world';
import * as at from '../lab8/persist';
import { alike } from '../lab8/persistAlike';

const start = vm.rightStart(at.machine);
const kvm = start.openstack?.[vm.SITE];
const chi = {
  'object-store /': at.containers(at.stored(at.CONTAINER, 16643, 1_180_000_000)),
  [at.OBJECTS]: at.folders('evaluation', 'training', 'validation'),
  [at.CLASSES]: at.folders(...at.classes),
  [at.CREDENTIALS]: at.credentials(
    { name: 'data-persist', expires_at: at.ENDS },
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
      { name: 'id_rsa_chameleon', publicKey: `${at.KEY} alex@laptop` },
      { name: 'alexbaker-jupyter', publicKey: `${at.OTHER_KEY} hub` },
      { name: 'laptop', publicKey: at.KEY, site: at.CHI },
      { name: 'alexbaker-jupyter', publicKey: `${at.OTHER_KEY} hub`, site: at.CHI },
    ],
  },
  openstack: { [vm.SITE]: { ...kvm, ...at.volumes() }, [at.CHI]: chi },
  ssh: {
    node: {
      ...start.ssh?.['node'],
      '#rclone-installed': 'rclone v1.69.1\n- os/version: ubuntu 24.04 (64 bit)\n',
      '#fuse-allow-other': '1\n',
      '#rclone-config': at.remote(),
      '#rclone-auth': `${at.listed('object-eval-cd5678')}${at.listed(at.CONTAINER)}${at.listed(`${at.CONTAINER}0`)}`,
      '#staging-removed': 'other\nend-of-list\n',
      '#object-mounted': at.MOUNT,
      '#object-mount-content': 'fuse.rclone\nevaluation\ntraining\nvalidation\n',
      '#jupyter-object': at.jupyter('/mnt/object'),
      '#jupyter-stopped': `${at.FIRST_JUPYTER}end-of-list\n`,
    },
  },
  notebooks: { node: { [at.DEMO]: notebook(['', '', '', '', 'Overall Accuracy: 90.59%\n']) } },
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
  [at.EXPERIMENT]: recorded('mlflow2-experiment'),
  [at.RUNS]: at.runs(),
  [at.ARTIFACTS]: recorded('mlflow2-artifacts'),
};

const block: RightWorld = {
  ...object,
  name: 'block',
  after: 'object',
  openstack: { [vm.SITE]: { ...kvm, ...at.volumes(at.volume()) }, [at.CHI]: chi },
  ssh: {
    node: {
      ...object.ssh?.['node'],
      ...SERVICES,
      '#jupyter-object': at.jupyter('/mnt/object', 'quay.io/jupyter/pytorch-notebook:pytorch-2.5.1'),
      '#jupyter-stopped': 'jupyter quay.io/jupyter/pytorch-notebook:pytorch-2.5.1\nend-of-list\n',
    },
  },
  pages: { node: MLFLOW },
  passes: { except: [...NEW_SERVER, ...CLEANUP] },
};

/** Without rclone and its mount, as the lab leaves it. */
const second = vm.rightStart(at.renewed);
const again: RightWorld = {
  ...block,
  name: 'renewed',
  after: 'block',
  inventory: { ...object.inventory, ...second.inventory },
  openstack: {
    [vm.SITE]: {
      ...second.openstack?.[vm.SITE],
      ...at.volumes(at.volume(at.attachedTo(vm.serverIdOf(at.renewed)))),
    },
    [at.CHI]: chi,
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
  ...vm.gone(at.renewed, 'renewed', 'all'),
  openstack: {
    [vm.SITE]: { ...vm.gone(at.renewed, 'renewed', 'all').openstack?.[vm.SITE], ...at.volumes() },
    [at.CHI]: {
      'object-store /': at.containers(),
      [at.CREDENTIALS]: at.credentials({ name: 'vscode', expires_at: null }),
    },
  },
};

export const lab: LabWorlds = {
  id: at.id,
  worlds: [object, block, again, gone],
  wrong: [
    ...vm.wrongStart(at.machine, { error: 1 }),
    {
      failure: 2,
      name: 'the secret of the credential was lost',
      change: vm.all(
        vm.answers(at.CREDENTIALS, at.credentials({ name: 'data-persist', expires_at: at.ENDS }), at.CHI),
        vm.says('rclone-auth', { exit: 1, stderr: 'Authorization Failed\n' }),
      ),
      fails: ['rclone-auth'],
      hint: /lost secret/,
    },
    {
      failure: 3,
      name: 'the user name in place of the user id',
      change: vm.says('rclone-config', at.remote('alexbaker')),
      fails: ['rclone-config'],
      unknown: ['rclone-auth', 'app-credential'],
      hint: /not your user name/,
    },
    {
      failure: 4,
      name: 'the load did not know the container',
      change: vm.all(
        vm.answers(at.OBJECTS, [], at.CHI),
        vm.answers('object-store /', at.containers(at.stored(at.CONTAINER, 0, 0)), at.CHI),
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
        vm.says('object-mounted', at.MOUNT.replace(',allow_other', '')),
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
        vm.shows(at.EXPERIMENT, recorded('mlflow2-experiment-404')),
        vm.shows(at.RUNS, recorded('mlflow2-runs-search-bad-id')),
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
        vm.says('jupyter-object', at.jupyter('/mnt/object')),
        vm.says('jupyter-stopped', `${at.FIRST_JUPYTER}end-of-list\n`),
        vm.says('block-stack', 'jupyter\npostgres\nminio\n'),
      ),
      fails: ['jupyter-stopped', 'block-stack'],
      hint: /docker stop jupyter/,
    },
    {
      failure: 8,
      name: 'the volume is deleted while the server has it',
      in: 'gone',
      change: at.hasVolumes(at.volume(at.attachedTo(vm.serverIdOf(at.renewed)))),
      fails: ['cleanup-volume'],
      hint: /server first/,
    },
    {
      failure: 9,
      name: 'the placeholder of the lab in the name of the volume',
      in: 'block',
      change: at.hasVolumes(at.volume({ name: 'block-persist-netID' })),
      fails: ['volume-exists'],
      unknown: ['volume-attached'],
      hint: /own net ID/,
    },
    {
      failure: 10,
      name: 'the container is not empty, so it stays',
      in: 'gone',
      change: vm.answers('object-store /', at.containers(at.stored(at.CONTAINER, 12, 900)), at.CHI),
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
        at.hasVolumes(),
        vm.answers('object-store /', at.containers(), at.CHI),
      ),
      fails: ['volume-exists', 'container-exists'],
      hint: /Make it in Horizon/,
    },
  ],
  exempt: {
    ...vm.exemptStart,
    'server-recreated': { none: 'Times are no lists.', 'a list of nulls': 'Times are no lists.' },
  },
  alike,
};
