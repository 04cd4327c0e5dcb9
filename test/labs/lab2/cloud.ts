import { labOf } from '../bench';
import { listOf, recorded, type Printed } from '../kubernetes';
import { group, image, IMAGE, keyPair, lease, type Item } from '../kvmCloud';
import { MIRROR, netID, threeNodes, type Plan } from '../threeNodes';

export { ADDRESS, netID, NODE1 } from '../threeNodes';

export const lab = labOf('lab2-cloud');

const groups = [
  group('default'),
  group('allow-ssh', 22),
  group('allow-http-80', 80),
  group('allow-8888', 8888),
];
function plan(who: string): Plan {
  const leases = [
    lease(`lease1_cloud_${who}`, { flavor: 'm1.medium', amount: 1, hours: 8 }),
    lease(`lease2_cloud_${who}`, { flavor: 'm1.medium', amount: 2, hours: 8 }),
  ];
  return {
    network: `private_cloud_net_${who}`,
    subnet: `private_cloud_subnet_${who}`,
    privatePort: (n) => `port${n}_${who}`,
    sharedPort: () => '',
    server: (n) => `node${n}-cloud-${who}`,
    leases,
    leaseOf: (n) => leases[n === 1 ? 0 : 1] ?? {},
    floatingIp: `Cloud IP for ${who}`,
    groups: groups.slice(0, 3).map(({ id }) => id),
    portSecurity: true,
  };
}

/** What OpenStack says while the lab is done, and after its clean-up. */
export function openstack(of: 'done' | 'cleaned'): Record<string, Item> {
  return {
    ...threeNodes(of, plan),
    'compute /os-keypairs': { keypairs: [keyPair('id_rsa_chameleon'), keyPair('alexbaker-jupyter')] },
    'network /v2.0/security-groups': { security_groups: groups },
    [`image /v2/images/${IMAGE}`]: image('CC-Ubuntu24.04', IMAGE),
  };
}

export const NGINX_PAGE =
  '<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n</body>\n</html>\n';
export const edited = (words: string): string =>
  NGINX_PAGE.replace('<h1>Welcome to nginx!</h1>', `<h1>${words}</h1>`);
const APP_PAGE =
  '<!DOCTYPE html>\n<html lang="en">\n<head>\n  <title>GourmetGram: Snap. Share. Savor.</title>\n</head>\n<body></body>\n</html>\n';

export const missing = (command: string): Printed => ({
  exit: 127,
  stdout: '',
  stderr: `bash: line 1: ${command}: command not found\n`,
});
export const refused = (stderr: string, exit = 1): Printed => ({ exit, stdout: '', stderr });

type Answers = Record<string, string | Printed>;
/** By the check that runs the command. */
const asked = (answers: Answers): Answers =>
  Object.fromEntries(Object.entries(answers).map(([id, answer]) => [`#${id}`, answer]));

const HELLO = 'sha256:1b44b5a3e06a9aae883e7bf25e45c100be0bb81a0e01b32de604f3ac44711634';
const published = (name: string, from: number): string =>
  `${name} 0.0.0.0:80->${from}/tcp, [::]:80->${from}/tcp\n`;

/** What node1 says while the student is at Docker: the containers of the volumes are running, or the application. */
export function docker(running: 'nginx' | 'application'): Answers {
  const nginx = running === 'nginx';
  return asked({
    'ssh-node1': `node1-cloud-${netID}\n`,
    'hosts-entry-node1': `127.0.1.1       node1-cloud-${netID}\n`,
    'docker-installed': 'Docker version 28.0.1, build 068a01e\n',
    'docker-group': 'cc adm cdrom sudo dip docker lxd\n',
    'docker-usable': '28.0.1\n',
    'hello-world-ran': '["hello-world:latest"]\n',
    'images-pulled': '["alpine:latest"]\n["nginx:alpine"]\n',
    'nginx-public-running': nginx ? published('nginx-public', 80) : '',
    'overlay-edit': nginx
      ? edited('Welcome to ECE-GY 9183!')
      : refused('Error response from daemon: No such container: nginx-1\n'),
    'webvol-exists': 'webvol\n',
    'webvol-edited': edited('Welcome to docker volumes!'),
    'bind-mount-page': '<h1>Hello bind mounts</h1>\n',
    'gourmetgram-cloned': 'https://github.com/teaching-on-testbeds/gourmetgram.git\n',
    'gourmetgram-image': nginx ? refused('Error: No such image: gourmetgram-app:0.0.1\n') : `${HELLO}\n`,
    'gourmetgram-container': nginx ? '' : published('gourmetgram-app', 8000),
    'node1-cluster-key': refused(''),
    'cluster-ssh': refused(
      'Warning: Identity file /home/cc/.ssh/id_rsa not accessible: No such file or directory.\n',
      1,
    ),
    'firewall-off': { exit: 0, stdout: 'active\n', stderr: '' },
    'docker-daemon-json': refused('cat: /etc/docker/daemon.json: No such file or directory\n'),
    'kubespray-cloned': refused(
      "fatal: cannot change to '/home/cc/kubespray': No such file or directory\n",
      128,
    ),
    'kubespray-venv': refused(
      'bash: line 1: /home/cc/myenv/bin/ansible-playbook: No such file or directory\n',
      127,
    ),
    kubeconfig: refused(''),
    'k8s-nodes-ready': missing('kubectl'),
    'k8s-stopped': missing('kubectl'),
    'siege-installed': refused(''),
    'registry-running': '',
  });
}

export const pages = {
  nginx: {
    '/': NGINX_PAGE,
    '/test': { status: 404, body: '<html><head><title>404 Not Found</title></head></html>' },
  },
  application: { '/': APP_PAGE, '/test': 'Soup' },
};

const DAEMON = JSON.stringify({
  'registry-mirrors': [MIRROR],
  'insecure-registries': ['node1:5000', 'kvm-dyn-129-114-25-246.tacc.chameleoncloud.org:5000'],
});

/** What node1 says once Kubernetes is there: six replicas by hand, scaled by load, or stopped. */
export function kubernetes(at: 'six' | 'scaled' | 'stopped'): Answers {
  const scaled = at === 'scaled';
  const stopped = at === 'stopped';
  const none = recorded('app-missing-deploy', 1);
  return {
    ...docker('application'),
    ...asked({
      'ssh-node1': 'node1\n',
      'hosts-entry-node1': '192.168.1.11    node1.cluster.local node1\n',
      'docker-installed': 'Docker version 26.1.4, build 5650f9b\n',
      'docker-usable': '26.1.4\n',
      'hello-world-ran': refused('Error: No such image: hello-world\n'),
      'images-pulled': refused('Error: No such image: alpine\nError: No such image: nginx:alpine\n'),
      'webvol-exists': 'webvol\n',
      'gourmetgram-container': '',
      'node1-cluster-key': 'ok\n',
      'cluster-ssh': 'node1\nnode2\nnode3\n',
      'firewall-off': { exit: 3, stdout: 'inactive\n', stderr: '' },
      'docker-daemon-json': DAEMON,
      'kubespray-cloned': 'release-2.26\n',
      'kubespray-venv': 'ansible-playbook [core 2.16.14]\n  config file = None\n',
      'kubespray-manager': 'container_manager: docker\n',
      'kubespray-metrics': 'metrics_server_enabled: true\n',
      'kubespray-inventory':
        '      ansible_host: 192.168.1.11\n      ansible_host: 192.168.1.12\n      ansible_host: 192.168.1.13\n',
      kubeconfig: 'cc\n',
      'k8s-nodes-ready': recorded('nodes'),
      'k8s-metrics': recorded('top-nodes'),
      'registry-running': 'registry:2 0.0.0.0:5000->5000/tcp, [::]:5000->5000/tcp\n',
      'registry-has-app': '{"name":"gourmetgram-app","tags":["latest"]}\n',
      'k8s-namespace': recorded('namespace-phase'),
      'k8s-service': stopped ? recorded('ns-missing-deploy', 1) : recorded('svc'),
      'k8s-deployment': stopped ? none : scaled ? recorded('deploy') : recorded('app-six-deploy'),
      'siege-installed': '/usr/bin/siege\n',
      'k8s-six-replicas': stopped
        ? recorded('app-stopped')
        : scaled
          ? listOf('deploy', 'hpa-load')
          : listOf('app-six-deploy'),
      'k8s-spread': stopped ? recorded('app-stopped') : recorded('app-six-pods'),
      'k8s-hpa': scaled ? recorded('hpa-load') : recorded('hpa-missing', 1),
      'k8s-stopped': stopped
        ? recorded('app-stopped')
        : scaled
          ? recorded('stopped-query')
          : listOf('app-six-deploy'),
    }),
  };
}

/** node2 and node3, as far as they are asked. */
export function others(host: 'node2' | 'node3', done: boolean): Answers {
  return {
    ...asked({
      'firewall-off': { exit: done ? 3 : 0, stdout: done ? 'inactive\n' : 'active\n', stderr: '' },
      'docker-daemon-json': done
        ? DAEMON
        : refused('cat: /etc/docker/daemon.json: No such file or directory\n'),
    }),
    [`#ssh-${host}-jump`]: done ? `${host}\n` : `${host}-cloud-${netID}\n`,
  };
}
