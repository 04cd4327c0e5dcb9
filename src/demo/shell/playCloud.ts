import path from 'node:path/posix';
import { container, type Bench } from '../world/bench';
import { HOME, type Host } from './host';

/** A part of Lab 2 on its servers, done as the lab has it done. */
interface Stage {
  readonly does: string;
  readonly apply: (bench: Bench, node1: Host, others: readonly Host[]) => Bench;
}

const ORIGIN = 'https://github.com/teaching-on-testbeds/gourmetgram';
const MIRROR = 'http://kvm-dyn-129-114-25-246.tacc.chameleoncloud.org:5000';
const FIREWALL = '/etc/systemd/system/multi-user.target.wants/firewalld.service';
const INVENTORY = `${HOME}/kubespray/inventory/mycluster`;
const NODES = ['node1', 'node2', 'node3'];
const HTTP_PORT = 80;

/**
 * What was seen of one stage is gone in the next, as in the lab: one address has one web server, six replicas are
 * only there until something scales them.
 */
const STAGES: readonly Stage[] = [
  {
    does: 'Docker is installed; nginx has port 80, pages are written into a container, a volume and a bind mount',
    apply: (bench, node1) => {
      const page = (of: string): string => `<h1>${of}</h1>\n`;
      write(node1, '/var/lib/docker/volumes/webvol/_data/index.html', page('Welcome to docker volumes'));
      write(node1, `${HOME}/data/web/index.html`, page('Hello bind mounts'));
      const texts = { '/usr/share/nginx/html/index.html': page('Welcome to ECE-GY 9183!') };
      node1.programs.set(HTTP_PORT, 'nginx');
      return {
        ...bench,
        images: ['hello-world', 'alpine', 'nginx:alpine'],
        volumes: { webvol: {} },
        containers: new Map([
          ['nginx-public', container({ image: 'nginx:alpine', ports: [HTTP_PORT] })],
          ['nginx-1', container({ image: 'nginx:alpine', texts })],
        ]),
      };
    },
  },
  {
    does: 'GourmetGram is cloned and built; its container has port 80 in place of nginx',
    apply: (bench, node1) => {
      bench.containers.delete('nginx-public');
      const app = container({ image: 'gourmetgram-app:0.0.1', ports: [HTTP_PORT], inside: 8000 });
      bench.containers.set('gourmetgram-app', app);
      node1.programs.set(HTTP_PORT, 'gourmetgram');
      const repository = { folder: `${HOME}/gourmetgram`, origin: ORIGIN, branch: 'master', own: {} };
      return {
        ...bench,
        images: [...bench.images, 'gourmetgram-app:0.0.1'],
        repositories: [...bench.repositories, repository],
      };
    },
  },
  {
    does: 'Kubespray made a cluster of the three servers',
    apply: (bench, node1, others) => {
      trustEachOther(node1, [node1, ...others]);
      for (const host of [node1, ...others]) {
        host.files.remove(FIREWALL);
        write(host, '/etc/docker/daemon.json', DAEMON);
        const names = NODES.map((name, at) => `192.168.1.${11 + at} ${name}\n`).join('');
        write(host, '/etc/hosts', `${host.files.read('/etc/hosts') ?? ''}${names}`);
      }
      for (const [file, text] of Object.entries(KUBESPRAY)) write(node1, file, text);
      const repository = {
        folder: `${HOME}/kubespray`,
        origin: 'https://github.com/kubernetes-sigs/kubespray',
        branch: 'release-2.26',
        own: {},
      };
      return {
        ...bench,
        repositories: [...bench.repositories, repository],
        cluster: {
          nodes: new Map(NODES.map((name) => [name, true])),
          metrics: true,
          namespace: undefined,
          deployment: undefined,
          service: undefined,
          autoscaler: undefined,
        },
      };
    },
  },
  {
    does: 'The image is in the registry on node1; GourmetGram runs on Kubernetes, and siege is installed',
    apply: (bench, node1) => {
      bench.containers.delete('gourmetgram-app');
      bench.containers.set('registry', container({ image: 'registry:2', ports: [5000] }));
      node1.programs.set(5000, 'registry');
      const { cluster } = bench;
      if (cluster !== undefined) {
        cluster.namespace = 'gourmetgram-production';
        cluster.deployment = {
          name: 'gourmetgram-app',
          image: 'node1:5000/gourmetgram-app:latest',
          replicas: 1,
        };
        cluster.service = { name: 'gourmetgram-svc', externalIp: node1.around?.fixedAddress() ?? '' };
      }
      return { ...bench, pushed: ['gourmetgram-app:latest'], installed: ['siege'] };
    },
  },
  {
    does: 'Six replicas by hand, on all three nodes',
    apply: (bench) => {
      if (bench.cluster?.deployment !== undefined) bench.cluster.deployment.replicas = 6;
      return bench;
    },
  },
  {
    does: 'An autoscaler in place of them, and siege until it scaled up',
    apply: (bench, node1) => {
      const { cluster } = bench;
      if (cluster?.deployment === undefined) return bench;
      cluster.deployment.replicas = cluster.metrics ? 6 : 2;
      const scaledAt = cluster.metrics ? node1.now() : undefined;
      cluster.autoscaler = { name: 'gourmetgram-kube-hpa', min: 2, max: 6, scaledAt };
      return bench;
    },
  },
  {
    does: 'Deployment, service and autoscaler are deleted',
    apply: (bench, node1) => {
      const { cluster } = bench;
      node1.programs.delete(HTTP_PORT);
      if (cluster !== undefined) {
        cluster.deployment = undefined;
        cluster.service = undefined;
        cluster.autoscaler = undefined;
      }
      return bench;
    },
  },
];

const DAEMON = `${JSON.stringify({
  'registry-mirrors': [MIRROR],
  'insecure-registries': ['node1:5000', MIRROR.replace(/^http:\/\//, '')],
})}\n`;

const KUBESPRAY: Readonly<Record<string, string>> = {
  [`${HOME}/myenv/bin/ansible-playbook`]: "#!/bin/sh\necho 'ansible-playbook [core 2.16.14]'\n",
  [`${HOME}/.kube/config`]: 'apiVersion: v1\nkind: Config\n',
  [`${INVENTORY}/group_vars/k8s_cluster/k8s-cluster.yml`]: 'container_manager: docker\n',
  [`${INVENTORY}/group_vars/k8s_cluster/addons.yml`]: 'metrics_server_enabled: true\n',
  [`${INVENTORY}/hosts.yaml`]: NODES.map(
    (name, at) => `    ${name}:\n      ansible_host: 192.168.1.${11 + at}\n`,
  ).join(''),
};

const NOTHING: Bench = { containers: new Map(), images: [], volumes: {}, repositories: [], gpu: undefined };

/** How many stages there are. */
export const cloudStages = STAGES.length;

/** Does the next stage. @returns its number and what it was; undefined: all is done */
export function playCloudStage(
  node1: Host,
  others: readonly Host[],
): { at: number; does: string } | undefined {
  const at = node1.played;
  const stage = STAGES[at];
  if (stage === undefined) return undefined;
  node1.bench = stage.apply(node1.bench ?? NOTHING, node1, others);
  node1.played += 1;
  return { at: at + 1, does: stage.does };
}

function write(host: Host, file: string, text: string): void {
  host.files.makeFolder(path.dirname(file));
  host.files.write(file, text);
}

/** node1's own key, which all three know. */
function trustEachOther(node1: Host, all: readonly Host[]): void {
  const base64 = Buffer.from(`${node1.hostname} ${node1.upSince}`).toString('base64');
  const publicKey = `ssh-rsa ${base64} cc@${node1.hostname}\n`;
  write(node1, `${HOME}/.ssh/id_rsa`, 'The demo has no private key here.\n');
  write(node1, `${HOME}/.ssh/id_rsa.pub`, publicKey);
  for (const { files } of all) {
    const known = `${HOME}/.ssh/authorized_keys`;
    files.write(known, (files.read(known) ?? '') + publicKey);
  }
}
