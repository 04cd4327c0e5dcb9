import { recorded, recordedBody, recordedOutput } from '../recorded';
import * as vm from '../virtualMachine';
import { notebook, type LabWorlds, type RightWorld } from '../world';
import {
  id,
  machine,
  PRODUCTION,
  CONFIG,
  TAGS,
  NOTEBOOK,
  accuracy,
  projects,
  projectsWith,
  projectOne,
  configured,
  storage,
  noToken,
  notThere,
  whoami,
  tags,
  tagged,
  runs,
  none,
  BUCKETS,
  sampling,
  executed,
  stored,
  routes,
} from '../lab7/loop';

const start = vm.rightStart(machine);
const right: RightWorld = {
  ...start,
  name: 'done',
  ssh: {
    node: {
      ...start.ssh?.['node'],
      '#docker-network': 'production_net\n',
      '#production-stack': 'fastapi_server\nflask\nminio\nlabel-studio\njupyter\n',
      '#minio-init-done': 'exited 0\n',
      '#bucket-production': BUCKETS,
      '#ten-production-images': stored(12),
      [`#${TAGS}`]: `${tags()}\n`,
      '#jupyter-running': 'running quay.io/jupyter/minimal-notebook:latest\n',
      '#ls-profile-name': whoami({}),
      [`#${PRODUCTION}`]: projects(),
      [`#${CONFIG}`]: projectOne(),
      '#ls-storage-synced': storage(),
      '#jupyter-token': 'running\n2\n',
      '#flask-feedback-branch': routes('/', '/correct-label/<path:key>'),
      '#compose-userlabel':
        '      context: https://github.com/teaching-on-testbeds/gourmetgram.git#userlabel\n',
      '#notebooks-executed': executed(),
      '#airflow-dags': recordedOutput('airflow-cli-dags').stdout,
      '#dag-hello-success': runs('test_dag_hello_world'),
      '#dag-pipeline1-success': sampling(runs('pipeline_1_get_and_label')),
      '#dag-pipeline2-success': `${runs('pipeline_2_process_labeled_data')}@@\nclass_00\nclass_03\n`,
    },
  },
  pages: {
    node: {
      '9000 /minio/health/live': recorded('minio-live'),
      '5000 /test': recorded('flask-test'),
      '8080 /health': recorded('labelstudio-health'),
      '8081 /health': recorded('airflow-health'),
    },
  },
  notebooks: { node: { [NOTEBOOK]: accuracy('Accuracy: 9/12 = 75.00%') } },
  passes: { except: ['cleanup-server', 'cleanup-fip', 'cleanup-lease'] },
};

export const lab: LabWorlds = {
  id,
  worlds: [right, vm.gone(machine, 'done', 'all')],
  wrong: [
    ...vm.wrongStart(machine, { error: 1 }),
    {
      failure: 2,
      name: 'the network was not made first',
      change: vm.all(
        vm.says('docker-network', { exit: 1, stderr: 'network production_net not found\n' }),
        vm.says('production-stack', ''),
      ),
      fails: ['docker-network', 'production-stack'],
      hint: /docker network create/,
    },
    {
      failure: 3,
      name: 'the last pictures are not in the bucket yet',
      change: vm.says('ten-production-images', stored(8)),
      fails: ['ten-production-images'],
      hint: /moment later/,
    },
    {
      failure: 4,
      name: 'the name of a container as the endpoint',
      change: vm.says('ls-storage-synced', storage({ s3_endpoint: 'http://minio:9000', status: 'failed' })),
      fails: ['ls-storage-synced'],
      hint: /floating IP/,
    },
    {
      failure: 5,
      name: 'port 9000 is closed',
      change: vm.answers(
        `compute /servers/${vm.serverIdOf(machine)}/os-security-groups`,
        vm.groups(machine.ports.filter((port) => port !== 9000)),
      ),
      fails: ['security-groups'],
      hint: /9000/,
    },
    {
      failure: 6,
      name: 'a long list of labels',
      change: configured(' showInLine="true"', ''),
      fails: ['ls-label-config'],
      hint: /showInLine/,
    },
    {
      failure: 7,
      name: 'no doubtful pictures were found',
      change: projectsWith('Food11 Low Confidence', { task_number: 0, num_tasks_with_annotations: 0 }),
      fails: ['ls-low-confidence'],
      unknown: ['ls-low-labelled'],
      hint: /threshold/,
    },
    {
      failure: 8,
      name: 'GourmetGram was not built again',
      change: vm.all(vm.says('flask-feedback-branch', routes('/', '/predict'))),
      fails: ['flask-feedback-branch', 'flask-userlabel-branch'],
      hint: /build flask again/,
    },
    {
      failure: 9,
      name: 'Airflow is looked for on the port of Label Studio',
      change: vm.shows('8081 /health', { status: 404, body: 'Not Found' }),
      fails: ['airflow-up'],
      hint: /8081/,
    },
    {
      failure: 10,
      name: 'the sampling DAG was triggered without new pictures',
      change: vm.says('dag-pipeline1-success', sampling(none, 'production\n')),
      fails: ['dag-pipeline1-success'],
      hint: /30 minutes/,
    },
    {
      failure: 11,
      name: 'the tasks were not labelled before the second DAG',
      change: vm.says('dag-pipeline2-success', {
        exit: 1,
        stdout: `${none}@@\n`,
        stderr: 'ls: cannot access\n',
      }),
      fails: ['dag-pipeline2-success'],
      hint: /Label the tasks/,
    },
    {
      failure: 12,
      name: 'the database of Airflow ends at once',
      change: vm.closes(8081),
      fails: ['airflow-up'],
      unknown: ['airflow-dags'],
      hint: /older major version/,
    },
    {
      failure: 13,
      name: 'the connection was tried before the groups were there',
      change: vm.all(
        vm.answers(`compute /servers/${vm.serverIdOf(machine)}/os-security-groups`, vm.groups([])),
        vm.silent,
      ),
      fails: ['security-groups'],
      unknown: ['ssh-login'],
      hint: /times out/,
    },
  ],
  exempt: {
    ...vm.exemptStart,
    'ls-label-config': Object.fromEntries(
      ['none', 'a list of nulls', 'one too few', 'one too many'].map((name) => [
        name,
        'The classes stand in a text, not in a list of the answer.',
      ]),
    ),
  },
  alike: {
    ...vm.alikeStart(machine),
    ...vm.alikeNoLease(machine),
    'docker-network': [
      vm.says('docker-network', 'production_network\n'),
      vm.says('docker-network', { exit: 1, stderr: 'not found\n' }),
    ],
    'production-stack': [
      vm.prints('production-stack', 'flask\n', ''),
      vm.prints('production-stack', 'minio\n', 'minio-old\n'),
    ],
    'minio-init-done': [
      vm.says('minio-init-done', 'running 0\n'),
      vm.says('minio-init-done', 'exited 1\n'),
      vm.says('minio-init-done', 'created 0\n'),
    ],
    'minio-live': [
      vm.shows('9000 /minio/health/live', { status: 403, body: '<Error/>' }),
      vm.shows('9000 /minio/health/live', '<html>nginx</html>'),
      vm.closes(9000),
    ],
    'bucket-production': [
      vm.says('bucket-production', 'production-noisy\n'),
      vm.says('bucket-production', { exit: 1, stderr: 'container is not running\n' }),
    ],
    'flask-end-to-end': [
      vm.shows('5000 /test', recorded('flask-test-none')),
      vm.shows('5000 /test', 'Bread pudding'),
    ],
    'ten-production-images': [
      vm.says('ten-production-images', stored(9)),
      vm.says('ten-production-images', stored(12).replaceAll('xl.meta', 'part.1')),
    ],
    'object-tags': [
      tagged({ confidence: 11 }),
      tagged({ objects: 9, predicted_class: 9, confidence: 9, timestamp: 9 }),
      tagged({ timestamp: 0 }),
      tagged({ predicted_class: undefined }),
    ],
    'labelstudio-up': [
      vm.shows('8080 /health', { status: 'DOWN' }),
      vm.shows('8080 /health', { status: 'healthy' }),
      vm.closes(8080),
    ],
    'jupyter-running': [
      vm.says('jupyter-running', 'exited quay.io/jupyter/minimal-notebook:latest\n'),
      vm.says('jupyter-running', 'running quay.io/jupyter/pytorch-notebook:latest\n'),
    ],
    'ls-profile-name': [
      vm.says('ls-profile-name', whoami({ last_name: '' })),
      vm.says('ls-profile-name', whoami({ first_name: ' ' })),
      vm.says('ls-profile-name', noToken),
    ],
    'ls-project-production': [
      projectsWith('Food11 Production', { id: 6 }),
      projectsWith('Food11 Production', { title: 'Food11 Production 2' }),
      vm.says(PRODUCTION, noToken),
    ],
    'ls-label-config': [
      configured('<Choice value="Soup"/>', ''),
      configured('<Choice value="Soup"/>', '<Choice value="Soup"/><Choice value="Adult content"/>'),
      configured('value="Soup"', 'value="Soups"'),
      configured(' maxWidth="500px"', ''),
      configured(' showInLine="true"', ' showInLine="false"'),
      vm.says(CONFIG, notThere),
    ],
    'ls-storage-synced': [
      vm.says('ls-storage-synced', storage({ status: 'initialized' })),
      vm.says('ls-storage-synced', storage({ bucket: 'production-noisy' })),
      vm.says('ls-storage-synced', storage({ s3_endpoint: 'http://localhost:9000' })),
      vm.says('ls-storage-synced', storage({ s3_endpoint: `http://${vm.ADDRESS}0:9000` })),
      vm.says('ls-storage-synced', JSON.stringify(recordedBody('labelstudio-storages-none'))),
    ],
    'ls-production-labelled': [
      vm.says(CONFIG, projectOne({ num_tasks_with_annotations: 11 })),
      vm.says(CONFIG, projectOne({ task_number: 9, num_tasks_with_annotations: 9 })),
      vm.says(CONFIG, projectOne({ title: 'New Project' })),
    ],
    'jupyter-token': [
      vm.says('jupyter-token', { exit: 1, stdout: 'running\n0\n' }),
      vm.says('jupyter-token', 'exited\n2\n'),
    ],
    'accuracy-computed': [
      vm.saves(NOTEBOOK, accuracy('Accuracy: 3/9 = 33.33%')),
      vm.saves(NOTEBOOK, accuracy('No valid comparisons made.')),
      vm.saves(NOTEBOOK, notebook([{ source: 'print("Accuracy: 9/12 = 75.00%")', executed: false }])),
    ],
    'ls-random-sample': [
      projectsWith('Food11 Random Sample', { task_number: 2, num_tasks_with_annotations: 2 }),
      projectsWith('Food11 Random Sample', { title: 'Food11 Random Samples' }),
    ],
    'ls-random-labelled': [
      projectsWith('Food11 Random Sample', { num_tasks_with_annotations: 2 }),
      projectsWith('Food11 Random Sample', { num_tasks_with_annotations: 0 }),
    ],
    'ls-low-confidence': [
      projectsWith('Food11 Low Confidence', { task_number: 0, num_tasks_with_annotations: 0 }),
      projectsWith('Food11 Low Confidence', { title: 'Low Confidence' }),
    ],
    'ls-low-labelled': [
      vm.says(
        PRODUCTION,
        projects((project) => {
          if (project.title === 'Food11 Low Confidence') project.num_tasks_with_annotations = 2;
        }),
      ),
    ],
    'flask-feedback-branch': [
      vm.says('flask-feedback-branch', routes('/', '/flagged/<path:key>')),
      vm.says('flask-feedback-branch', { exit: 1, stdout: routes('/flag/<path:key>') }),
    ],
    'flagged-tag': [tagged({ flagged: 0 }), vm.says(TAGS, { exit: 1, stderr: 'NoSuchBucket\n' })],
    'ls-user-flagged': [
      projectsWith('Food11 User Flagged', { num_tasks_with_annotations: 0 }),
      projectsWith('Food11 User Flagged', { task_number: 0, num_tasks_with_annotations: 0 }),
      projectsWith('Food11 User Flagged', { title: 'User Flagged' }),
    ],
    'compose-userlabel': [
      vm.prints('compose-userlabel', '#userlabel', '#feedback'),
      vm.prints('compose-userlabel', '#userlabel', '#production'),
      vm.prints('compose-userlabel', '#userlabel', '#userlabels'),
    ],
    'flask-userlabel-branch': [
      vm.says('flask-feedback-branch', routes('/', '/flag/<path:key>')),
      vm.says('flask-feedback-branch', "print('/correct-label/<path:key>')\n"),
    ],
    'corrected-tag': [tagged({ corrected_class: 0 }), tagged({ corrected_class: undefined })],
    'notebooks-executed': [
      vm.says('notebooks-executed', executed({ n6: [9, 8, 0] })),
      vm.says('notebooks-executed', executed({ n4: [7, 7, 1] })),
      vm.says('notebooks-executed', executed({ n7: [8, 8, 0] })),
      vm.says('notebooks-executed', { exit: 1, stderr: 'FileNotFoundError\n' }),
    ],
    'airflow-up': [
      vm.shows('8081 /health', recorded('airflow-health-no-scheduler')),
      vm.shows('8081 /health', { metadatabase: { status: 'healthy' } }),
      vm.closes(8081),
    ],
    'airflow-dags': [
      vm.prints('airflow-dags', 'pipeline_1_get_and_label', 'pipeline_1_get'),
      vm.prints('airflow-dags', '"test_dag_hello_world"', '"test_dag_hello_world2"'),
    ],
    'dag-hello-success': [
      vm.says('dag-hello-success', none),
      vm.says('dag-hello-success', runs('test_dag_hello_world', 'failed')),
      vm.says('dag-hello-success', runs('test_dag_hello_world2')),
    ],
    'dag-pipeline1-success': [
      vm.says('dag-pipeline1-success', sampling(none)),
      vm.says('dag-pipeline1-success', sampling(runs('pipeline_1_get_and_label'), 'production\n')),
      vm.says(
        'dag-pipeline1-success',
        sampling(runs('pipeline_1_get_and_label'), BUCKETS, projects().replace('Continuous X', 'Y')),
      ),
    ],
    'dag-pipeline2-success': [
      vm.says('dag-pipeline2-success', `${none}@@\nclass_00\n`),
      vm.says('dag-pipeline2-success', `${runs('pipeline_2_process_labeled_data')}@@\n`),
      vm.says('dag-pipeline2-success', `${runs('pipeline_2_process_labeled_data', 'failed')}@@\nclass_00\n`),
    ],
  },
};
