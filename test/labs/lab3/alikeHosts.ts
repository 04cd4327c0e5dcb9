import { changed, listOf, recorded, type KubeObject, type Printed } from '../kubernetes';
import { says, shows } from '../worldChanges';
import type { Change, LabWorlds } from '../world';
import { addons, ADDRESS, DAEMON, dns, MIRROR, MODEL, model, netID, shares, tags, workflows } from './cloud';

const URL = `http://${ADDRESS}`;
const on = (check: string, ...all: readonly (string | Printed)[]): Change[] =>
  all.map((answer) => says('node1', check, answer));
const exit1 = (stdout: string): Printed => ({ exit: 1, stdout, stderr: '' });
const recordedAs = (check: string, ...names: readonly string[]): Change[] =>
  on(check, ...names.map((name) => recorded(name)));

/** All workflows come by one command, which the first of these checks names. */
const ran = (change: (items: KubeObject[]) => KubeObject[]): Change =>
  says('node1', 'build-initial', workflows(change));
const without = (pattern: RegExp): Change =>
  ran((items) => items.filter(({ metadata }) => !pattern.test(metadata.name)));
const ended = (pattern: RegExp, phase: string): Change =>
  ran((items) =>
    items.map((item) =>
      pattern.test(item.metadata.name) ? { ...item, status: { ...item.status, phase } } : item,
    ),
  );
const called = (pattern: RegExp, name: string): Change =>
  ran((items) =>
    items.map((item) =>
      pattern.test(item.metadata.name) ? { ...item, metadata: { ...item.metadata, name } } : item,
    ),
  );
/** Workflows of that name with another value of an argument. */
const argued = (pattern: RegExp, from: string, to: string): Change =>
  ran((items) =>
    items.map((item) =>
      pattern.test(item.metadata.name)
        ? (JSON.parse(JSON.stringify(item).replaceAll(`"value":"${from}"`, `"value":"${to}"`)) as KubeObject)
        : item,
    ),
  );
/** Of another template. */
const from = (pattern: RegExp, template: string): Change =>
  ran((items) =>
    items.map((item) =>
      pattern.test(item.metadata.name)
        ? { ...item, spec: { ...item.spec, workflowTemplateRef: { name: template } } }
        : item,
    ),
  );

const app = (check: string, like: string, name: string): Change[] => [
  ...['OutOfSync', 'Unknown'].map((word) =>
    says('node1', check, recorded(like).stdout.replaceAll('"status": "Synced"', `"status": "${word}"`)),
  ),
  ...['Degraded', 'Progressing', 'Missing', 'Suspended'].map((word) =>
    says('node1', check, recorded(like).stdout.replaceAll('"status": "Healthy"', `"status": "${word}"`)),
  ),
  says('node1', check, recorded(like).stdout.replaceAll(name, `${name}2`)),
];
const food = (port: string): Change[] => [
  shows(`${URL}${port}/test`, 'Bread and butter'),
  shows(`${URL}${port}/test`, '<html><title>GourmetGram</title></html>'),
  shows(`${URL}${port}/test`, { status: 503, body: 'Soup' }),
];
const version = (port: string): Change[] => [
  shows(`${URL}${port}/version`, { model_version: '1.0.11' }),
  shows(`${URL}${port}/version`, { model_version: '1.0.0' }),
  shows(`${URL}${port}/version`, { model_version: 'none' }),
  shows(`${URL}${port}/version`, { version: '1.0.1' }),
];
const aliases = (some: Readonly<Record<string, string>>): Change => shows(MODEL, model(some));
const OK = { development: '1', staging: '1', 'staging-approved': '1', canary: '1', production: '1' };

/** For each check of Lab 3 on the servers and their pages, answers that are wrong and like the right one. */
export const alikeOnHosts: LabWorlds['alike'] = {
  'ssh-node1': on('ssh-node1', 'node10\n', `node1-mlops-${netID}5\n`, 'node2\n'),
  'ssh-inner': [says('node2', 'ssh-inner', 'node3\n'), says('node3', 'ssh-inner', 'node30\n')],
  'firewall-masked': [
    says('node3', 'firewall-masked', 'enabled\n'),
    says('node2', 'firewall-masked', exit1('disabled\n')),
    says('node2', 'firewall-masked', exit1('unmasked\n')),
  ],
  'docker-daemon-json': [
    says('node2', 'docker-daemon-json', DAEMON.replace(MIRROR, 'https://mirror.gcr.io')),
    says('node3', 'docker-daemon-json', DAEMON.replace('kube-system', 'kube-system2')),
    says('node3', 'docker-daemon-json', `${DAEMON},`),
  ],
  'k8s-nodes-ready': [
    ...recordedAs('k8s-nodes-ready', 'node-notready', 'node-missing', 'node-cni'),
    ...on(
      'k8s-nodes-ready',
      recorded('api-down', 1),
      changed('lab3-nodes', ({ items = [] }) => {
        for (const node of items) delete node.metadata.labels?.['node-role.kubernetes.io/control-plane'];
      }),
      recorded('lab3-nodes').stdout.replaceAll('v1.30.4', 'v1.31.4'),
    ),
  ],
  'k8s-addons': on(
    'k8s-addons',
    ...['registry', 'kubernetes-dashboard', 'metrics-server'].map((part) =>
      addons((pods) => pods.filter(({ metadata }) => metadata.labels?.['k8s-app'] !== part)),
    ),
    addons((pods) => pods.map((pod) => ({ ...pod, status: { ...pod.status, phase: 'Pending' } }))),
    addons((pods) => pods.map((pod) => ({ ...pod, status: { ...pod.status, conditions: [] } }))),
  ),
  'kubectl-as-cc': [
    says('node2', 'kubectl-as-cc', recorded('refused', 1)),
    says('node2', 'kubectl-as-cc', 'node/node1\nnode/node2\n'),
    says('node1', 'kubectl-as-cc', 'node/node1\nnode/node2\nnode/node30\n'),
  ],
  'docker-group': [says('node3', 'docker-group', 'cc adm sudo dockerroot\n')],
  'ipv6-off': [says('node2', 'ipv6-off', '0\n'), says('node3', 'ipv6-off', exit1('1\n'))],
  'coredns-patched': on(
    'coredns-patched',
    dns('coredns', recorded('coredns-unpatched').stdout, 'lab3-coredns-deploy'),
    dns('coredns2', recorded('lab3-coredns').stdout, 'lab3-coredns-deploy'),
    ...['# forward . 8.8.8.8 1.1.1.1', 'forward . 8.8.8.8 1.1.1.10', 'forward . 8.8.8.8'].map((line) =>
      dns(
        'coredns',
        recorded('lab3-coredns').stdout.replace('forward . 8.8.8.8 1.1.1.1', line),
        'lab3-coredns-deploy',
      ),
    ),
    dns('coredns', recorded('lab3-coredns').stdout, 'lab3-coredns-deploy').stdout.replace(
      '"availableReplicas": 2',
      '"availableReplicas": 1',
    ),
  ),
  'nodelocaldns-patched': on(
    'nodelocaldns-patched',
    dns('nodelocaldns', recorded('lab3-coredns').stdout, 'lab3-nodelocaldns-ds'),
    ...['# template IN AAAA .', 'template IN AAAA example.com'].map((line) =>
      dns(
        'nodelocaldns',
        recorded('lab3-nodelocaldns').stdout.replace('template IN AAAA .', line),
        'lab3-nodelocaldns-ds',
      ),
    ),
    dns('nodelocaldns', recorded('lab3-nodelocaldns').stdout, 'lab3-nodelocaldns-ds').stdout.replace(
      '"numberReady": 3',
      '"numberReady": 2',
    ),
  ),
  'dashboard-admin': on(
    'dashboard-admin',
    'serviceaccount/admin-user\nview',
    exit1('serviceaccount/admin-user\n'),
  ),
  'argocd-cli': on('argocd-cli', 'argo: v3.6.5\n', { exit: 127, stdout: '', stderr: 'not found' }),
  'argocd-up': on('argocd-up', '', '0'),
  'argo-workflows-up': recordedAs('argo-workflows-up', 'argo-down-workflows'),
  'argo-events-up': on(
    'argo-events-up',
    recorded('wf-none'),
    recorded('lab3-argo-events').stdout.replace('"availableReplicas": 1,', ''),
  ),
  'argocd-secret-copied': on('argocd-secret-copied', 'secret/argocd-initial-admin-secret2\n'),
  'ui-dashboard': on(
    'ui-dashboard',
    '<title>Argo CD</title>Kubernetes Dashboard\n200\n',
    '<title>Kubernetes Dashboard</title>\n502\n',
  ),
  'ui-argocd': on('ui-argocd', 'not ok\n200\n', 'ok\n503\n', '404 page not found\n404\n'),
  'ui-argo-workflows': on(
    'ui-argo-workflows',
    '<title>Kubernetes Dashboard</title>\n200\n',
    '<title>Argo CD</title>\n200\n',
    '<title>Argo</title>\n500\n',
  ),
  'gateway-crds': on(
    'gateway-crds',
    recorded('gateway-no-crd', 1),
    recorded('lab3-crds').stdout.split('\n')[0] ?? '',
  ),
  'app-platform': [
    ...app('app-platform', 'lab3-app-platform', 'gourmetgram-platform'),
    ...recordedAs('app-platform', 'argo-progressing', 'argo-syncfailed'),
  ],
  'platform-secrets': on('platform-secrets', recorded('secret-missing', 1), 'secret/minio-credentials\n'),
  'platform-pods': recordedAs('platform-pods', 'mlflow-crash-deploys'),
  'platform-pvcs': recordedAs('platform-pvcs', 'pvc-pending'),
  'mlflow-http': [
    shows(`${URL}:8000/health`, 'ok computer'),
    shows(`${URL}:8000/health`, { status: 503, body: 'OK' }),
  ],
  'external-ip-right': [
    ...recordedAs('external-ip-right', 'external-ip-wrong'),
    ...on('external-ip-right', recorded('lab3-svcs').stdout.replace('"port": 9001', '"port": 9002')),
  ],
  'build-initial': [
    ended(/^build-initial-/, 'Failed'),
    ended(/^build-initial-/, 'Running'),
    called(/^build-initial-/, 'build-initial-container-x7k2p'),
    without(/^build-initial-/),
  ],
  'build-training-initial': [ended(/^buildkit-rootless-/, 'Error'), without(/^buildkit-rootless-/)],
  'registry-initial-tags': on(
    'registry-initial-tags',
    tags('gourmetgram-app', 'staging-1.0.0', 'canary-1.0.0', 'production-1.0.01'),
    tags('gourmetgram-app2', 'staging-1.0.0', 'canary-1.0.0', 'production-1.0.0'),
    '{"name":"gourmetgram-app","tags":null}\n',
  ),
  'registry-train-tag': on(
    'registry-train-tag',
    tags('gourmetgram-train', 'latest2'),
    tags('gourmetgram-app', 'latest'),
  ),
  'app-staging': [
    ...app('app-staging', 'lab3-app-staging', 'gourmetgram-staging'),
    ...recordedAs('app-staging', 'argo-degraded', 'argo-outofsync'),
  ],
  'app-canary': [
    ...app('app-canary', 'lab3-app-canary', 'gourmetgram-canary'),
    ...recordedAs('app-canary', 'argo-missing'),
  ],
  'app-production': [
    ...app('app-production', 'lab3-app-production', 'gourmetgram-production'),
    ...recordedAs('app-production', 'argo-unknown'),
  ],
  'http-staging': food(':8082'),
  'http-canary': food(':8081'),
  'http-production': food(':8080'),
  'http-gateway': food(''),
  'workflow-templates': on(
    'workflow-templates',
    '',
    recorded('lab3-templates').stdout.replace('test-staging', 'test-staging2'),
    recorded('lab3-templates').stdout.replace(/.*promote-model\n/, ''),
  ),
  'cron-present': on(
    'cron-present',
    recorded('cron-missing', 1),
    recorded('cron-daily').stdout.replaceAll('name: train-model\\n', 'name: train-model2\\n'),
    recorded('cron-daily').stdout.replaceAll('"create"', '"delete"'),
  ),
  'train-succeeded': [ended(/^train-model-/, 'Failed'), from(/^train-model-/, 'train-model2')],
  'model-registered': [
    shows(MODEL, model(OK, [])),
    shows(MODEL, {
      registered_model: { ...(model(OK)['registered_model'] as object), name: 'GourmetGramFood11Model2' },
    }),
    shows(MODEL, { status: 404, body: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'not found' } }),
  ],
  'alias-development': [aliases({ developments: '1' }), aliases({ development: 'v1' }), aliases({})],
  'build-succeeded': [ended(/^build-container-image-/, 'Failed'), without(/^build-container-image-/)],
  'registry-staging-tag': on(
    'registry-initial-tags',
    tags('gourmetgram-app', 'staging-1.0.0', 'canary-1.0.1', 'production-1.0.1'),
    tags('gourmetgram-app', 'staging-1.0.0', 'staging-1.0.x'),
  ),
  'deploy-staging': [
    ended(/^deploy-container-image-/, 'Failed'),
    argued(/^deploy-container-image-/, 'staging', 'staging2'),
    without(/^deploy-container-image-(?:b4n8x|tn5bq)/),
  ],
  'staging-image-param': recordedAs('app-staging', 'staging-initial'),
  'staging-version': version(':8082'),
  'test-staging-passed': [ended(/^test-staging-/, 'Failed'), from(/^test-staging-/, 'test-staging2')],
  'alias-staging-approved': [
    aliases({ staging: '1', approved: '1' }),
    aliases({ 'staging-approved': 'none' }),
  ],
  'promote-canary': [
    ended(/^promote-model-/, 'Error'),
    without(/^promote-model-9s2dk/),
    argued(/^promote-model-9s2dk/, 'canary', 'canary2'),
  ],
  'canary-version': [...version(':8081'), aliases({ ...OK, canary: '11' })],
  'promote-production': [
    ended(/^promote-model-/, 'Error'),
    without(/^promote-model-zt4gw/),
    argued(/^promote-model-zt4gw/, 'canary', 'staging'),
  ],
  'production-version': [...version(':8080'), aliases({ ...OK, production: '2' })],
  'gateway-split': [
    ...on('gateway-split', shares('1.0.1', '1.0.2'), shares('1.0.11'), shares('1.0.1').replace('1.0.1', '')),
    // Production is another version, and never answers.
    aliases({ ...OK, production: '2' }),
  ],
  'bad-train': [
    ended(/^train-model-c8xvd/, 'Failed'),
    argued(/^train-model-c8xvd/, 'mlops-bad', 'mlops'),
    argued(/^train-model-c8xvd/, 'mlops-bad', 'mlops-bad2'),
  ],
  'bad-blocked': [
    ended(/^test-staging-f3rpl/, 'Succeeded'),
    without(/^test-staging-f3rpl/),
    // It failed, but before the bad model was trained.
    ran((items) =>
      items.map((item) =>
        item.metadata.name.startsWith('test-staging-')
          ? { ...item, status: { ...item.status, phase: 'Failed', startedAt: '2026-11-22T08:54:12Z' } }
          : item,
      ),
    ),
  ],
  'bad-not-in-canary': [
    shows(`${URL}:8081/version`, { model_version: '1.0.2' }),
    shows(`${URL}:8081/version`, { model_version: 'none' }),
  ],
  'cron-quarter-hour': on(
    'cron-present',
    recorded('cron-daily'),
    recorded('cron-suspended'),
    recorded('lab3-cron').stdout.replaceAll('*/15', '*/5'),
  ),
  'cron-fired': on(
    'cron-fired',
    listOf('cron-daily'),
    listOf('lab3-cron'),
    recorded('lab3-workflows'),
    ...['2026-11-22T02:00:00Z'].map((time) => {
      const cron = JSON.parse(recorded('lab3-cron').stdout) as KubeObject;
      const of = (JSON.parse(recorded('lab3-workflows').stdout) as KubeObject).items ?? [];
      return listOf({ ...cron, status: { ...cron.status, lastScheduledTime: time } }, ...of);
    }),
  ),
};
