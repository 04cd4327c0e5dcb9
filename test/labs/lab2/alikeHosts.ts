import { ADDRESS, edited, NGINX_PAGE, pages } from './cloud';
import { changed, listOf, recorded } from '../kubernetes';
import { says, shows } from '../worldChanges';
import type { LabWorlds } from '../world';

const DAEMON = (mirror: string, ...trusted: string[]): string =>
  JSON.stringify({ 'registry-mirrors': [mirror], 'insecure-registries': trusted });
const MIRROR = 'kvm-dyn-129-114-25-246.tacc.chameleoncloud.org:5000';
const URL = `http://${ADDRESS}`;

/** For each check of Lab 2 on the servers and their pages, answers that are wrong and like the right one. */
export const alikeOnHosts: LabWorlds['alike'] = {
  'docker-installed': [
    says('node1', 'docker-installed', 'Docker Compose version v2.33.1\n'),
    says('node1', 'docker-installed', 'podman version 4.9.3\n'),
  ],
  'docker-group': [says('node1', 'docker-group', 'cc adm sudo dockerroot docker-users\n')],
  'docker-usable': [
    says('node1', 'docker-usable', { exit: 1, stdout: '28.0.1\n', stderr: '' }),
    says('node1', 'docker-usable', '\n'),
  ],
  'hello-world-ran': [says('node1', 'hello-world-ran', '["hello-world:linux"]\n')],
  'images-pulled': [
    says('node1', 'images-pulled', '["alpine:latest"]\n["nginx:latest"]\n'),
    says('node1', 'images-pulled', { exit: 1, stdout: '["alpine:latest"]\n', stderr: 'Error' }),
  ],
  'nginx-public-running': [
    'nginx-public 80/tcp\n',
    'nginx-public 127.0.0.1:80->80/tcp\n',
    'nginx-public 0.0.0.0:8080->80/tcp\n',
    'nginx-public2 0.0.0.0:80->80/tcp\n',
  ].map((line) => says('node1', 'nginx-public-running', line)),
  'nginx-public-http': [
    shows(`${URL}/`, '<html><body><h1>It works!</h1></body></html>'),
    shows(`${URL}/`, pages.application['/']),
    shows(`${URL}/`, { status: 502, body: NGINX_PAGE }),
  ],
  'overlay-edit': [
    says('node1', 'overlay-edit', NGINX_PAGE),
    says('node1', 'overlay-edit', edited('Welcome')),
    says('node1', 'overlay-edit', edited('Welcome<!-- Welcome to ECE-GY 9183! -->')),
  ],
  'webvol-exists': [says('node1', 'webvol-exists', 'webvol2\n')],
  'webvol-edited': [
    says('node1', 'webvol-edited', NGINX_PAGE),
    says('node1', 'webvol-edited', `${NGINX_PAGE}<!-- Welcome to docker volumes -->`),
  ],
  'bind-mount-page': ['Hello mounts', '<!-- Hello bind mounts -->'].map((text) =>
    says('node1', 'bind-mount-page', edited(text)),
  ),
  'gourmetgram-cloned': [
    'https://github.com/teaching-on-testbeds/gourmetgram-train.git\n',
    'https://github.com/not-teaching-on-testbeds/gourmetgram.git\n',
    'https://github.com/alexbaker/gourmetgram.git\n',
  ].map((line) => says('node1', 'gourmetgram-cloned', line)),
  'gourmetgram-image': [says('node1', 'gourmetgram-image', 'sha256:1b44b5a3\n')],
  'gourmetgram-container': [
    'gourmetgram-app 0.0.0.0:80->80/tcp\n',
    'gourmetgram-app 0.0.0.0:8000->8000/tcp\n',
    'gourmetgram-app 8000/tcp\n',
  ].map((line) => says('node1', 'gourmetgram-container', line)),
  'gourmetgram-http': [shows(`${URL}/`, NGINX_PAGE), shows(`${URL}/`, { status: 500, body: 'GourmetGram' })],
  'gourmetgram-predict': [
    shows(`${URL}/test`, 'Bread and butter'),
    shows(`${URL}/test`, '<html><body>Soup</body></html>'),
    shows(`${URL}/test`, { status: 500, body: 'Soup' }),
  ],
  'ssh-node2-jump': ['node20\n', 'node3\n', 'node1\n'].map((name) => says('node2', 'ssh-node2-jump', name)),
  'ssh-node3-jump': ['node30\n', 'node2\n'].map((name) => says('node3', 'ssh-node3-jump', name)),
  'node1-cluster-key': [says('node1', 'node1-cluster-key', { exit: 1, stdout: 'ok\n', stderr: '' })],
  'cluster-ssh': [
    'node1\nnode2\nnode2\n',
    'node1\nnode2\n',
    'node1\nnode3\nnode2\n',
    'node10\nnode2\nnode3\n',
  ].map((lines) => says('node1', 'cluster-ssh', lines)),
  'firewall-off': [
    says('node3', 'firewall-off', 'active\n'),
    says('node2', 'firewall-off', { exit: 3, stdout: 'failed\n', stderr: '' }),
    says('node2', 'firewall-off', { exit: 127, stdout: '', stderr: 'systemctl: command not found' }),
  ],
  'docker-daemon-json': [
    says('node2', 'docker-daemon-json', DAEMON('https://mirror.gcr.io', 'node1:5000', MIRROR)),
    says('node3', 'docker-daemon-json', DAEMON(`http://${MIRROR}`, 'node10:5000', MIRROR)),
    says('node3', 'docker-daemon-json', DAEMON(`http://${MIRROR}`, 'node1:5000')),
    says('node3', 'docker-daemon-json', `${DAEMON(`http://${MIRROR}`, 'node1:5000', MIRROR)},`),
    says('node3', 'docker-daemon-json', '{"insecure-registries":["node1:5000"]}'),
  ],
  'kubespray-cloned': ['release-2.25\n', 'HEAD\n', 'master\n', 'release-2.260\n'].map((branch) =>
    says('node1', 'kubespray-cloned', branch),
  ),
  'kubespray-venv': [says('node1', 'kubespray-venv', 'ansible [core 2.16.14]\n')],
  'kubespray-manager': ['containerd', 'docker-ce', 'crio # not docker'].map((name) =>
    says('node1', 'kubespray-manager', `container_manager: ${name}\n`),
  ),
  'kubespray-metrics': [says('node1', 'kubespray-metrics', 'metrics_server_enabled: false\n')],
  'kubespray-inventory': [
    ['11', '12', '12'],
    ['11', '12', '14'],
    ['11', '12', '13', '14'],
    ['11', '12', '133'],
  ].map((ends) =>
    says(
      'node1',
      'kubespray-inventory',
      ends.map((end) => `      ansible_host: 192.168.1.${end}\n`).join(''),
    ),
  ),
  kubeconfig: [says('node1', 'kubeconfig', 'root\n')],
  'k8s-nodes-ready': [
    recorded('node-notready'),
    recorded('node-missing'),
    recorded('node-cni'),
    recorded('api-down', 1),
    recorded('forbidden-list', 1),
  ].map((answer) => says('node1', 'k8s-nodes-ready', answer)),
  'k8s-metrics': [
    says('node1', 'k8s-metrics', recorded('node-notready-top').stdout.split('\n').slice(1).join('\n')),
    says('node1', 'k8s-metrics', recorded('metrics-down-top', 1)),
  ],
  'registry-running': [
    'registry:2 5000/tcp\n',
    'registry:3 0.0.0.0:5000->5000/tcp\n',
    'registry:2 0.0.0.0:5001->5000/tcp\n',
  ].map((line) => says('node1', 'registry-running', line)),
  'registry-has-app': [
    '{"name":"gourmetgram-app","tags":["0.0.1"]}\n',
    '{"name":"gourmetgram-app2","tags":["latest"]}\n',
    '{"name":"gourmetgram-app","tags":null}\n',
    '{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known to registry"}]}\n',
  ].map((answer) => says('node1', 'registry-has-app', answer)),
  'k8s-namespace': [says('node1', 'k8s-namespace', recorded('ns-terminating'))],
  'k8s-service': ['svc-wrong-ip', 'svc-wrong-port', 'svc-nodeport'].map((name) =>
    says('node1', 'k8s-service', recorded(name)),
  ),
  'k8s-deployment': [
    'app-crash-deploy',
    'app-imagepull-deploy',
    'app-pending-deploy',
    'app-wrongimage-deploy',
    'app-limits-deploy',
    'app-zero-deploy',
    'app-unready-deploy',
    'app-oom-deploy',
    'app-creating-deploy',
  ].map((name) => says('node1', 'k8s-deployment', recorded(name))),
  'siege-installed': [
    says('node1', 'siege-installed', '/usr/bin/siege2\n'),
    says('node1', 'siege-installed', 'siege\n'),
  ],
  'k8s-six-replicas': [
    says('node1', 'k8s-six-replicas', listOf('app-one-deploy')),
    says('node1', 'k8s-six-replicas', listOf('app-six-deploy', 'hpa-load')),
    says('node1', 'k8s-six-replicas', {
      ...listOf('app-six-deploy'),
      stdout: listOf('app-six-deploy').stdout.replace('"readyReplicas": 6', '"readyReplicas": 5'),
    }),
  ],
  'k8s-spread': [
    says('node1', 'k8s-spread', recorded('app-one-node-pods')),
    says('node1', 'k8s-spread', recorded('pods')),
    says(
      'node1',
      'k8s-spread',
      changed('app-six-pods', ({ items = [] }) => {
        for (const pod of items)
          if (pod.spec?.['nodeName'] === 'node3') pod.metadata.deletionTimestamp = '2026-11-22T10:29:00Z';
      }),
    ),
  ],
  'k8s-hpa': [
    says('node1', 'k8s-hpa', recorded('hpa-wrong')),
    ...[
      ['"averageUtilization": 50', '"averageUtilization": 500'],
      ['"name": "gourmetgram-app"', '"name": "gourmetgram-app2"'],
      ['"name": "cpu"', '"name": "memory"'],
    ].map(([from = '', to = '']) =>
      says('node1', 'k8s-hpa', recorded('hpa-load').stdout.replaceAll(from, to)),
    ),
  ],
  'k8s-hpa-scaled': [
    says('node1', 'k8s-hpa', recorded('hpa')),
    says('node1', 'k8s-hpa', recorded('hpa-no-metrics')),
    // Six by hand before, and the autoscaler has not decided yet.
    says(
      'node1',
      'k8s-hpa',
      changed('hpa-load', ({ status }) => {
        delete status?.['lastScaleTime'];
      }),
    ),
  ],
  'k8s-stopped': [
    says('node1', 'k8s-stopped', recorded('stopped-query')),
    says('node1', 'k8s-stopped', { ...recorded('app-stopped'), exit: 1 }),
    says('node1', 'k8s-stopped', recorded('namespace-none', 1)),
    says('node1', 'k8s-stopped', '{}'),
  ],
};
